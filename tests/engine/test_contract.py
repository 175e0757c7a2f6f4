"""What we lean on inside NiMARE; a new version that moves it must fail here, by name."""

import inspect
from importlib.metadata import version

import nibabel as nib
import numpy as np
import pytest
from nimare.correct import FWECorrector
from nimare.meta.cbma.ale import ALE
from nimare.meta.cbma.base import CBMAEstimator
from nimare.meta.kernel import ALEKernel

from trdreport.brain.search_volume import analysis_mask
from trdreport.engine.estimators.ale import CORRECTED_LOGP, ExactALEKernel, IndexedALE, studyset
from trdreport.engine.selection import experiment_table
from trdreport.records.loading import Registry


def test_the_minor_version_is_the_one_that_was_read() -> None:
    assert version("nimare").startswith("0.22.")


def test_our_corrections_replace_methods_that_exist() -> None:
    """The corrector finds the method by name and passes arguments by name."""
    theirs = inspect.signature(CBMAEstimator.correct_fwe_montecarlo).parameters
    ours = inspect.signature(IndexedALE.correct_fwe_montecarlo).parameters
    assert list(theirs) == list(ours)[: len(theirs)]
    assert all(ours[name].default == theirs[name].default for name in theirs if name != "n_iters")
    assert "correct_fwe_montecarlo" in dir(ALE)


def test_our_kernel_replaces_the_method_that_makes_maps() -> None:
    theirs = inspect.signature(ALEKernel._transform).parameters
    assert list(theirs) == list(inspect.signature(ExactALEKernel._transform).parameters)


@pytest.fixture(scope="module")
def fitted(miola: Registry) -> IndexedALE:
    run = miola.run("vbm-trd-hc")
    mask, affine = analysis_mask(run.profile)
    image = nib.Nifti1Image(mask.astype(np.uint8), affine)
    estimator = IndexedALE(kernel_transformer=ExactALEKernel(), mask=image, random_state=1)
    estimator.fit(studyset(experiment_table(miola, run), run.profile, image))
    return estimator


def test_the_estimator_keeps_what_the_null_reads(fitted: IndexedALE) -> None:
    coordinates = fitted.inputs_["coordinates"]
    assert {"id", "x", "y", "z", "i", "j", "k", "sample_size"} <= set(coordinates.columns)
    assert fitted.random_state == 1
    assert 0 < fitted._p_to_summarystat(0.001) < fitted._p_to_summarystat(0.0001) < 1


def test_the_corrector_gives_the_map_that_is_read(fitted: IndexedALE) -> None:
    result = fitted.fit(fitted.dataset)
    corrected = FWECorrector(method="montecarlo", n_iters=20, n_cores=1).transform(result)
    assert CORRECTED_LOGP in corrected.maps
    assert len(corrected.estimator.null_maxima_.size) == 20


def test_permuted_coordinates_carry_voxels_only() -> None:
    """By this the exact kernel knows NiMARE's own permutations from observed foci."""
    source = inspect.getsource(CBMAEstimator.correct_fwe_montecarlo)
    assert 'drop(columns=["x", "y", "z"]' in source
