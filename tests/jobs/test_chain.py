"""The seal over the audit log notices every change."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from accelerator import clock
from accelerator.activity import chain, record
from accelerator.activity.events.ideas import IdeaStarted
from accelerator.jobs.seal import seal
from accelerator.storage.tables import Event, Seal
from tests.mail import held
from tests.world import NOW, World

TRIGGERS = {
    "sqlite": ["DROP TRIGGER event_refuses_update", "DROP TRIGGER event_refuses_delete"],
    "postgresql": ["DROP TRIGGER event_is_append_only ON event"],
}


def happen(world: World, times: int) -> None:
    with world.session() as session:
        for n in range(times):
            event = IdeaStarted(actor_id=world.people["owner"], code=f"S27-{n:04}")
            record(session, event, now=clock.now())


def verify(world: World) -> chain.Chain:
    with world.session() as session:
        return chain.verify_chain(session)


@pytest.fixture
def sealed(world: World, config) -> World:
    for _ in range(3):
        happen(world, 4)
        assert seal(held(world.engine, config)) == 4
    happen(world, 2)
    return world


def test_every_event_is_sealed_once_and_the_chain_holds(sealed, config):
    found = verify(sealed)
    assert (found.seals, found.sealed, found.unsealed, found.whole) == (3, 12, 2, True)
    assert seal(held(sealed.engine, config)) == 2
    assert seal(held(sealed.engine, config)) == 0
    assert verify(sealed) == chain.Chain(4, 14, 0, None)


def test_a_long_backlog_is_sealed_in_pieces(world, config, monkeypatch):
    monkeypatch.setattr(chain, "MOST", 5)
    happen(world, 13)
    assert seal(held(world.engine, config)) == 13
    assert verify(world) == chain.Chain(3, 13, 0, None)


@pytest.mark.parametrize("what", ["UPDATE event SET kind = 'Other'", "DELETE FROM event"])
def test_the_database_refuses_to_change_an_event(sealed, what):
    with pytest.raises(Exception, match="append-only"), sealed.session() as session:
        session.execute(text(what))


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE event SET kind = 'Other' WHERE id = 6",
        "UPDATE event SET at = '2020-01-01 00:00:00' WHERE id = 6",
        "UPDATE event SET actor_id = NULL WHERE id = 6",
        'UPDATE event SET data = \'{"code": "X"}\' WHERE id = 6',
        "DELETE FROM event WHERE id = 8",
        "UPDATE seal SET digest = '0' WHERE id = 2",
    ],
)
def test_a_changed_or_missing_event_is_noticed(sealed, tampering):
    with sealed.session() as session:
        for statement in TRIGGERS[sealed.engine.dialect.name]:
            session.execute(text(statement))
        session.execute(text(tampering))
    found = verify(sealed)
    assert (found.whole, found.broken) == (False, 2)


def test_an_event_put_in_between_afterwards_is_noticed(sealed):
    with sealed.session() as session:
        session.execute(text("DELETE FROM seal WHERE id = 3"))
    assert verify(sealed).whole
    with sealed.session() as session:
        last = session.scalar(select(func.max(Seal.last_event_id)))
        for statement in TRIGGERS[sealed.engine.dialect.name]:
            session.execute(text(statement))
        session.execute(text("DELETE FROM event WHERE id = 3"))
        session.execute(text("UPDATE event SET id = 3 WHERE id = 12"))
        assert last == 8
    assert verify(sealed).broken == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_event_still_being_written_is_waited_for_and_never_left_out(world, config):
    from accelerator.storage.engine import open_session

    slow = open_session(world.engine, writes=True)
    try:
        record(slow, IdeaStarted(actor_id=world.people["owner"], code="slow"), now=NOW)
        with world.engine.connect() as other:  # a later key, committed earlier
            other.execute(
                text("INSERT INTO event (at, kind, subject, data) VALUES (now(), 'X', '', '{}')")
            )
            other.commit()
        assert seal(held(world.engine, config)) == 0
        slow.commit()
    finally:
        slow.close()
    assert seal(held(world.engine, config)) == 2
    assert verify(world).whole


def test_a_seal_says_when_and_over_what(sealed):
    with sealed.session() as session:
        first = session.scalars(select(Seal).order_by(Seal.id)).first()
        events = session.scalars(select(Event.id).order_by(Event.id)).all()
        assert (first.first_event_id, first.last_event_id, first.count) == (events[0], events[3], 4)
        assert first.sealed_at - NOW < timedelta(seconds=1)
