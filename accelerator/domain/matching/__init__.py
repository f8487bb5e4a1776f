"""Who reviews what: similarities, the best matching, and why.

`similarities` says how well each reviewer fits each idea, `match` finds the best pairs within
every bound. Needs NumPy, SciPy and OR-tools, so it is imported where it is used.
"""

from accelerator.domain.matching.problem import (
    Bottleneck,
    Matching,
    MatchingPolicy,
    Pair,
    Problem,
    Shortage,
)
from accelerator.domain.matching.similarity import (
    Profile,
    Similarities,
    SimilarityPolicy,
    Why,
    similarities,
)
from accelerator.domain.matching.solve import match

__all__ = [
    "Bottleneck",
    "Matching",
    "MatchingPolicy",
    "Pair",
    "Problem",
    "Profile",
    "Shortage",
    "Similarities",
    "SimilarityPolicy",
    "Why",
    "match",
    "similarities",
]
