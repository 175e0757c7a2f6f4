"""The volume in which convergence is sought."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from trdreport.cbma.results import BoolMap
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
        brain = resample(brain, affine, np.linalg.inv(MNI_TO_TALAIRACH[profile.transform]), order=0)
    if profile.mask.dilate_voxels:
        brain = ndimage.binary_dilation(brain, FACES, iterations=profile.mask.dilate_voxels)
    return brain, affine


def resample(
    volume: NDArray[np.generic],
    affine: NDArray[np.float64],
    target_to_source: NDArray[np.float64],
    order: int,
) -> NDArray:  # type: ignore[type-arg]
    """`volume` seen from another space on the same grid; 0 beyond its edge.

    `target_to_source` is the (4, 4) affine in mm from the new space to the one of `volume`;
    `order` 0 takes the nearest voxel, 1 interpolates linearly.
    """
    to_voxel = np.linalg.inv(affine) @ target_to_source @ affine
    kind = float if order else volume.dtype
    data = volume.astype(np.uint8) if volume.dtype == bool else volume
    moved = ndimage.affine_transform(
        data, to_voxel[:3, :3], to_voxel[:3, 3], order=order, mode="grid-constant"
    )
    return moved.astype(kind)
