"""What is clear is confirmed together, what is disputed is talked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.errors import DomainError
from accelerator.domain.meeting import (
    Choice,
    Group,
    Why,
    places_after,
    require_away,
    require_silent,
    shows_votes,
    sort,
)

ZONES = st.sampled_from(["go", "discuss", "stop", "none"])
VOTES = st.lists(st.sampled_from(Choice), max_size=7)


@given(ZONES, VOTES, st.integers(0, 9), st.booleans())
def test_what_is_discussed_has_reasons_and_what_is_clear_has_none(zone, votes, voters, unmet):
    found = sort(zone, votes, voters=voters, unmet=unmet)
    assert bool(found.why) is (found.group is Group.DISCUSS)
    assert sort(zone, reversed(votes), voters=voters, unmet=unmet) == found


@given(ZONES, VOTES, st.integers(0, 9), st.booleans())
def test_nothing_is_clear_against_anybody(zone, votes, voters, unmet):
    found = sort(zone, votes, voters=voters, unmet=unmet)
    if found.group is Group.GO:
        assert set(votes) <= {Choice.GO}
        assert not unmet
        assert zone in ("go", "discuss")
    if found.group is Group.STOP:
        assert set(votes) <= {Choice.STOP}
        assert zone in ("stop", "discuss")


@given(ZONES, VOTES, st.integers(0, 9), st.booleans())
def test_a_wish_to_talk_is_always_met(zone, votes, voters, unmet):
    found = sort(zone, [*votes, Choice.DISCUSS], voters=voters, unmet=unmet)
    assert Why.WISHED in found.why


@given(VOTES, st.integers(0, 9), st.booleans())
def test_what_nobody_reviewed_is_talked_about(votes, voters, unmet):
    assert Why.UNREVIEWED in sort("none", votes, voters=voters, unmet=unmet).why


@pytest.mark.parametrize(
    ("votes", "voters", "group"),
    [
        (["go", "go", "go"], 3, Group.GO),
        (["go", "go"], 3, Group.GO),
        (["go", "go"], 4, Group.DISCUSS),
        (["go"], 1, Group.DISCUSS),
        (["stop", "stop"], 2, Group.STOP),
        ([], 0, Group.DISCUSS),
    ],
)
def test_votes_settle_the_border_only_when_more_than_half_agree(votes, voters, group):
    found = sort("discuss", [Choice(one) for one in votes], voters=voters, unmet=False)
    assert found.group is group


@given(st.integers(1, 30), st.data())
def test_moving_keeps_every_item_and_the_others_order(count, data):
    at = data.draw(st.integers(0, count - 1))
    to = data.draw(st.integers(-3, count + 3))
    order = places_after(count, at, to)
    assert sorted(order) == list(range(count))
    assert order.index(at) == max(0, min(to, count - 1))
    assert [one for one in order if one != at] == [one for one in range(count) if one != at]


@given(st.sets(st.integers(1, 9)), st.sets(st.integers(1, 9)))
def test_an_item_opens_once_all_who_must_leave_are_out(must, away):
    if must <= away:
        require_away(must, away)
    else:
        with pytest.raises(DomainError):
            require_away(must, away)


def test_votes_are_silent_before_and_closed_from_the_beginning():
    assert not shows_votes(mine=False, started=False)
    assert shows_votes(mine=True, started=False)
    assert shows_votes(mine=False, started=True)
    require_silent(started=False)
    with pytest.raises(DomainError):
        require_silent(started=True)
