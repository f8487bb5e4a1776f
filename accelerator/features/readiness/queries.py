"""What the page of an idea's readiness shows."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator import content
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.people import display_name
from accelerator.domain.policy import Actor
from accelerator.domain.readiness import HIGHEST, Assessment, Dimension, Part, unmet
from accelerator.standing.readiness import assessments
from accelerator.storage.tables import (
    Attachment,
    Claim,
    Cohort,
    Evidence,
    Idea,
    Passage,
    Person,
    ReadinessScore,
    Stage,
    Verification,
)

MOST_EVIDENCE = 200
MOST_HISTORY = 60


@dataclass(frozen=True, slots=True)
class LevelText:
    """The wording of one level."""

    level: int
    title: Bilingual
    text: Bilingual
    evidence: Bilingual


@dataclass(frozen=True, slots=True)
class DimensionText:
    """The wording of one dimension."""

    dimension: Dimension
    name: Bilingual
    question: Bilingual
    levels: tuple[LevelText, ...]


@dataclass(frozen=True, slots=True)
class VoteRow:
    """What one verifier said."""

    verifier: str
    accepted: bool
    level: int | None
    note: str
    mine: bool


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A piece of evidence with its votes."""

    id: int
    level: int
    statement: str
    url: str
    attachment_id: int | None
    attachment_name: str
    true_on: date
    given_by: str
    votes: tuple[VoteRow, ...]


@dataclass(frozen=True, slots=True)
class DimensionView:
    """One dimension of an idea: its part of the score and what shows it."""

    text: DimensionText
    part: Part | None
    weight: float
    minimum: int | None
    asked_not_applicable: bool
    evidence: tuple[EvidenceRow, ...]

    @property
    def next_level(self) -> LevelText | None:
        """Return the level above the proven one."""
        proven = self.part.proven if self.part else HIGHEST
        return self.text.levels[proven] if proven < HIGHEST else None


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """The score of one day; `share` is its place on the time axis, 0 to 1."""

    at: date
    value: float
    share: float
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class ReadinessView:
    """An idea's readiness, whole."""

    assessment: Assessment
    dimensions: tuple[DimensionView, ...]
    stage_name: Bilingual
    unmet: tuple[Any, ...]
    history: tuple[HistoryPoint, ...]
    files: tuple[tuple[int, str], ...]
    today: date


def texts() -> tuple[DimensionText, ...]:
    """Return the wording of all dimensions and levels."""
    source = content.load("readiness")
    return tuple(
        DimensionText(
            dimension,
            Bilingual.of(source[dimension]["name"]),
            Bilingual.of(source[dimension]["question"]),
            tuple(
                LevelText(
                    level["level"],
                    Bilingual.of(level["title"]),
                    Bilingual.of(level["text"]),
                    Bilingual.of(level["evidence"]),
                )
                for level in source[dimension]["levels"]
            ),
        )
        for dimension in Dimension
    )


def of_idea(session: Session, idea: Idea, *, actor: Actor, now: datetime) -> ReadinessView:
    """Load an idea's readiness as of now."""
    zone, minimums, stage_name = session.execute(
        select(Cohort.time_zone, Stage.minimums, Stage.name)
        .select_from(Passage)
        .join(Stage, Stage.id == Passage.stage_id)
        .join(Cohort, Cohort.id == idea.cohort_id)
        .where(Passage.id == idea.passage_id)
    ).one()
    today = now.astimezone(ZoneInfo(zone)).date()
    assessment = assessments(session, [idea.id], today=today)[idea.id]
    wanted = {Dimension(name): level for name, level in minimums.items()}
    evidence = _evidence(session, idea, actor)
    asked = _asked_not_applicable(session, idea)
    return ReadinessView(
        assessment=assessment,
        dimensions=tuple(
            DimensionView(
                text,
                assessment.parts.get(text.dimension),
                _weight(assessment, text.dimension),
                wanted.get(text.dimension),
                text.dimension in asked,
                tuple(evidence.get(text.dimension, ())),
            )
            for text in texts()
        ),
        stage_name=stage_name,
        unmet=unmet(assessment, wanted),
        history=_history(session, idea),
        files=files(session, idea),
        today=today,
    )


def files(session: Session, idea: Idea) -> tuple[tuple[int, str], ...]:
    """List the files of an idea that evidence can point at."""
    rows = session.execute(
        select(Attachment.id, Attachment.name)
        .where(Attachment.idea_id == idea.id, Attachment.removed_at.is_(None))
        .limit(100)
    )
    return tuple((row.id, row.name) for row in rows)


def idea_of(session: Session, evidence: Evidence) -> Idea:
    """Return the idea of a piece of evidence."""
    return session.get_one(Idea, evidence.idea_id)


def _weight(assessment: Assessment, dimension: Dimension) -> float:
    """Return a dimension's share of the score in per cent, among those that count."""
    from accelerator.domain.readiness import DEFAULT_POLICY

    weights = DEFAULT_POLICY.weights
    total = sum(weights[d] for d in assessment.parts)
    return 100 * weights[dimension] / total if dimension in assessment.parts else 0.0


def _asked_not_applicable(session: Session, idea: Idea) -> set[str]:
    newest: dict[str, bool] = {}
    for row in session.execute(
        select(Claim.dimension, Claim.not_applicable, Claim.approved_by_id)
        .where(Claim.idea_id == idea.id)
        .order_by(Claim.id)
    ):
        newest[row.dimension] = row.not_applicable and row.approved_by_id is None
    return {dimension for dimension, waits in newest.items() if waits}


def _evidence(session: Session, idea: Idea, actor: Actor) -> dict[str, list[EvidenceRow]]:
    rows = session.execute(
        select(Evidence, Person.family_name, Person.given_name, Attachment.name.label("file"))
        .join(Person, Person.id == Evidence.given_by_id)
        .outerjoin(Attachment, Attachment.id == Evidence.attachment_id)
        .where(Evidence.idea_id == idea.id, Evidence.withdrawn_at.is_(None))
        .order_by(Evidence.level.desc(), Evidence.true_on.desc(), Evidence.id.desc())
        .limit(MOST_EVIDENCE)
    ).all()
    votes: dict[int, list[VoteRow]] = {}
    for vote, family, given in session.execute(
        select(Verification, Person.family_name, Person.given_name)
        .join(Person, Person.id == Verification.verifier_id)
        .where(
            Verification.evidence_id.in_([row.Evidence.id for row in rows]),
            Verification.replaced_at.is_(None),
        )
        .order_by(Verification.id)
    ):
        votes.setdefault(vote.evidence_id, []).append(
            VoteRow(
                _name(family, given),
                vote.accepted,
                vote.level,
                vote.note,
                vote.verifier_id == actor.id,
            )
        )
    found: dict[str, list[EvidenceRow]] = {}
    for row in rows:
        one = row.Evidence
        found.setdefault(one.dimension, []).append(
            EvidenceRow(
                one.id,
                one.level,
                one.statement,
                one.url,
                one.attachment_id,
                row.file or "",
                one.true_on,
                _name(row.family_name, row.given_name),
                tuple(votes.get(one.id, ())),
            )
        )
    return found


def _name(family: str, given: str) -> str:
    return display_name(family, given)


def _history(session: Session, idea: Idea) -> tuple[HistoryPoint, ...]:
    rows = session.execute(
        select(ReadinessScore.on, ReadinessScore.score, ReadinessScore.policy_version)
        .where(ReadinessScore.idea_id == idea.id)
        .order_by(ReadinessScore.on.desc())
        .limit(MOST_HISTORY)
    ).all()[::-1]
    if not rows:
        return ()
    first, span = rows[0].on, max((rows[-1].on - rows[0].on).days, 1)
    return tuple(
        HistoryPoint(row.on, row.score, (row.on - first).days / span, "#history", "")
        for row in rows
    )
