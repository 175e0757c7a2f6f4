"""Where the brain is: distance of a coordinate from NiMARE's bundled MNI brain mask."""

import gzip
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
    # Read by the places of NIfTI-1's header: nibabel takes longer to import than all records to
    # check, and this file is the only one that they need.
    content = gzip.decompress(mask_path().read_bytes())
    shape = np.frombuffer(content, ">i2", 3, offset=42)
    (start,) = np.frombuffer(content, ">f4", 1, offset=108)
    rows = np.frombuffer(content, ">f4", 12, offset=280).reshape(3, 4)
    voxels = np.frombuffer(content, np.uint8, offset=int(start))
    affine = np.vstack([rows, [0.0, 0.0, 0.0, 1.0]]).astype(float)
    return voxels.reshape(shape, order="F") > 0, affine


@cache
def _surface() -> NDArray[np.float64]:
    """Centres (3, n) in mm of the brain's voxels that have a face on its outside.

    The voxel nearest to a point outside is one of them: from any other, the step towards the point
    along the axis of the greatest distance leads to one nearer still.
    """
    inside, affine = mni_brain()
    padded = np.pad(inside, 1)
    inner = padded.copy()
    for axis in range(3):
        for step in (-1, 1):
            inner &= np.roll(padded, step, axis)
    voxels = np.argwhere(padded & ~inner) - 1
    return np.ascontiguousarray((voxels @ affine[:3, :3].T + affine[:3, 3]).T)


def _nearest(point: NDArray[np.float64]) -> float:
    """Distance in mm of a point outside the brain from it."""
    x, y, z = _surface()
    squares = (x - point[0]) ** 2 + (y - point[1]) ** 2 + (z - point[2]) ** 2
    return float(np.sqrt(squares.min()))


def mm_outside_brain(mni: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance in mm of MNI points (n, 3) from the nearest voxel of the brain; 0 inside it."""
    inside, affine = mni_brain()
    points = np.asarray(mni, dtype=float).reshape(-1, 3)
    voxels = np.rint((points - affine[:3, 3]) @ np.linalg.inv(affine[:3, :3]).T).astype(int)
    on_grid = np.all((voxels >= 0) & (voxels < inside.shape), axis=1)
    outside = ~on_grid
    outside[on_grid] = ~inside[tuple(voxels[on_grid].T)]
    distances = np.zeros(len(points))
    distances[outside] = [_nearest(point) for point in points[outside]]
    return distances
