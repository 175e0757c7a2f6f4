"""Coordinates change space as Lancaster's matrices say."""

import nimare.utils
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trdreport.brain.extent import mm_outside_brain
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
