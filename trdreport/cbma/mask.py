"""The volume in which convergence is sought."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from trdreport.cbma.results import BoolMap, FloatMap
from trdreport.registry.brain import mni_brain
from trdreport.registry.plan import Profile
from trdreport.registry.spaces import MNI_TO_TALAIRACH

FACES = ndimage.generate_binary_structure(rank=3, connectivity=1)
"""Voxels that share a face are neighbours."""


def analysis_mask(profile: Profile) -> tuple[BoolMap, NDArray[np.float64]]:
    """Mask on the 2 mm grid in the profile's space, and the grid's (4, 4) affine.

    The MNI brain mask is carried to Talairach with the profile's own affine (nearest neighbour)
    and then dilated with the face-connected element.
    """
    brain, affine = mni_brain()
    if profile.space == "TAL":
        brain = resample_set(brain, affine, np.linalg.inv(MNI_TO_TALAIRACH[profile.transform]))
    if profile.mask.dilate_voxels:
        brain = ndimage.binary_dilation(brain, FACES, iterations=profile.mask.dilate_voxels)
    return brain, affine


def resample(
    volume: FloatMap, affine: NDArray[np.float64], target_to_source: NDArray[np.float64]
) -> FloatMap:
    """`volume` seen from another space on the same grid, linearly interpolated; 0 beyond its edge.

    `target_to_source` is the (4, 4) affine in mm from the new space to the one of `volume`.
    """
    matrix, offset = _voxel_map(affine, target_to_source)
    moved = ndimage.affine_transform(volume, matrix, offset, order=1, mode="grid-constant")
    return np.asarray(moved, dtype=float)


def resample_set(
    inside: BoolMap, affine: NDArray[np.float64], target_to_source: NDArray[np.float64]
) -> BoolMap:
    """A set of voxels seen from another space on the same grid, nearest voxel."""
    matrix, offset = _voxel_map(affine, target_to_source)
    moved = ndimage.affine_transform(
        inside.astype(np.uint8), matrix, offset, order=0, mode="grid-constant"
    )
    return np.asarray(moved > 0)


def _voxel_map(
    affine: NDArray[np.float64], target_to_source: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    to_voxel = np.linalg.inv(affine) @ target_to_source @ affine
    return to_voxel[:3, :3], to_voxel[:3, 3]
