"""NiMARE's estimate with our kernel and null."""

import numpy as np
import pytest
from numpy.typing import NDArray

from trdreport.brain.search_volume import analysis_mask
from trdreport.engine.estimators import fit
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
        fit(ExperimentTable(table.experiments[:1]), profile, mask, affine)


def test_the_exact_kernel_matters(pieces: Pieces) -> None:
    """The published cerebellar peak needs foci at their true positions."""
    table, profile, mask, affine = pieces
    exact = fit(table, profile, mask, affine)
    rounded = fit(table, profile.model_copy(update={"foci": "voxel"}), mask, affine)
    assert round(float(exact.stat.max()), 4) == 0.0134
    assert round(float(rounded.stat.max()), 4) != 0.0134


def test_maps_are_neutral_outside_the_mask(pieces: Pieces) -> None:
    table, profile, mask, affine = pieces
    fitted = fit(table, profile, mask, affine)
    assert (fitted.stat[~mask] == 0).all()
    assert (fitted.z[~mask] == 0).all()
    assert (fitted.p[~mask] == 1).all()


def test_no_family_wise_p_is_zero(pieces: Pieces) -> None:
    test = fit(*pieces).test(0.001, stop_early=False)
    assert len(test.null_sizes) == 200
    assert (test.p_fwe >= 1 / 200).all()
