"""Subtraction of two ALEs (Laird et al. 2005): experiments are divided anew between two groups.

Where the experiments can be divided in no more ways than permutations are asked for, each division
counts once and p is exact; otherwise division i is drawn from a generator keyed by the seed and i.
Where few experiments act, many divisions give the very difference observed but for rounding and the
tails of far kernels; what lies within `TIE` of it is taken to be it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from trdreport.brain.spaces import BoolMap, FloatMap
from trdreport.engine.estimators import unmasked
from trdreport.engine.estimators.ale import ale_activations
from trdreport.engine.results import ExperimentTable
from trdreport.model.plan import Profile

TIE = 1e-7
"""ALE values are about 0.01; what the tails of far kernels add is less, and no difference."""

VALUES_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Subtraction:
    """First minus second by voxel: `stat` (ALE), `z` (signed) and uncorrected two-sided `p`.

    `smallest_p_fwe` is the smallest voxel-level family-wise p anywhere. `permutations` counts the
    divisions behind them.
    """

    stat: FloatMap
    z: FloatMap
    p: FloatMap
    smallest_p_fwe: float
    permutations: int


def subtract(
    first: ExperimentTable,
    second: ExperimentTable,
    profile: Profile,
    permutations: int,
    grid: tuple[BoolMap, NDArray[np.float64]],
) -> Subtraction:
    """The difference of two tables in the mask and affine of `grid`, at most so many divisions."""
    mask, affine = grid
    both = replace(first, experiments=(*first.experiments, *second.experiments))
    activations = ale_activations(both, profile, mask, affine)
    reached = np.any(activations, axis=0)
    logs = np.log1p(-activations[:, reached])
    n_first = len(first.experiments)
    divided = divisions(len(logs), n_first, permutations, profile.seed)
    stat, p, sign = np.zeros(len(reached)), np.ones(len(reached)), np.zeros(len(reached))
    stat[reached], p[reached], sign[reached], largest = _tested(logs, n_first, divided)
    return Subtraction(
        stat=unmasked(stat, mask, 0.0),
        z=unmasked(norm.isf(p / 2) * sign, mask, 0.0),
        p=unmasked(p, mask, 1.0),
        smallest_p_fwe=_share(largest >= np.abs(stat).max() - TIE),
        permutations=len(divided),
    )


def divisions(experiments: int, first: int, permutations: int, seed: int) -> NDArray[np.float64]:
    """Who is in the first group (divisions, experiments), as 1 and 0.

    All ways to divide when there are no more than `permutations`, else so many at random.
    """
    chosen: Iterable[Iterable[int]]
    if comb(experiments, first) <= permutations:
        chosen = combinations(range(experiments), first)
    else:
        chosen = islice(_random(experiments, first, seed), permutations)
    members = [list(group) for group in chosen]
    divided = np.zeros((len(members), experiments))
    np.put_along_axis(divided, np.array(members), 1.0, axis=1)
    return divided


def _random(experiments: int, first: int, seed: int) -> Iterator[list[int]]:
    index = 0
    while True:
        key = np.array([seed, index], np.uint64)
        generator = np.random.Generator(np.random.Philox(key=key))
        yield generator.permutation(experiments)[:first].tolist()
        index += 1


def _tested(
    logs: NDArray[np.float64], n_first: int, divided: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Observed difference, p and sign by voxel, and the largest difference of each division.

    `logs` (experiments, voxels) are of 1 - MA, so that a group's sum is the log of 1 - ALE.
    """
    voxels = logs.shape[1]
    stat, p, sign = np.zeros(voxels), np.ones(voxels), np.zeros(voxels)
    largest = np.zeros(len(divided))
    step = max(1, VALUES_AT_ONCE // len(divided))
    for start in range(0, voxels, step):
        part = slice(start, start + step)
        every = np.exp(logs[:, part].sum(axis=0))
        stat[part] = _difference(np.exp(logs[:n_first, part].sum(axis=0)), every)
        difference = _difference(np.exp(divided @ logs[:, part]), every)
        np.maximum(largest, np.abs(difference).max(axis=1), out=largest)
        more = (difference >= stat[part] - TIE).sum(axis=0)
        less = (difference <= stat[part] + TIE).sum(axis=0)
        p[part] = np.clip(2 * np.minimum(more, less) / len(divided), 1 / len(divided), 1.0)
        sign[part] = np.sign(less - more)
    return stat, p, sign, largest


def _difference(rest: NDArray[np.float64], every: NDArray[np.float64]) -> NDArray[np.float64]:
    """ALE of the first group less that of the second, from 1 - ALE of the first and of both."""
    return np.asarray(every / rest - rest)


def _share(extreme: NDArray[np.bool_]) -> float:
    return max(float(extreme.mean()), 1 / len(extreme))
