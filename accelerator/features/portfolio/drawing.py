"""Where the lines of the portfolio's charts run, in hundredths of their area."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from accelerator.domain.speed import Step
from accelerator.features.portfolio.visits import Way

TOPS = (20, 40, 60, 80, 100)  # ends of the scale of readiness
APART = 13.0  # hundredths between two labels that must not touch


@dataclass(frozen=True, slots=True)
class Line:
    """One stepped line with the place of its label; `share` is where it ends, in per cent."""

    way: str
    path: str
    share: float
    label_y: float


def incidence(steps: Sequence[Step[Way]], ways: Iterable[Way], last: int) -> tuple[Line, ...]:
    """Return the line of each way by which ideas left; `last` is the day at the right end."""
    lines = []
    for way in ways:
        points = ["M0 100"]
        for step in steps:
            points += [f"H{_at(step.day, last)}", f"V{round(100 - 100 * step.left.get(way, 0), 2)}"]
        end = 100 * steps[-1].left.get(way, 0.0)
        if end:
            lines.append((end, Line(str(way), " ".join([*points, "H100"]), end, 100 - end)))
    placed, lowest = [], 100.0 + APART
    for _, line in sorted(lines, key=lambda pair: pair[0]):
        lowest = min(line.label_y, lowest - APART)
        placed.append(Line(line.way, line.path, line.share, lowest))
    return tuple(placed)


class Point(NamedTuple):
    """How ready the ideas were on one day."""

    on: date
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Trend:
    """A line with its band through time, on a scale from 0 to `top`."""

    line: str
    band: str
    top: int
    first: date
    last: date
    points: tuple[Point, ...]

    def across(self, on: date) -> float:
        """Return where a day stands, in hundredths of the whole picture."""
        return round(6 + 0.86 * _at((on - self.first).days, (self.last - self.first).days), 2)

    @property
    def now(self) -> float:
        """Return the newest mean."""
        return self.points[-1].mean

    @property
    def low(self) -> float:
        """Return the newest lower quartile."""
        return self.points[-1].low

    @property
    def high(self) -> float:
        """Return the newest upper quartile."""
        return self.points[-1].high


def trend(points: Sequence[Point]) -> Trend | None:
    """Return how the mean and the quartiles ran; None for fewer than two points."""
    if len(points) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    first, last = points[0].on, points[-1].on
    top = next((top for top in TOPS if max(point.high for point in points) <= top), TOPS[-1])

    def place(on: date, value: float) -> str:
        return f"{_at((on - first).days, (last - first).days)} {round(100 - 100 * value / top, 2)}"

    means = [place(point.on, point.mean) for point in points]
    upper = [place(point.on, point.high) for point in points]
    lower = [place(point.on, point.low) for point in reversed(points)]
    return Trend(
        f"M{'L'.join(means)}", f"M{'L'.join(upper + lower)}Z", top, first, last, tuple(points)
    )


def _at(value: int, most: int) -> float:
    return round(100 * value / most, 2) if most else 0.0
