"""Commercialisation readiness: six proven levels, one score, and everything that explains it.

Three criticisms of such scores are answered here. Strength in one dimension must not hide absence
in another: the geometric mean is capped by the weakest link. Self-assessment flatters: only
evidence accepted by somebody outside the team counts, and no level is skipped. Levels never
expire: proof that is not renewed fades.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from math import exp, inf, log
from statistics import median_low
from types import MappingProxyType

LOWEST, HIGHEST = 1, 9
CENTURY = 36_525  # days


class Dimension(StrEnum):
    """The six sides from which an idea is looked at, in the order in which they are shown."""

    CUSTOMER = "customer"
    TECHNOLOGY = "technology"
    BUSINESS = "business"
    IP = "ip"
    TEAM = "team"
    FUNDING = "funding"


def _each(*values: float) -> Mapping[Dimension, float]:
    return MappingProxyType(dict(zip(Dimension, values, strict=True)))


@dataclass(frozen=True, slots=True)
class ReadinessPolicy:
    """What a programme may set; the version is stored with each computed score.

    `half_lives` are days: evidence counts in full for so long, and from then on loses half of its
    worth each time as many days pass. `allowance` is by how many levels the score may exceed the
    weakest link. Raises ValueError unless every dimension has a positive weight and a half-life
    between a day and a century, and the allowance is not negative.
    """

    version: str = "1"
    weights: Mapping[Dimension, float] = field(
        default_factory=lambda: _each(0.25, 0.20, 0.20, 0.10, 0.15, 0.10)
    )
    half_lives: Mapping[Dimension, float] = field(
        default_factory=lambda: _each(180, 365, 180, 365, 180, 90)
    )
    allowance: float = 2.0

    def __post_init__(self) -> None:
        if not set(self.weights) == set(self.half_lives) == set(Dimension):
            raise ValueError("every dimension needs a weight and a half-life")
        if not all(0 < weight < inf for weight in self.weights.values()):
            raise ValueError("weights are positive")
        if not all(1 <= days <= CENTURY for days in self.half_lives.values()):
            raise ValueError("a half-life is between a day and a century")
        if not self.allowance >= 0:
            raise ValueError("the weakest link cannot pull the score below itself")


DEFAULT_POLICY = ReadinessPolicy()


@dataclass(frozen=True, slots=True)
class Vote:
    """One verifier's word on a piece of evidence.

    `level` is optional: how far the verifier sees the whole dimension proven, 1 to 9.
    """

    verifier: int
    accepted: bool
    level: int | None = None

    def __post_init__(self) -> None:
        if self.level is not None:
            _check_level(self.level)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that shows one level of one dimension, true on a day, with what verifiers said."""

    dimension: Dimension
    level: int
    true_on: date
    votes: tuple[Vote, ...] = ()

    def __post_init__(self) -> None:
        _check_level(self.level)


@dataclass(frozen=True, slots=True)
class Combined:
    """The score and its two bounds, each from 0 to 100: `score = min(geometric, cap)`."""

    score: float
    geometric: float
    cap: float


@dataclass(frozen=True, slots=True)
class Part:
    """One dimension's share in an assessment.

    `effective` is the proven level after fading, `1 + (proven − 1) · factor`. `newest` is the day
    of the newest accepted evidence on the proven levels, `age` its days, and `falls_from` the
    first day on which the level counts for less unless it is renewed; None where nothing can fade.
    `low` and `high` are the proven level as the strictest and the kindest verifier see it.
    """

    claimed: int
    proven: int
    low: int
    high: int
    factor: float
    effective: float
    newest: date | None
    age: int | None
    falls_from: date | None

    @property
    def gap(self) -> int:
        """Levels claimed but not proven."""
        return self.claimed - self.proven


@dataclass(frozen=True, slots=True)
class NextStep:
    """One more level, shown by evidence of the day, and the points it adds to the score."""

    dimension: Dimension
    level: int
    gain: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """A readiness score with all that must be shown beside it.

    `parts` holds the dimensions that count, in order; one approved as not applicable is absent.
    `binding` is the weakest link. `low` and `high` bound the score over the verifiers' votes.
    `best_step` is None when every dimension stands at 9; its gain is 0 when two links are equally
    weak and must rise together.
    """

    policy_version: str
    assessed_on: date
    score: float
    geometric: float
    cap: float
    low: float
    high: float
    parts: Mapping[Dimension, Part]
    binding: Dimension
    best_step: NextStep | None

    @property
    def capped(self) -> bool:
        """Whether the weakest link, rather than the mean, sets the score."""
        return self.cap < self.geometric


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A gate minimum that is not reached."""

    dimension: Dimension
    required: int
    proven: int


def combine(
    levels: Mapping[Dimension, float], policy: ReadinessPolicy = DEFAULT_POLICY
) -> Combined:
    """Return the score of levels from 1 to 9 (fractions after fading) of at least one dimension.

    Weighted geometric mean `G = exp Σ w·ln(x/9)`, `100(9G − 1)/8`, weights renormalised over the
    dimensions given; cap `100(min(9, min x + allowance) − 1)/8`. It never exceeds the arithmetic
    score of the same levels. Raises ValueError for no levels or one outside 1 to 9.

    >>> order = "customer", "technology", "business", "ip", "team", "funding"
    >>> round(combine(dict(zip(map(Dimension, order), (2, 8, 3, 6, 5, 2)))).score, 4)
    33.3114
    """
    if not levels or not all(LOWEST <= level <= HIGHEST for level in levels.values()):
        raise ValueError("a score needs levels from 1 to 9")
    total = sum(policy.weights[dimension] for dimension in levels)
    mean = exp(sum(policy.weights[d] * log(x / HIGHEST) for d, x in levels.items()) / total)
    geometric = _points(HIGHEST * mean)
    cap = _points(min(levels.values()) + policy.allowance)
    return Combined(min(geometric, cap), geometric, cap)


def assess(
    claims: Mapping[Dimension, int],
    evidence: Iterable[Evidence],
    not_applicable: Mapping[Dimension, tuple[Vote, ...]],
    today: date,
    policy: ReadinessPolicy = DEFAULT_POLICY,
    *,
    team: Collection[int] = (),
) -> Assessment:
    """Return the readiness of an idea on a day.

    The proven level of a dimension is the highest, not above the claim, such that every level up
    to it has evidence accepted by somebody outside `team`; then not above the lower median of the
    levels that verifiers voted, each verifier heard once with the highest of theirs. Evidence
    dated after `today` is not evidence yet. A missing claim is level 1. A dimension in
    `not_applicable` is left out when somebody outside the team approved it and nobody outside the
    team objected, else it counts at level 1; when nothing would be left, everything counts.
    Raises ValueError for a claim outside 1 to 9.

    >>> seen = [Evidence(Dimension.IP, n, date(2027, 1, 1), (Vote(7, True),)) for n in (1, 2, 4)]
    >>> found = assess({Dimension.IP: 5}, seen, {}, date(2027, 2, 1), team={1, 2})
    >>> found.parts[Dimension.IP].proven, found.parts[Dimension.IP].gap, round(found.score, 4)
    (2, 3, 0.8972)
    """
    for claimed in claims.values():
        _check_level(claimed)
    known = _known(evidence, not_applicable, today, team)
    parts, lows, highs = {}, {}, {}
    for dimension in _counting(not_applicable, team):
        half_life, pieces = policy.half_lives[dimension], known[dimension]
        claimed = LOWEST if dimension in not_applicable else claims.get(dimension, LOWEST)
        part = _part(claimed, pieces, half_life, today)
        parts[dimension] = part
        lows[dimension] = _effective(part.low, pieces, half_life, today)
        highs[dimension] = _effective(part.high, pieces, half_life, today)

    levels = {dimension: part.effective for dimension, part in parts.items()}
    now = combine(levels, policy)
    return Assessment(
        policy_version=policy.version,
        assessed_on=today,
        score=now.score,
        geometric=now.geometric,
        cap=now.cap,
        low=combine(lows, policy).score,
        high=combine(highs, policy).score,
        parts=MappingProxyType(parts),
        binding=min(levels, key=lambda d: (levels[d], -policy.weights[d])),
        best_step=_best_step(parts, now.score, policy),
    )


def unmet(assessment: Assessment, minimums: Mapping[Dimension, int]) -> tuple[Shortfall, ...]:
    """Return the gate minimums that the proven levels do not reach, in the order of dimensions.

    A gate asks for levels, never for a score; nothing is asked of a dimension approved as not
    applicable. Fading does not undo what was proven: it shows in the score.

    >>> start = assess({}, [], {}, date(2027, 1, 1))
    >>> [(gap.dimension.value, gap.required) for gap in unmet(start, {Dimension.TEAM: 3})]
    [('team', 3)]
    """
    return tuple(
        Shortfall(dimension, minimums[dimension], part.proven)
        for dimension, part in assessment.parts.items()
        if part.proven < minimums.get(dimension, LOWEST)
    )


def shortfalls(
    claims: Mapping[Dimension, int],
    evidence: Iterable[Evidence],
    not_applicable: Mapping[Dimension, tuple[Vote, ...]],
    today: date,
    minimums: Mapping[Dimension, int],
    *,
    team: Collection[int] = (),
) -> tuple[Shortfall, ...]:
    """Return what `unmet` finds in the assessment, from the dimensions that have a minimum alone.

    A tenth of the work of an assessment, for lists of many ideas.
    """
    asked = [d for d in _counting(not_applicable, team) if minimums.get(d, LOWEST) > LOWEST]
    known = _known((e for e in evidence if e.dimension in asked), not_applicable, today, team)
    found = []
    for dimension in asked:
        claimed = LOWEST if dimension in not_applicable else claims.get(dimension, LOWEST)
        proven = _part(claimed, known[dimension], 1.0, today).proven if known[dimension] else LOWEST
        if proven < minimums[dimension]:
            found.append(Shortfall(dimension, minimums[dimension], proven))
    return tuple(found)


def _counting(
    not_applicable: Mapping[Dimension, tuple[Vote, ...]], team: Collection[int]
) -> list[Dimension]:
    excluded = {d for d, votes in not_applicable.items() if _approved(votes, team)}
    return [d for d in Dimension if d not in excluded] or list(Dimension)


def _known(
    evidence: Iterable[Evidence],
    not_applicable: Mapping[Dimension, tuple[Vote, ...]],
    today: date,
    team: Collection[int],
) -> dict[Dimension, list[Evidence]]:
    """Sort what is evidence today by dimension, with the votes of people outside the team."""
    known: dict[Dimension, list[Evidence]] = {dimension: [] for dimension in Dimension}
    for piece in evidence:
        if piece.true_on <= today and piece.dimension not in not_applicable:
            votes = tuple(vote for vote in piece.votes if vote.verifier not in team)
            known[piece.dimension].append(replace(piece, votes=votes))
    return known


def _check_level(level: int) -> None:
    if not LOWEST <= level <= HIGHEST:
        raise ValueError(f"a readiness level is from {LOWEST} to {HIGHEST}, not {level}")


def _points(level: float) -> float:
    """From a level, held between 1 and 9, to 0 to 100."""
    return 100 * (min(max(level, LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST)


def _approved(votes: Iterable[Vote], team: Collection[int]) -> bool:
    independent = [vote.accepted for vote in votes if vote.verifier not in team]
    return bool(independent) and all(independent)


def _accepted(piece: Evidence) -> bool:
    return any(vote.accepted for vote in piece.votes)


def _undisputed(piece: Evidence) -> bool:
    return bool(piece.votes) and all(vote.accepted for vote in piece.votes)


def _ladder(pieces: Iterable[Evidence], claimed: int) -> int:
    """Count the levels from 1 up to the claim that are shown without a gap."""
    shown = {piece.level for piece in pieces}
    return next(level for level in range(claimed + 1) if level == claimed or level + 1 not in shown)


def _voted(evidence: Iterable[Evidence]) -> list[int]:
    """Return the levels voted, the highest of each verifier: an early word binds no later one."""
    heard: dict[int, int] = {}
    for piece in evidence:
        for vote in piece.votes:
            if vote.level is not None:
                heard[vote.verifier] = max(vote.level, heard.get(vote.verifier, LOWEST))
    return list(heard.values())


def _part(claimed: int, evidence: list[Evidence], half_life: float, today: date) -> Part:
    ladder = _ladder(filter(_accepted, evidence), claimed)
    strict = _ladder(filter(_undisputed, evidence), claimed)
    voted = _voted(evidence) or [HIGHEST]
    proven = max(LOWEST, min(ladder, median_low(voted)))
    newest = _newest(proven, evidence)
    fresh_until = newest + timedelta(days=int(half_life)) if newest and proven > LOWEST else None
    return Part(
        claimed=claimed,
        proven=proven,
        low=max(LOWEST, min(strict, *voted)),
        high=max(LOWEST, min(ladder, max(voted))),
        factor=_factor(newest, half_life, today),
        effective=_effective(proven, evidence, half_life, today),
        newest=newest,
        age=(today - newest).days if newest else None,
        falls_from=fresh_until + timedelta(days=1) if fresh_until else None,
    )


def _newest(level: int, evidence: Iterable[Evidence]) -> date | None:
    """Return the day of the newest accepted evidence on the levels up to the proven one."""
    return max((p.true_on for p in evidence if p.level <= level and _accepted(p)), default=None)


def _factor(newest: date | None, half_life: float, today: date) -> float:
    age = (today - newest).days if newest else 0
    return 1.0 if age <= half_life else 2.0 ** -((age - half_life) / half_life)


def _effective(level: int, evidence: Iterable[Evidence], half_life: float, today: date) -> float:
    return LOWEST + (level - LOWEST) * _factor(_newest(level, evidence), half_life, today)


def _best_step(
    parts: Mapping[Dimension, Part], score: float, policy: ReadinessPolicy
) -> NextStep | None:
    """Try one more level in each dimension; among equal gains the weaker link comes first."""
    levels = {dimension: part.effective for dimension, part in parts.items()}
    steps = [
        NextStep(d, part.proven + 1, combine({**levels, d: part.proven + 1}, policy).score - score)
        for d, part in parts.items()
        if part.proven < HIGHEST
    ]
    return max(
        steps,
        key=lambda s: (s.gain, -levels[s.dimension], policy.weights[s.dimension]),
        default=None,
    )
