"""How ready ideas are, from their claims, evidence and votes: two queries for any number.

What was known at a past moment stays: nothing given, voted, approved or left is forgotten, so
that any past score can be made again.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BindParameter,
    Boolean,
    Date,
    Integer,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
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
from accelerator.standing.scores import store
from accelerator.storage import tables
from accelerator.storage.types import Moment

ALWAYS = datetime(9999, 12, 31, tzinfo=UTC)  # everything is known by then
AT_ONCE = 1000
MOST_CHECKED = 2000


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
    as_of: datetime | None = None,
    policies: Mapping[int, ReadinessPolicy] | None = None,
) -> dict[int, Assessment]:
    """Assess each idea as of a day; ideas without any claim or evidence stand at level 1.

    Two queries; one where it is known already who stands behind the ideas. `as_of` leaves out
    what was not known yet at a past moment: claims, evidence, votes, the team and the policy of
    then. `policies` tries others than the ideas' own.
    """
    if not idea_ids:
        return {}
    claims, spared, evidence = given(session, idea_ids, as_of or ALWAYS)
    known = _behind(session, idea_ids, as_of) if behind is None else behind
    return {
        idea_id: assess(
            claims[idea_id],
            evidence[idea_id],
            spared[idea_id],
            today,
            known[idea_id].policy if policies is None else policies[idea_id],
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
    claims, spared, evidence = given(session, idea_ids)
    known = _behind(session, idea_ids, None)
    return {
        idea_id: shortfalls(
            claims[idea_id], evidence[idea_id], spared[idea_id], today, minimums,
            team=known[idea_id].team,
        )
        for idea_id in idea_ids
    }  # fmt: skip


def short_of_gate(
    session: Session, idea: tables.Idea, *, now: datetime
) -> tuple[Shortfall, ...] | None:
    """Return what an idea has not proven of its gate's minimums; None where the gate asks nothing.

    One query where the gate asks nothing, else three.
    """
    minimums, zone = session.execute(
        select(tables.Stage.minimums, tables.Cohort.time_zone)
        .select_from(tables.Passage)
        .join(tables.Stage, tables.Stage.id == tables.Passage.stage_id)
        .join(tables.Cohort, tables.Cohort.id == idea.cohort_id)
        .where(tables.Passage.id == idea.passage_id)
    ).one()
    if not minimums:
        return None
    wanted = {Dimension(name): level for name, level in minimums.items()}
    today = now.astimezone(ZoneInfo(zone)).date()
    return shortfalls_of(session, [idea.id], wanted, today=today)[idea.id]


def remember_scores(
    session: Session,
    idea_ids: Sequence[int],
    *,
    today: date,
    now: datetime,
    as_of: datetime | None = None,
) -> int:
    """Store the day's score of each idea, with its parts and policy version; return how many.

    The row of a day is overwritten within that day; the days before are never touched, so that
    any past score can be explained. A day like the one before needs no row. The ideas remember
    the score, and when it falls. `as_of` makes up for a day that was missed: what was known at its
    end.
    """
    number = 0
    for at in range(0, len(idea_ids), AT_ONCE):
        found = assessments(session, idea_ids[at : at + AT_ONCE], today=today, as_of=as_of)
        if found:
            store(session, found, today=today, at=as_of or now)
        number += len(found)
    return number


def remember_score(session: Session, idea: tables.Idea, *, now: datetime) -> None:
    """Store an idea's score of today, the day in its cohort's zone, after something changed."""
    zone = session.scalar(select(tables.Cohort.time_zone).where(tables.Cohort.id == idea.cohort_id))
    today = now.astimezone(ZoneInfo(zone or "UTC")).date()
    remember_scores(session, [idea.id], today=today, now=now)


def unexplained(session: Session) -> list[str]:
    """Return stored scores that what was known then does not make again, among the newest ones.

    An empty list is sound: "why was it so" is answered with the score that was shown.
    """
    score = tables.ReadinessScore
    groups: dict[tuple[date, datetime], dict[int, Any]] = defaultdict(dict)
    for row, code in session.execute(
        select(score, tables.Idea.code)
        .join(tables.Idea, tables.Idea.id == score.idea_id)
        .order_by(score.id.desc())
        .limit(MOST_CHECKED)
    ):
        groups[row.on, row.at][row.idea_id] = (row, code)
    found = []
    for (on, at), rows in groups.items():
        again = assessments(session, list(rows), today=on, as_of=at)
        for idea_id, (row, code) in rows.items():
            made = again[idea_id]
            if (made.policy_version, round(made.score - row.score, 6)) != (row.policy_version, 0):
                found.append(f"{code} {on}")
    return found


Claimed = dict[int, dict[Dimension, int]]
Spared = dict[int, dict[Dimension, tuple[Vote, ...]]]
Proven = dict[int, list[Evidence]]
_IDEAS: BindParameter[Any] = bindparam("ideas", expanding=True, literal_execute=True)
_AS_OF: BindParameter[datetime] = bindparam("as_of", type_=Moment)


def _not_yet(column: Any) -> Any:
    return or_(column.is_(None), column > _AS_OF)


_CLAIM, _PIECE, _WORD = tables.Claim, tables.Evidence, tables.Verification
_SINCE = func.coalesce(_CLAIM.approved_at, _CLAIM.claimed_at)
_GIVEN: Any = union_all(
    select(
        literal(0).label("piece"), _CLAIM.id.label("id"), _CLAIM.idea_id, _CLAIM.dimension,
        _CLAIM.level, cast(null(), Date).label("true_on"),
        case((_SINCE <= _AS_OF, _CLAIM.approved_by_id)).label("voter"),
        _CLAIM.not_applicable.label("yes"), cast(null(), Integer).label("voted"),
    ).where(_CLAIM.idea_id.in_(_IDEAS), _CLAIM.claimed_at <= _AS_OF),
    select(
        literal(1), _PIECE.id, _PIECE.idea_id, _PIECE.dimension, _PIECE.level, _PIECE.true_on,
        _WORD.verifier_id, cast(_WORD.accepted, Boolean), _WORD.level,
    )
    .outerjoin(
        _WORD,
        (_WORD.evidence_id == _PIECE.id)
        & (_WORD.verified_at <= _AS_OF)
        & _not_yet(_WORD.replaced_at),
    )
    .where(_PIECE.idea_id.in_(_IDEAS), _PIECE.given_at <= _AS_OF, _not_yet(_PIECE.withdrawn_at)),
)  # fmt: skip
_MEMBER, _MODEL = tables.TeamMember, tables.ReadinessModel
_WHO = (
    select(
        tables.Idea.id, tables.Programme.id, tables.Programme.readiness_policy, _MEMBER.person_id
    )
    .join(tables.Cohort, tables.Cohort.id == tables.Idea.cohort_id)
    .join(tables.Programme, tables.Programme.id == tables.Cohort.programme_id)
    .outerjoin(
        _MEMBER,
        (_MEMBER.idea_id == tables.Idea.id) & _MEMBER.state.in_(("accepted", "pending")),
    )
    .where(tables.Idea.id.in_(_IDEAS))
)
_ENDED = case(
    (_MEMBER.state.in_(("left", "declined")), func.coalesce(_MEMBER.left_at, _MEMBER.answered_at))
)
_TEAM_THEN = union_all(
    select(_MEMBER.idea_id, _MEMBER.person_id).where(
        _MEMBER.idea_id.in_(_IDEAS), _MEMBER.invited_at <= _AS_OF, _not_yet(_ENDED)
    ),
    select(tables.FormerMember.idea_id, tables.FormerMember.person_id).where(
        tables.FormerMember.idea_id.in_(_IDEAS),
        tables.FormerMember.since <= _AS_OF,
        tables.FormerMember.until > _AS_OF,
    ),
).subquery()
_POLICY_THEN = (
    select(_MODEL.policy)
    .where(_MODEL.programme_id == tables.Cohort.programme_id, _MODEL.made_at <= _AS_OF)
    .order_by(_MODEL.number.desc())
    .limit(1)
    .correlate(tables.Cohort)
    .scalar_subquery()
)
_WHO_THEN = (
    select(tables.Idea.id, tables.Cohort.programme_id, _POLICY_THEN, _TEAM_THEN.c.person_id)
    .join(tables.Cohort, tables.Cohort.id == tables.Idea.cohort_id)
    .outerjoin(_TEAM_THEN, _TEAM_THEN.c.idea_id == tables.Idea.id)
    .where(tables.Idea.id.in_(_IDEAS))
)
_DIMENSIONS = {dimension.value: dimension for dimension in Dimension}


def given(
    session: Session, idea_ids: Collection[int], as_of: datetime = ALWAYS
) -> tuple[Claimed, Spared, Proven]:
    """Return the newest claim per dimension, the dimensions that do not apply, the evidence."""
    claims: dict[tuple[int, Dimension], tuple[int, int, Any, Any]] = {}
    pieces: dict[int, tuple[int, Dimension, int, date, list[Vote]]] = {}
    rows = session.execute(_GIVEN, {"ideas": list(idea_ids), "as_of": as_of})
    for is_piece, number, idea_id, name, level, true_on, voter, yes, voted in rows:
        dimension = _DIMENSIONS[name]
        if not is_piece:
            known = claims.get((idea_id, dimension))
            if known is None or known[0] < number:
                claims[idea_id, dimension] = (number, level, voter, yes)
            continue
        piece = pieces.get(number)
        if piece is None:
            piece = pieces[number] = (idea_id, dimension, level, true_on, [])
        if voter is not None:
            piece[4].append(Vote(voter, yes, voted))
    levels: Claimed = defaultdict(dict)
    spared: Spared = defaultdict(dict)
    for (idea_id, dimension), (_, level, voter, yes) in claims.items():
        levels[idea_id][dimension] = level
        if yes:
            spared[idea_id][dimension] = () if voter is None else (Vote(voter, accepted=True),)
    proven: Proven = defaultdict(list)
    for idea_id, dimension, level, true_on, votes in pieces.values():
        proven[idea_id].append(Evidence(dimension, level, true_on, tuple(votes)))
    return levels, spared, proven


def _behind(
    session: Session, idea_ids: Collection[int], as_of: datetime | None
) -> dict[int, Behind]:
    programmes: dict[int, int] = {}
    policies: dict[int, ReadinessPolicy] = {}
    teams: dict[int, set[int]] = defaultdict(set)
    wanted, values = (_WHO, {}) if as_of is None else (_WHO_THEN, {"as_of": as_of})
    for idea_id, programme_id, policy, person_id in session.execute(
        wanted, {"ideas": list(idea_ids), **values}
    ):
        programmes[idea_id] = programme_id
        if programme_id not in policies:
            policies[programme_id] = policy_of(policy or {})
        if person_id is not None:
            teams[idea_id].add(person_id)
    return {
        idea_id: Behind(frozenset(teams[idea_id]), policies[programme_id])
        for idea_id, programme_id in programmes.items()
    }


def _each(
    stored: Mapping[str, float] | None, default: Mapping[Dimension, float]
) -> dict[Dimension, float]:
    return {d: float((stored or {}).get(d, default[d])) for d in Dimension}
