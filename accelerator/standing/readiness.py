"""How ready ideas are, from their claims, evidence and votes: four queries for any number."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accelerator.domain.readiness import (
    DEFAULT_POLICY,
    Assessment,
    Dimension,
    Evidence,
    ReadinessPolicy,
    Vote,
    assess,
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


def assessments(
    session: Session, idea_ids: Collection[int], *, today: date
) -> dict[int, Assessment]:
    """Assess each idea as of a day; ideas without any claim or evidence stand at level 1."""
    if not idea_ids:
        return {}
    claims, spared = _claims(session, idea_ids)
    evidence = _evidence(session, idea_ids)
    team = defaultdict(set)
    for idea_id, person_id in session.execute(
        select(tables.TeamMember.idea_id, tables.TeamMember.person_id).where(
            tables.TeamMember.idea_id.in_(idea_ids),
            tables.TeamMember.state.in_(("accepted", "pending")),
        )
    ):
        team[idea_id].add(person_id)
    policies = session.execute(
        select(tables.Idea.id, tables.Programme.readiness_policy)
        .join(tables.Cohort, tables.Cohort.id == tables.Idea.cohort_id)
        .join(tables.Programme, tables.Programme.id == tables.Cohort.programme_id)
        .where(tables.Idea.id.in_(idea_ids))
    )
    return {
        idea_id: assess(
            claims[idea_id],
            evidence[idea_id],
            spared[idea_id],
            today,
            policy_of(stored),
            team=team[idea_id],
        )
        for idea_id, stored in policies
    }


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


def _claims(
    session: Session, idea_ids: Collection[int]
) -> tuple[dict[int, dict[Dimension, int]], dict[int, dict[Dimension, tuple[Vote, ...]]]]:
    """Return the newest claim per dimension, and the dimensions said not to apply."""
    levels: dict[int, dict[Dimension, int]] = defaultdict(dict)
    spared: dict[int, dict[Dimension, tuple[Vote, ...]]] = defaultdict(dict)
    for row in session.execute(
        select(
            tables.Claim.idea_id,
            tables.Claim.dimension,
            tables.Claim.level,
            tables.Claim.not_applicable,
            tables.Claim.approved_by_id,
        )
        .where(tables.Claim.idea_id.in_(idea_ids))
        .order_by(tables.Claim.id)
    ):
        dimension = Dimension(row.dimension)
        levels[row.idea_id][dimension] = row.level
        spared[row.idea_id].pop(dimension, None)
        if row.not_applicable:
            approver = row.approved_by_id
            votes = () if approver is None else (Vote(approver, accepted=True),)
            spared[row.idea_id][dimension] = votes
    return levels, spared


def _evidence(session: Session, idea_ids: Collection[int]) -> dict[int, list[Evidence]]:
    votes: dict[int, list[Vote]] = defaultdict(list)
    facts: dict[int, tuple[int, Dimension, int, date]] = {}
    for row in session.execute(
        select(
            tables.Evidence.id,
            tables.Evidence.idea_id,
            tables.Evidence.dimension,
            tables.Evidence.level,
            tables.Evidence.true_on,
            tables.Verification.verifier_id,
            tables.Verification.accepted,
            tables.Verification.level.label("voted"),
        )
        .outerjoin(tables.Verification, tables.Verification.evidence_id == tables.Evidence.id)
        .where(tables.Evidence.idea_id.in_(idea_ids), tables.Evidence.withdrawn_at.is_(None))
        .order_by(tables.Evidence.id, tables.Verification.id)
    ):
        facts[row.id] = (row.idea_id, Dimension(row.dimension), row.level, row.true_on)
        if row.verifier_id is not None:
            votes[row.id].append(Vote(row.verifier_id, row.accepted, row.voted))
    found: dict[int, list[Evidence]] = defaultdict(list)
    for evidence_id, (idea_id, dimension, level, true_on) in facts.items():
        found[idea_id].append(Evidence(dimension, level, true_on, tuple(votes[evidence_id])))
    return found


def _each(
    stored: Mapping[str, float] | None, default: Mapping[Dimension, float]
) -> dict[Dimension, float]:
    return {d: float((stored or {}).get(d, default[d])) for d in Dimension}
