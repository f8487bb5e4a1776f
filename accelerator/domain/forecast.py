"""When will an idea reach the levels that a gate asks for, from its own programme's past.

The past is how many weeks ideas waited for each next level of each dimension, with those that
wait still, or whose way ended before, counted among the ones that could have reached it
(Kaplan-Meier by weeks). What little is known of one dimension at one level leans on that level
in all dimensions, that on all levels, and that on the mean of all weeks: each as if so many
further ideas had been seen at the rate of the wider group (a beta distribution of each week's
chance, whose predictive mean it is). So the interval tells what one idea does, not what the
average does.

Levels follow one another, so their waits add up; the level an idea stands at has been waited at
for some weeks already. The dimensions are taken as independent, which is cautious: in truth they
rise together, and the last of them comes sooner.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import prod

from accelerator.domain.readiness import HIGHEST, LOWEST, Dimension

WEEK = 7  # days
HORIZON = 104  # weeks looked ahead; what comes later is not foretold
BELIEF = 5.0  # further ideas seen at the rate of the wider group
LEAST_REACHED = 12  # levels reached in the past; from fewer nothing is foretold
UNSEEN = 1e-9  # a chance that makes no difference anybody could see
EARLY, MIDDLE, LATE = 0.1, 0.5, 0.9  # eight of ten ideas reach it between the first and the last

Levels = Mapping[Dimension, int]
Weeks = dict[int, list[int]]  # by weeks waited: how many reached the level, how many did not
Tally = dict[tuple[Dimension, int], Weeks]


@dataclass(frozen=True, slots=True)
class Wait:
    """So many days at a level of a dimension, until the next one was `reached` or known no more."""

    dimension: Dimension
    level: int
    days: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """A dimension below a gate's minimum, and for how many days it has stood at its level.

    Raises ValueError unless the level is below the minimum and the days are not below 0.
    """

    dimension: Dimension
    level: int
    minimum: int
    days: int

    def __post_init__(self) -> None:
        """Refuse what is not missing."""
        if not LOWEST <= self.level < self.minimum <= HIGHEST or self.days < 0:
            raise ValueError("a missing level is below its minimum, for days not below 0")


@dataclass(frozen=True, slots=True)
class Forecast:
    """In how many days the minimums are reached; None where that is beyond what is foretold.

    Eight of ten ideas like this one reach them between `early` and `late`.
    """

    early: int | None
    middle: int | None
    late: int | None


def waits(seen: Sequence[tuple[date, Levels]], until: date) -> list[Wait]:
    """Return how long an idea waited for each next level, from its levels on days in order.

    Whoever proves several levels at once waited for the first of them, and not for the others. A
    level that was lost, or a dimension that no longer applies, was waited at in vain.

    >>> days = [(date(2027, 1, n), {Dimension.IP: level}) for n, level in ((1, 1), (15, 3))]
    >>> [(w.level, w.days, w.reached) for w in waits(days, date(2027, 1, 20))]
    [(1, 14, True), (2, 0, True), (3, 5, False)]
    """
    found: list[Wait] = []
    at: dict[Dimension, tuple[int, date]] = {}

    def end(dimension: Dimension, on: date, level: int) -> None:
        stood, since = at.pop(dimension)
        if stood < HIGHEST:
            found.append(Wait(dimension, stood, max(0, (on - since).days), level > stood))
        found.extend(Wait(dimension, passed, 0, reached=True) for passed in range(stood + 1, level))

    for on, levels in seen:
        for dimension in [d for d, (level, _) in at.items() if levels.get(d) != level]:
            end(dimension, on, levels.get(dimension, LOWEST))
        for dimension, level in levels.items():
            at.setdefault(dimension, (level, on))
    for dimension in list(at):
        end(dimension, until, LOWEST)
    return found


def tally(known: Iterable[Wait]) -> Tally:
    """Count waits by dimension, level and weeks: what is kept of a programme's past."""
    counts: Tally = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for wait in known:
        counts[wait.dimension, wait.level][_weeks(wait.days)][not wait.reached] += 1
    return {key: dict(weeks) for key, weeks in counts.items()}


class LevelTimes:
    """A programme's own past of levels: how likely the next one comes in each week of waiting."""

    def __init__(self, counts: Tally) -> None:
        """Read the counts; what follows from them is worked out when it is asked for."""
        self._counts = counts
        self.reached = sum(reached for w in counts.values() for reached, _ in w.values())
        self._chances: dict[tuple[Dimension | None, int | None], list[float]] = {}
        self._first: dict[tuple[Dimension, int, int], list[float]] = {}
        self._ways: dict[tuple[Dimension, int, int], list[float]] = {}

    @property
    def tells(self) -> bool:
        """Whether enough levels were reached to foretell anything."""
        return self.reached >= LEAST_REACHED

    def by(self, missing: Missing) -> list[float]:
        """Return the chance that a minimum is reached within 0, 1, 2 … weeks from now."""
        return _running(
            _added(self._one(missing), self._way(missing))
            if missing.minimum > missing.level + 1
            else self._one(missing)
        )

    def within(self, missing: Missing, days: int) -> float:
        """Return the chance that a minimum is reached within so many days."""
        weeks = min(HORIZON - 1, _weeks(days))
        if days < 0:
            return 0.0
        first = self._one(missing)[: weeks + 1]
        if missing.minimum == missing.level + 1:
            return min(1.0, sum(first))
        rest = _running(self._way(missing)[: weeks + 1])
        return min(1.0, sum(a * b for a, b in zip(first, reversed(rest), strict=True)))

    def _one(self, missing: Missing) -> list[float]:
        """Return the chance of the next level in each week from now on."""
        waited = min(_weeks(missing.days), HORIZON)
        key = missing.dimension, missing.level, waited
        if key not in self._first:
            chances = self._chance(missing.dimension, missing.level)
            self._first[key] = _first(chances[waited:] + chances[-1:] * waited)
        return self._first[key]

    def _way(self, missing: Missing) -> list[float]:
        """Return the chance of each number of weeks from the next level up to the minimum."""
        dimension, start, end = missing.dimension, missing.level + 1, missing.minimum
        key = dimension, start, end
        if key not in self._ways:
            weeks = _first(self._chance(dimension, start))
            for level in range(start + 1, end):
                weeks = _added(weeks, _first(self._chance(dimension, level)))
            self._ways[key] = weeks
        return self._ways[key]

    def _chance(self, dimension: Dimension | None, level: int | None) -> list[float]:
        """Return, for each week of waiting, the chance that the level comes in it."""
        key = dimension, level
        if key not in self._chances:
            seen = _gathered(
                weeks
                for (d, at), weeks in self._counts.items()
                if (dimension is None or d == dimension) and (level is None or at == level)
            )
            if dimension is not None:
                wider = self._chance(None, level)
            elif level is not None:
                wider = self._chance(None, None)
            else:
                later = seen[1:]  # the first week holds what was proven together
                reached, waited = sum(r for r, _ in later), sum(n for _, n in later)
                wider = [(reached + 1) / (waited + 2)] * HORIZON
            self._chances[key] = [
                (reached + BELIEF * w) / (there + BELIEF)
                for (reached, there), w in zip(seen, wider, strict=True)
            ]
        return self._chances[key]


def forecast(times: LevelTimes, missing: Iterable[Missing]) -> Forecast | None:
    """Say when an idea reaches the minimums it has not proven; None when too little is known.

    An idea that misses nothing has reached them.

    >>> forecast(LevelTimes({}), [Missing(Dimension.IP, 1, 2, 0)]) is None
    True
    """
    if not times.tells:
        return None
    chances = [times.by(one) for one in missing]
    together = [prod(each[week] for each in chances) for week in range(HORIZON)]

    def day(share: float) -> int | None:
        return next((WEEK * week for week, by in enumerate(together) if by >= share), None)

    return Forecast(day(EARLY), day(MIDDLE), day(LATE))


def chance_by(times: LevelTimes, missing: Iterable[Missing], days: int) -> float | None:
    """Return the chance that an idea reaches the minimums within days; None if too little is known.

    >>> chance_by(LevelTimes({}), [], 30) is None
    True
    """
    return prod(times.within(one, days) for one in missing) if times.tells else None


def _weeks(days: int) -> int:
    """Return the nearest number of weeks, so that several waits add up without bias."""
    return (days + WEEK // 2) // WEEK


def _gathered(many: Iterable[Weeks]) -> list[tuple[int, int]]:
    """Return for each week how many reached the level in it, of how many that still waited."""
    reached, gone = [0] * HORIZON, [0] * HORIZON
    for weeks in many:
        for week, (came, stayed) in weeks.items():
            if week < HORIZON:
                reached[week] += came
            gone[min(week, HORIZON - 1)] += came + stayed
    there, found = sum(gone), []
    for week in range(HORIZON):
        found.append((reached[week], there))
        there -= gone[week]
    return found


def _first(chances: Sequence[float]) -> list[float]:
    """Return the chance that it comes first in each week, from the chance in each that is waited.

    >>> _first([0.5, 0.5, 1.0])
    [0.5, 0.25, 0.25]
    """
    found, left = [], 1.0
    for chance in chances:
        found.append(left * chance)
        left *= 1 - chance
    return found


def _added(one: Sequence[float], other: Sequence[float]) -> list[float]:
    """Return the distribution of the sum of two waits, up to the horizon."""
    found = [0.0] * HORIZON
    for week, chance in enumerate(one):
        if chance > UNSEEN:
            for more, b in enumerate(other[: HORIZON - week]):
                found[week + more] += chance * b
    return found


def _running(chances: Iterable[float]) -> list[float]:
    found, total = [], 0.0
    for chance in chances:
        total += chance
        found.append(min(1.0, total))
    return found
