"""What a reviewer has before them: the version handed in, the rubric, their own text."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from accelerator.domain.anonymity import without_team
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.drafts import fingerprint
from accelerator.domain.reviews import (
    ASKED,
    GONE,
    AssignmentState,
    Line,
    ReviewText,
    is_late,
    is_open,
    shows_others,
)
from accelerator.domain.stages import IdeaState
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Criterion,
    Idea,
    Passage,
    Person,
    Review,
    Rubric,
    Stage,
    Version,
)

_THESE = aliased(Assignment)
_OF_PASSAGE = (
    select(func.count()).where(_THESE.passage_id == Assignment.passage_id).correlate(Assignment)
)
_NEWEST = (
    select(func.max(Version.id))
    .where(Version.passage_id == Assignment.passage_id)
    .correlate(Assignment)
    .scalar_subquery()
)
_FACTS = (
    select(
        Idea, Passage, Stage, Cohort, Review, Version, Rubric,
        _OF_PASSAGE.where(_THESE.state.in_(ASKED)).scalar_subquery(),
        _OF_PASSAGE.where(_THESE.state == AssignmentState.SUBMITTED).scalar_subquery(),
    )
    .select_from(Assignment)
    .join(Idea, Idea.id == Assignment.idea_id)
    .join(Passage, Passage.id == Assignment.passage_id)
    .join(Stage, Stage.id == Passage.stage_id)
    .join(Cohort, Cohort.id == Idea.cohort_id)
    .outerjoin(Review, Review.assignment_id == Assignment.id)
    .outerjoin(Rubric, Rubric.id == Review.rubric_id)
    .outerjoin(Version, Version.id == func.coalesce(Review.idea_version_id, _NEWEST))
    .where(Assignment.id == bindparam("assignment"))
)  # fmt: skip
_HELD = _FACTS.with_for_update(read=True, of=Stage)
_RUBRICS = (
    select(Criterion, Stage.scale)
    .join(Stage, Stage.id == Criterion.stage_id)
    .where(
        Criterion.stage_id.in_(bindparam("stages", expanding=True)), Criterion.removed_at.is_(None)
    )
    .order_by(Criterion.position, Criterion.id)
)


@dataclass(frozen=True, slots=True)
class RubricLine:
    """One criterion with its words; `weight` is its share of the score in percent."""

    line: Line
    name: Bilingual
    help: Bilingual
    weight: float
    levels: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class OtherReview:
    """What another reviewer wrote; the name is empty where reviewers are hidden.

    `rubric` is the one it was given under.
    """

    reviewer: str
    rubric: tuple[RubricLine, ...]
    marks: dict[str, int | None]
    recommendation: str | None
    confidence: int | None
    comment_to_team: str


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything a reviewer has before them: the version handed in, the rubric, their own text.

    `given_under` is the rubric as it was when the review was handed in; `renewed` says that
    another one holds now.
    """

    code: str
    state: AssignmentState
    open: bool
    idea_state: IdeaState
    due_on: date
    stage: Bilingual
    cohort: Bilingual
    cohort_code: str
    version_number: int
    content: dict[str, Any]
    team: tuple[str, ...]
    team_hidden: bool
    rubric: tuple[RubricLine, ...]
    given_under: tuple[RubricLine, ...]
    renewed: bool
    text: ReviewText
    submitted: ReviewText
    changed: bool
    version: int
    saved_at: datetime | None
    submitted_at: datetime | None
    late: bool
    score: float | None
    decline_reason: str | None
    others: tuple[OtherReview, ...] = field(default=())
    others_rule: str = ""

    @property
    def gone(self) -> bool:
        """Say whether the review is no longer asked for, so that the idea is not shown."""
        return self.state in GONE


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules need to know about one assignment, and the review row if there is one.

    `waiting` and `done` count the reviews of the passage that are asked for and submitted.
    """

    idea: Idea
    passage: Passage
    stage: Stage
    cohort: Cohort
    review: Review | None
    version: Version | None
    given_under: Rubric | None
    waiting: int
    done: int

    @property
    def open(self) -> bool:
        """Say whether the review may be submitted now."""
        return is_open(self.idea.state, self.passage.state)


def facts(session: Session, assignment: Assignment, *, hold: bool = False) -> Facts:
    """Load what surrounds an assignment: one query.

    With `hold` the stage's rubric cannot change until a review under it is saved.
    """
    wanted = _HELD if hold else _FACTS
    return Facts(*session.execute(wanted, {"assignment": assignment.id}).one())


def rubric(session: Session, stage_id: int) -> tuple[RubricLine, ...]:
    """Load a stage's rubric in its order."""
    return rubrics(session, {stage_id})[stage_id]


def rubrics(session: Session, stage_ids: Collection[int]) -> dict[int, tuple[RubricLine, ...]]:
    """Load the rubrics of several stages; one query."""
    found: dict[int, list[Criterion]] = {stage: [] for stage in stage_ids}
    scales = dict.fromkeys(stage_ids, 0)
    for one, scale in session.execute(_RUBRICS, {"stages": list(stage_ids)}):
        found[one.stage_id].append(one)
        scales[one.stage_id] = scale
    return {stage: _lines(criteria, scales[stage]) for stage, criteria in found.items()}


def wording(rubric: Sequence[RubricLine]) -> str:
    """Return the mark of a rubric's words, by which a form tells that they changed."""
    return fingerprint(
        repr([(one.line.key, one.line.most, one.name, one.help, one.levels) for one in rubric])
    )


def lines_of(kept: Rubric) -> tuple[RubricLine, ...]:
    """Return a rubric that was replaced, worded as it was."""
    return _lines(
        [
            Criterion(
                key=one["key"], name=Bilingual.of(one["name"]), help=Bilingual.of(one["help"]),
                weight=one["weight"], counted=one["counted"], levels=one["levels"],
            )
            for one in kept.criteria
        ],
        kept.scale,
    )  # fmt: skip


def _lines(criteria: Sequence[Criterion], scale: int) -> tuple[RubricLine, ...]:
    total = sum(one.weight for one in criteria if one.counted) or 1.0
    return tuple(
        RubricLine(
            Line(one.key, one.weight, one.counted, most=scale),
            one.name,
            one.help,
            100 * one.weight / total if one.counted else 0.0,
            (*map(Bilingual.of, one.levels), *(Bilingual(),) * scale)[:scale],
        )
        for one in criteria
    )


def workspace(
    session: Session, assignment: Assignment, found: Facts, lines: tuple[RubricLine, ...]
) -> Workspace:
    """Make the workspace of one assignment from its facts and rubric; one query at most."""
    idea, stage, review, version = found.idea, found.stage, found.review, found.version
    hidden = stage.teams_hidden
    state = AssignmentState(assignment.state)
    done = state is AssignmentState.SUBMITTED
    shown = state not in GONE and shows_others(stage.others_visible, mine_submitted=done)
    return Workspace(
        code=idea.code,
        state=state,
        open=found.open,
        idea_state=IdeaState(idea.state),
        due_on=assignment.due_on,
        stage=stage.name,
        cohort=found.cohort.name,
        cohort_code=found.cohort.code,
        version_number=version.number if version else 0,
        content=_content(idea, version, hidden=hidden),
        team=() if hidden else _names(version),
        team_hidden=hidden,
        rubric=lines,
        given_under=lines_of(found.given_under) if found.given_under else lines,
        renewed=found.given_under is not None,
        text=text_of(review),
        submitted=text_of(review, submitted=True),
        changed=review is not None and review.draft is not None,
        version=review.version if review else 0,
        saved_at=review.saved_at if review else None,
        submitted_at=review.submitted_at if review else None,
        late=bool(
            review
            and review.submitted_at
            and is_late(review.submitted_at, assignment.due_on, found.cohort.time_zone)
        ),
        score=review.score if review else None,
        decline_reason=assignment.decline_reason,
        others=_others(session, assignment, stage, lines) if shown else (),
        others_rule=stage.others_visible,
    )


def text_of(review: Review | None, *, submitted: bool = False) -> ReviewText:
    """Return what the reviewer typed last, or (`submitted`) what counts."""
    if review is None:
        return ReviewText()
    if review.draft is not None and not submitted:
        return ReviewText.of(review.draft)
    return ReviewText(
        review.marks,
        review.confidence,
        review.recommendation,
        review.comment_to_team,
        review.note_to_manager,
    )


def _content(idea: Idea, version: Version | None, *, hidden: bool) -> dict[str, Any]:
    if version is None:
        return {}
    return without_team(version.content, idea.code) if hidden else version.content


def _names(version: Version | None) -> tuple[str, ...]:
    return tuple(member["name"] for member in version.content.get("team", ())) if version else ()


def _others(
    session: Session, assignment: Assignment, stage: Stage, lines: tuple[RubricLine, ...]
) -> tuple[OtherReview, ...]:
    rows = session.execute(
        select(Review, Person, Rubric)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(Person, Person.id == Assignment.reviewer_id)
        .outerjoin(Rubric, Rubric.id == Review.rubric_id)
        .where(
            Assignment.passage_id == assignment.passage_id,
            Assignment.id != assignment.id,
            Assignment.state == AssignmentState.SUBMITTED,
        )
    ).all()
    named = not stage.peers_hidden
    found = (
        OtherReview(
            person.display_name if named else "",
            lines_of(kept) if kept else lines,
            dict(review.marks),
            review.recommendation,
            review.confidence,
            review.comment_to_team,
        )
        for review, person, kept in rows
    )
    return tuple(sorted(found, key=lambda one: (one.reviewer, one.comment_to_team)))
