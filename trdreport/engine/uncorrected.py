"""The uncorrected null of ALE: how probable each value is at a voxel taken at random.

If experiments are independent, -log(1 - ALE) is a sum over experiments, so its distribution is the
convolution of theirs (Eickhoff et al. 2012, who convolve histograms). Modelled activations are
counted in bins of 1/`BINS` as NiMARE does; but where NiMARE rounds to a bin again after every
experiment, the sum is worked out on a grid of its logarithm `FINE` times as fine, many experiments
at once, by the Fourier transform.

The transform is exact to about 1e-16 of the whole. For smaller p the histograms are tilted, each
value x weighed by exp(t x), which carries the tail into the middle (Esscher 1932); the weight is
then taken off again.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

BINS = 100_000
"""Bins for each unit of ALE; the width is NiMARE's."""

LAST_EDGE = 1 - 0.5 / BINS
"""Where the bin of ALE 1 begins."""

FINE = 4

SURE = 20.0
"""The transform of what is not tilted is right for p down to exp(-SURE), 2e-9."""

STEP = 40.0
"""A tilt serves p whose exponents are at most this far apart."""

BEYOND = 16.0
"""What is rarer by this exponent than the rarest p that is asked for is left out; so is what is so
much rarer under the last tilt that it may come back at the other end of the transform."""

SLOPES = np.concatenate([[0.0], np.geomspace(1.0, 2e4, 100)])
"""Tilts to choose from; the last presses a histogram into its largest bins."""

POINTS = 1000
"""Of the sum at which it is worked out how rare it is."""

AT_ONCE = 2**22
"""Values that are transformed together."""

BRANCHES = 4
"""Experiments whose sum is worked out first, on no longer a grid than it takes; then as many such
sums, and so on."""

FEW = 16
"""Experiments or sums of some that are added on the whole grid."""


@dataclass(frozen=True)
class Uncorrected:
    """One-sided p of ALE by bin: `tail[k]` is the probability of (k - 0.5) / `BINS` or more."""

    tail: NDArray[np.float64]

    def p(self, stat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Uncorrected p of ALE values of any shape; 1 where ALE is 0."""
        nearest = (stat * BINS + 0.5).astype(np.int64)
        return np.asarray(self.tail[np.minimum(nearest, len(self.tail) - 1)])

    def threshold(self, p: float) -> float:
        """The ALE above which the uncorrected p is at most this one: the centre of a bin."""
        above = np.count_nonzero(self.tail > p)
        return max(int(above) - 1, 0) / BINS


def uncorrected(histograms: NDArray[np.float64], largest: float) -> Uncorrected:
    """The null of experiments by their `histograms` (experiments, bins), each with a sum of 1.

    Bin k of a histogram is of modelled activations around k / `BINS`. `largest` is the largest
    ALE of which p will be asked.
    """
    values = -np.log1p(-np.arange(histograms.shape[1]) / BINS)
    most = float((values * (histograms > 0)).max(axis=1).sum())
    growth = _growth(histograms, values)
    points = np.linspace(0.0, most, POINTS)
    bounds = np.multiply.outer(points, SLOPES) - growth
    rarity, best = bounds.max(axis=1), bounds.argmax(axis=1)
    # an ALE that rounds to 1 is in the last bin
    asked = np.interp(-math.log1p(-min(largest, LAST_EDGE)), points, rarity)
    begins = np.arange(SURE, asked, STEP)
    # not beyond what is asked for: a tilt for the largest sum of all leaves nothing of the others
    middles = (begins + np.minimum(begins + STEP, asked)) / 2
    tilts = [0, *best[np.searchsorted(rarity, middles).clip(max=POINTS - 1)]]
    last = rarity - np.maximum(bounds[:, tilts[-1]], max(asked, SURE))
    end = np.append(points, most)[np.searchsorted(last, BEYOND)]
    lattice = 1 / (FINE * BINS)
    length = next_fast_len(int(end / lattice) + 4, real=True)
    x = np.arange(length) * lattice
    serves = np.searchsorted(begins, np.interp(x, points, rarity), side="right")
    mass = np.zeros(length)
    for number, slope in enumerate(SLOPES[tilts]):
        summed = _sum(histograms, np.exp(slope * values), values / lattice, length)
        mine = serves == number
        mass[mine] = summed[mine] * np.exp(growth[tilts[number]] - slope * x[mine])
    tail = np.append(np.cumsum(mass[::-1])[::-1], 0.0)
    edges = (np.arange(1, min(int(-math.expm1(-end) * BINS), BINS - 1) + 2) - 0.5) / BINS
    # the mass of a point of the grid is spread evenly over what is nearest to it
    p = np.interp(-np.log1p(-edges) / lattice + 0.5, np.arange(length + 1), tail)
    # of hundreds of experiments that meet p is smaller than any number, and still not 0
    p = np.maximum(p, np.finfo(float).tiny)
    rarest = int(np.argmax(p == p.min()))
    return Uncorrected(np.append(1.0, p[: rarest + 1]))


def _growth(histograms: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log of the mean of exp(t x) for the sum over experiments, by slope t."""
    top = values[-1]
    means = histograms @ np.exp(np.multiply.outer(values - top, SLOPES))
    logs = np.log(np.maximum(means, np.finfo(float).tiny))
    return np.asarray(logs.sum(axis=0) + len(histograms) * top * SLOPES)


def _sum(
    histograms: NDArray[np.float64],
    weights: NDArray[np.float64],
    positions: NDArray[np.float64],
    length: int,
) -> NDArray[np.float64]:
    """Distribution of the sum of experiments on the grid, each weighted and scaled to a sum of 1.

    What lies between two points of the grid is shared between them, so that its mean stays.
    """
    lower = np.minimum(positions.astype(np.int64), length - 2)
    share = np.minimum(positions - lower, 1.0)
    weighted = histograms * weights
    weighted /= weighted.sum(axis=1, keepdims=True)
    rows = np.zeros((len(weighted), int(lower.max()) + 2))
    rows[:, lower] = weighted * (1 - share)
    rows[:, lower + 1] += weighted * share
    while len(rows) > FEW:
        enough = min(length, next_fast_len(BRANCHES * rows.shape[1], real=True))
        starts = range(0, len(rows), BRANCHES)
        rows = np.stack([_added(rows[start : start + BRANCHES], enough) for start in starts])
    return np.maximum(_added(rows, length), 0.0)


def _added(rows: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Distribution of the sum of what the rows are distributions of, on a grid of this length."""
    spectrum = np.ones(length // 2 + 1, complex)
    step = max(1, AT_ONCE // length)
    for start in range(0, len(rows), step):
        spectrum *= rfft(rows[start : start + step], length, axis=1).prod(axis=0)
    return np.asarray(irfft(spectrum, length))
