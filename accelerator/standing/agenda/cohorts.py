"""The dates of a cohort, as somebody with a role in its programme may see them."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.agenda import NOTHING, Entry, Kind, Window, in_order
from accelerator.domain.policy import Actor, Permission, Role, Subject, can
from accelerator.standing.agenda.gates import MOST, answers_owed, gates, reviews_owed
from accelerator.standing.agenda.people import milestone_entry, milestones_of
from accelerator.storage.tables import Cohort, CohortStage, Idea, Stage

MILESTONES = 2 * MOST  # the soonest of a cohort; more make calendar programs give up


def of_cohort(session: Session, actor: Actor, cohort: Cohort, *, now: datetime) -> list[Entry]:
    """List a cohort's dates; managers besides see milestones, and what is owed on which day."""
    window = Window.around(now)
    shown = gates(session, actor, window, cohort_id=cohort.id)
    held = {entry.name for entry in shown}
    entries = [
        *(
            one
            for one in _dates(session, cohort, window)
            if one.kind is not Kind.GATE or one.name not in held
        ),
        *shown,
    ]
    subject = Subject(programme_id=cohort.programme_id)
    if can(Permission.PROMISE_VIEW, actor, subject).allowed:
        entries += answers_owed(session, actor, window, outside=False, cohort_id=cohort.id)
    if (cohort.programme_id, Role.MANAGER) in actor.roles:
        entries += reviews_owed(session, actor, window, cohort_id=cohort.id)
        rows = session.execute(milestones_of(Idea.cohort_id == cohort.id, window, MILESTONES))
        entries += [milestone_entry(row, reader=actor.id) for row in rows]
    return in_order(entries)


def _dates(session: Session, cohort: Cohort, window: Window) -> list[Entry]:
    rows = session.execute(
        select(CohortStage, Stage)
        .join(Stage, Stage.id == CohortStage.stage_id)
        .where(
            CohortStage.cohort_id == cohort.id, Stage.removed_at.is_(None),
            Stage.timing == "cohort",
        )
        .order_by(Stage.position)
    )  # fmt: skip
    path = f"/cohorts/{cohort.code}"
    found: list[tuple[Kind, str, date, Stage | None]] = [
        (Kind.INTAKE_OPENS, str(cohort.id), cohort.intake_opens_on, None),
        (Kind.INTAKE_CLOSES, str(cohort.id), cohort.intake_closes_on, None),
    ]
    for dates, stage in rows:
        number = f"{cohort.id}-{stage.id}"
        found += [
            (Kind.HAND_INS, number, dates.hand_in_by, stage),
            (Kind.REVIEW_BY, number, dates.review_by, stage),
            (Kind.GATE, number, dates.gate_on, stage),
        ]
    return [
        Entry(
            kind, number, on, cohort.time_zone, path, cohort.version, cohort.created_at,
            name=stage.name if stage else NOTHING, cohort=cohort.name,
        )
        for kind, number, on, stage in found
        if on in window
    ]  # fmt: skip
