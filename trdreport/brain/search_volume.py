"""The volume in which convergence is sought."""

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import nibabel as nib
import numpy as np
import scipy
from numpy.typing import NDArray

from trdreport.brain.extent import mni_brain
from trdreport.brain.spaces import MNI_TO_TALAIRACH, BoolMap, FloatMap
from trdreport.model.plan import Mask, Profile, Transform

GREY_MATTER_FILE = "datasets/data/mni_icbm152_gm_tal_nlin_sym_09a_converted.nii.gz"
GREY_MATTER_PROBABILITY = 0.2

FACES = np.abs(np.indices((3, 3, 3)) - 1).sum(axis=0) <= 1
"""Voxels that share a face are neighbours."""


def analysis_mask(profile: Profile) -> tuple[BoolMap, NDArray[np.float64]]:
    """Mask on the 2 mm grid in the profile's space, and the grid's (4, 4) affine.

    The MNI brain mask is carried to Talairach with the profile's own affine (nearest neighbour)
    and then dilated with the face-connected element.
    """
    return _mask(profile.mask, profile.transform if profile.space == "TAL" else None)


@lru_cache(maxsize=16)
def _mask(mask: Mask, to_talairach: Transform | None) -> tuple[BoolMap, NDArray[np.float64]]:
    brain, affine = mni_brain()
    if mask.source == "mni152-gm-2mm":
        brain = brain & grey_matter()
    if to_talairach:
        brain = resample_set(brain, affine, np.linalg.inv(MNI_TO_TALAIRACH[to_talairach]))
    if mask.dilate_voxels:
        brain = scipy.ndimage.binary_dilation(brain, FACES, iterations=mask.dilate_voxels)
    for array in (brain, affine):
        array.setflags(write=False)
    return brain, affine


def nilearn_file(file: str) -> Path:
    """A file inside the installed nilearn, found without importing it."""
    spec = find_spec("nilearn")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("nilearn is not installed")
    return Path(spec.submodule_search_locations[0]) / file


@cache
def grey_matter() -> BoolMap:
    """Voxels (91, 109, 91) of the 2 mm MNI152 grid with a grey matter probability above 0.2.

    The probability is the template inside nilearn (ICBM152 2009a); 0.2 is nilearn's own default.
    """
    template = nib.load(nilearn_file(GREY_MATTER_FILE))
    brain, affine = mni_brain()
    to_template = np.linalg.inv(template.affine) @ affine
    values = scipy.ndimage.affine_transform(
        np.asarray(template.dataobj, dtype=float),
        to_template[:3, :3],
        to_template[:3, 3],
        output_shape=brain.shape,
        order=1,
    )
    return np.asarray(values / np.asarray(template.dataobj).max() > GREY_MATTER_PROBABILITY)


def resample(
    volume: FloatMap, affine: NDArray[np.float64], target_to_source: NDArray[np.float64]
) -> FloatMap:
    """`volume` seen from another space on the same grid, linearly interpolated; 0 beyond its edge.

    `target_to_source` is the (4, 4) affine in mm from the new space to the one of `volume`.
    """
    matrix, offset = _voxel_map(affine, target_to_source)
    moved = scipy.ndimage.affine_transform(volume, matrix, offset, order=1, mode="grid-constant")
    return np.asarray(moved, dtype=float)


def resample_set(
    inside: BoolMap, affine: NDArray[np.float64], target_to_source: NDArray[np.float64]
) -> BoolMap:
    """A set of voxels seen from another space on the same grid, nearest voxel."""
    matrix, offset = _voxel_map(affine, target_to_source)
    moved = scipy.ndimage.affine_transform(
        inside.astype(np.uint8), matrix, offset, order=0, mode="grid-constant"
    )
    return np.asarray(moved > 0)


def _voxel_map(
    affine: NDArray[np.float64], target_to_source: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    to_voxel = np.linalg.inv(affine) @ target_to_source @ affine
    return to_voxel[:3, :3], to_voxel[:3, 3]
