"""The permutation null of ALE: largest value, cluster and mass of random data sets.

Each permutation moves every focus to a random place in the mask and keeps how many foci an
experiment has and how wide its kernel is (Eickhoff et al. 2012). A focus moves by whole voxels
and keeps its offset from the centre of its voxel: a focus between centres covers more voxels than
one in a centre, so a null without its offset would call the spot of a single focus significant.

Permutation i draws from a counter-based generator keyed by the seed and i, so the null does not
depend on how the work is divided. The compiled loops are in `null_loops`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from trdreport.brain.spaces import BoolMap
from trdreport.engine.clusters import box, voxels_of
from trdreport.engine.kernel import Placed
from trdreport.engine.null_loops import drawn, maxima

CHUNK = 250
"""Permutations that a worker takes at a time."""

Map = Callable[
    [Callable[[range], NDArray[np.float64]], Sequence[range]], Iterable[NDArray[np.float64]]
]
"""Computes chunks of permutations and gives them in order, as `map` does."""


@dataclass(frozen=True)
class NullPlan:
    """All of a permutation run but the seed.

    `tiles` (x, y, z, 64) is the mask's bounding box in tiles of 4 x 4 x 4 voxels. `voxels` (n, 3)
    are those of the mask, counted from `pad` voxels before the box, so that no kernel goes below 0.
    Of the foci of `placed` only their number and `offsets` (foci, 3) matter, which is where in its
    voxel each lies, in voxels.
    """

    tiles: BoolMap
    pad: int
    voxels: NDArray[np.int64]
    placed: Placed
    offsets: NDArray[np.float64]


@dataclass(frozen=True)
class NullMaxima:
    """One entry a permutation: largest ALE, cluster size in voxels and cluster mass."""

    ale: NDArray[np.float64]
    size: NDArray[np.float64]
    mass: NDArray[np.float64]


def plan_null(placed: Placed, mask: BoolMap) -> NullPlan:
    """Prepare a run for experiments on the grid of the mask."""
    pad = int(placed.reaches.max()) + 2
    tiles, voxels = _volume(mask.tobytes(), mask.shape, pad)
    return NullPlan(
        tiles=tiles,
        pad=pad,
        voxels=voxels,
        placed=placed,
        offsets=placed.places - np.rint(placed.places),
    )


@lru_cache(maxsize=8)
def _volume(mask: bytes, shape: tuple[int, ...], pad: int) -> tuple[BoolMap, NDArray[np.int64]]:
    """Tiles and voxels of a mask, given by its bytes: hundreds of tables are tested in one."""
    volume = np.frombuffer(mask, dtype=bool).reshape(shape)
    inside = volume[box(volume)]
    return _tiles(inside), voxels_of(inside) + pad


def _tiles(inside: BoolMap) -> BoolMap:
    """The mask cut into tiles of 4 x 4 x 4 voxels, each in the order z, x, y: (x, y, z, 64)."""
    filled = np.pad(inside, [(0, -length % 4) for length in inside.shape])
    x, y, z = (length // 4 for length in filled.shape)
    return filled.reshape(x, 4, y, 4, z, 4).transpose(0, 2, 4, 5, 1, 3).reshape(x, y, z, 64)


def permute(
    plan: NullPlan,
    thresholds: Sequence[float],
    seed: int,
    indices: range,
    spread: Map = map,
) -> tuple[NullMaxima, ...]:
    """Maxima of the random data sets with these indices, with clusters above each ALE threshold."""
    starts = range(indices.start, indices.stop, CHUNK)
    chunks = [range(start, min(start + CHUNK, indices.stop)) for start in starts]
    maxima = np.concatenate([*spread(partial(run_chunk, plan, thresholds, seed), chunks)])
    return tuple(NullMaxima(*maxima[:, i].T) for i in range(len(thresholds)))


def run_chunk(
    plan: NullPlan, thresholds: Sequence[float], seed: int, indices: range
) -> NDArray[np.float64]:
    """Maxima (n, thresholds, 3) of the permutations with these indices: ALE, size, mass."""
    homes = drawn(seed, indices.start, indices.stop, plan.voxels, len(plan.offsets))
    return _maxima(plan, thresholds, homes)


def draw(plan: NullPlan, seed: int, index: int) -> NDArray[np.float64]:
    """Places (foci, 3) of all foci in permutation `index`, in voxels of the padded mask."""
    generator = np.random.Generator(np.random.Philox(key=np.array([seed, index], np.uint64)))
    return plan.voxels[generator.integers(len(plan.voxels), size=len(plan.offsets))] + plan.offsets


def maxima_of(
    plan: NullPlan, thresholds: Sequence[float], places: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Maxima (n, thresholds, 3) of data sets with foci at `places` (n, foci, 3).

    A place is that of a voxel of the padded mask plus the offset of its focus.
    """
    return _maxima(plan, thresholds, np.rint(places - plan.offsets).astype(np.int64))


def _maxima(
    plan: NullPlan, thresholds: Sequence[float], homes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Maxima (n, thresholds, 3) of data sets with foci in the voxels `homes` (n, foci, 3)."""
    kernels = (plan.placed.sigmas, plan.placed.reaches, plan.placed.foci_of, plan.offsets)
    excess = np.zeros([4 * length + 2 for length in plan.tiles.shape[:3]])
    return np.asarray(maxima(homes, plan.tiles, plan.pad, *kernels, np.array(thresholds), excess))
