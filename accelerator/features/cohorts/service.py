"""Propose the dates of cohorts, set them up, and move their dates."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from accelerator.activity import record
from accelerator.activity.events.programmes import CohortChanged, CohortCreated, HandInMoved
from accelerator.calendars import calendar_of
from accelerator.domain.cohort_dates import StageDates, StageSpan, propose, require_order
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Actor
from accelerator.domain.stages import LIVING, PassageState, Timing
from accelerator.i18n import N_
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    CohortStage,
    Idea,
    Passage,
    Programme,
    Stage,
)

DAYS = ("hand_in_by", "review_by", "gate_on")
Values = Mapping[str, Any]


def suggest_intake(country: str, today: date) -> tuple[date, date]:
    """Return an intake of four weeks that begins two weeks from now, on working days."""
    calendar = calendar_of(country, today.year)
    opens = calendar.add(today, 10)
    return opens, calendar.add(opens, 20)


def suggest_dates(
    stages: Sequence[Stage], country: str, intake_closes_on: date
) -> dict[str, StageDates]:
    """Propose dates for each stage that is not rolling, under its key."""
    spans = [
        StageSpan(stage.time_box_days, stage.promise_days, stage.timing == Timing.ROLLING)
        for stage in stages
    ]
    proposed = propose(intake_closes_on, spans, calendar_of(country, intake_closes_on.year))
    dated = [stage.key for stage in stages if stage.timing == Timing.COHORT]
    return dict(zip(dated, proposed, strict=True))


def day_off(country: str, day: date) -> date | None:
    """Return the next working day when a day is none, else None."""
    found = calendar_of(country, day.year).on_or_after(day)
    return None if found == day else found


def create(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    code: str,
    values: Values,
    dates: Mapping[str, StageDates],
    now: datetime,
) -> Cohort:
    """Set up a cohort with its dates; `dates` has one entry per stage that is not rolling."""
    stages = _dated_stages(session, programme.id)
    _require_order(values, (dates[stage.key] for stage in stages))
    if session.scalar(select(Cohort.id).where(Cohort.code == code)) is not None:
        raise DomainError(
            "cohort_code_taken", N_("A cohort with this code exists already."), field="code"
        )
    cohort = Cohort(programme_id=programme.id, code=code, created_at=now, **values)
    session.add(cohort)
    session.flush()
    for stage in stages:
        days = {name: getattr(dates[stage.key], name) for name in DAYS}
        session.add(CohortStage(cohort_id=cohort.id, stage_id=stage.id, **days))
    session.flush()
    record(
        session,
        CohortCreated(
            actor_id=actor.id,
            programme_id=programme.id,
            subject=f"cohort:{code}",
            path=f"/cohorts/{code}",
            code=code,
        ),
        now=now,
    )
    return cohort


def change(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    version: int,
    values: Values,
    dates: Mapping[str, StageDates],
    now: datetime,
) -> None:
    """Change a cohort, unless somebody changed it meanwhile.

    A moved hand-in date moves every passage that still stood on the old one, and the teams hear
    of it; a moved review date moves the open assignments that stood on the old one. A team or a
    reviewer with a date of their own keeps it, and so do milestones and answers already promised.
    """
    session.refresh(cohort, with_for_update=True)
    if cohort.version != version:
        raise Stale(
            "stale",
            N_("Another manager saved this page after you opened it."),
            theirs={},
            mine={},
            version=cohort.version,
        )
    stages = _dated_stages(session, cohort.programme_id)
    _require_order(values, (dates[stage.key] for stage in stages))
    changed = [name for name, value in values.items() if getattr(cohort, name) != value]
    for name in changed:
        setattr(cohort, name, values[name])
    for stage in stages:
        moved = _move_stage(session, cohort, stage, dates[stage.key], actor=actor, now=now)
        changed += [f"{stage.key}:{name}" for name in moved]
    if not changed:
        return
    # A moved date is a changed cohort: its version grows with it.
    flag_modified(cohort, "capacity")
    session.flush()
    record(
        session,
        CohortChanged(
            actor_id=actor.id,
            programme_id=cohort.programme_id,
            subject=f"cohort:{cohort.code}",
            path=f"/cohorts/{cohort.code}",
            code=cohort.code,
            fields=changed,
        ),
        now=now,
    )


def _dated_stages(session: Session, programme_id: int) -> list[Stage]:
    return list(
        session.scalars(
            select(Stage)
            .where(
                Stage.programme_id == programme_id,
                Stage.removed_at.is_(None),
                Stage.timing == Timing.COHORT,
            )
            .order_by(Stage.position)
        )
    )


def _require_order(values: Values, dates: Iterable[StageDates]) -> None:
    require_order(values["intake_opens_on"], values["intake_closes_on"], list(dates))


def _move_stage(
    session: Session,
    cohort: Cohort,
    stage: Stage,
    dates: StageDates,
    *,
    actor: Actor,
    now: datetime,
) -> list[str]:
    row = session.get(CohortStage, (cohort.id, stage.id))
    if row is None:
        row = CohortStage(cohort_id=cohort.id, stage_id=stage.id)
        session.add(row)
    was = {name: getattr(row, name) for name in DAYS}
    moved = [name for name in DAYS if was[name] != getattr(dates, name)]
    for name in moved:
        setattr(row, name, getattr(dates, name))
    session.flush()
    if "hand_in_by" in moved:
        _move_hand_in(session, cohort, stage, was["hand_in_by"], dates, actor=actor, now=now)
    if "review_by" in moved:
        _move_reviews(session, cohort, stage, was["review_by"], dates)
    return moved


def _move_hand_in(
    session: Session,
    cohort: Cohort,
    stage: Stage,
    was: date | None,
    dates: StageDates,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    rows = session.execute(
        select(Idea, Passage)
        .join(Passage, Passage.id == Idea.passage_id)
        .where(
            Idea.cohort_id == cohort.id,
            Idea.state.in_(LIVING),
            Passage.stage_id == stage.id,
            Passage.state == PassageState.OPEN,
            Passage.hand_in_by == was,
        )
        .order_by(Idea.id)
    )
    for idea, passage in rows.all():
        event = HandInMoved(
            actor_id=actor.id,
            programme_id=cohort.programme_id,
            idea_id=idea.id,
            path=f"/ideas/{idea.code}",
            code=idea.code,
            title=idea.title,
            stage=stage.name,
            was=passage.hand_in_by.isoformat(),
            hand_in_by=dates.hand_in_by.isoformat(),
        )
        passage.hand_in_by = dates.hand_in_by
        record(session, event, now=now)


def _move_reviews(
    session: Session, cohort: Cohort, stage: Stage, was: date | None, dates: StageDates
) -> None:
    passages = (
        select(Passage.id)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(Idea.cohort_id == cohort.id, Passage.stage_id == stage.id)
    )
    session.execute(
        update(Assignment)
        .where(
            Assignment.passage_id.in_(passages),
            Assignment.state.in_(("assigned", "accepted")),
            Assignment.due_on == was,
        )
        .values(due_on=dates.review_by)
    )
