"""Foci of studies that never were: planted centres and noise, for benchmarks and calibration."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from trdreport.brain.spaces import BoolMap, Coordinate

HALF_VOXEL_MM = 1.0


@dataclass(frozen=True)
class Truth:
    """What simulated studies measure.

    Each of `centres` (mm) is reported by a study with probability `reported`, off by a Gaussian of
    `spread_mm` along each axis. A study has `foci` foci in all; the rest lie anywhere in the mask.
    """

    foci: int
    centres: tuple[Coordinate, ...] = ()
    reported: float = 0.5
    spread_mm: float = 4.0


def simulated_foci(truth: Truth, brain: KDTree, seed: int, study: int) -> NDArray[np.float64]:
    """Foci (n, 3) in mm of study number `study`, the same for the same seed and number.

    Planted foci that fall outside the brain are moved to its nearest voxel's centre.
    """
    generator = np.random.Generator(np.random.Philox(key=np.array([seed, study], np.uint64)))
    centres = [np.array(c) for c in truth.centres if generator.random() < truth.reported]
    planted = [c + generator.normal(0.0, truth.spread_mm, 3) for c in centres[: truth.foci]]
    noise = brain.data[generator.integers(brain.n, size=truth.foci - len(planted))]
    noise = noise + generator.uniform(-HALF_VOXEL_MM, HALF_VOXEL_MM, noise.shape)
    return np.vstack([*(_into(brain, point) for point in planted), noise])


def _into(brain: KDTree, point: NDArray[np.float64]) -> NDArray[np.float64]:
    """The point itself when it lies in a voxel, else the nearest voxel's centre."""
    nearest = np.asarray(brain.data[brain.query(point)[1]])
    return point if np.abs(nearest - point).max() <= HALF_VOXEL_MM else nearest


def voxel_tree(mask: BoolMap, affine: NDArray[np.float64]) -> KDTree:
    """The centres in mm of the voxels of a 2 mm mask."""
    return KDTree(np.argwhere(mask) @ affine[:3, :3].T + affine[:3, 3])
