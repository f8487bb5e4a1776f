"""Where one more review helps most: the knowledge gradient of a decision at the cut."""

import numpy as np

from accelerator.domain.scoring.policy import Floats
from accelerator.domain.scoring.posterior import normal_below, normal_density

ALIKE = 1 - 1e-9  # gains so near the best are equal but for rounding; the first of them is taken


def knowledge_gain(means: Floats, variances: Floats, cut: float, noise: float) -> Floats:
    """Return what one more review of each idea is expected to improve the decision by: (I,).

    Source: Frazier, Powell and Dayanik 2008, for taking or leaving an idea at a cut τ:
    s̃ = v/√(v+noise), z = −|m−τ|/s̃, KG = s̃·(z·Φ(z)+φ(z)). `means` (I,), `cut` and the result are
    in mark units, `variances` (I,) (posterior, above 0) and `noise` (of a review, above 0) squared.

    >>> knowledge_gain(np.array([7.0, 6.8]), np.array([0.4, 0.4]), 6.8, 1.5).round(7).tolist()
    [0.0422257, 0.1157693]
    """
    scale = variances / np.sqrt(variances + noise)
    z = -np.abs(means - cut) / scale
    gain: Floats = scale * (z * normal_below(z) + normal_density(z))
    return np.maximum(gain, 0)  # far from the cut the two terms cancel to less than rounding


def spend(means: Floats, variances: Floats, cut: float, noise: float, reviews: int) -> list[int]:
    """Return the positions of the ideas to give the next `reviews` reviews to, best first.

    Each review goes where it gains most, which then knows more: v ← 1/(1/v+1/noise). Arguments as
    in `knowledge_gain`; an idea may come more than once. Raises ValueError for a negative number.

    >>> spend(np.array([6.9, 6.8, 3.0]), np.array([0.4, 0.4, 0.4]), 6.8, 0.5, 3)
    [1, 0, 1]
    """
    if reviews < 0:
        raise ValueError("a number of reviews is not negative")
    known = variances.copy()
    gains = knowledge_gain(means, known, cut, noise)
    chosen = []
    for _ in range(reviews):
        best = int(np.argmax(gains >= gains.max() * ALIKE))
        chosen.append(best)
        known[best] = 1 / (1 / known[best] + 1 / noise)
        one = slice(best, best + 1)
        gains[one] = knowledge_gain(means[one], known[one], cut, noise)
    return chosen
