"""The readiness of an idea on a day, from its claims, its evidence and what verifiers said.

Three criticisms of such scores are answered here. Strength in one dimension must not hide absence
in another: the geometric mean is capped by the weakest link. Self-assessment flatters: only
evidence accepted by somebody outside the team counts, and no level is skipped. Levels never
expire: proof that is not renewed fades.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import exp, log
from statistics import median_low
from types import MappingProxyType

from accelerator.domain.readiness.model import (
    DEFAULT_POLICY,
    HIGHEST,
    LOWEST,
    Dimension,
    Evidence,
    ReadinessPolicy,
    Vote,
    check_level,
)

FADING_DAYS = 90  # how far ahead a fall is foretold


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
    def full_until(self) -> date | None:
        """The last day on which the level counts in full."""
        return None if self.falls_from is None else self.falls_from - timedelta(days=1)

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
class Fall:
    """What a dimension's fading takes from the score unless it is renewed.

    From `on` the level counts for less; by the day `by` the score is `points` lower than now, all
    else as it is. 0 points where another dimension holds the score down anyway.
    """

    dimension: Dimension
    level: int
    on: date
    by: date
    points: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """A readiness score with all that must be shown beside it.

    `parts` holds the dimensions that count, in order; one approved as not applicable is absent.
    `binding` is the weakest link. `low` and `high` bound the score over the verifiers' votes.
    """

    policy: ReadinessPolicy
    assessed_on: date
    score: float
    geometric: float
    cap: float
    low: float
    high: float
    parts: Mapping[Dimension, Part]
    binding: Dimension

    @property
    def policy_version(self) -> str:
        """The version of the policy that made the score."""
        return self.policy.version

    @property
    def capped(self) -> bool:
        """Whether the weakest link, rather than the mean, sets the score."""
        return self.cap < self.geometric

    @property
    def steps(self) -> tuple[NextStep, ...]:
        """What one more level in each dimension would add; none where a dimension stands at 9."""
        levels = {dimension: part.effective for dimension, part in self.parts.items()}
        return tuple(
            NextStep(
                d,
                part.proven + 1,
                combine({**levels, d: part.proven + 1}, self.policy).score - self.score,
            )
            for d, part in self.parts.items()
            if part.proven < HIGHEST
        )

    @property
    def best_step(self) -> NextStep | None:
        """The step that raises the score most; among equal gains the weaker link's.

        None when every dimension stands at 9; its gain is 0 when two links are equally weak and
        must rise together.
        """
        parts, weights = self.parts, self.policy.weights
        return max(
            self.steps,
            key=lambda s: (s.gain, -parts[s.dimension].effective, weights[s.dimension]),
            default=None,
        )

    @property
    def falls(self) -> tuple[Fall, ...]:
        """When each dimension's evidence fades, and what the score loses by that; soonest first.

        One that fades already falls further, so its `on` lies behind and its `by` counts from now.
        """
        levels = {dimension: part.effective for dimension, part in self.parts.items()}
        found = []
        for dimension, part in self.parts.items():
            if part.falls_from is not None:
                by = max(part.falls_from, self.assessed_on) + timedelta(days=FADING_DAYS)
                kept = _factor(part.newest, self.policy.half_lives[dimension], by)
                later = {**levels, dimension: _faded(part.proven, kept)}
                points = self.score - combine(later, self.policy).score
                found.append(Fall(dimension, part.proven, part.falls_from, by, points))
        return tuple(sorted(found, key=lambda fall: fall.on))

    @property
    def falls_on(self) -> date | None:
        """The next day on which some evidence begins to count for less, from this day on.

        Where nothing more will begin to, the last such day behind; None where nothing is proven.
        """
        days = sorted(p.falls_from for p in self.parts.values() if p.falls_from is not None)
        ahead = (day for day in days if day >= self.assessed_on)
        return next(ahead, days[-1] if days else None)


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
    weights = policy.weights
    total = sum([weights[dimension] for dimension in levels])
    mean = exp(sum([weights[d] * log(x / HIGHEST) for d, x in levels.items()]) / total)
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
        check_level(claimed)
    known = _heard(evidence, not_applicable, today, team)
    parts, levels, lows, highs = {}, {}, {}, {}
    for dimension in _counting(not_applicable, team):
        heard, half_life = known.get(dimension, _NOTHING), policy.half_lives[dimension]
        claimed = LOWEST if dimension in not_applicable else claims.get(dimension, LOWEST)
        part = parts[dimension] = _part(claimed, heard, half_life, today)
        levels[dimension] = lows[dimension] = highs[dimension] = part.effective
        if part.low != part.proven:
            lows[dimension] = _effective(part.low, heard, half_life, today)
        if part.high != part.proven:
            highs[dimension] = _effective(part.high, heard, half_life, today)
    now = combine(levels, policy)
    return Assessment(
        policy=policy,
        assessed_on=today,
        score=now.score,
        geometric=now.geometric,
        cap=now.cap,
        low=now.score if lows == levels else combine(lows, policy).score,
        high=now.score if highs == levels else combine(highs, policy).score,
        parts=MappingProxyType(parts),
        binding=min(levels, key=lambda d: (levels[d], -policy.weights[d])),
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
    known = _heard((e for e in evidence if e.dimension in asked), not_applicable, today, team)
    found = []
    for dimension in asked:
        claimed = LOWEST if dimension in not_applicable else claims.get(dimension, LOWEST)
        proven = LOWEST
        if dimension in known:
            proven = _part(claimed, known[dimension], 1.0, today).proven
        if proven < minimums[dimension]:
            found.append(Shortfall(dimension, minimums[dimension], proven))
    return tuple(found)


@dataclass(slots=True)
class _Heard:
    """What people outside the team said of a dimension's evidence.

    `accepted` holds the newest day of accepted evidence per level, `strict` the levels with a
    piece that nobody refused, `voted` the highest level each verifier voted: an early word binds
    no later one.
    """

    accepted: dict[int, date] = field(default_factory=dict)
    strict: set[int] = field(default_factory=set)
    voted: dict[int, int] = field(default_factory=dict)


_NOTHING = _Heard()


def _heard(
    evidence: Iterable[Evidence],
    not_applicable: Mapping[Dimension, tuple[Vote, ...]],
    today: date,
    team: Collection[int],
) -> dict[Dimension, _Heard]:
    """Sort what is evidence today by dimension and level; the team's own votes are not heard."""
    known: dict[Dimension, _Heard] = {}
    for piece in evidence:
        dimension, level, day = piece.dimension, piece.level, piece.true_on
        if day > today or dimension in not_applicable:
            continue
        heard = known.get(dimension)
        if heard is None:
            heard = known[dimension] = _Heard()
        accepted = refused = False
        for vote in piece.votes:
            if vote.verifier in team:
                continue
            accepted, refused = accepted or vote.accepted, refused or not vote.accepted
            if vote.level is not None:
                said = heard.voted.get(vote.verifier, LOWEST)
                heard.voted[vote.verifier] = max(vote.level, said)
        if accepted:
            heard.accepted[level] = max(day, heard.accepted.get(level, day))
            if not refused:
                heard.strict.add(level)
    return known


def _counting(
    not_applicable: Mapping[Dimension, tuple[Vote, ...]], team: Collection[int]
) -> list[Dimension]:
    excluded = {d for d, votes in not_applicable.items() if _approved(votes, team)}
    return [d for d in Dimension if d not in excluded] or list(Dimension)


def _approved(votes: Iterable[Vote], team: Collection[int]) -> bool:
    independent = [vote.accepted for vote in votes if vote.verifier not in team]
    return bool(independent) and all(independent)


def _points(level: float) -> float:
    """From a level, held between 1 and 9, to 0 to 100."""
    return 100 * (min(max(level, LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST)


def _ladder(shown: Collection[int], claimed: int) -> int:
    """Count the levels from 1 up to the claim that are shown without a gap."""
    level = 0
    while level < claimed and level + 1 in shown:
        level += 1
    return level


def _part(claimed: int, heard: _Heard, half_life: float, today: date) -> Part:
    ladder, strict = _ladder(heard.accepted, claimed), _ladder(heard.strict, claimed)
    voted = list(heard.voted.values()) or [HIGHEST]
    proven = max(LOWEST, min(ladder, median_low(voted)))
    newest = _newest(proven, heard)
    factor = _factor(newest, half_life, today)
    return Part(
        claimed=claimed,
        proven=proven,
        low=max(LOWEST, min(strict, *voted)),
        high=max(LOWEST, min(ladder, max(voted))),
        factor=factor,
        effective=_faded(proven, factor),
        newest=newest,
        age=(today - newest).days if newest else None,
        falls_from=_falls_from(newest, half_life) if proven > LOWEST else None,
    )


def _falls_from(newest: date | None, half_life: float) -> date | None:
    return None if newest is None else newest + timedelta(days=int(half_life) + 1)


def _newest(level: int, heard: _Heard) -> date | None:
    """Return the day of the newest accepted evidence on the levels up to the proven one."""
    return max((day for at, day in heard.accepted.items() if at <= level), default=None)


def _factor(newest: date | None, half_life: float, today: date) -> float:
    age = (today - newest).days if newest else 0
    return 1.0 if age <= half_life else 2.0 ** -((age - half_life) / half_life)


def _faded(level: int, factor: float) -> float:
    return LOWEST + (level - LOWEST) * factor


def _effective(level: int, heard: _Heard, half_life: float, today: date) -> float:
    return _faded(level, _factor(_newest(level, heard), half_life, today))
