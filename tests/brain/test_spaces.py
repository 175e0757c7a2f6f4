"""Coordinates change space as Lancaster's matrices say."""

import nibabel as nib
import nimare.utils
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial import KDTree

from trdreport.brain.extent import mask_path, mm_outside_brain, mni_brain
from trdreport.brain.spaces import MNI_TO_TALAIRACH, convert

points = arrays(float, (4, 3), elements=st.floats(-100, 100))


@pytest.mark.parametrize("transform", sorted(MNI_TO_TALAIRACH))
@given(points=points)
def test_there_and_back(transform: str, points: np.ndarray) -> None:
    back = convert(convert(points, "MNI", "TAL", transform), "TAL", "MNI", transform)
    np.testing.assert_allclose(back, points, atol=1e-9)


@given(points=points)
def test_the_other_variant_is_nimares(points: np.ndarray) -> None:
    ours = convert(points, "MNI", "TAL", "icbm_other2tal")
    np.testing.assert_allclose(ours, nimare.utils.mni2tal(points), atol=1e-9)


def test_unknown_space() -> None:
    with pytest.raises(ValueError, match="neither MNI nor TAL"):
        convert(np.zeros((1, 3)), "UNKNOWN", "MNI", "icbm_spm2tal")


def test_distance_from_the_brain() -> None:
    inside, outside = mm_outside_brain(np.array([[0.0, 0.0, 10.0], [0.0, 0.0, 100.0]]))
    assert inside == 0
    assert 15 < outside < 30


def test_the_mask_is_as_nibabel_reads_it() -> None:
    image = nib.load(mask_path())
    inside, affine = mni_brain()
    np.testing.assert_array_equal(inside, np.asanyarray(image.dataobj) > 0)
    np.testing.assert_array_equal(affine, image.affine)


def test_the_distance_is_that_to_the_nearest_of_all_voxels() -> None:
    inside, affine = mni_brain()
    centres = KDTree(np.argwhere(inside) @ affine[:3, :3].T + affine[:3, 3])
    generator = np.random.default_rng(1)
    near, far = generator.uniform(-110, 110, (2000, 3)), generator.uniform(-900, 900, (100, 3))
    points = np.vstack([near, near.round(), far])
    found, nearest = mm_outside_brain(points), centres.query(points)[0]
    outside = found > 0
    assert 1000 < outside.sum() < len(points) - 100
    np.testing.assert_array_equal(found[outside], nearest[outside])
    assert nearest[~outside].max() <= np.sqrt(3)
