"""What we lean on inside NiMARE; a new version that moves it must fail here, by name."""

import inspect
from importlib.metadata import version

import numpy as np
import pytest
from nimare.meta.cbma.base import CBMAEstimator
from nimare.meta.kernel import ALEKernel

from trdreport.brain.search_volume import analysis_mask
from trdreport.engine.estimators.ale import ExactALEKernel, FittedALE, ale_activations
from trdreport.engine.selection import experiment_table
from trdreport.records.loading import Registry


def test_the_minor_version_is_the_one_that_was_read() -> None:
    assert version("nimare").startswith("0.22.")


def test_our_kernel_replaces_the_method_that_makes_maps() -> None:
    theirs = inspect.signature(ALEKernel._transform).parameters
    assert list(theirs) == list(inspect.signature(ExactALEKernel._transform).parameters)


@pytest.fixture(scope="module")
def fitted(miola: Registry) -> FittedALE:
    run = miola.run("vbm-trd-hc")
    return FittedALE(experiment_table(miola, run), run.profile, *analysis_mask(run.profile))


def test_the_threshold_falls_with_p(fitted: FittedALE) -> None:
    """It is asked of a private method of NiMARE's."""
    assert 0 < fitted.threshold(0.001) < fitted.threshold(0.0001) < 1


def test_the_kernel_meets_every_focus_at_its_place(fitted: FittedALE) -> None:
    activations = ale_activations(fitted.table, fitted.profile, fitted.mask, fitted.affine)
    ale = 1 - np.prod(1 - activations, axis=0)
    np.testing.assert_allclose(fitted.stat[fitted.mask], ale, atol=1e-7)


def test_permuted_coordinates_carry_voxels_only() -> None:
    """By this the exact kernel knows NiMARE's own permutations from observed foci."""
    source = inspect.getsource(CBMAEstimator.correct_fwe_montecarlo)
    assert 'drop(columns=["x", "y", "z"]' in source
