"""The permutation null of ALE: largest value, cluster and mass of random data sets.

Each permutation moves every focus to a random place in the mask and keeps how many foci an
experiment has and how wide its kernel is (Eickhoff et al. 2012). Places are voxels of the mask;
for a profile with exact foci they are spread evenly within their voxels, as real foci are, since
otherwise a focus between voxel centres could make a larger cluster than chance ever does.

Permutation i draws from a counter-based generator keyed by the seed and i, so the null does not
depend on how the work is divided. The compiled loops are in `null_loops`.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trdreport.cbma.kernel import axis_reach, sigma_mm
from trdreport.cbma.null_loops import crowded_maxima, scattered_maxima
from trdreport.cbma.results import BoolMap

CHUNK = 250
"""Permutations that a worker takes at a time."""

CROWDED = 400
"""Foci from which on it is faster to visit every voxel than to look for meeting foci."""


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


def maxima_of(
    plan: NullPlan, threshold: float, places: NDArray[np.float64], *, crowded: int = CROWDED
) -> NDArray[np.float64]:
    """Maxima (n, 3) of data sets with foci at `places` (n, foci, 3), voxels of the padded mask.

    From `crowded` foci on every voxel that a kernel reaches is visited; below, only the voxels
    that can pass the threshold, and a data set in which none does is done again in full.
    """
    arrays = (plan.sigmas, plan.reaches, plan.foci_of, plan.inside.ravel())
    shape = np.array(plan.inside.shape)
    if int(plan.foci_of[-1]) >= crowded:
        return np.asarray(crowded_maxima(places, *arrays, shape, threshold))
    maxima = np.asarray(scattered_maxima(places, *arrays, shape, threshold))
    below = maxima[:, 1] == 0
    if below.any():
        maxima[below] = crowded_maxima(places[below], *arrays, shape, threshold)
    return maxima
