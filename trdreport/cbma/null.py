"""The permutation null of ALE: largest value, cluster and mass of random data sets, compiled.

Each permutation moves every focus to a random place in the mask and keeps how many foci an
experiment has and how wide its kernel is (Eickhoff et al. 2012). Places are voxels of the mask;
for a profile with exact foci they are spread evenly within their voxels, as real foci are, since
otherwise a focus between voxel centres could make a larger cluster than chance ever does.

Permutation i draws from a counter-based generator keyed by the seed and i, so the null does not
depend on how the work is divided. Only the boxes that kernels reach are visited and cleared.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trdreport.cbma.kernel import axis_reach, sigma_mm
from trdreport.cbma.results import BoolMap

CHUNK = 50
"""Permutations that a worker takes at a time."""


@dataclass(frozen=True)
class NullPlan:
    """All of a permutation run but the seed.

    `inside` is the mask, padded so that no kernel leaves it; `voxels` (n, 3) are its voxels.
    `sigmas` (voxels) and `reaches` (whole voxels) give each experiment's kernel, `foci_of` its
    range of foci. `jitter` spreads foci within their voxels.
    """

    inside: BoolMap
    voxels: NDArray[np.int64]
    sigmas: NDArray[np.float64]
    reaches: NDArray[np.int64]
    foci_of: NDArray[np.int64]
    jitter: bool


@dataclass(frozen=True)
class NullMaxima:
    """One entry a permutation: largest ALE, cluster size in voxels and cluster mass."""

    ale: NDArray[np.float64]
    size: NDArray[np.float64]
    mass: NDArray[np.float64]


def plan_null(
    sample_sizes: Sequence[int],
    foci: Sequence[int],
    mask: BoolMap,
    voxel_mm: float,
    *,
    jitter: bool,
) -> NullPlan:
    """Prepare a run for experiments with these sample sizes and numbers of foci.

    `voxel_mm` is the edge of the mask's cubic voxels.
    """
    sigmas = np.array([sigma_mm(n) / voxel_mm for n in sample_sizes])
    reaches = np.array([axis_reach(sigma) for sigma in sigmas])
    inside = np.pad(mask, int(reaches.max()) + 2)
    return NullPlan(
        inside=inside,
        voxels=np.argwhere(inside),
        sigmas=sigmas,
        reaches=reaches,
        foci_of=np.cumsum([0, *foci]),
        jitter=jitter,
    )


def permute(
    plan: NullPlan, threshold: float, permutations: int, seed: int, workers: int = 1
) -> NullMaxima:
    """Maxima of `permutations` random data sets; clusters are above `threshold` (ALE), strictly."""
    chunks = [range(i, min(i + CHUNK, permutations)) for i in range(0, permutations, CHUNK)]
    with ThreadPoolExecutor(max(1, workers)) as pool:
        parts = list(pool.map(lambda chunk: run_chunk(plan, threshold, chunk, seed), chunks))
    maxima = np.concatenate(parts)
    return NullMaxima(maxima[:, 0], maxima[:, 1], maxima[:, 2])


def run_chunk(plan: NullPlan, threshold: float, indices: range, seed: int) -> NDArray[np.float64]:
    """Maxima (n, 3) of the permutations with these indices: ALE, size, mass."""
    return maxima_of(plan, threshold, np.stack([draw(plan, seed, index) for index in indices]))


def draw(plan: NullPlan, seed: int, index: int) -> NDArray[np.float64]:
    """Places (foci, 3) of all foci in permutation `index`, in voxels of the padded mask."""
    generator = np.random.Generator(np.random.Philox(key=np.array([seed, index], np.uint64)))
    n = int(plan.foci_of[-1])
    places = plan.voxels[generator.integers(len(plan.voxels), size=n)].astype(float)
    return places + generator.uniform(-0.5, 0.5, (n, 3)) if plan.jitter else places


def maxima_of(plan: NullPlan, threshold: float, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Maxima (n, 3) of data sets with foci at `places` (n, foci, 3), voxels of the padded mask."""
    return np.asarray(
        _maxima(
            places, plan.sigmas, plan.reaches, plan.foci_of, plan.inside.ravel(),
            np.array(plan.inside.shape), threshold,
        )
    )  # fmt: skip


@njit(nogil=True, cache=True, fastmath={"contract", "nsz"})
def _maxima(places, sigmas, reaches, foci_of, inside, shape, threshold):  # type: ignore[no-untyped-def]
    """Maxima of each data set; arguments as in NullPlan, `inside` flat.

    `rest` is the product of 1 - MA over experiments and `own` the MA of one experiment; both are
    left as they were found, 1 and 0.
    """
    stride_y, stride_x = shape[2], shape[1] * shape[2]
    steps = np.array([1, -1, stride_y, -stride_y, stride_x, -stride_x])
    rest = np.ones(inside.shape[0])
    own = np.zeros(inside.shape[0])
    excess = np.zeros(inside.shape[0])
    n_foci = places.shape[1]
    edge = 2 * reaches.max() + 2
    weights = np.empty((3, edge))
    corners = np.empty(n_foci, np.int64)
    lengths = np.empty((n_foci, 3), np.int64)
    stack = np.empty(inside.shape[0], np.int64)
    result = np.zeros((places.shape[0], 3))
    for row in range(places.shape[0]):
        for experiment in range(sigmas.shape[0]):
            sigma, reach = sigmas[experiment], reaches[experiment]
            norm = 0.0
            for offset in range(-reach, reach + 1):
                norm += np.exp(-0.5 * (offset / sigma) ** 2)
            first_focus, last_focus = foci_of[experiment], foci_of[experiment + 1]
            for focus in range(first_focus, last_focus):
                corner = 0
                for axis in range(3):
                    place = places[row, focus, axis]
                    start = int(np.ceil(place - reach - 0.5))
                    length = int(np.floor(place + reach + 0.5)) - start + 1
                    for k in range(length):
                        weights[axis, k] = np.exp(-0.5 * ((start + k - place) / sigma) ** 2) / norm
                    lengths[focus, axis] = length
                    corner = corner * shape[axis] + start
                corners[focus] = corner
                for i in range(lengths[focus, 0]):
                    for j in range(lengths[focus, 1]):
                        base = corner + i * stride_x + j * stride_y
                        weight = weights[0, i] * weights[1, j]
                        for k in range(lengths[focus, 2]):
                            value = weight * weights[2, k]
                            own[base + k] = max(own[base + k], value)
            for focus in range(first_focus, last_focus):
                for i in range(lengths[focus, 0]):
                    for j in range(lengths[focus, 1]):
                        base = corners[focus] + i * stride_x + j * stride_y
                        for k in range(lengths[focus, 2]):
                            rest[base + k] *= 1.0 - own[base + k]
                            own[base + k] = 0.0
        _measure(rest, excess, inside, corners, lengths, steps, stack, threshold, result[row])
    return result


@njit(nogil=True, cache=True)
def _measure(rest, excess, inside, corners, lengths, steps, stack, threshold, result):  # type: ignore[no-untyped-def]
    """Fill `result` with largest ALE, size and mass; set `rest` back to 1.

    `excess` holds how far a voxel is above the threshold until the flood fill takes it.
    """
    above = 0
    for focus in range(corners.shape[0]):
        for i in range(lengths[focus, 0]):
            for j in range(lengths[focus, 1]):
                base = corners[focus] + i * steps[4] + j * steps[2]
                for voxel in range(base, base + lengths[focus, 2]):
                    if inside[voxel] and rest[voxel] < 1.0:
                        ale = 1.0 - rest[voxel]
                        result[0] = max(result[0], ale)
                        if ale > threshold:
                            excess[voxel] = ale - threshold
                            stack[above] = voxel
                            above += 1
                    rest[voxel] = 1.0
    seeds = stack[:above].copy()
    for seed in seeds:
        if excess[seed] == 0.0:
            continue
        size, mass, depth = 0, excess[seed], 1
        stack[0] = seed
        excess[seed] = 0.0
        while depth:
            depth -= 1
            voxel = stack[depth]
            size += 1
            for step in steps:
                neighbour = voxel + step
                if excess[neighbour] > 0.0:
                    mass += excess[neighbour]
                    excess[neighbour] = 0.0
                    stack[depth] = neighbour
                    depth += 1
        result[1] = max(result[1], size)
        result[2] = max(result[2], mass)
