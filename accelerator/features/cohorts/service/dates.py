"""Propose the dates of cohorts, set them up, and move their dates."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from accelerator.activity import record
from accelerator.activity.admissions import tell_admitted
from accelerator.activity.events.cohorts import CohortCloned
from accelerator.activity.events.programmes import CohortChanged, CohortCreated
from accelerator.calendars import calendar_of
from accelerator.domain.cohort_dates import StageDates, StageSpan, propose, require_order
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Actor
from accelerator.domain.stages import Timing
from accelerator.features.cohorts.service.moving import DAYS, Shift, move
from accelerator.i18n import N_
from accelerator.standing.places import admit_next
from accelerator.storage.tables import (
    Cohort,
    CohortStage,
    Programme,
    Stage,
)

Values = Mapping[str, Any]


def suggest_intake(country: str, today: date) -> tuple[date, date]:
    """Return an intake of four weeks that begins two weeks from now, on working days."""
    return intake_from(country, calendar_of(country, today.year).add(today, 10))


def intake_from(country: str, opens_on: date) -> tuple[date, date]:
    """Return an intake of four weeks from a day, or the next working day."""
    calendar = calendar_of(country, opens_on.year)
    opens = calendar.on_or_after(opens_on)
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
    preparing: bool = False,
    source: Cohort | None = None,
) -> Cohort:
    """Set up a cohort with its dates; `dates` has one entry per stage that is not rolling.

    While `preparing` only those who run the programme see it. From its `source` it has the
    questions of eligibility.
    """
    stages = _dated_stages(session, programme.id)
    _require_order(values, (dates[stage.key] for stage in stages))
    if session.scalar(select(Cohort.id).where(Cohort.code == code)) is not None:
        raise DomainError(
            "cohort_code_taken", N_("A cohort with this code exists already."), field="code"
        )
    cohort = Cohort(
        programme_id=programme.id,
        code=code,
        created_at=now,
        preparing=preparing,
        eligibility=[] if source is None else list(source.eligibility),
        cloned_from_id=None if source is None else source.id,
        **values,
    )
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
    if source is not None:
        record(
            session,
            CohortCloned(
                actor_id=actor.id,
                programme_id=programme.id,
                subject=f"cohort:{code}",
                path=f"/cohorts/{code}",
                code=code,
                source=source.code,
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

    What stood on a moved date moves along, and whoever it belongs to hears: teams at work with a
    hand-in, reviewers with a review date, open milestones with the gate they were counted from.
    A team, a reviewer or a milestone with a date of its own keeps it, and so does every answer
    already promised. More places let the first in line in.
    """
    session.refresh(cohort, with_for_update=True)
    require_fresh(cohort, version)
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
    admitted = admit_next(session, cohort_id=cohort.id, now=now)
    tell_admitted(session, admitted, actor_id=None, now=now)
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


def require_fresh(cohort: Cohort, version: int) -> None:
    """Raise Stale when somebody saved the cohort after this version was read."""
    if cohort.version != version:
        raise Stale(
            "stale",
            N_("Another manager saved this page after you opened it."),
            theirs={},
            mine={},
            version=cohort.version,
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
        days = {name: getattr(dates, name) for name in DAYS}
        session.add(CohortStage(cohort_id=cohort.id, stage_id=stage.id, **days))
        session.flush()
        return list(DAYS)
    shift = Shift(stage, StageDates(row.hand_in_by, row.review_by, row.gate_on), dates)
    moved = [name for name in DAYS if shift.moves(name)]
    if moved:
        move(session, actor=actor, cohort=cohort, shift=shift, now=now)
    for name in moved:
        setattr(row, name, getattr(dates, name))
    session.flush()
    return moved
