"""ALE is NiMARE's where foci lie in voxels' centres, and right where they do not."""

import nibabel as nib
import numpy as np
import pytest
from nimare.meta.cbma.ale import ALE
from numpy.typing import NDArray

from trdreport.brain.extent import mni_brain
from trdreport.brain.search_volume import analysis_mask
from trdreport.engine.estimators import fit
from trdreport.engine.estimators.ale import FittedALE, ale_activations
from trdreport.engine.estimators.nimads import quiet, studyset
from trdreport.engine.results import Experiment, ExperimentTable, SourcedFocus
from trdreport.engine.selection import experiment_table
from trdreport.engine.simulation import Truth, simulated_foci, voxel_tree
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


def by_nimare(
    table: ExperimentTable, space: str, mask: NDArray[np.bool_], affine: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], ALE]:
    """ALE and p of NiMARE's in the mask, and its estimator."""
    image = nib.Nifti1Image(mask.astype(np.uint8), affine)
    with quiet():
        result = ALE(mask=image).fit(studyset(table, space, image))
    stat, p = (
        np.asarray(result.get_map(name, return_type="array"), float) for name in ("stat", "p")
    )
    return stat, p, result.estimator


def test_the_review_as_nimare_has_it(pieces: Pieces) -> None:
    """Its maps are of single precision; p agree within 4 %, thresholds to the bin."""
    table, profile, mask, affine = pieces
    ours = fit(table, profile.model_copy(update={"foci": "voxel"}), mask, affine)
    stat, p, estimator = by_nimare(table, profile.space, mask, affine)
    np.testing.assert_allclose(ours.stat[mask], stat, atol=2e-9)
    np.testing.assert_allclose(ours.p[mask], p, rtol=0.04)
    for forming in (0.005, 0.001, 0.0001):
        assert round(ours.threshold(forming), 5) == estimator._p_to_summarystat(forming)


def simulated(experiments: int, foci: int, reported: float) -> ExperimentTable:
    """Studies that never were, half of whose foci may gather around two centres."""
    brain = voxel_tree(*mni_brain())
    truth = Truth(foci, ((-44.0, 24.0, 30.0), (4.0, 30.0, 28.0)), reported)
    sizes = np.random.default_rng(experiments).integers(24, 110, experiments)
    return ExperimentTable(
        tuple(
            Experiment(
                f"e{i:03}",
                int(n),
                {},
                ("a",),
                tuple(
                    SourcedFocus((x, y, z), (x, y, z), "a", "")
                    for x, y, z in (2 * np.rint(simulated_foci(truth, brain, 1, i) / 2)).tolist()
                ),
            )
            for i, n in enumerate(sizes)
        )
    )


@pytest.mark.slow
@pytest.mark.parametrize(("experiments", "foci", "reported"), [(50, 14, 0.5), (120, 8, 0.3)])
def test_many_experiments_as_nimare_has_them(
    pieces: Pieces, experiments: int, foci: int, reported: float
) -> None:
    """Within 1 % down to p of 1e-20 and less: NiMARE rounds once for each experiment."""
    mask, affine = mni_brain()
    table = simulated(experiments, foci, reported)
    profile = pieces[1].model_copy(update={"foci": "voxel", "space": "MNI"})
    ours = fit(table, profile, mask, affine)
    stat, p, _ = by_nimare(table, "MNI", mask, affine)
    np.testing.assert_allclose(ours.stat[mask], stat, atol=1e-7)
    assert p.min() < 1e-20
    np.testing.assert_allclose(ours.p[mask], p, rtol=0.01)


def test_ale_is_the_union_of_activations(pieces: Pieces) -> None:
    table, profile, mask, affine = pieces
    fitted = FittedALE(table, profile, mask, affine)
    activations = ale_activations(table, profile, mask, affine)
    np.testing.assert_allclose(fitted.stat[mask], 1 - np.prod(1 - activations, axis=0), atol=1e-12)


def test_maps_are_neutral_outside_the_mask(pieces: Pieces) -> None:
    table, profile, mask, affine = pieces
    fitted = fit(table, profile, mask, affine)
    assert (fitted.stat[~mask] == 0).all()
    assert (fitted.z[~mask] == 0).all()
    assert (fitted.p[~mask] == 1).all()


def test_no_family_wise_p_is_zero(pieces: Pieces) -> None:
    (test,) = fit(*pieces).test([0.001], stop_early=False)
    assert len(test.null_sizes) == 200
    assert (test.p_fwe >= 1 / 200).all()
