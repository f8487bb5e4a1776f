"""Who reviews what: the oracle of a real conference, and the CPU time of a large assignment.

Run with `python -m benchmarks.matching [folder]`. The folder holds the similarities of a real
conference, `midl_scores.npy` (reviewers × papers) and `midl_loads.npy`, which are not part of the
repository; without them only the times are printed. Ends with 1 when a number or a time is not as
promised.
"""

import os
import sys
from pathlib import Path
from time import process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core; must be set before NumPy loads

import numpy as np

from accelerator.domain.matching import Matching, MatchingPolicy, Problem, match

EXPECTED = {0: "201.88487950", 1: "186.45993276", 2: "150.04312514"}  # by least load
IDEAS, REVIEWERS, EACH, DEPARTMENTS = 2_000, 300, 3, 30
LIMIT = 3.0  # seconds of CPU


def oracle(folder: Path) -> bool:
    """Print the best sums of the conference beside the expected ones; say whether all agree."""
    similarity = np.load(folder / "midl_scores.npy")
    most = np.load(folder / "midl_loads.npy").astype(np.int64)
    wanted = np.full(similarity.shape[1], EACH)
    good = True
    print(f"{'least load':>10}  {'best sum':>12}  {'expected':>12}")
    for least, expected in EXPECTED.items():
        found = match(
            Problem(
                similarity=similarity, wanted=wanted, least=np.full_like(most, least), most=most
            ),
            MatchingPolicy(load_weight=0, one_panel=False),
        )
        total = f"{found.total:.8f}"
        good &= total == expected and not found.shortage
        print(f"{least:>10}  {total:>12}  {expected:>12}")
    return good


def large(seed: int = 0) -> Problem:
    """Return a company: departments, random skills, a twentieth of all pairs in conflict."""
    random = np.random.default_rng(seed)
    similarity = random.random((REVIEWERS, 20)) @ random.random((IDEAS, 20)).T / 20
    return Problem(
        similarity=similarity,
        wanted=np.full(IDEAS, EACH),
        least=np.full(REVIEWERS, 10),
        most=np.full(REVIEWERS, 25),
        barred=random.random((REVIEWERS, IDEAS)) < 1 / 20,
        departments=[f"department {n % DEPARTMENTS}" for n in range(REVIEWERS)],
    )


def timed(name: str, problem: Problem, policy: MatchingPolicy) -> bool:
    """Print the CPU time of one matching; say whether it is below the limit."""
    begin = process_time()
    found: Matching = match(problem, policy)
    seconds = process_time() - begin
    complete = len(found.pairs) == IDEAS * EACH and not found.shortage
    print(f"{name:>24}  {seconds:5.2f} s  {found.total:9.3f}  {found.panels} panel(s)")
    return complete and seconds < LIMIT


def main(arguments: list[str]) -> int:
    """Run what can be run."""
    good = True
    if arguments:
        good &= oracle(Path(arguments[0]))
    print(f"\n{IDEAS:,} ideas × {EACH}, {REVIEWERS} reviewers, {DEPARTMENTS} departments")
    match(
        Problem(
            similarity=np.ones((1, 1)),
            wanted=np.ones(1, int),
            least=np.ones(1, int),
            most=np.ones(1, int),
        )
    )  # fmt: skip - so that loading the libraries is not counted
    good &= timed("best sum", large(), MatchingPolicy(load_weight=0, one_panel=False))
    good &= timed("even loads, one panel", large(), MatchingPolicy())
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
