"""What the page of an idea's readiness shows: six statements, however much there is."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.people import display_name
from accelerator.domain.policy import Actor
from accelerator.domain.readiness import (
    HIGHEST,
    Assessment,
    Dimension,
    DimensionText,
    Fall,
    LevelText,
    NextStep,
    Part,
    Shortfall,
    assess,
    unmet,
)
from accelerator.domain.stages import LIVING
from accelerator.features.readiness.queries.beside import Beside, Gate, Request, Task, beside
from accelerator.features.readiness.queries.evidence import EvidenceRow, pieces
from accelerator.standing.levels import Ahead, ahead_of
from accelerator.standing.readiness import given, policy_of
from accelerator.standing.wordings import texts_of
from accelerator.storage.tables import (
    Attachment,
    Cohort,
    Idea,
    Passage,
    Person,
    Programme,
    ReadinessModel,
    ReadinessScore,
    Stage,
    TeamMember,
)

MOST_DAYS = 1500  # of stored scores
MOST_QUIET = 40  # points on days on which no level changed
SEEN = 0.5  # points; the score is shown without decimals


@dataclass(frozen=True, slots=True)
class DimensionView:
    """One dimension of an idea: its part of the score, what shows it, and what can be done."""

    text: DimensionText
    part: Part | None
    weight: float
    minimum: int | None
    asked_not_applicable: bool
    evidence: tuple[EvidenceRow, ...]
    step: NextStep | None
    fall: Fall | None
    tasks: tuple[Task, ...]
    requests: tuple[Request, ...]

    @property
    def next_level(self) -> LevelText | None:
        """Return the level above the proven one."""
        proven = self.part.proven if self.part else HIGHEST
        return self.text.levels[proven] if proven < HIGHEST else None

    @property
    def short(self) -> bool:
        """Say whether the next gate asks for more than is proven."""
        return self.part is not None and self.part.proven < (self.minimum or 0)


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """The score of one day; `share` is its place on the time axis, 0 to 1."""

    at: date
    value: float
    share: float


@dataclass(frozen=True, slots=True)
class ReadinessView:
    """An idea's readiness, whole."""

    assessment: Assessment
    dimensions: tuple[DimensionView, ...]
    stage_name: Bilingual
    minimums: dict[Dimension, int]
    unmet: tuple[Shortfall, ...]
    history: tuple[HistoryPoint, ...]
    gates: tuple[tuple[float, Gate], ...]
    team: tuple[tuple[int, str], ...]
    files: tuple[tuple[int, str], ...]
    today: date
    programme_key: str
    ahead: Ahead
    living: bool

    @property
    def falling(self) -> Fall | None:
        """Return what lowers the score next, or lowers it already; None where nothing will."""
        return next((fall for fall in self.assessment.falls if fall.points >= SEEN), None)

    def day(self, days: int) -> date:
        """Return the day so many days from today."""
        return self.today + timedelta(days=days)


_HEAD = (
    select(
        Cohort.time_zone, Programme.key, Programme.readiness_policy, ReadinessModel.wording,
        Stage.minimums, Stage.name,
    )
    .select_from(Passage)
    .join(Stage, Stage.id == Passage.stage_id)
    .join(Cohort, Cohort.id == bindparam("cohort"))
    .join(Programme, Programme.id == Cohort.programme_id)
    .outerjoin(
        ReadinessModel,
        (ReadinessModel.programme_id == Programme.id)
        & (ReadinessModel.number == Programme.readiness_number),
    )
    .where(Passage.id == bindparam("passage"))
)  # fmt: skip


def of_idea(session: Session, idea: Idea, *, actor: Actor, now: datetime) -> ReadinessView:
    """Load an idea's readiness as of now."""
    head = session.execute(_HEAD, {"cohort": idea.cohort_id, "passage": idea.passage_id}).one()
    zone = ZoneInfo(head.time_zone)
    today = now.astimezone(zone).date()
    near = beside(session, idea, zone)
    claims, spared, proven = given(session, [idea.id])
    policy = policy_of(head.readiness_policy)
    found = assess(
        claims[idea.id], proven[idea.id], spared[idea.id], today, policy, team=near.everybody
    )
    minimums = {Dimension(name): level for name, level in head.minimums.items()}
    history = _history(session, idea, found, today)
    return ReadinessView(
        assessment=found,
        dimensions=_dimensions(
            found, texts_of(head.wording), minimums, near,
            evidence=pieces(session, idea, actor),
            asked={d for d, votes in spared[idea.id].items() if not votes},
        ),
        stage_name=head.name,
        minimums=minimums,
        unmet=unmet(found, minimums),
        history=history,
        gates=tuple(_places(near.gates, history)),
        team=near.team,
        files=near.files,
        today=today,
        programme_key=head.key,
        ahead=ahead_of(session, idea.id, today=today),
        living=idea.state in LIVING,
    )  # fmt: skip


def _dimensions(
    found: Assessment,
    texts: tuple[DimensionText, ...],
    minimums: dict[Dimension, int],
    near: Beside,
    *,
    evidence: dict[str, list[EvidenceRow]],
    asked: set[Dimension],
) -> tuple[DimensionView, ...]:
    steps = {step.dimension: step for step in found.steps}
    falls = {fall.dimension: fall for fall in found.falls}
    total = sum(found.policy.weights[d] for d in found.parts)
    return tuple(
        DimensionView(
            text=text,
            part=found.parts.get(key := text.dimension),
            weight=100 * found.policy.weights[key] / total if key in found.parts else 0.0,
            minimum=minimums.get(key),
            asked_not_applicable=key in asked,
            evidence=tuple(evidence.get(key, ())),
            step=steps.get(key),
            fall=falls.get(key),
            tasks=tuple(task for task in near.tasks if task.dimension == key),
            requests=tuple(one for one in near.requests if one.dimension == key),
        )
        for text in texts
    )


def idea_of(session: Session, part: Any) -> Idea:
    """Return the idea of a piece of evidence, or of a request."""
    return session.get_one(Idea, part.idea_id)


def files(session: Session, idea: Idea) -> tuple[tuple[int, str], ...]:
    """List the files of an idea that evidence can point at."""
    rows = session.execute(
        select(Attachment.id, Attachment.name)
        .where(Attachment.idea_id == idea.id, Attachment.removed_at.is_(None))
        .limit(100)
    )
    return tuple((row.id, row.name) for row in rows)


def team(session: Session, idea: Idea) -> tuple[tuple[int, str], ...]:
    """List who can be in charge of a milestone."""
    rows = session.execute(
        select(Person.id, Person.family_name, Person.given_name)
        .join(TeamMember, TeamMember.person_id == Person.id)
        .where(TeamMember.idea_id == idea.id, TeamMember.state == "accepted")
    )
    return tuple((row.id, display_name(row.family_name, row.given_name)) for row in rows)


def text_of(session: Session, idea: Idea, dimension: Dimension) -> DimensionText:
    """Return the wording of a dimension in the idea's programme."""
    head = session.execute(_HEAD, {"cohort": idea.cohort_id, "passage": idea.passage_id}).one()
    wording: dict[str, Any] | None = head.wording
    return next(text for text in texts_of(wording) if text.dimension is dimension)


def texts_in(session: Session, programme: Programme) -> tuple[DimensionText, ...]:
    """Return the wording of a programme's levels as it holds now."""
    number = programme.readiness_number
    model = session.get(ReadinessModel, (programme.id, number)) if number else None
    return texts_of(model.wording if model else None)


def _history(
    session: Session, idea: Idea, found: Assessment, today: date
) -> tuple[HistoryPoint, ...]:
    """Return the days on which a level or the score changed, and today at the end."""
    rows = session.execute(
        select(ReadinessScore.on, ReadinessScore.score, ReadinessScore.levels)
        .where(ReadinessScore.idea_id == idea.id)
        .order_by(ReadinessScore.on.desc())
        .limit(MOST_DAYS)
    ).all()[::-1]
    if not rows:
        return ()
    first, span = rows[0].on, max((today - rows[0].on).days, 1)
    days: list[tuple[date, float]] = []
    levels = ""
    for row in rows:  # fading makes a row a day; of those between changes, some are enough
        if row.on < today and (
            row.levels != levels or (row.on - days[-1][0]).days >= span / MOST_QUIET
        ):
            days.append((row.on, row.score))
            levels = row.levels
    days.append((today, found.score))
    return tuple(HistoryPoint(on, score, (on - first).days / span) for on, score in days)


def _places(gates: tuple[Gate, ...], history: tuple[HistoryPoint, ...]) -> Any:
    """Yield the gates within the time shown, with their places on its axis."""
    if history:
        first, last = history[0].at, history[-1].at
        for gate in gates:
            if first <= gate.on <= last:
                yield (gate.on - first).days / max((last - first).days, 1), gate
