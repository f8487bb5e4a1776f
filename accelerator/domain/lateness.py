"""Will a milestone be late, from how milestones of its programme and of its team went.

Days are working days counted from the due day: the due day is 0, the day before it -1. How many
milestones of a programme are still open after each day is its own past (Kaplan-Meier: what is open
now counts up to yesterday, and nothing before the day on which it began). Each team is so many
times as fast as all, and before it has shown anything that is a gamma distribution around one, as
if it had already done PRIOR milestones at the common pace. So a team with one late milestone is
neither lost nor average. With Λ the team's sum of hazards at pace one, which gives back the
programme's share when nothing is known (Λ = PRIOR · (share ^ (-1 / PRIOR) - 1)), D milestones done
and E the Λ of all days its milestones were open, the chance that one stays open through the days
to come is ((PRIOR + E) / (PRIOR + E + Λ of these days)) ^ (PRIOR + D).
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

LEAST_DONE = 10  # milestones; from fewer nothing can be told
PRIOR = 2.0  # milestones: how much of the programme's pace a team starts with
LIKELY = 0.5  # more likely late than not
EARLIEST = -250  # a year of working days; what began earlier, began then


@dataclass(frozen=True, slots=True)
class Course:
    """How one milestone went: open from the day `began` through the day `seen`, when it was done.

    One that is not done was still open at the end of `seen`. Raises ValueError when it was seen
    before it began.
    """

    team: Hashable
    began: int
    seen: int
    done: bool

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.seen < self.began:
            raise ValueError("a milestone is seen from the day on which it began")


@dataclass(frozen=True, slots=True)
class Pace:
    """How a programme's milestones go: `risen` is Λ through each day from `first` on."""

    first: int
    risen: tuple[float, ...]
    teams: dict[Hashable, tuple[int, float]]

    def between(self, after: int, through: int) -> float:
        """Return Λ of the days after one up to another."""
        return self._through(through) - self._through(after)

    def _through(self, day: int) -> float:
        place = min(day - self.first, len(self.risen) - 1)
        return self.risen[place] if place >= 0 else 0.0

    def chance_late(self, team: Hashable, today: int) -> float:
        """Return how likely a milestone that is open this morning will be late; its day is 0.

        Each day that goes by without it being done makes it likelier; after its day it is late.
        """
        if today > 0:
            return 1.0
        done, lived = self.teams.get(team, (0, 0.0))
        known = PRIOR + lived
        return float((known / (known + self.between(today - 1, 0))) ** (PRIOR + done))


def learn(courses: Iterable[Course]) -> Pace | None:
    """Learn the pace of a programme and of its teams; None when too little was done to tell.

    >>> past = [Course(team, -9, day, True) for team in range(5) for day in (-2, 0, 3)]
    >>> pace = learn(past)
    >>> [round(pace.chance_late("new", day), 2) for day in (-9, -2, -1, 0)]
    [0.33, 0.33, 0.44, 0.44]
    >>> learn(past[:9]) is None
    True
    """
    found = [
        Course(one.team, max(one.began, min(EARLIEST, one.seen)), one.seen, one.done)
        for one in courses
    ]
    if sum(one.done for one in found) < LEAST_DONE:
        return None
    first = min(one.began for one in found)
    pace = Pace(first, tuple(_risen(found, first)), {})
    for one in found:
        made, lived = pace.teams.get(one.team, (0, 0.0))
        lived += pace.between(one.began - 1, one.seen)
        pace.teams[one.team] = (made + one.done, lived)
    return pace


def _risen(courses: list[Course], first: int) -> Iterable[float]:
    """Yield Λ through each day, from the share that is still open after it."""
    began, seen = Counter(one.began for one in courses), Counter(one.seen for one in courses)
    done = Counter(one.seen for one in courses if one.done)
    is_open, share = 0, 1.0
    for day in range(first, max(seen) + 1):
        is_open += began[day] - seen[day - 1]
        if done[day]:
            # Where all were done, half a one is taken to be open still: nothing is certain.
            share *= 1 - min(done[day], is_open - 0.5) / is_open
        yield PRIOR * (share ** (-1 / PRIOR) - 1)
