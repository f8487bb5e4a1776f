"""What the pages of cohorts show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, case, func, not_, or_, select
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.checklist import Checklist
from accelerator.domain.cohort_dates import IntakeState
from accelerator.domain.policy import Actor, Role
from accelerator.domain.stages import PLACELESS, IdeaState, PassageState
from accelerator.domain.workdays import Calendar
from accelerator.features.cohorts.queries.intakes import intake_of, today_of
from accelerator.features.cohorts.queries.timeline import Picture, picture
from accelerator.standing.checklist import checklist
from accelerator.storage.tables import Cohort, CohortStage, Idea, Passage, Programme, Stage
from accelerator.storage.visibility import outside_team, visible_ideas

MOST = 50
NEAR = timedelta(days=45)
DAYS = ("hand_in_by", "review_by", "gate_on")


@dataclass(frozen=True, slots=True)
class Day:
    """A date of a cohort: what happens, and in how many working days while it is near."""

    on: date
    what: str
    stage: Bilingual | None
    working: bool
    distance: int | None


@dataclass(frozen=True, slots=True)
class StageCounts:
    """How many ideas the reader sees in a stage; `decided` waits for its announcement."""

    key: str
    name: Bilingual
    working: int = 0
    in_review: int = 0
    decided: int = 0

    @property
    def ideas(self) -> int:
        """Return how many stand in the stage."""
        return self.working + self.in_review + self.decided


@dataclass(frozen=True, slots=True)
class CohortRow:
    """A cohort in the list of those who oversee it."""

    code: str
    name: Bilingual
    programme: Bilingual
    intake: IntakeState
    preparing: bool
    stages: tuple[StageCounts, ...]
    next: Day | None


@dataclass(frozen=True, slots=True)
class CohortList:
    """A page of cohorts; `next` is the code after which the next page begins, or empty."""

    rows: tuple[CohortRow, ...]
    next: str


@dataclass(frozen=True, slots=True)
class CohortPage:
    """All that the page of one cohort shows besides its own row."""

    programme: Programme
    today: date
    intake: IntakeState
    past: tuple[Day, ...]
    ahead: tuple[Day, ...]
    picture: Picture
    oversees: bool
    stages: tuple[StageCounts, ...]
    ended: dict[str, int]
    missing: Checklist | None

    @property
    def days_off(self) -> tuple[Day, ...]:
        """Return the dates still to come that fall on no working day."""
        return tuple(day for day in self.ahead if not day.working)

    @property
    def taken(self) -> int:
        """Return how many ideas came in and were not withdrawn."""
        ended = sum(n for state, n in self.ended.items() if state not in PLACELESS)
        return ended + sum(stage.ideas for stage in self.stages)


def overseen(session: Session, actor: Actor, *, now: datetime, after: str = "") -> CohortList:
    """List the cohorts the reader manages or sponsors, the administrator all; newest first."""
    programmes = _overseen(actor)
    if not programmes and not actor.is_admin:
        return CohortList((), "")
    wanted = (
        select(Cohort, Programme.name.label("programme"))
        .join(Programme, Programme.id == Cohort.programme_id)
        .order_by(Cohort.intake_opens_on.desc(), Cohort.id.desc())
    )
    if not actor.is_admin:
        wanted = wanted.where(Cohort.programme_id.in_(programmes))
    last = session.scalar(select(Cohort).where(Cohort.code == after)) if after else None
    if last is not None:
        wanted = wanted.where(
            or_(
                Cohort.intake_opens_on < last.intake_opens_on,
                and_(Cohort.intake_opens_on == last.intake_opens_on, Cohort.id < last.id),
            )
        )
    rows = session.execute(wanted.limit(MOST + 1)).all()
    shown = [row.Cohort for row in rows[:MOST]]
    stages = _stages_of(session, {cohort.programme_id for cohort in shown})
    counts = _counts(session, actor, [cohort.id for cohort in shown])
    dates = _dates(session, [cohort.id for cohort in shown])
    found = []
    for row in rows[:MOST]:
        cohort = row.Cohort
        mine = stages.get(cohort.programme_id, [])
        _, ahead = _timeline(cohort, mine, dates.get(cohort.id, {}), now, most=1)
        found.append(
            CohortRow(
                code=cohort.code,
                name=cohort.name,
                programme=row.programme,
                intake=intake_of(cohort, now),
                preparing=cohort.preparing,
                stages=_stage_rows(mine, counts.get(cohort.id, {}), actor),
                next=ahead[0] if ahead else None,
            )
        )
    return CohortList(tuple(found), found[-1].code if len(rows) > MOST else "")


def page(session: Session, actor: Actor, cohort: Cohort, *, now: datetime) -> CohortPage:
    """Load what the page of a cohort shows."""
    programme = session.get_one(Programme, cohort.programme_id)
    stages = _stages_of(session, {cohort.programme_id}).get(cohort.programme_id, [])
    dates = dates_of(session, cohort)
    past, ahead = _timeline(cohort, stages, dates, now)
    there = [stage for stage in stages if stage.removed_at is None]
    oversees = actor.is_admin or cohort.programme_id in _overseen(actor)
    busy = oversees and not cohort.preparing  # nothing comes in while it is prepared
    counts = _counts(session, actor, [cohort.id]).get(cohort.id, {}) if busy else {}
    lacking = oversees and cohort.preparing
    return CohortPage(
        programme=programme,
        today=today_of(cohort, now),
        intake=intake_of(cohort, now),
        past=past,
        ahead=ahead,
        picture=picture(session, cohort, there, dates, today_of(cohort, now)),
        oversees=oversees,
        stages=_stage_rows(stages, counts, actor),
        ended=_ended(session, actor, cohort) if busy else {},
        missing=checklist(session, programme, now=now, cohort=cohort, stages=there, dates=dates)
        if lacking
        else None,
    )


def stages_of(session: Session, programme_id: int) -> list[Stage]:
    """List the stages of a programme in order, without those removed."""
    found = _stages_of(session, {programme_id}).get(programme_id, [])
    return [stage for stage in found if stage.removed_at is None]


def dates_of(session: Session, cohort: Cohort) -> dict[int, CohortStage]:
    """Return a cohort's dates under the ids of its stages."""
    return _dates(session, [cohort.id]).get(cohort.id, {})


def moving_along(session: Session, cohort: Cohort) -> dict[str, int]:
    """Count, by stage, the ideas at work that stand on the cohort's own hand-in date."""
    rows = session.execute(
        select(Stage.key, func.count().label("ideas"))
        .join(Passage, Passage.stage_id == Stage.id)
        .join(Idea, Idea.passage_id == Passage.id)
        .join(
            CohortStage,
            (CohortStage.stage_id == Stage.id) & (CohortStage.cohort_id == Idea.cohort_id),
        )
        .where(
            Idea.cohort_id == cohort.id,
            Idea.state == IdeaState.ACTIVE,
            Passage.state == PassageState.OPEN,
            Passage.hand_in_by == CohortStage.hand_in_by,
        )
        .group_by(Stage.key)
    )
    return {row.key: row.ideas for row in rows}


def _overseen(actor: Actor) -> frozenset[int]:
    return actor.programmes(Role.MANAGER) | actor.programmes(Role.SPONSOR)


def _ended(session: Session, actor: Actor, cohort: Cohort) -> dict[str, int]:
    """Count the ideas whose way has ended, rests, or has not begun for want of a place."""
    rows = session.execute(
        select(Idea.state, func.count().label("ideas"))
        .where(
            Idea.cohort_id == cohort.id,
            Idea.state.not_in((IdeaState.DRAFT, IdeaState.ACTIVE)),
            visible_ideas(actor),
        )
        .group_by(Idea.state)
    )
    return {row.state: row.ideas for row in rows}


def _stages_of(session: Session, programme_ids: set[int]) -> dict[int, list[Stage]]:
    found: dict[int, list[Stage]] = {}
    for stage in session.scalars(
        select(Stage)
        .where(Stage.programme_id.in_(programme_ids))
        .order_by(Stage.programme_id, Stage.position)
    ):
        found.setdefault(stage.programme_id, []).append(stage)
    return found


def _dates(session: Session, cohort_ids: list[int]) -> dict[int, dict[int, CohortStage]]:
    found: dict[int, dict[int, CohortStage]] = {}
    for row in session.scalars(select(CohortStage).where(CohortStage.cohort_id.in_(cohort_ids))):
        found.setdefault(row.cohort_id, {})[row.stage_id] = row
    return found


def _counts(
    session: Session, actor: Actor, cohort_ids: list[int]
) -> dict[int, dict[tuple[int, str], int]]:
    """Count living ideas by cohort, then by stage and state of passage.

    What was decided about the reader's own ideas is not given away before it is announced.
    """
    found: dict[int, dict[tuple[int, str], int]] = {}
    untold = and_(Passage.state == PassageState.DECIDED, not_(outside_team(actor)))
    state = case((untold, PassageState.HANDED_IN), else_=Passage.state).label("state")
    for row in session.execute(
        select(Idea.cohort_id, Passage.stage_id, state, func.count().label("ideas"))
        .join(Passage, Passage.id == Idea.passage_id)
        .where(Idea.cohort_id.in_(cohort_ids), Idea.state == IdeaState.ACTIVE, visible_ideas(actor))
        .group_by(Idea.cohort_id, Passage.stage_id, state)
    ):
        found.setdefault(row.cohort_id, {})[row.stage_id, row.state] = row.ideas
    return found


def _stage_rows(
    stages: Sequence[Stage], counts: dict[tuple[int, str], int], actor: Actor
) -> tuple[StageCounts, ...]:
    """Count the ideas of each stage; one that was removed shows while ideas finish it."""
    rows = [(stage, _stage_counts(stage, counts, actor)) for stage in stages]
    return tuple(row for stage, row in rows if stage.removed_at is None or row.ideas)


def _stage_counts(stage: Stage, counts: dict[tuple[int, str], int], actor: Actor) -> StageCounts:
    """Sort the counts; a decision that was not announced is told to managers only."""
    working, handed_in, decided = (
        counts.get((stage.id, state), 0)
        for state in (PassageState.OPEN, PassageState.HANDED_IN, PassageState.DECIDED)
    )
    if stage.programme_id not in actor.programmes(Role.MANAGER):
        handed_in, decided = handed_in + decided, 0
    return StageCounts(stage.key, stage.name, working, handed_in, decided)


def _timeline(
    cohort: Cohort,
    stages: Sequence[Stage],
    dates: dict[int, CohortStage],
    now: datetime,
    *,
    most: int | None = None,
) -> tuple[tuple[Day, ...], tuple[Day, ...]]:
    """Put the dates in order, parted where today lies; today is still ahead, of which `most`."""
    today = today_of(cohort, now)
    calendar = calendar_of(cohort.country, today.year)
    days: list[tuple[date, str, Bilingual | None]] = [
        (cohort.intake_opens_on, "intake_opens_on", None),
        (cohort.intake_closes_on, "intake_closes_on", None),
    ]
    days += [
        (getattr(dates[stage.id], what), what, stage.name)
        for stage in stages
        if stage.id in dates
        for what in DAYS
    ]
    days.sort(key=lambda day: day[0])
    return (
        tuple(_day(calendar, today, *day) for day in days if day[0] < today),
        tuple(_day(calendar, today, *day) for day in [d for d in days if d[0] >= today][:most]),
    )


def _day(calendar: Calendar, today: date, on: date, what: str, stage: Bilingual | None) -> Day:
    near = today <= on <= today + NEAR
    distance = calendar.count(today, on) if near else None
    return Day(on, what, stage, calendar.is_working(on), distance)
