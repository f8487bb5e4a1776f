"""Who and what there is to be matched: the ideas of a stage that wait, and its reviewers."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accelerator.domain.conflicts import Conflict
from accelerator.domain.policy import Actor, Role
from accelerator.domain.proposals import Settings, bounds
from accelerator.domain.reviews import GONE, AssignmentState
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.tables import (
    Assignment,
    Capacity,
    Idea,
    Interest,
    Membership,
    Passage,
    Person,
    Review,
    Version,
)
from accelerator.storage.visibility import outside_team

PAST = 40  # titles of past reviews that say what a reviewer knows


def waiting_ideas(actor: Actor, cohort_id: int, stage_id: int) -> Select[int, int]:
    """The ideas that wait for reviews; nobody assigns reviewers to an idea of their own."""
    return (
        select(Idea.id, Passage.id.label("passage_id"))
        .join(Passage, Passage.id == Idea.passage_id)
        .where(
            Idea.cohort_id == cohort_id,
            Idea.state == IdeaState.ACTIVE,
            Passage.stage_id == stage_id,
            Passage.state == PassageState.HANDED_IN,
            outside_team(actor),
        )
    )


def programme_reviewers(programme_id: int) -> Select[Any]:
    """The people who may be asked for reviews."""
    return (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.programme_id == programme_id,
            Membership.role == Role.REVIEWER,
            Person.disabled_at.is_(None),
        )
    )


def capacities(session: Session, cohort_id: int, stage_id: int) -> dict[int, Capacity]:
    """Return what was said about how much each person takes."""
    rows = session.scalars(
        select(Capacity).where(Capacity.cohort_id == cohort_id, Capacity.stage_id == stage_id)
    )
    return {row.person_id: row for row in rows}


def bounds_of(settings: Settings, row: Capacity | None) -> tuple[int, int]:
    """Return the least and most load of a reviewer."""
    if row is None:
        return bounds(settings, None, None, None)
    return bounds(settings, row.least, row.most, row.wish)


@dataclass(frozen=True, slots=True)
class Held:
    """An assignment that exists; `begun` ones are never taken away."""

    reviewer_id: int
    begun: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A reviewer with what the matching asks about them."""

    id: int
    department: str
    skills: tuple[str, ...]
    past: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Materials:
    """All that a matching needs, loaded at once so that solving needs no database."""

    settings: Settings
    seed: int
    passages: Mapping[int, int]  # by idea
    texts: Mapping[int, str]
    reviewers: tuple[Known, ...]
    held: Mapping[int, tuple[Held, ...]]  # by idea
    declined: frozenset[tuple[int, int]]  # idea, reviewer
    conflicts: Mapping[tuple[int, int], frozenset[Conflict]]
    wishes: Mapping[tuple[int, int], int]


def materials(
    session: Session,
    *,
    actor: Actor,
    cohort_id: int,
    stage_id: int,
    programme_id: int,
    settings: Settings,
    seed: int,
) -> Materials:
    """Load what is to be matched; twelve queries, however much it is."""
    found = waiting_ideas(actor, cohort_id, stage_id).order_by(Idea.id)
    passages = {row.id: row.passage_id for row in session.execute(found)}
    people = session.scalars(programme_reviewers(programme_id).order_by(Person.id)).all()
    said = capacities(session, cohort_id, stage_id)
    past = _past(session, [person.id for person in people])
    reviewers = []
    for person in people:
        least, most = bounds_of(settings, said.get(person.id))
        reviewers.append(
            Known(
                person.id, person.department, tuple(person.skills), past.get(person.id, ""),
                least, most,
            )
        )  # fmt: skip
    ids = [one.id for one in reviewers]
    held, declined = _held(session, passages)
    return Materials(
        settings=settings,
        seed=seed,
        passages=passages,
        texts=_texts(session, passages),
        reviewers=tuple(reviewers),
        held=held,
        declined=declined,
        conflicts=conflicts_between(session, list(passages), ids),
        wishes={
            (row.idea_id, row.person_id): row.wish
            for row in session.scalars(select(Interest).where(Interest.idea_id.in_(passages)))
        },
    )


def _texts(session: Session, passages: Mapping[int, int]) -> dict[int, str]:
    """Return what each idea handed in for its passage, in both languages."""
    texts: dict[int, str] = {}
    rows = session.execute(
        select(Version.idea_id, Version.content)
        .where(Version.passage_id.in_(passages.values()))
        .order_by(Version.number)
        .execution_options(yield_per=200)
    )
    for idea_id, content in rows:
        parts = [content.get("title"), content.get("summary")]
        parts += [answer.get("text") for answer in content.get("answers", ())]
        texts[idea_id] = "\n".join(
            text for part in parts if part for text in (part.get("ja"), part.get("en")) if text
        )
    return texts


def _past(session: Session, reviewer_ids: Collection[int]) -> dict[int, str]:
    """Return the titles and summaries of what each reviewer reviewed last."""
    titles: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(Assignment.reviewer_id, Idea.title, Idea.summary)
        .join(Idea, Idea.id == Assignment.idea_id)
        .where(
            Assignment.reviewer_id.in_(reviewer_ids), Assignment.state == AssignmentState.SUBMITTED
        )
        .order_by(Assignment.id.desc())
        .limit(PAST * max(len(reviewer_ids), 1))
    )
    for reviewer, title, summary in rows:
        if len(titles[reviewer]) < PAST:
            titles[reviewer].append(f"{title.ja} {title.en} {summary.ja} {summary.en}")
    return {reviewer: "\n".join(texts) for reviewer, texts in titles.items()}


def _held(
    session: Session, passages: Mapping[int, int]
) -> tuple[dict[int, tuple[Held, ...]], frozenset[tuple[int, int]]]:
    """Return the assignments that stand, and the pairs that were declined."""
    held: dict[int, list[Held]] = defaultdict(list)
    declined = set()
    rows = session.execute(
        select(Assignment.idea_id, Assignment.reviewer_id, Assignment.state, Review.id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(Assignment.passage_id.in_(passages.values()))
        .order_by(Assignment.id)
    )
    for idea, reviewer, state, review in rows:
        if state == AssignmentState.DECLINED:
            declined.add((idea, reviewer))
        elif state not in GONE:
            begun = state != AssignmentState.ASSIGNED or review is not None
            held[idea].append(Held(reviewer, begun))
    return {idea: tuple(all_) for idea, all_ in held.items()}, frozenset(declined)
