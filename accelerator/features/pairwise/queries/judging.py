"""What a judge sees: two ideas of the round that they may compare and have not compared yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.domain.anonymity import without_team
from accelerator.domain.policy import Actor
from accelerator.features.pairwise.queries.facts import Contender, contenders, fitted, picks
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.tables import Final, Stage, Version


@dataclass(frozen=True, slots=True)
class Side:
    """One idea of a pair, as handed in; the team is left out where the stage hides it."""

    code: str
    content: dict[str, Any]
    team: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JudgePage:
    """The pair to compare, or none; pairs done and possible, and whether one can be undone."""

    pair: tuple[Side, Side] | None
    done: int
    left: int
    barred: int  # ideas this judge never sees
    ideas: int
    team_hidden: bool

    @property
    def possible(self) -> int:
        """Return how many pairs this judge could compare in all."""
        return self.done + self.left


def judge_page(
    session: Session, actor: Actor, stage: Stage, final: Final, *, wanted: Sequence[str] = ()
) -> JudgePage:
    """Choose the next pair of a judge; `wanted` names a pair to show, if it can be."""
    ideas = contenders(session, final)
    allowed = may_judge(session, actor, ideas)
    picked = picks(session, final, judge_id=actor.id)
    seen = {frozenset((pick.lower, pick.higher)) for pick in picked if pick.mine}
    done = sum(pick.mine for pick in picked)
    unseen = {
        frozenset((one.passage_id, other.passage_id))
        for one, other in combinations(allowed, 2)
    } - seen  # fmt: skip
    pair: tuple[int, int] | None = None
    if final.closed_at is None:
        by_code = {idea.code: idea.passage_id for idea in allowed}
        asked = tuple(by_code.get(code, 0) for code in wanted)
        if len(asked) == len(set(asked)) == 2 and frozenset(asked) in unseen:  # noqa: PLR2004
            pair = (asked[0], asked[1])
        elif unseen:
            from accelerator.domain.pairwise import next_pair

            pair = next_pair(
                fitted(ideas, picked), allowed=[idea.passage_id for idea in allowed], seen=seen,
                seed=[final.seed, actor.id, done],
            )  # fmt: skip
    hidden = stage.teams_hidden
    return JudgePage(
        pair=_sides(session, ideas, pair, hidden=hidden) if pair else None,
        done=done,
        left=len(unseen),
        barred=sum(idea.open for idea in ideas) - len(allowed),
        ideas=len(ideas),
        team_hidden=hidden,
    )


def may_judge(session: Session, actor: Actor, ideas: Sequence[Contender]) -> tuple[Contender, ...]:
    """Return the ideas that still wait at the gate and with which a judge has no conflict."""
    conflicts = conflicts_between(session, [idea.idea_id for idea in ideas], [actor.id])
    return tuple(idea for idea in ideas if idea.open and (idea.idea_id, actor.id) not in conflicts)


def _sides(
    session: Session, ideas: Sequence[Contender], pair: tuple[int, int], *, hidden: bool
) -> tuple[Side, Side]:
    newest = (
        select(func.max(Version.id))
        .where(Version.passage_id.in_(pair))
        .group_by(Version.passage_id)
    )
    content = {
        version.passage_id: version.content
        for version in session.scalars(select(Version).where(Version.id.in_(newest)))
    }
    codes = {idea.passage_id: idea.code for idea in ideas}
    left, right = (
        Side(
            codes[passage],
            without_team(content[passage], codes[passage]) if hidden else content[passage],
            () if hidden else tuple(member["name"] for member in content[passage]["team"]),
        )
        for passage in pair
    )
    return left, right
