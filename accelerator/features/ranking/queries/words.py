"""The names behind the numbers of a ranking."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import not_, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor
from accelerator.standing.robustness import Robustness
from accelerator.storage.tables import Criterion, Idea, Passage, Person
from accelerator.storage.visibility import outside_team

if TYPE_CHECKING:
    from accelerator.domain.scoring import Crossing

RAW, EQUAL, WEIGHT, WITHOUT = "raw", "equal", "weight", "without"


@dataclass(frozen=True, slots=True)
class Titled:
    """What an idea is called; `own` says that the reader is in its team."""

    passage_id: int
    code: str
    title: Bilingual
    number: int
    outcome: str | None
    own: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What would carry an idea over the line, in words' worth; empty when nothing would."""

    raw: bool = False
    equal_weights: bool = False
    criteria: tuple[Bilingual, ...] = ()
    reviewers: tuple[str, ...] = ()
    unnamed: bool = False  # some reviewer, whom the reader must not know

    @property
    def firm(self) -> bool:
        """Nothing tried carries the idea over the line."""
        return self == FIRM


FIRM = Change()


def criteria_of(session: Session, stage_id: int) -> Sequence[Criterion]:
    """Load the criteria of a stage, in order."""
    return session.scalars(
        select(Criterion)
        .where(Criterion.stage_id == stage_id, Criterion.removed_at.is_(None))
        .order_by(Criterion.position)
    ).all()


def titles(session: Session, passages: Iterable[int], actor: Actor) -> dict[int, Titled]:
    """Name passages by their ideas."""
    rows = session.execute(
        select(
            Passage.id, Idea.code, Idea.title, Passage.number, Passage.outcome,
            not_(outside_team(actor)),
        )
        .join(Idea, Idea.id == Passage.idea_id)
        .where(Passage.id.in_(set(passages)))
    )  # fmt: skip
    return {row[0]: Titled(*row) for row in rows}


def names(session: Session, people: Iterable[int]) -> dict[int, str]:
    """Name people."""
    rows = session.scalars(select(Person).where(Person.id.in_(set(people))))
    return {person.id: person.display_name for person in rows}


def change_of(
    titled: Titled,
    robust: Robustness | None,
    criteria: Mapping[str, Bilingual],
    people: Mapping[int, str],
) -> Change | None:
    """Put into words what carries an idea over the line; None where it was not tried.

    Whoever brings an idea does not learn here who reviewed it.
    """
    if robust is None:
        return None
    crossing = robust.crossings.get(titled.passage_id)
    if crossing is None:
        return FIRM
    return Change(
        raw=crossing.raw,
        equal_weights=crossing.equal_weights,
        criteria=tuple(criteria[key] for key in crossing.weights),
        reviewers=() if titled.own else tuple(people[one] for one in crossing.reviewers),
        unnamed=titled.own and bool(crossing.reviewers),
    )


def named_in(robust: Robustness | None, passages: Iterable[int]) -> set[int]:
    """Return the reviewers without whom one of these passages changes its side."""
    if robust is None:
        return set()
    found = (robust.crossings.get(passage) for passage in passages)
    return {person for crossing in found if crossing for person in crossing.reviewers}


def passages_that(robust: Robustness, change: str) -> list[int] | None:
    """Return the passages a change carries over the line; None for a change nobody knows.

    `change` is "any", "raw", "equal", "weight:<criterion>" or "without:<reviewer>".
    """
    kind, _, about = change.partition(":")
    if kind not in {"any", RAW, EQUAL, WEIGHT, WITHOUT}:
        return None
    return [
        passage for passage, crossing in robust.crossings.items() if _named(crossing, kind, about)
    ]


def _named(crossing: "Crossing[int, str]", kind: str, about: str) -> bool:
    if kind == RAW:
        return crossing.raw
    if kind == EQUAL:
        return crossing.equal_weights
    if kind == WEIGHT:
        return about in crossing.weights
    return kind == "any" or about in map(str, crossing.reviewers)
