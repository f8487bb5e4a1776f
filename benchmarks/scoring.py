"""Fair scores: the oracle of a real conference, and the CPU time of 30,000 reviews on one core.

    python -m benchmarks.scoring [conference.csv]

The conference's reviews (idpaper, idreviewer, score) are not part of the repository; without them
only the times are printed. Ends with 1 when a number or a time is not as promised.
"""

import argparse
import csv
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core; must be set before NumPy loads

import numpy as np

from accelerator.domain.scoring import (
    Marked,
    Scored,
    ScoringPolicy,
    adjust,
    chance_of_top,
    crossings,
    posterior,
    rank,
)

SIZES = ((57, 20), (500, 50), (2_000, 150), (10_000, 500))  # ideas, reviewers; three reviews each
LIMITS = {(500, "chances"): 0.1, (10_000, "adjust"): 0.5}  # seconds of CPU


def oracle(path: Path) -> bool:
    """Print computed beside expected for the conference and return whether all agree."""
    with path.open(encoding="utf-8", newline="") as file:
        reviews = [
            Scored(int(row["idpaper"]), int(row["idreviewer"]), float(row["score"]))
            for row in csv.DictReader(file)
        ]
    free = adjust(reviews, ScoringPolicy(rho_prior_weight=0))
    papers = [free.ideas.index(paper) for paper in (1, 3)]
    lenient, severe = int(free.leniency.argmax()), int(free.leniency.argmin())
    rows = [
        ("reviews", len(reviews), 128),
        ("papers", len(free.ideas), 57),
        ("reviewers", len(free.reviewers), 20),
        ("panels", free.panels, 1),
        ("rho", free.rho, 0.190725),
        ("rho sigma2", free.reviewer_variance, 0.217758),
        ("sigma2", free.sigma2, 1.141738),
        ("objective", free.objective, 265.938706),
        *(("paper 1, 3: mean", round(free.adjusted[at], 4), 7.1537) for at in papers),
        *(("paper 1, 3: standard error", round(free.se[at], 4), 0.6574) for at in papers),
        ("most lenient reviewer", free.reviewers[lenient], 7),
        ("its leniency", round(free.leniency[lenient], 4), 0.4943),
        ("most severe reviewer", free.reviewers[severe], 14),
        ("its leniency", round(free.leniency[severe], 4), -0.4688),
        ("tau2", posterior(free).tau2, 1.443479),
        ("rho with the prior", adjust(reviews).rho, 0.195303),
    ]
    good = True
    print(f"{'A real conference':28}{'computed':>14}{'expected':>14}")
    for name, computed, expected in rows:
        agrees = abs(computed - expected) <= 1e-6
        good &= agrees
        print(f"{name:28}{computed:14.10g}{expected:14.10g}  {'ok' if agrees else 'WRONG'}")
    return good


def crowd(ideas: int, reviewers: int) -> list[Marked[int, int, str]]:
    """Return three reviews of two criteria for each idea."""
    draw = np.random.default_rng(1)
    quality, lenient = draw.normal(5, 1, ideas), draw.normal(0, 0.45, reviewers)
    return [
        Marked(idea, int(by), {name: float(quality[idea] + lenient[by] + draw.normal())
                               for name in ("market", "team")})
        for idea in range(ideas)
        for by in draw.choice(reviewers, 3, replace=False)
    ]  # fmt: skip


def seconds(work: Callable[[], object]) -> float:
    """Return the median CPU time of five runs."""
    times = []
    for _ in range(5):
        begin = process_time()
        work()
        times.append(process_time() - begin)
    return sorted(times)[2]


def measure(ideas: int, reviewers: int) -> dict[str, float]:
    """Return the CPU seconds of each public function for a crowd of this size."""
    marked = crowd(ideas, reviewers)
    reviews = [Scored(each.idea, each.reviewer, each.marks["market"]) for each in marked]
    capacity = ideas // 10
    fair = adjust(reviews)
    belief = posterior(fair)
    taken = {
        "adjust": seconds(lambda: adjust(reviews)),
        "posterior": seconds(lambda: posterior(fair)),
        "chances": seconds(lambda: chance_of_top(belief, capacity)),
        "rank": seconds(lambda: rank(reviews, capacity=capacity)),
    }
    begin = process_time()
    crossings(marked, {"market": 2.0, "team": 1.0}, capacity=capacity)
    return {**taken, "crossings": process_time() - begin}


def times() -> bool:
    """Print CPU times per size and return whether the promised ones hold."""
    good = True
    names = ("adjust", "posterior", "chances", "rank", "crossings")
    print(f"\n{'CPU ms, one core':>18}" + "".join(f"{name:>11}" for name in names))
    for ideas, reviewers in SIZES:
        taken = measure(ideas, reviewers)
        shown = "".join(f"{1000 * taken[name]:11.1f}" for name in names)
        print(f"{ideas:>9,} × {reviewers:<6}{shown}")
        for name, value in taken.items():
            if value > LIMITS.get((ideas, name), value):
                good = False
                print(f"  {name}: promised {1000 * LIMITS[ideas, name]:.0f} ms")
    return good


def main() -> int:
    """Print everything; 0 when all is as promised."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("conference", nargs="?", type=Path, help="the conference's reviews")
    path = parser.parse_args().conference
    good = oracle(path) if path else True
    return 0 if times() and good else 1


if __name__ == "__main__":
    sys.exit(main())
