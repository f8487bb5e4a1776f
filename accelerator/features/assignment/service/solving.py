"""Turn what was loaded into pairs with their reasons; nothing here touches the database."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accelerator.domain.conflicts import Conflict
from accelerator.features.assignment.queries.field import Materials

MOST_AVOIDED = 200
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Proposed:
    """One review to be added, or taken away, and why."""

    idea_id: int
    passage_id: int
    reviewer_id: int
    removes: bool = False
    fit: float = 0.0
    why: dict[str, Any] | None = None
    bridging: bool = False


@dataclass(frozen=True, slots=True)
class Solved:
    """The pairs, and what the proposal says of itself."""

    pairs: tuple[Proposed, ...]
    result: dict[str, Any]


def solve(found: Materials, tell: Tell = lambda _: None) -> Solved:
    """Match; `tell` hears how far it is, in per cent.

    Raises ArithmeticError when no matching can be computed.
    """
    import numpy as np

    from accelerator.domain.matching import (
        MatchingPolicy,
        Problem,
        Profile,
        match,
        similarities,
    )

    ideas, people = list(found.passages), [one.id for one in found.reviewers]
    at_idea = {idea: place for place, idea in enumerate(ideas)}
    at_person = {person: place for place, person in enumerate(people)}
    similar = similarities(
        [Profile(one.past, one.skills) for one in found.reviewers],
        [found.texts.get(idea, "") for idea in ideas],
        {
            (at_person[person], at_idea[idea]): wish
            for (idea, person), wish in found.wishes.items()
            if person in at_person and idea in at_idea
        },
    )
    tell(40)
    barred = np.zeros((len(people), len(ideas)), dtype=bool)
    for idea, person in (*found.conflicts, *found.declined):
        if person in at_person:
            barred[at_person[person], at_idea[idea]] = True
    wanted = np.full(len(ideas), found.settings.reviews, dtype=np.int64)
    fixed, loose = [], []
    for idea, held in found.held.items():
        for one in held:
            keeps = found.settings.keep or one.begun
            if one.reviewer_id not in at_person:
                # Somebody who is no reviewer any more: the review counts if it stays.
                wanted[at_idea[idea]] -= keeps
                if not keeps:
                    loose.append((idea, one.reviewer_id))
            elif keeps:
                fixed.append((at_person[one.reviewer_id], at_idea[idea]))
            else:
                loose.append((idea, one.reviewer_id))
    problem = Problem(
        similarity=similar.values,
        wanted=np.maximum(wanted, 0),
        least=np.array([one.least for one in found.reviewers], dtype=np.int64),
        most=np.array([one.most for one in found.reviewers], dtype=np.int64),
        barred=barred,
        existing=fixed,
        departments=[_folded(one.department) for one in found.reviewers]
        if found.settings.apart
        else (),
        skills=[frozenset(_folded(skill) for skill in one.skills) for one in found.reviewers],
        required=frozenset(_folded(skill) for skill in found.settings.skills),
    )
    best = match(problem, MatchingPolicy(seed=found.seed, one_panel=found.settings.one_panel))
    tell(80)
    standing = set(loose)
    chosen = {(ideas[i], people[r]): (r, i) for r, i in best.pairs}
    pairs = [
        Proposed(
            idea, found.passages[idea], person,
            fit=float(similar.values[place]), why=_why(similar.why(*place)),
            bridging=place in best.bridging,
        )
        for (idea, person), place in chosen.items()
        if (idea, person) not in standing
    ]  # fmt: skip
    pairs += [
        Proposed(idea, found.passages[idea], person, removes=True)
        for idea, person in loose
        if (idea, person) not in chosen
    ]
    short = best.shortage
    result = {
        "ideas": len(ideas),
        "total": best.total,
        "panels": best.panels,
        "loads": {
            str(one.id): [int(new), one.least, one.most]
            for one, new in zip(found.reviewers, best.loads, strict=True)
        },
        "short": {str(ideas[i]): n for i, n in short.ideas.items()},
        "idle": {str(people[r]): n for r, n in short.reviewers.items()},
        "skills": {
            str(ideas[i]): [skill for skill in found.settings.skills if _folded(skill) in missing]
            for i, missing in short.skills.items()
        },
        "bottlenecks": [
            {
                "ideas": [ideas[i] for i in group.ideas],
                "reviewers": [people[r] for r in group.reviewers],
                "lacking": group.lacking,
            }
            for group in short.bottlenecks
        ],
        "conflicts": _counted(found),
        "avoided": _avoided(found, similar.values, problem.wanted, ideas, people),
    }
    return Solved(tuple(pairs), result)


def _why(why: Any) -> dict[str, Any]:
    return {"words": list(why.words), "skills": list(why.skills), "wish": why.wish}


def _folded(text: str) -> str:
    import unicodedata

    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _counted(found: Materials) -> dict[str, int]:
    """Count the pairs in conflict by reason, those declined before among them."""
    count: Counter[str] = Counter()
    for reasons in found.conflicts.values():
        count.update(str(reason) for reason in reasons)
    if found.declined:
        count["refused"] = len(found.declined)
    return {str(kind): count[kind] for kind in (*Conflict, "refused") if count[kind]}


def _avoided(
    found: Materials, values: Any, wanted: Any, ideas: list[int], people: list[int]
) -> list[dict[str, Any]]:
    """Return the pairs that fit so well that only their conflict kept them apart."""
    at_person = {person: place for place, person in enumerate(people)}
    at_idea = {idea: place for place, idea in enumerate(ideas)}
    lists = []
    for (idea, person), reasons in found.conflicts.items():
        r, i = at_person[person], at_idea[idea]
        fit = float(values[r, i])
        if fit > 0 and int((values[:, i] > fit).sum()) < wanted[i]:
            lists.append((-fit, idea, person, sorted(str(reason) for reason in reasons)))
    return [
        {"idea": idea, "person": person, "reasons": reasons}
        for _, idea, person, reasons in sorted(lists)[:MOST_AVOIDED]
    ]
