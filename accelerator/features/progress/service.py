"""What a manager does to keep a round moving: nudge who is late, give reviews to who has room."""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from accelerator.activity import letters, notify, record
from accelerator.activity.events.progress import NUDGE, ReviewersNudged
from accelerator.activity.events.reviews import AssignmentRemoved, ReviewAssigned
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import ASKED, AssignmentState
from accelerator.features.progress.queries.late import LateReviewer, late_reviewers, nudge_key
from accelerator.features.progress.queries.round import today_of
from accelerator.standing.asking import (
    Pair,
    Waiting,
    candidates,
    due_day,
    least_busy,
    waiting,
)
from accelerator.standing.assignments import ask
from accelerator.storage.tables import Assignment, Cohort, Review, Stage


def letter_to(person: LateReviewer, *, base_url: str) -> letters.Words:
    """Write the very message somebody would get."""
    reader = letters.Reader(person.name, person.language, person.time_zone)
    return letters.words_of(NUDGE.template, person.data, reader, base_url=base_url)


def nudge(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, now: datetime
) -> tuple[LateReviewer, ...]:
    """Remind everybody who is late and was not nudged today; return who hears.

    One message a day for each person, whoever nudges in whatever round.
    """
    wanted = [
        person
        for person in late_reviewers(session, cohort, stage, actor=actor, now=now)
        if not person.told
    ]
    key = nudge_key(today_of(cohort, now))
    heard = tuple(
        person
        for person in wanted
        if notify(session, [person.id], NUDGE, key=key, data=person.data, due_at=now, now=now)
    )
    if heard:
        record(
            session,
            ReviewersNudged(
                actor_id=actor.id, programme_id=cohort.programme_id, cohort=cohort.code,
                stage=stage.key, people=[person.id for person in heard],
                reviews=sum(len(person.data["ideas"]) for person in heard),
            ),
            now=now,
        )  # fmt: skip
    return heard


def give(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    moves: Mapping[int, int],
    now: datetime,
) -> int:
    """Give reviews nobody has begun to other reviewers; return how many were given.

    `moves` name an assignment and who takes it over. What changed meanwhile is left as it is: a
    review begun, an idea decided, a taker in conflict. Both sides hear of it.
    """
    rows = session.execute(
        select(Assignment.id, Assignment.passage_id, Assignment.reviewer_id, Assignment.due_on)
        .where(Assignment.id.in_(moves), Assignment.state.in_(ASKED))
        .order_by(Assignment.id)
    ).all()
    open_ = {
        idea.passage_id: idea
        for idea in waiting(session, actor, cohort.id, stage.id, [row.passage_id for row in rows])
    }
    takers = {
        one.id: one for one in candidates(session, stage.programme_id, only=set(moves.values()))
    }
    least = due_day(session, cohort, stage, now)
    made: list[tuple[Pair, date]] = []
    for row in rows:
        idea, taker = open_.get(row.passage_id), takers.get(moves[row.id])
        if idea is None or taker is None or not least_busy(session, [idea], [taker]):
            continue
        pair = Pair(idea.idea_id, idea.passage_id, taker.id)
        due_on = max(row.due_on, least)
        with session.begin_nested() as both:  # neither without the other
            asked = ask(session, [pair], asked_by_id=actor.id, due_on=due_on, now=now)
            if not asked or not _let_go(session, row.id):
                both.rollback()
                continue
        made.append((pair, due_on))
        record(
            session,
            AssignmentRemoved(
                actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.idea_id,
                person_id=row.reviewer_id, path="/reviews", code=idea.code, title=idea.title,
            ),
            now=now,
        )  # fmt: skip
    _tell(session, actor, stage, made, open_, now)
    return len(made)


def _let_go(session: Session, assignment_id: int) -> bool:
    """No longer ask for a review nobody has begun; in one statement, so that no text is lost."""
    begun = exists().where(Review.assignment_id == Assignment.id)
    gone = session.execute(
        update(Assignment)
        .where(Assignment.id == assignment_id, Assignment.state.in_(ASKED), ~begun)
        .values(state=AssignmentState.REMOVED)
        .returning(Assignment.id)
    )
    return gone.first() is not None


def _tell(
    session: Session,
    actor: Actor,
    stage: Stage,
    made: list[tuple[Pair, date]],
    ideas: Mapping[int, Waiting],
    now: datetime,
) -> None:
    """Tell each taker once, of all their new ideas that are due on a day."""
    order = sorted(made, key=lambda each: (each[0].reviewer_id, each[1], each[0].idea_id))
    for (taker, due_on), given in groupby(order, key=lambda each: (each[0].reviewer_id, each[1])):
        theirs = [ideas[pair.passage_id] for pair, _ in given]
        alone = theirs[0] if len(theirs) == 1 else None
        record(
            session,
            ReviewAssigned(
                actor_id=actor.id, programme_id=stage.programme_id,
                idea_id=alone.idea_id if alone else None, person_id=taker,
                path=f"/ideas/{alone.code}/review" if alone else "/reviews", stage=stage.name,
                ideas=[{"code": idea.code, "title": idea.title.as_dict()} for idea in theirs],
                due_on=due_on.isoformat(),
            ),
            now=now,
        )  # fmt: skip
