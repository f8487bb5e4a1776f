"""Each sentence of `accelerator check` holds for a sound company and notices its own breach."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.storage.invariants import STATEMENTS, broken
from accelerator.storage.tables import (
    Decision,
    Delivery,
    Event,
    Idea,
    Milestone,
    MilestoneDependency,
    Passage,
    Review,
    Version,
)
from tests.mail import write_mails
from tests.world import NOW, TODAY, World

# What each sentence forbids, done on purpose.
BREACHES = {
    "an idea points at its own newest passage": "UPDATE idea SET passage_id = 999 WHERE id = 1",
    "an idea that is under way goes through its stage with its own cohort": "UPDATE passage SET cohort_id = 999 WHERE id = 1",
    "the state of an idea agrees with its passage": "UPDATE idea SET state = 'parked' WHERE id = 1",
    "every passage but the newest was left": "UPDATE passage SET state = 'open' WHERE number = 1 AND idea_id = 3",
    "what was handed in has a version, and a promise unless the team is asked for more": "UPDATE passage SET promise_on = NULL WHERE id = 1",
    "a promise's clock stands exactly while its team is asked for more": "UPDATE passage SET paused_on = '2026-12-01' WHERE id = 1",
    "an idea that waits for a place stands in line with a version, and is promised nothing": "UPDATE idea SET state = 'waiting' WHERE id = 1",
    "a version belongs to a passage of its idea": "UPDATE version SET idea_id = 2, number = 9 WHERE id = 1",
    "a passage has one decision at most, about its own idea": "UPDATE decision SET idea_id = 1",
    "a decision has a reason, and a parked idea a day on which it comes back": "UPDATE decision SET reason = ' '",
    "only what was parked for lack of activity was decided by nobody": "UPDATE decision SET decided_by_id = NULL",
    "a decision was announced exactly when its passage was left": "UPDATE decision SET outcome = 'stop'",
    "a passage that is decided has its decision": "UPDATE passage SET state = 'decided' WHERE id = 1",
    "an announced decision has its event and messages": "DELETE FROM delivery WHERE event_id IS NOT NULL",
    "an assignment is submitted exactly when its review is": "UPDATE assignment SET state = 'accepted'",
    "an assignment is about the idea of its passage": "UPDATE assignment SET idea_id = 2",
    "a review is pinned to a version of what was assigned": "UPDATE review SET idea_version_id = 2",
    "a mark lies on the scale it was given on, or is an abstention": "UPDATE review SET marks = '{\"value\": 6}'",
    "an idea has one lead: its owner": "UPDATE team_member SET role = 'member' WHERE idea_id = 1",
    "a milestone is done exactly when it says by whom and when": "UPDATE milestone SET state = 'done'",
    "a milestone is done after what it waits for, among those of its own idea": "UPDATE milestone SET idea_id = 2 WHERE id = 1",
    "a message is waiting, retrying, sent, carried, failed or cancelled, and says so": "UPDATE delivery SET state = 'failed'",
    "every reference leads somewhere": "UPDATE idea SET owner_id = 999 WHERE id = 1",
}  # fmt: skip


@pytest.fixture
def sound(world: World) -> World:
    """Return a company with an idea under review, a draft, and one sent back and handed in again."""
    reviewed = world.idea("owner", state="active")
    world.idea("owner", title="A draft")
    again = world.idea("owner", title="Again", state="active")
    assignment = world.assign(reviewed, "reviewer", state="submitted")
    with world.session() as session:
        versions = {row.passage_id: row for row in session.scalars(select(Version))}
        by_code = {idea.code: idea for idea in session.scalars(select(Idea))}
        session.add(
            Review(
                assignment_id=assignment, idea_version_id=versions[by_code[reviewed].passage_id].id,
                marks={"value": 5, "reach": None}, saved_at=NOW, submitted_at=NOW,
            )
        )  # fmt: skip
        visits = [
            Milestone(
                idea_id=by_code[reviewed].id, passage_id=by_code[reviewed].passage_id,
                owner_id=world.people["owner"], due_on=TODAY,
                name=Bilingual("訪問", "Visit"), wanted=Bilingual("", ""),
            )
            for _ in range(2)
        ]  # fmt: skip
        session.add_all(visits)
        session.flush()
        first, second = (one.id for one in visits)
        session.add(MilestoneDependency(milestone_id=first, needs_id=second))
        idea = by_code[again]
        first = session.get_one(Passage, idea.passage_id)
        first.state, first.outcome, first.left_at = "left", "rework", NOW
        second = Passage(
            idea_id=idea.id, cohort_id=idea.cohort_id, stage_id=first.stage_id, number=2, state="open", entered_at=NOW,
            hand_in_by=TODAY,
        )  # fmt: skip
        decision = Decision(
            passage_id=first.id, idea_id=idea.id, outcome="rework", reason="Too thin", decided_at=NOW,
            decided_by_id=world.people["manager"], announced_at=NOW,
        )  # fmt: skip
        session.add_all([second, decision])
        session.flush()
        idea.passage_id = second.id
        event = Event(
            at=NOW, kind="DecisionAnnounced", idea_id=idea.id, subject=f"decision:{decision.id}"
        )  # fmt: skip
        session.add(event)
        session.flush()
        write_mails(session, [world.people["owner"], world.people["mate"]])
        session.execute(
            update(Delivery)
            .where(Delivery.person_id == world.people["owner"])
            .values(event_id=event.id)
        )
    return world


def found(world: World) -> list[str]:
    with world.session() as session:
        return [fault.sentence for fault in broken(session)]


def test_a_sound_company_breaks_no_sentence(sound):
    assert found(sound) == []


def test_every_sentence_has_its_breach():
    assert set(BREACHES) == set(STATEMENTS)


def test_each_breach_is_noticed(sound):
    off = {
        "sqlite": "PRAGMA foreign_keys = OFF",
        "postgresql": "SET session_replication_role = replica",
    }
    dialect = sound.engine.dialect.name
    with sound.engine.connect() as connection:
        connection.rollback()
        connection.connection.driver_connection.execute(off[dialect])
        connection.connection.driver_connection.commit()
        for sentence, statement in STATEMENTS.items():
            if isinstance(statement, dict) and dialect not in statement:
                continue
            connection.execute(text(BREACHES[sentence]))
            with Session(connection) as session:
                assert sentence in [fault.sentence for fault in broken(session)], sentence
            connection.rollback()
        connection.invalidate()
    assert found(sound) == []
