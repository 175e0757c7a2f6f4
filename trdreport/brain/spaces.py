"""Stereotaxic spaces: Lancaster's affine transforms between MNI and Talairach."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final, SupportsFloat

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

Coordinate = tuple[float, float, float]
"""x, y, z in mm."""


def coordinate(values: Iterable[SupportsFloat]) -> Coordinate:
    """Three numbers of any kind as a coordinate."""
    x, y, z = (float(value) for value in values)
    return x, y, z


FloatMap = NDArray[np.float64]
BoolMap = NDArray[np.bool_]
"""Values of the voxels of a grid, 3-D."""

MNI_TO_TALAIRACH: Final = MappingProxyType(
    {
        "icbm_spm2tal": np.array(
            [
                [0.9254, 0.0024, -0.0118, -1.0207],
                [-0.0048, 0.9316, -0.0871, -1.7667],
                [0.0152, 0.0883, 0.8924, 4.0926],
                [0.0, 0.0, 0.0, 1.0],
            ]
        ),
        "icbm_fsl2tal": np.array(
            [
                [0.9464, 0.0034, -0.0026, -1.0680],
                [-0.0083, 0.9479, -0.0580, -1.0239],
                [0.0053, 0.0617, 0.9010, 3.1883],
                [0.0, 0.0, 0.0, 1.0],
            ]
        ),
        "icbm_other2tal": np.array(
            [
                [0.9357, 0.0029, -0.0072, -1.0423],
                [-0.0065, 0.9396, -0.0726, -1.3940],
                [0.0103, 0.0752, 0.8967, 3.6475],
                [0.0, 0.0, 0.0, 1.0],
            ]
        ),
    }
)
"""Affine matrices from MNI to Talairach in mm, by variant (Lancaster et al. 2007)."""


SAME_PLACE_MM = 10.0
"""Peaks, foci and regions no farther apart than this count as one place."""


def apply(matrix: NDArray[np.float64], points: Points) -> Points:
    """Points (n, 3) in mm, moved by a (4, 4) affine."""
    points = np.asarray(points, dtype=float).reshape(-1, 3)
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def convert(points: Points, source: str, target: str, transform: str) -> Points:
    """Points (n, 3) in mm from `source` to `target`, each `MNI` or `TAL`.

    `transform` names the variant of `MNI_TO_TALAIRACH`. Raises KeyError for another variant and
    ValueError for another space.
    """
    for space in (source, target):
        if space not in ("MNI", "TAL"):
            raise ValueError(f"'{space}' is neither MNI nor TAL")
    if source == target:
        return np.asarray(points, dtype=float).reshape(-1, 3)
    forward = MNI_TO_TALAIRACH[transform]
    return apply(forward if target == "TAL" else np.linalg.inv(forward), points)
