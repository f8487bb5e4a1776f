"""How ready ideas are, from their claims, evidence and votes: two queries for any number."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BindParameter,
    Date,
    Integer,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from accelerator.domain.readiness import (
    DEFAULT_POLICY,
    Assessment,
    Dimension,
    Evidence,
    ReadinessPolicy,
    Shortfall,
    Vote,
    assess,
    shortfalls,
)
from accelerator.storage import tables


def policy_of(stored: Mapping[str, Any]) -> ReadinessPolicy:
    """Read a programme's readiness policy; what it leaves out is the default."""
    if not stored:
        return DEFAULT_POLICY
    return ReadinessPolicy(
        version=str(stored.get("version", DEFAULT_POLICY.version)),
        weights=_each(stored.get("weights"), DEFAULT_POLICY.weights),
        half_lives=_each(stored.get("half_lives"), DEFAULT_POLICY.half_lives),
        allowance=float(stored.get("allowance", DEFAULT_POLICY.allowance)),
    )


@dataclass(frozen=True, slots=True)
class Behind:
    """Who stands behind an idea, and how its programme counts; what an assessment rests on."""

    team: frozenset[int]
    policy: ReadinessPolicy


def assessments(
    session: Session,
    idea_ids: Collection[int],
    *,
    today: date,
    behind: Mapping[int, Behind] | None = None,
) -> dict[int, Assessment]:
    """Assess each idea as of a day; ideas without any claim or evidence stand at level 1.

    Two queries; one where it is known already who stands behind the ideas.
    """
    if not idea_ids:
        return {}
    claims, spared, evidence = _given(session, idea_ids)
    known = _behind(session, idea_ids) if behind is None else behind
    return {
        idea_id: assess(
            claims[idea_id],
            evidence[idea_id],
            spared[idea_id],
            today,
            known[idea_id].policy,
            team=known[idea_id].team,
        )
        for idea_id in idea_ids
        if idea_id in known
    }


def shortfalls_of(
    session: Session,
    idea_ids: Collection[int],
    minimums: Mapping[Dimension, int],
    *,
    today: date,
) -> dict[int, tuple[Shortfall, ...]]:
    """Return which of a gate's minimums each idea has not proven; two queries."""
    if not idea_ids or not minimums:
        return {}
    claims, spared, evidence = _given(session, idea_ids)
    known = _behind(session, idea_ids)
    return {
        idea_id: shortfalls(
            claims[idea_id], evidence[idea_id], spared[idea_id], today, minimums,
            team=known[idea_id].team,
        )
        for idea_id in idea_ids
    }  # fmt: skip


def remember_scores(session: Session, idea_ids: Collection[int], *, today: date) -> int:
    """Store the day's score of each idea, with its parts and policy version; return how many.

    The row of a day is overwritten within that day; the days before are never touched, so that
    any past score can be explained.
    """
    found = assessments(session, idea_ids, today=today)
    known = {
        row.idea_id: row
        for row in session.scalars(
            select(tables.ReadinessScore).where(
                tables.ReadinessScore.idea_id.in_(idea_ids), tables.ReadinessScore.on == today
            )
        )
    }
    for idea_id, assessment in found.items():
        row = known.get(idea_id)
        if row is None:
            row = tables.ReadinessScore(idea_id=idea_id, on=today)
            session.add(row)
        row.score = assessment.score
        row.policy_version = assessment.policy_version
        row.parts = {
            dimension.value: {
                "claimed": part.claimed,
                "proven": part.proven,
                "effective": part.effective,
            }
            for dimension, part in assessment.parts.items()
        }
        session.execute(
            update(tables.Idea)
            .where(tables.Idea.id == idea_id)
            .values(readiness=assessment.score)
            .execution_options(synchronize_session=False)
        )
    session.flush()
    return len(found)


Claimed = dict[int, dict[Dimension, int]]
Spared = dict[int, dict[Dimension, tuple[Vote, ...]]]
Proven = dict[int, list[Evidence]]
_IDEAS: BindParameter[Any] = bindparam("ideas", expanding=True)
_GIVEN: Any = union_all(
    select(
        tables.Claim.id.label("id"), literal(0).label("vote"), tables.Claim.idea_id,
        tables.Claim.dimension, tables.Claim.level, cast(null(), Date).label("true_on"),
        tables.Claim.approved_by_id.label("voter"), tables.Claim.not_applicable.label("yes"),
        cast(null(), Integer).label("voted"), literal("claim").label("kind"),
    ).where(tables.Claim.idea_id.in_(_IDEAS)),
    select(
        tables.Evidence.id, func.coalesce(tables.Verification.id, 0), tables.Evidence.idea_id,
        tables.Evidence.dimension, tables.Evidence.level, tables.Evidence.true_on,
        tables.Verification.verifier_id, tables.Verification.accepted, tables.Verification.level,
        literal("evidence"),
    )
    .outerjoin(tables.Verification, tables.Verification.evidence_id == tables.Evidence.id)
    .where(tables.Evidence.idea_id.in_(_IDEAS), tables.Evidence.withdrawn_at.is_(None)),
).order_by("kind", "id", "vote")  # fmt: skip
_WHO = (
    select(tables.Idea.id, tables.Programme.readiness_policy, tables.TeamMember.person_id)
    .join(tables.Cohort, tables.Cohort.id == tables.Idea.cohort_id)
    .join(tables.Programme, tables.Programme.id == tables.Cohort.programme_id)
    .outerjoin(
        tables.TeamMember,
        (tables.TeamMember.idea_id == tables.Idea.id)
        & tables.TeamMember.state.in_(("accepted", "pending")),
    )
    .where(tables.Idea.id.in_(_IDEAS))
)


def _given(session: Session, idea_ids: Collection[int]) -> tuple[Claimed, Spared, Proven]:
    """Return the newest claim per dimension, the dimensions that do not apply, the evidence."""
    levels: Claimed = defaultdict(dict)
    spared: Spared = defaultdict(dict)
    votes: dict[int, list[Vote]] = defaultdict(list)
    facts: dict[int, tuple[int, Dimension, int, date]] = {}
    for row in session.execute(_GIVEN, {"ideas": list(idea_ids)}):
        dimension = Dimension(row.dimension)
        if row.kind == "claim":
            levels[row.idea_id][dimension] = row.level
            spared[row.idea_id].pop(dimension, None)
            if row.yes:
                approved = () if row.voter is None else (Vote(row.voter, accepted=True),)
                spared[row.idea_id][dimension] = approved
            continue
        facts[row.id] = (row.idea_id, dimension, row.level, row.true_on)
        if row.voter is not None:
            votes[row.id].append(Vote(row.voter, row.yes, row.voted))
    proven: Proven = defaultdict(list)
    for evidence_id, (idea_id, dimension, level, true_on) in facts.items():
        proven[idea_id].append(Evidence(dimension, level, true_on, tuple(votes[evidence_id])))
    return levels, spared, proven


def _behind(session: Session, idea_ids: Collection[int]) -> dict[int, Behind]:
    stored: dict[int, Any] = {}
    teams: dict[int, set[int]] = defaultdict(set)
    for idea_id, policy, person_id in session.execute(_WHO, {"ideas": list(idea_ids)}):
        stored[idea_id] = policy
        if person_id is not None:
            teams[idea_id].add(person_id)
    return {
        idea_id: Behind(frozenset(teams[idea_id]), policy_of(policy))
        for idea_id, policy in stored.items()
    }


def _each(
    stored: Mapping[str, float] | None, default: Mapping[Dimension, float]
) -> dict[Dimension, float]:
    return {d: float((stored or {}).get(d, default[d])) for d in Dimension}
