"""NiMARE's other methods: density estimators, the subtraction of two ALEs, and conjunction."""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import nibabel as nib
import numpy as np
from nimare.correct import FWECorrector
from nimare.meta.cbma.ale import ALESubtraction
from nimare.meta.cbma.mkda import KDA, MKDADensity
from nimare.stats import null_to_p
from nimare.workflows.misc import conjunction_analysis
from numpy.typing import NDArray

from trdreport.brain.spaces import BoolMap, FloatMap
from trdreport.engine.clusters import label_clusters
from trdreport.engine.estimators.ale import (
    CORRECTED_LOGP,
    ClusterTest,
    ExactALEKernel,
    Quiet,
    studyset,
    unmasked,
)
from trdreport.engine.results import ExperimentTable
from trdreport.model.plan import Profile

ESTIMATORS = {"MKDADensity": MKDADensity, "KDA": KDA}


class FittedDensity:
    """MKDA density or KDA with NiMARE's defaults: spheres of 10 mm around foci at voxel centres.

    The same questions as `Fitted` of the ALE door answers, by NiMARE's own loop. Sample size and
    placement of foci play no part.
    """

    def __init__(
        self,
        estimator: str,
        table: ExperimentTable,
        profile: Profile,
        mask: BoolMap,
        affine: NDArray[np.float64],
    ) -> None:
        self.table, self.profile, self.mask = table, profile, mask
        image = nib.Nifti1Image(mask.astype(np.uint8), affine)
        with _silent():
            fit = ESTIMATORS[estimator](mask=image, random_state=profile.seed).fit
            self.result = fit(studyset(table, profile, image))
        self.p = unmasked(self.result.get_map("p", return_type="array"), mask, 1.0)
        self.stat = unmasked(self.result.get_map("stat", return_type="array"), mask, 0.0)

    def clusters(self, threshold_p: float) -> ClusterTest:
        """Clusters at an uncorrected p, without correction: their `p_fwe` is 1."""
        labels, count = label_clusters(1.0 - self.p, 1.0 - threshold_p)
        return ClusterTest(self.stat, labels, np.ones(count))

    def test(self, threshold_p: float, *, first_look: int) -> ClusterTest:  # noqa: ARG002
        """Clusters with their family-wise p; the number of permutations is the profile's."""
        found = self.clusters(threshold_p)
        with _silent():
            corrected = FWECorrector(
                method="montecarlo", voxel_thresh=threshold_p, n_iters=self.profile.permutations
            ).transform(self.result)
        logp = unmasked(corrected.get_map(CORRECTED_LOGP, return_type="array"), self.mask, 0.0)
        numbers = range(1, len(found.p_fwe) + 1)
        p = [10.0 ** -float(logp[found.labels == number].max()) for number in numbers]
        return ClusterTest(self.stat, found.labels, np.array(p))


class TiedSubtraction(ALESubtraction):  # type: ignore[misc]
    """NiMARE's subtraction with equal differences counted as equal.

    A permutation is as extreme as the data when its difference is at least as large. Where few
    experiments act, many permutations give the very difference observed, but NiMARE multiplies in
    another order each time and the last digit varies: with 70 ways to divide the experiments it
    gave p = 0.0005. What lies within `TIE` of the observed difference is therefore taken to be it.
    """

    TIE = 1e-7

    def _run_null_permutations(self, *args: Any, diff_ale_values: Any, **kwargs: Any) -> Any:
        self.observed_ = diff_ale_values
        return super()._run_null_permutations(*args, diff_ale_values=diff_ale_values, **kwargs)

    def _run_permutation(
        self, i_iter: int, ma_store: Any, seed: Any
    ) -> tuple[int, NDArray[np.float32]]:
        index, difference = super()._run_permutation(i_iter, ma_store, seed)
        tied = np.abs(difference - self.observed_) <= self.TIE
        return index, np.where(tied, self.observed_, difference)


@dataclass(frozen=True)
class Subtraction:
    """First minus second: `z` (signed) and uncorrected two-sided `p` by voxel.

    `smallest_p_fwe` is the smallest voxel-level family-wise p anywhere.
    """

    z: FloatMap
    p: FloatMap
    smallest_p_fwe: float


def subtract(
    first: ExperimentTable,
    second: ExperimentTable,
    profile: Profile,
    permutations: int,
    grid: tuple[BoolMap, NDArray[np.float64]],
) -> Subtraction:
    """ALE subtraction (Laird et al. 2005) of two tables in the mask and affine of `grid`.

    Experiments are divided anew between the two groups in each permutation.
    """
    mask, affine = grid
    image = nib.Nifti1Image(mask.astype(np.uint8), affine)
    name = "desc-group1MinusGroup2"
    with _silent():
        estimator = TiedSubtraction(
            kernel_transformer=ExactALEKernel(),
            n_iters=permutations,
            mask=image,
            random_state=profile.seed,
        )
        result = estimator.fit(studyset(first, profile, image), studyset(second, profile, image))
    # NiMARE's corrector would also test either group alone again, with its own slow loop
    largest = estimator.null_distributions_["values_level-voxel_corr-fwe_method-montecarlo"]
    observed = np.abs(result.maps[f"stat_{name}"]).max()
    return Subtraction(
        z=unmasked(np.asarray(result.maps[f"z_{name}"]), mask, 0.0),
        p=unmasked(np.asarray(result.maps[f"p_{name}"]), mask, 1.0),
        smallest_p_fwe=float(null_to_p(float(observed), largest, tail="upper")),
    )


def conjunction(first: FloatMap, second: FloatMap, affine: NDArray[np.float64]) -> FloatMap:
    """Voxel-wise minimum where both maps are above zero (Nichols et al. 2005), else 0."""
    images = [nib.Nifti1Image(volume, affine) for volume in (first, second)]
    return np.asarray(conjunction_analysis(images).get_fdata())


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """No warnings, log lines or progress bars of NiMARE's own."""
    with Quiet(), contextlib.redirect_stderr(io.StringIO()):
        yield
