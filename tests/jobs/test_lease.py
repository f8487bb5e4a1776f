"""One ticks at a time; the fence grows with each change of hands."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.jobs.lease import LENGTH, Hold, LeaseLost, give_back, require, take
from accelerator.jobs.tidy import tidy
from accelerator.storage.tables import Lease, MailedLink, OncePost, SignIn, Throttle
from accelerator.storage.throttle import hit
from tests.mail import held
from tests.world import NOW

AFTER = LENGTH + timedelta(seconds=1)


def taken(world, holder, now):
    with world.session() as session:
        return take(session, holder, now=now)


def test_one_holds_it_renews_it_and_another_takes_it_once_it_lapsed(world):
    assert taken(world, "a", NOW) == Hold("a", 1)
    assert taken(world, "b", NOW) is None
    assert taken(world, "a", NOW + LENGTH / 2) == Hold("a", 1)
    assert taken(world, "b", NOW + LENGTH) is None
    assert taken(world, "b", NOW + LENGTH / 2 + AFTER) == Hold("b", 2)
    assert taken(world, "a", NOW + LENGTH / 2 + AFTER) is None


def test_given_back_it_is_free_at_once(world):
    hold = taken(world, "a", NOW)
    with world.session() as session:
        give_back(session, hold, now=NOW)
    assert taken(world, "b", NOW) == Hold("b", 2)
    with world.session() as session:
        give_back(session, hold, now=NOW)  # the old holder has nothing to give any more
        assert session.scalar(select(Lease.until)) == NOW + LENGTH


def test_an_end_from_a_clock_that_was_wrong_binds_nobody(world):
    taken(world, "a", NOW + timedelta(days=3))
    assert taken(world, "b", NOW) == Hold("b", 2)


def test_a_lapsed_or_lost_hold_is_noticed(world):
    hold = taken(world, "a", NOW)
    with world.session() as session:
        require(session, hold, now=NOW, to_the_end=True)
        with pytest.raises(LeaseLost):
            require(session, hold, now=NOW + LENGTH, to_the_end=False)
    taken(world, "b", NOW + AFTER)
    with world.session() as session, pytest.raises(LeaseLost):
        require(session, hold, now=NOW + AFTER, to_the_end=True)


def test_tidying_clears_what_is_over_and_nothing_else(world, config):
    person = world.people["owner"]
    with world.session() as session:
        for days in (1, 10, 100):
            at = NOW - timedelta(days=days)
            session.add_all(
                [
                    OncePost(token=f"t{days}", person_id=person, at=at),
                    SignIn(
                        token_hash=f"ended {days}", person_id=person, created_at=at, seen_at=at,
                        ended_at=at,
                    ),
                    SignIn(token_hash=f"open {days}", person_id=person, created_at=at, seen_at=at),
                    MailedLink(
                        token_hash=f"l{days}", person_id=person, purpose="reset", expires_at=at
                    ),
                ]
            )  # fmt: skip
            hit(session, f"key {days}", limit=5, window=900, now=at)
    tidy(held(world.engine, config))
    with world.session() as session:
        assert session.scalars(select(OncePost.token)).all() == ["t1"]
        assert session.scalars(select(Throttle.key)).all() == ["key 1"]
        left = set(session.scalars(select(SignIn.token_hash)))
        assert left == {"ended 1", "ended 10", "open 1", "open 10"}
        assert set(session.scalars(select(MailedLink.token_hash))) == {"l1", "l10"}
    assert clock.now() == NOW
