"""Through NiMARE's door: its corrector and results work with our kernel and null."""

import numpy as np
import pytest
from numpy.typing import NDArray

from trdreport.brain.search_volume import analysis_mask
from trdreport.engine.estimators.ale import estimate
from trdreport.engine.results import ExperimentTable
from trdreport.engine.selection import experiment_table
from trdreport.model.plan import Profile
from trdreport.records.loading import Registry

Pieces = tuple[ExperimentTable, Profile, NDArray[np.bool_], NDArray[np.float64]]


@pytest.fixture(scope="module")
def pieces(miola: Registry) -> Pieces:
    run = miola.run("fmri-trd-hc")
    profile = run.profile.model_copy(update={"permutations": 200})
    mask, affine = analysis_mask(profile)
    return experiment_table(miola, run), profile, mask, affine


def test_the_mask_is_that_of_the_recipe(pieces: Pieces) -> None:
    assert int(pieces[2].sum()) == 225_893


def test_one_experiment_is_refused(pieces: Pieces) -> None:
    table, profile, mask, affine = pieces
    with pytest.raises(ValueError, match="at least two"):
        estimate(ExperimentTable(table.experiments[:1]), profile, mask, affine)


def test_the_exact_kernel_matters(pieces: Pieces) -> None:
    """The published cerebellar peak needs foci at their true positions."""
    table, profile, mask, affine = pieces
    exact = estimate(table, profile, mask, affine)
    rounded = estimate(table, profile.model_copy(update={"foci": "voxel"}), mask, affine)
    assert round(float(exact.maps["stat"].max()), 4) == 0.0134
    assert round(float(rounded.maps["stat"].max()), 4) != 0.0134


def test_maps_are_neutral_outside_the_mask(pieces: Pieces) -> None:
    table, profile, mask, affine = pieces
    maps = estimate(table, profile, mask, affine).maps
    assert (maps["stat"][~mask] == 0).all()
    assert (maps["p"][~mask] == 1).all()
    assert np.nanmin(maps["p_fwe"]) > 0
