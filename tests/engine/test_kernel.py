"""The kernel follows Eickhoff 2009, and is NiMARE's where a focus is in a voxel's centre."""

import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nilearn.maskers import NiftiMasker
from nimare.meta.kernel import ALEKernel

from trdreport.engine.kernel import fwhm_mm, modelled_activation, sigma_mm

SHAPE = (41, 43, 45)
AFFINE = np.array([[-2.0, 0, 0, 40], [0, 2, 0, -42], [0, 0, 2, -44], [0, 0, 0, 1]])


def nimare_activation(ijk: list[int], sample_size: int) -> np.ndarray:
    mask = nib.Nifti1Image(np.ones(SHAPE, np.uint8), AFFINE)
    frame = pd.DataFrame(
        {"id": ["a"], "i": [ijk[0]], "j": [ijk[1]], "k": [ijk[2]], "sample_size": [sample_size]}
    )
    maps = ALEKernel().transform(frame, masker=NiftiMasker(mask).fit(), return_type="array")
    return maps.reshape(SHAPE)


@pytest.mark.parametrize(("n", "fwhm"), [(1, 19.077), (16, 9.440), (42, 8.820), (5000, 8.418)])
def test_width_by_hand(n: int, fwhm: float) -> None:
    """Widths computed with a pocket calculator from Eickhoff 2009: c = 1.4757."""
    assert fwhm_mm(n) == pytest.approx(fwhm, abs=0.02)


def test_nobody_has_no_kernel() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        fwhm_mm(0)


@settings(deadline=None, max_examples=25)
@given(
    sample_size=st.integers(2, 5000),
    ijk=st.tuples(st.integers(0, 40), st.integers(0, 42), st.integers(0, 44)),
)
def test_equals_nimare_on_voxel_centres(sample_size: int, ijk: tuple[int, int, int]) -> None:
    focus = AFFINE[:3, :3] @ ijk + AFFINE[:3, 3]
    ours = modelled_activation(focus[None], sample_size, SHAPE, AFFINE)
    np.testing.assert_allclose(ours, nimare_activation(list(ijk), sample_size), atol=1e-7)


def test_is_right_on_other_grids_where_nimare_is_not() -> None:
    """At 4 mm the standard deviation in mm stays that of the formula."""
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    activation = modelled_activation(np.array([[80.0, 80.0, 80.0]]), 20, (41, 41, 41), affine)
    line = activation[:, 20, 20] / activation[20, 20, 20]
    expected = np.exp(-0.5 * ((np.arange(41) - 20) * 4 / sigma_mm(20)) ** 2)
    np.testing.assert_allclose(line[17:24], expected[17:24], rtol=1e-9)


def test_a_centred_kernel_sums_to_one() -> None:
    assert modelled_activation(np.zeros((1, 3)), 30, SHAPE, AFFINE).sum() == pytest.approx(1)


def test_a_focus_between_voxels_is_not_rounded() -> None:
    between = modelled_activation(np.array([[1.0, 0.0, 0.0]]), 30, SHAPE, AFFINE)
    assert between[20, 21, 22] == pytest.approx(between[19, 21, 22])


def test_foci_of_one_experiment_are_joined_by_their_maximum() -> None:
    foci = np.array([[0.0, 0, 0], [6.0, 0, 0]])
    each = [modelled_activation(f[None], 30, SHAPE, AFFINE) for f in foci]
    np.testing.assert_array_equal(modelled_activation(foci, 30, SHAPE, AFFINE), np.maximum(*each))
