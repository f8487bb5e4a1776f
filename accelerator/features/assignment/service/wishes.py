"""Managers say how much reviewers take and open the ideas; reviewers say what they wish."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from accelerator.activity.events.assignment import (
    INTERESTS_ASKED,
    CapacitiesChanged,
    InterestsAsked,
    InterestsStated,
)
from accelerator.activity.outbox import notify
from accelerator.activity.record import record
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.proposals import require_bounds
from accelerator.features.assignment.queries.field import programme_reviewers
from accelerator.i18n import N_
from accelerator.storage.inserting import insert_into
from accelerator.storage.tables import (
    Capacity,
    Cohort,
    CohortStage,
    Idea,
    Interest,
    Person,
    Stage,
)


def set_capacities(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    said: Mapping[int, tuple[int | None, int | None]],
    now: datetime,
) -> int:
    """Write down least and most of each person; return how many changed. None says nothing."""
    for person, (least, most) in said.items():
        require_bounds(least, most, fields=(f"least_{person}", f"most_{person}"))
    known = set(
        session.scalars(programme_reviewers(stage.programme_id).with_only_columns(Person.id))
    )
    rows = {
        row.person_id: row
        for row in session.scalars(
            select(Capacity).where(
                Capacity.cohort_id == cohort.id, Capacity.stage_id == stage.id,
                Capacity.person_id.in_(said),
            )
        )
    }  # fmt: skip
    changed: dict[str, list[int | None]] = {}
    for person, (least, most) in said.items():
        row = rows.get(person)
        before = (row.least, row.most) if row else (None, None)
        if person in known and before != (least, most):
            _write(session, cohort, stage, person, least=least, most=most)
            changed[str(person)] = [least, most]
    if changed:
        record(
            session,
            CapacitiesChanged(
                actor_id=actor.id, programme_id=cohort.programme_id,
                subject=f"cohort:{cohort.id}", stage=stage.name, people=changed,
            ),
            now=now,
        )  # fmt: skip
    return len(changed)


def _write(session: Session, cohort: Cohort, stage: Stage, person: int, **said: int | None) -> None:
    """Add or change one row, whoever else does the same at this moment."""
    session.execute(
        insert_into(session, Capacity)
        .values(cohort_id=cohort.id, stage_id=stage.id, person_id=person, **said)
        .on_conflict_do_update(
            index_elements=[Capacity.cohort_id, Capacity.stage_id, Capacity.person_id], set_=said
        )
    )


def ask_for_interests(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, opens: bool, now: datetime
) -> None:
    """Let the programme's reviewers read what the ideas are about, or no longer; they hear once."""
    dates = session.get(CohortStage, (cohort.id, stage.id), with_for_update=True)
    if dates is None:
        raise DomainError("no_dates", N_("This stage has no dates in this cohort yet."))
    if dates.interests_open == opens:
        return
    dates.interests_open = opens
    event = InterestsAsked(
        actor_id=actor.id, programme_id=cohort.programme_id, subject=f"cohort:{cohort.id}",
        path=f"/cohorts/{cohort.code}/{stage.key}/interests", stage=stage.name, open=opens,
    )  # fmt: skip
    event_id = record(session, event, now=now)
    if opens:
        people = session.scalars(
            programme_reviewers(stage.programme_id).with_only_columns(Person.id)
        ).all()
        notify(
            session, [person for person in people if person != actor.id], INTERESTS_ASKED,
            key=f"interests:{event_id}",
            data=event.data() | {"review_by": dates.review_by.isoformat()},
            event_id=event_id, due_at=now, now=now,
        )  # fmt: skip


def state_interests(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    offered: Mapping[int, int],
    wish: int | None,
    now: datetime,
) -> None:
    """Write down what a reviewer wishes of the ideas that were offered to them.

    `offered` maps ideas to 1, 0 or −1; it may hold only ideas that the page showed.
    """
    require_bounds(None, wish, fields=("least", "most"))
    _write(session, cohort, stage, actor.id, wish=wish)
    stated = {idea: said for idea, said in offered.items() if said}
    session.execute(
        delete(Interest).where(
            Interest.person_id == actor.id, Interest.idea_id.in_(set(offered) - set(stated))
        )
    )
    if stated:
        statement = insert_into(session, Interest).values(
            [
                {"idea_id": idea, "person_id": actor.id, "wish": said, "stated_at": now}
                for idea, said in stated.items()
            ]
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[Interest.idea_id, Interest.person_id],
                set_={"wish": statement.excluded.wish, "stated_at": now},
            )
        )
    counted = dict(
        session.execute(
            select(Interest.wish, func.count())
            .join(Idea, Idea.id == Interest.idea_id)
            .where(Interest.person_id == actor.id, Idea.cohort_id == cohort.id)
            .group_by(Interest.wish)
        ).all()
    )
    record(
        session,
        InterestsStated(
            actor_id=actor.id, programme_id=cohort.programme_id, subject=f"cohort:{cohort.id}",
            stage=stage.name, wish=wish, interested=counted.get(1, 0), avoids=counted.get(-1, 0),
        ),
        now=now,
    )  # fmt: skip
