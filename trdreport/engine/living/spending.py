"""The chance of a false alarm over several looks, and how alpha is spent over them."""

from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import NDArray

from trdreport.engine.living.results import Alarms, Boundary


def null_p(null_sizes: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Smallest family-wise p (permutations, looks) of each permutation at each look.

    That of its largest cluster, by the look's own null.
    """
    nulls = [np.asarray(sizes, dtype=float) for sizes in null_sizes]
    smaller = [np.searchsorted(np.sort(null), null, side="left") for null in nulls]
    return np.stack([1 - own / len(own) for own in smaller], axis=1)


def false_alarms(null: NDArray[np.float64], alpha: float) -> Alarms:
    """Permutations whose p (permutations, looks) is below alpha at one look or more."""
    return Alarms(null.shape[1], int((null < alpha).any(axis=1).sum()), len(null))


def obrien_fleming(alpha: float, information: float) -> float:
    """Alpha that may be spent up to a share of information, as O'Brien and Fleming's boundary does.

    alpha*(t) = 2 - 2 Phi(z / sqrt(t)) with z the upper alpha/2 quantile of the normal distribution
    (Lan and DeMets 1983, alpha*_1). It is alpha at t = 1, and beyond.
    """
    return float(
        2 * scipy.stats.norm.sf(scipy.stats.norm.isf(alpha / 2) / np.sqrt(min(information, 1.0)))
    )


def boundaries(
    null: NDArray[np.float64], looks: Sequence[tuple[str, float]], alpha: float
) -> tuple[Boundary, ...]:
    """The largest p at each look with which the permutations cross no more than was allowed to.

    `null` is (permutations, looks); `looks` are searches with their shares of information. Of the
    permutations that crossed no earlier boundary, at each look those of the smallest p cross, as
    many as the alpha spent up to there allows; ties cross together or not at all.
    """
    crossed = np.zeros(len(null), dtype=bool)
    found = []
    for look, (search, information) in enumerate(looks):
        spent = obrien_fleming(alpha, information)
        allowed = int(spent * len(null) + 1e-9) - int(crossed.sum())
        waiting = np.unique(null[~crossed, look])
        counts = np.searchsorted(np.sort(null[~crossed, look]), waiting, side="right")
        fitting = waiting[counts <= allowed]
        p = float(fitting[-1]) if len(fitting) else 0.0
        crossed |= null[:, look] <= p
        found.append(Boundary(search, information, spent, p))
    return tuple(found)
