"""What a programme, and one of its cohorts, lacks before intake can open: facts for the rule."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, case, cast, func, literal, null, select
from sqlalchemy.orm import Session
from sqlalchemy.types import Integer

from accelerator.calendars import calendar_of
from accelerator.domain import checklist as rule
from accelerator.domain.checklist import Checklist, CohortFacts, People
from accelerator.domain.cohort_dates import StageDates
from accelerator.domain.intake import Requirement
from accelerator.domain.policy import Role
from accelerator.standing.outlines import rows
from accelerator.storage.tables import (
    Cohort,
    CohortStage,
    Decider,
    Membership,
    Person,
    Programme,
    Stage,
)

_WHO = (
    select(
        Membership.role.label("what"), cast(null(), Integer).label("stage"),
        func.count().label("named"), func.count().label("able"),
    )
    .join(Person, (Person.id == Membership.person_id) & Person.disabled_at.is_(None))
    .where(Membership.programme_id == bindparam("programme"))
    .group_by(Membership.role)
    .union_all(
        select(
            literal("decider"), Decider.stage_id, func.count(),
            func.count(case((Person.disabled_at.is_(None), 1))),
        )
        .join(Stage, Stage.id == Decider.stage_id)
        .join(Person, Person.id == Decider.person_id)
        .where(Stage.programme_id == bindparam("programme"))
        .group_by(Decider.stage_id)
    )
)  # fmt: skip


def checklist(
    session: Session,
    programme: Programme,
    *,
    now: datetime,
    cohort: Cohort | None = None,
    stages: Sequence[Stage] | None = None,
    dates: Mapping[int, CohortStage] | None = None,
    has_cohort: bool = True,
) -> Checklist:
    """Return what is missing before intake can open, of the programme and, if given, the cohort.

    Two queries, and one each for the stages and the cohort's dates (by stage id) unless given.
    A programme of which one knows that it has no cohort lacks that too.
    """
    if stages is None:
        stages = rows.stages_of(session, programme)
    outline = rows.read(session, programme, stages)
    facts = None if cohort is None else _facts(session, cohort, stages, dates, now)
    found = rule.check(outline, _people(session, programme, stages), facts)
    return found if has_cohort else Checklist((rule.no_cohort(), *found.gaps))


def _people(session: Session, programme: Programme, stages: Sequence[Stage]) -> People:
    keys = {stage.id: stage.key for stage in stages}
    found = session.execute(_WHO, {"programme": programme.id}).all()
    roles = {row.what: row.named for row in found if row.stage is None}
    return People(
        roles.get(Role.MANAGER, 0),
        roles.get(Role.REVIEWER, 0),
        {keys[row.stage]: (row.named, row.able) for row in found if row.stage in keys},
    )


def _facts(
    session: Session,
    cohort: Cohort,
    stages: Sequence[Stage],
    dates: Mapping[int, CohortStage] | None,
    now: datetime,
) -> CohortFacts:
    if dates is None:
        wanted = select(CohortStage).where(CohortStage.cohort_id == cohort.id)
        dates = {row.stage_id: row for row in session.scalars(wanted)}
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    return CohortFacts(
        name=cohort.name,
        opens_on=cohort.intake_opens_on,
        closes_on=cohort.intake_closes_on,
        capacity=cohort.capacity,
        today=today,
        calendar=calendar_of(cohort.country, today.year),
        dates={
            stage.key: StageDates(day.hand_in_by, day.review_by, day.gate_on)
            for stage in stages
            if (day := dates.get(stage.id)) is not None
        },
        eligibility=tuple(
            text
            for one in map(Requirement.of, cohort.eligibility)
            for text in (one.question, one.refusal)
        ),
    )
