"""What fair scores are worth, simulated with our own code.

    python -m benchmarks.simulation [--runs 60] [--record]

Ideas, reviewers and marks are drawn, so the truth is known. The first table compares four ways to
score them, in panels sorted by quality and in panels mixed at random; the second compares further
reviews placed by the knowledge gradient with reviews placed evenly. `--record` writes
docs/simulation.md. Ends with 1 when a claim of the product does not hold.
"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core; must be set before NumPy loads

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from accelerator.domain.scoring import Scored, adjust, next_reviews, rank

Floats = NDArray[np.float64]
ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "simulation.md"
IDEAS, REVIEWS_EACH, PANELS, PANEL_REVIEWERS = 300, 3, 6, 10
SEVERITY, NOISE = 1.0, 1.0  # standard deviations, in those of the ideas' quality
CAPACITY = 60  # places at the gate, for the further reviews
FURTHER = (60, 180, 300, 420)  # placed evenly, to compare with
PLACED = 60  # by the knowledge gradient
METHODS = ("raw mean", "adjusted", "z-score", "both random")
CLAIMS = {"raw mean": 0.77, "adjusted": 0.83, "z-score": 0.11, "both random": 0.21}
NEAR = 0.03  # how far a simulated correlation may lie from the claim
COVERS = (0.88, 0.92)
WORTH = (200, 400)  # evenly placed reviews; the claim is about 300
MORE_RUNS = 4  # times as many for the second table, whose differences are small


@dataclass(frozen=True)
class World:
    """The truth of one run and its reviews."""

    quality: Floats
    lenient: Floats
    idea: NDArray[np.intp]
    reviewer: NDArray[np.intp]
    mark: Floats

    @property
    def reviews(self) -> list[Scored[int, int]]:
        return [
            Scored(int(i), int(r), float(z))
            for i, r, z in zip(self.idea, self.reviewer, self.mark, strict=True)
        ]


def draw(seed: int, *, ordered: bool) -> World:
    """Draw ideas and reviewers; each panel of reviewers sees its own sixth of the ideas.

    Sorted, the best sixth comes to the first panel; mixed, every reviewer sees any ideas.
    """
    rng = np.random.default_rng(seed)
    quality = rng.normal(0, 1, IDEAS)
    if ordered:
        quality = np.sort(quality)[::-1]
    lenient = rng.normal(0, SEVERITY, PANELS * PANEL_REVIEWERS)
    reviewer = np.concatenate(
        [
            rng.choice(PANEL_REVIEWERS, REVIEWS_EACH, replace=False)
            + (PANEL_REVIEWERS * (at * PANELS // IDEAS))
            if ordered
            else rng.choice(len(lenient), REVIEWS_EACH, replace=False)
            for at in range(IDEAS)
        ]
    )
    idea = np.repeat(np.arange(IDEAS), REVIEWS_EACH)
    mark = quality[idea] + lenient[reviewer] + rng.normal(0, NOISE, len(idea))
    return World(quality, lenient, idea, reviewer, mark)


def z_scores(world: World) -> Floats:
    """Return the mean of each reviewer's standardised marks: what many panels do."""
    z = np.zeros(len(world.mark))
    for reviewer in np.unique(world.reviewer):
        own = world.reviewer == reviewer
        marks = world.mark[own]
        z[own] = (marks - marks.mean()) / (marks.std() or 1)
    return np.bincount(world.idea, z) / np.bincount(world.idea)


def both_random(world: World) -> Floats:
    """Return the best linear predictions where ideas and reviewers are both random, by REML."""
    n = len(world.mark)
    ideas = np.zeros((n, len(world.quality)))
    ideas[np.arange(n), world.idea] = 1
    reviewers = np.zeros((n, len(world.lenient)))
    reviewers[np.arange(n), world.reviewer] = 1
    counts = ideas.sum(axis=0)
    ones = np.ones(n)

    def inner(shrink: Floats, left: Floats, right: Floats) -> Any:
        """leftᵀ (I + t·ZZᵀ)⁻¹ right; `shrink` is t/(1+t·D) of each idea."""
        return left.T @ right - (ideas.T @ left).T @ ((shrink * (ideas.T @ right).T).T)

    def pieces(log_ratios: Floats) -> tuple[Any, ...]:
        t, rho = np.exp(log_ratios)
        shrink = t / (1 + t * counts)
        core = np.linalg.inv(np.eye(reviewers.shape[1]) / rho + inner(shrink, reviewers, reviewers))
        to_ones = inner(shrink, reviewers, ones)
        to_marks = inner(shrink, reviewers, world.mark)
        weight = inner(shrink, ones, ones) - to_ones @ core @ to_ones
        mean = (inner(shrink, ones, world.mark) - to_ones @ core @ to_marks) / weight
        squares = (
            inner(shrink, world.mark, world.mark) - to_marks @ core @ to_marks - weight * mean**2
        )
        log_det = np.log1p(t * counts).sum() + len(core) * np.log(rho)
        log_det -= np.linalg.slogdet(core)[1]
        height = log_det + np.log(weight) + (n - 1) * np.log(squares / (n - 1))
        return height, t, shrink, core, mean

    best = minimize(lambda x: pieces(x)[0], np.zeros(2), method="Nelder-Mead",
                    options={"xatol": 1e-3, "fatol": 1e-4})  # fmt: skip
    _, t, shrink, core, mean = pieces(best.x)
    left = world.mark - mean
    lenient = core @ inner(shrink, reviewers, left)
    own = left - reviewers @ lenient
    return np.asarray(t / (1 + t * counts) * (ideas.T @ own), dtype=np.float64)


def score(world: World) -> dict[str, float]:
    """Return the correlation of each method with the truth, and the coverage of our intervals."""
    fair = adjust(world.reviews)
    truth = world.quality[list(fair.ideas)]
    found = {
        "raw mean": fair.raw,
        "adjusted": fair.adjusted,
        "z-score": z_scores(world)[list(fair.ideas)],
        "both random": both_random(world)[list(fair.ideas)],
    }
    scores = {name: float(np.corrcoef(truth, each)[0, 1]) for name, each in found.items()}
    return scores | {"coverage": float(((fair.low <= truth) & (truth <= fair.high)).mean())}


def chosen_quality(world: World, extra: list[int], rng: np.random.Generator) -> float:
    """Return the mean true quality of the ideas taken once these further reviews are in."""
    reviews = world.reviews
    for idea in extra:
        by = int(rng.integers(len(world.lenient)))
        mark = world.quality[idea] + world.lenient[by] + rng.normal(0, NOISE)
        reviews.append(Scored(idea, by, float(mark)))
    fair = adjust(reviews)
    best = np.argsort(-fair.adjusted, kind="stable")[:CAPACITY]
    return float(world.quality[np.array(fair.ideas)[best]].mean())


def further(seed: int) -> dict[str, float]:
    """Return the quality taken after no, gradient-placed and evenly placed further reviews."""
    world = draw(seed, ordered=False)
    before = rank(world.reviews, capacity=CAPACITY)
    placed = list(next_reviews(before, PLACED))
    order = np.random.default_rng(seed + 1).permutation(IDEAS)
    found = {
        "none": chosen_quality(world, [], np.random.default_rng(seed)),
        "placed": chosen_quality(world, placed, np.random.default_rng(seed)),
    }
    for count in FURTHER:
        evenly = [int(order[at % IDEAS]) for at in range(count)]
        found[str(count)] = chosen_quality(world, evenly, np.random.default_rng(seed))
    return found


def over(runs: int, one: Callable[[int], dict[str, float]]) -> dict[str, tuple[float, float]]:
    """Return mean and standard error over the runs, by name."""
    rows = [one(seed) for seed in range(runs)]
    table = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return {
        name: (float(each.mean()), float(each.std(ddof=1) / np.sqrt(runs)))
        for name, each in table.items()
    }


def worth(gains: dict[str, tuple[float, float]]) -> float:
    """Return how many evenly placed reviews gain as much as those placed by the gradient."""
    counts = np.array([0, *FURTHER], dtype=np.float64)
    even = np.array([gains["none"][0], *(gains[str(n)][0] for n in FURTHER)])
    slope = float(counts @ (even - even[0]) / (counts @ counts))  # a line through no review
    return (gains["placed"][0] - even[0]) / slope


def tables(runs: int) -> tuple[str, bool]:
    """Return both tables in Markdown, and whether the claims hold."""
    ordered = over(runs, lambda seed: score(draw(seed, ordered=True)))
    mixed = over(runs, lambda seed: score(draw(seed, ordered=False)))
    lines = [
        "| correlation with the truth | panels sorted by quality | claim | mixed panels |",
        "|---|---:|---:|---:|",
    ]
    good = True
    for name in METHODS:
        value, error = ordered[name]
        good &= abs(value - CLAIMS[name]) <= NEAR
        lines.append(
            f"| {name} | {value:.3f} ± {error:.3f} | {CLAIMS[name]:.2f} "
            f"| {mixed[name][0]:.3f} ± {mixed[name][1]:.3f} |"
        )
    covered, error = ordered["coverage"]
    good &= all(COVERS[0] <= each["coverage"][0] <= COVERS[1] for each in (ordered, mixed))
    lines.append(
        f"| 90 % intervals of the adjusted mean that hold the truth | {covered:.1%} ± {error:.1%} "
        f"| 90 % | {mixed['coverage'][0]:.1%} ± {mixed['coverage'][1]:.1%} |"
    )
    gains = over(MORE_RUNS * runs, further)
    base = gains["none"][0]
    lines += ["", "| further reviews | mean quality of those taken | gain |", "|---|---:|---:|"]
    names = {"none": "none", "placed": f"{PLACED} by the knowledge gradient"}
    for name, (value, _) in gains.items():
        shown = names.get(name, f"{name} evenly")
        lines.append(f"| {shown} | {value:.3f} | {value - base:+.3f} |")
    like = worth(gains)
    good &= WORTH[0] <= like <= WORTH[1]
    lines += [
        "",
        f"{PLACED} reviews placed by the knowledge gradient gain as much as about {like:.0f}",
        "placed evenly (a straight line through what those gained).",
    ]
    return "\n".join(lines), good


INTRODUCTION = """# What fair scores are worth

The last recorded table of `python -m benchmarks.simulation`, over {runs} runs.

{ideas} ideas of quality N(0, 1), {each} reviews each, {panels} panels of {size} reviewers whose
severity has a standard deviation of {severity:g} and one review an own error of {noise:g}. Sorted,
the best sixth of the ideas comes to the first panel, the next sixth to the second and so on, and no
reviewer sees ideas of two panels; mixed, everybody reviews anything. z-scores standardise the
marks of each reviewer; "both random" is the usual model with random ideas and random reviewers, by
restricted maximum likelihood. The further reviews of the second table decide about {capacity}
places in mixed panels, over {more} runs; who gives them is drawn.

"""


def main() -> int:
    """Print both tables; 0 when the claims hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--record", action="store_true")
    asked = parser.parse_args()
    text, good = tables(asked.runs)
    print(text)
    if asked.record:
        head = INTRODUCTION.format(
            runs=asked.runs, more=MORE_RUNS * asked.runs, ideas=IDEAS, each=REVIEWS_EACH,
            panels=PANELS, size=PANEL_REVIEWERS, severity=SEVERITY, noise=NOISE, capacity=CAPACITY,
        )  # fmt: skip
        PAGE.write_text(head + text + "\n", encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
