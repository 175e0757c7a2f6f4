"""How sure a p value from random permutations is, and when it is sure enough to stop."""

from collections.abc import Iterator

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.special import betaincinv

FIRST_LOOK = 500
"""Permutations before the first look; each further look comes at twice as many."""

ERROR = 0.001
"""Probability that a confidence sequence ever misses the true p."""

Interval = tuple[float, float]


def exact_interval(extreme: int, permutations: int) -> Interval:
    """95 % interval of p (Clopper and Pearson 1934) after a number of permutations fixed before.

    `extreme` of the permutations were at least as extreme as what was observed.
    """
    # quantiles of beta distributions, without scipy.stats, which takes a second to import
    others = permutations - extreme
    low = betaincinv(extreme, others + 1, 0.025) if extreme else 0.0
    high = betaincinv(extreme + 1, others, 0.975) if others else 1.0
    return float(low), float(high)


def confidence_sequence(extreme: int, permutations: int) -> Interval:
    """Interval of p that holds at all looks together with probability `1 - ERROR`.

    All p with (n + 1) C(n, k) p^k (1 - p)^(n - k) > ERROR, for k extreme of n permutations
    (Lai 1976, for Bernoulli trials).
    """
    level = _level(permutations)

    def above(p: float) -> float:
        return float(scipy.stats.binom.logpmf(extreme, permutations, p) - level)

    estimate = extreme / permutations
    low = scipy.optimize.brentq(above, 1e-300, estimate) if extreme else 0.0
    high = scipy.optimize.brentq(above, estimate, 1 - 1e-16) if extreme < permutations else 1.0
    return float(low), float(high)


def looks(permutations: int, first: int = FIRST_LOOK) -> Iterator[range]:
    """Indices of permutations between one look and the next, `permutations` in all."""
    start, end = 0, first
    while start < permutations:
        yield range(start, min(end, permutations))
        start, end = end, end * 2


def decided(null: NDArray[np.float64], observed: NDArray[np.float64], alpha: float) -> bool:
    """Whether the p of every observed cluster size is known to lie on one side of alpha.

    It is where alpha is not in the `confidence_sequence` of any. `null` has the largest size of
    each permutation so far.
    """
    extreme = len(null) - np.searchsorted(np.sort(null), observed, side="left")
    likely = scipy.stats.binom.logpmf(extreme, len(null), alpha)
    return bool((likely < _level(len(null))).all())


def _level(permutations: int) -> float:
    return float(np.log(ERROR / (permutations + 1)))
