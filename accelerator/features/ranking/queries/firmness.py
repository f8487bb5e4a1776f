"""What would change the ranking: each thing tried, and the ideas it carries over the line."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.gates import CutLine
from accelerator.domain.policy import Actor
from accelerator.features.ranking.queries.words import (
    EQUAL,
    RAW,
    WEIGHT,
    WITHOUT,
    Change,
    Titled,
    change_of,
    criteria_of,
    names,
    passages_that,
    titles,
)
from accelerator.standing.ranking import Scope, ranking_of
from accelerator.standing.robustness import robustness_of
from accelerator.storage.tables import Cohort, Stage

PAGE = 50


@dataclass(frozen=True, slots=True)
class Tried:
    """One thing that was tried, under its key; how many ideas it carries over the line."""

    key: str
    ideas: int
    criterion: Bilingual | None = None
    reviewer: str = ""


@dataclass(frozen=True, slots=True)
class CarriedRow:
    """An idea that would change its side."""

    idea: Titled
    above: bool
    change: Change


@dataclass(frozen=True, slots=True)
class FirmnessPage:
    """What was tried and what it changes; nothing at all where too much had to be tried."""

    scope: Scope
    line: CutLine
    ranked: int
    tried: tuple[Tried, ...] | None
    reviewers: int  # left out in turn
    rows: tuple[CarriedRow, ...] = ()
    total: int = 0
    after: int = 0
    change: str = ""

    @property
    def next_after(self) -> int | None:
        """Return where the next page begins."""
        end = self.after + PAGE
        return end if end < self.total else None


def firmness_page(
    session: Session,
    cohort: Cohort,
    stage: Stage,
    *,
    actor: Actor,
    scope: Scope = Scope.NOW,
    capacity: int | None = None,
    change: str = "",
    after: int = 0,
) -> FirmnessPage:
    """Say what changes the ideas' side: four queries, six when reviews changed."""
    found = ranking_of(session, cohort, stage.id, capacity=capacity, scope=scope)
    criteria = criteria_of(session, stage.id)
    robust = robustness_of(session, found, criteria)
    ranked, reviewers = len(found.ranked.lines), len(found.ranked.reviewers)
    if robust is None:
        return FirmnessPage(scope, found.line, ranked, None, reviewers)
    wanted = passages_that(robust, change or "any")
    carried = set(robust.crossings if wanted is None else wanted)
    passages = found.ranked.lines.passages()
    order = [one for one in passages if one in carried]
    shown = order[after : after + PAGE]
    titled = titles(session, shown, actor)
    crossed = [person for each in robust.crossings.values() for person in each.reviewers]
    people = names(session, crossed)
    above = set(passages[: found.line.capacity])
    words = {c.key: c.name for c in criteria}
    rows = (
        CarriedRow(titled[one], one in above, carried_by)
        for one in shown
        if (carried_by := change_of(titled[one], robust, words, people)) is not None
    )
    most_first = sorted(people, key=lambda person: (-crossed.count(person), people[person]))
    return FirmnessPage(
        scope=scope,
        line=found.line,
        ranked=ranked,
        tried=(
            Tried(RAW, len(passages_that(robust, RAW) or ())),
            Tried(EQUAL, len(passages_that(robust, EQUAL) or ())),
            *(
                Tried(key, len(passages_that(robust, key) or ()), criterion=c.name)
                for c in criteria
                if c.counted and (key := f"{WEIGHT}:{c.key}")
            ),
            *(
                Tried(f"{WITHOUT}:{person}", crossed.count(person), reviewer=people[person])
                for person in most_first
            ),
        ),
        reviewers=reviewers,
        rows=tuple(rows),
        total=len(order),
        after=after,
        change=change,
    )
