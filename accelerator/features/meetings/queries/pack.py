"""The pack of an idea for its gate: answers, scores, readiness, comments, votes, conflicts.

Who reviewed stays unknown where reviewers are hidden: a meeting is seen by many. Whoever has a
conflict of interest with an idea gets none of it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from accelerator.domain.anonymity import without_team
from accelerator.domain.bilingual import Bilingual, language_of
from accelerator.domain.conflicts import Conflict, conflicts_among
from accelerator.domain.meeting import shows_votes
from accelerator.domain.policy import Actor
from accelerator.domain.readiness import Dimension
from accelerator.domain.reviews import AssignmentState
from accelerator.standing.conflicts import teams
from accelerator.standing.deciders import DECIDERS
from accelerator.standing.ranking import ranking_of
from accelerator.standing.readiness import Behind, assessments, policy_of
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Idea,
    Passage,
    Person,
    Programme,
    Review,
    Stage,
    Version,
    Vote,
)
from accelerator.storage.visibility import outside_team

if TYPE_CHECKING:
    from accelerator.domain.scoring import RankedIdea


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer of the version handed in, as people read it."""

    label: Bilingual
    text: Bilingual


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """What one reviewer wrote; the name is empty where reviewers are hidden."""

    name: str
    recommendation: str | None
    score: float | None
    comment: str
    note: str

    @property
    def languages(self) -> tuple[str, str]:
        """Return the languages of the comment and of the note."""
        return language_of(self.comment), language_of(self.note)


@dataclass(frozen=True, slots=True)
class Level:
    """One dimension of readiness: proven, claimed, and what the gate asks for at least."""

    dimension: Dimension
    proven: int
    claimed: int
    required: int

    @property
    def short(self) -> bool:
        """Say whether the minimum is not proven."""
        return self.proven < self.required


@dataclass(frozen=True, slots=True)
class Leaver:
    """A decider who leaves for an idea, and why."""

    id: int
    name: str
    why: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class VoteLine:
    """One decider's vote, if it was cast."""

    name: str
    choice: str
    note: str

    @property
    def language(self) -> str:
        """Return the language of the note."""
        return language_of(self.note)


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything about one idea; `votes` are none where the reader may not see them yet."""

    passage_id: int
    idea_id: int
    code: str
    title: Bilingual
    summary: Bilingual
    owner: str
    answers: tuple[AnswerLine, ...]
    files: tuple[str, ...]
    version: int
    numbers: "RankedIdea[int] | None"
    reviews: tuple[ReviewLine, ...]
    levels: tuple[Level, ...]
    score: float
    leavers: tuple[Leaver, ...]
    votes: tuple[VoteLine, ...] | None
    barred: bool


_NEWEST = (
    select(func.max(Version.id))
    .where(Version.passage_id == Passage.id)
    .correlate(Passage)
    .scalar_subquery()
)
_IDEAS = (
    select(Passage.id, Idea, Person, Version, Programme.readiness_policy)
    .select_from(Passage)
    .join(Idea, Idea.id == Passage.idea_id)
    .join(Person, Person.id == Idea.owner_id)
    .join(Version, Version.id == _NEWEST)
    .join(Cohort, Cohort.id == Idea.cohort_id)
    .join(Programme, Programme.id == Cohort.programme_id)
)
_REVIEWS = (
    select(Assignment.passage_id, Review, Person)
    .join(Review, Review.assignment_id == Assignment.id)
    .join(Person, Person.id == Assignment.reviewer_id)
    .where(
        Assignment.passage_id.in_(bindparam("passages", expanding=True)),
        Assignment.state == AssignmentState.SUBMITTED,
    )
)


def packs(
    session: Session,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    *,
    passages: Collection[int],
    started: bool,
    today: date,
) -> dict[int, Pack]:
    """Load the packs of some passages of a gate, by passage; seven queries for any number.

    Ideas of the reader's own teams are left out.
    """
    rows = session.execute(
        _IDEAS.where(
            Passage.id.in_(passages), Idea.cohort_id == cohort.id, Passage.stage_id == stage.id,
            outside_team(actor),
        )
    ).all()  # fmt: skip
    if not rows:
        return {}
    ids = [row.Idea.id for row in rows]
    found = [row.id for row in rows]
    written = _reviews(session, stage, found)
    numbers = ranking_of(session, cohort, stage.id).ranked.lines.find(set(found))
    people = session.execute(
        DECIDERS.add_columns(Vote.passage_id, Vote.choice, Vote.note).outerjoin(
            Vote, (Vote.person_id == Person.id) & Vote.passage_id.in_(found)
        ),
        {"stage": stage.id, "programme": stage.programme_id},
    ).all()
    behind = teams(session, ids)
    leavers = _leavers(people, behind)
    levels = assessments(
        session, ids, today=today,
        behind={
            row.Idea.id: Behind(
                frozenset(one.id for one in behind[row.Idea.id].members)
                | behind[row.Idea.id].mentors,
                policy_of(row.readiness_policy),
            )
            for row in rows
        },
    )  # fmt: skip
    made = {}
    for row in rows:
        idea, content = row.Idea, _content(row, stage)
        away = leavers.get(idea.id, ())
        made[row.id] = Pack(
            passage_id=row.id, idea_id=idea.id, code=idea.code,
            title=Bilingual.of(content["title"]), summary=Bilingual.of(content["summary"]),
            owner="" if stage.teams_hidden else row.Person.display_name,
            answers=tuple(
                AnswerLine(Bilingual.of(each["label"]), Bilingual.of(each["text"]))
                for each in content["answers"]
            ),
            files=tuple(file["name"] for file in content.get("attachments", ())),
            version=row.Version.number, numbers=numbers.get(row.id),
            reviews=tuple(written[row.id]), levels=_levels(levels[idea.id], stage),
            score=levels[idea.id].score, leavers=away,
            votes=_votes(people, row.id, actor, away, started=started),
            barred=any(one.id == actor.id for one in away),
        )  # fmt: skip
    return made


def _content(row: Any, stage: Stage) -> dict[str, Any]:
    content: dict[str, Any] = row.Version.content
    return without_team(content, row.Idea.code) if stage.teams_hidden else content


def _reviews(
    session: Session, stage: Stage, passages: Sequence[int]
) -> dict[int, list[ReviewLine]]:
    """Load the submitted reviews; without names they stand in the order of their texts."""
    found: dict[int, list[ReviewLine]] = defaultdict(list)
    for passage_id, review, person in session.execute(_REVIEWS, {"passages": passages}):
        found[passage_id].append(
            ReviewLine(
                "" if stage.reviewers_hidden else person.display_name, review.recommendation,
                review.score, review.comment_to_team, review.note_to_manager,
            )
        )  # fmt: skip
    for lines in found.values():
        lines.sort(key=lambda line: (line.name, line.comment, line.note))
    return found


def _leavers(people: Sequence[Any], behind: Mapping[int, Any]) -> dict[int, tuple[Leaver, ...]]:
    from accelerator.domain.conflicts import Party

    known = {row.Person.id: row.Person for row in people}
    parties = [Party(one.id, one.department, one.line_manager_id) for one in known.values()]
    found: dict[int, list[Leaver]] = defaultdict(list)
    for (idea, person), why in sorted(conflicts_among(parties, behind).items()):
        found[idea].append(Leaver(person, known[person].display_name, tuple(sorted(why))))
    return {idea: tuple(leavers) for idea, leavers in found.items()}


def _levels(assessment: Any, stage: Stage) -> tuple[Level, ...]:
    return tuple(
        Level(dimension, part.proven, part.claimed, stage.minimums.get(str(dimension), 0))
        for dimension, part in assessment.parts.items()
    )


def _votes(
    people: Sequence[Any],
    passage_id: int,
    actor: Actor,
    away: Sequence[Leaver],
    *,
    started: bool,
) -> tuple[VoteLine, ...] | None:
    """Return the votes the reader may see; those of people with a conflict do not count."""
    barred = {one.id for one in away}
    cast = [row for row in people if row.passage_id == passage_id and row.Person.id not in barred]
    mine = any(row.Person.id == actor.id for row in cast)
    if not shows_votes(mine=mine, started=started):
        return None
    return tuple(VoteLine(row.Person.display_name, row.choice, row.note) for row in cast)
