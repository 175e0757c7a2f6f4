"""Where the brain is: distance of a coordinate from NiMARE's bundled MNI brain mask."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

MASK_FILE = "resources/templates/MNI152_2x2x2_brainmask.nii.gz"


def mask_path() -> Path:
    """The mask inside the installed nimare package, found without importing it."""
    spec = find_spec("nimare")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("nimare is not installed")
    return Path(spec.submodule_search_locations[0]) / MASK_FILE


@cache
def mni_brain() -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """The brain mask (91, 109, 91) on the 2 mm MNI152 grid, and its affine."""
    image = nib.load(mask_path())
    inside = np.asanyarray(image.dataobj) > 0
    return inside, np.asarray(image.affine, dtype=float)


@cache
def _voxel_centres() -> KDTree:
    inside, affine = mni_brain()
    return KDTree(np.argwhere(inside) @ affine[:3, :3].T + affine[:3, 3])


def mm_outside_brain(mni: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance in mm of MNI points (n, 3) from the nearest voxel of the brain; 0 inside it."""
    inside, affine = mni_brain()
    points = np.asarray(mni, dtype=float).reshape(-1, 3)
    voxels = np.rint((points - affine[:3, 3]) @ np.linalg.inv(affine[:3, :3]).T).astype(int)
    on_grid = np.all((voxels >= 0) & (voxels < inside.shape), axis=1)
    outside = ~on_grid
    outside[on_grid] = ~inside[tuple(voxels[on_grid].T)]
    distances = np.zeros(len(points))
    distances[outside] = _voxel_centres().query(points[outside])[0]
    return distances
