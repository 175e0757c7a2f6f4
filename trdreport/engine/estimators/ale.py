"""Activation likelihood estimation, each focus at its true position."""

from collections.abc import Callable
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri_exp

from trdreport.brain.spaces import BoolMap, FloatMap, apply
from trdreport.engine.clusters import by_cluster, label_clusters, removal_shares
from trdreport.engine.estimators import ClusterTest, unmasked
from trdreport.engine.kernel import axis_reach, modelled_activation, sigma_mm
from trdreport.engine.kernel_loops import norm, pool
from trdreport.engine.null import Map, NullMaxima, NullPlan, permute, plan_null
from trdreport.engine.results import Experiment, ExperimentTable
from trdreport.engine.stopping import FIRST_LOOK, decided, looks
from trdreport.engine.uncorrected import BINS, uncorrected
from trdreport.model.plan import Profile


class FittedALE:
    """ALE (`Estimator`): the union over experiments of Gaussians as wide as sample sizes say.

    Its nulls are `trdreport.engine.uncorrected` and `trdreport.engine.null`, seeded by index.
    """

    sized = True

    def __init__(
        self,
        table: ExperimentTable,
        profile: Profile,
        mask: BoolMap,
        affine: NDArray[np.float64],
    ) -> None:
        self.table, self.profile, self.mask, self.affine = table, profile, mask, affine
        voxel_mm = abs(float(affine[0, 0]))
        sigmas = np.array([sigma_mm(e.sample_size) / voxel_mm for e in table.experiments])
        reaches = np.array([axis_reach(sigma) for sigma in sigmas])
        foci = [self._voxels(experiment) for experiment in table.experiments]
        highest = min(map(norm, sigmas, reaches)) ** -3
        counts = np.zeros((len(foci), int(highest * BINS) + 2))
        rest = pool(
            np.concatenate(foci), sigmas, reaches, np.cumsum([0, *map(len, foci)]),
            mask.ravel(), np.array(mask.shape), BINS, counts,
        )  # fmt: skip
        counts[:, 0] += mask.sum() - counts.sum(axis=1)
        ale = 1.0 - rest[mask.ravel()]
        self._null = uncorrected(counts / mask.sum(), float(ale.max()))
        self.stat = unmasked(ale, mask, 0.0)
        self.p = unmasked(self._null.p(ale), mask, 1.0)

    @cached_property
    def z(self) -> FloatMap:
        """Z of the uncorrected p."""
        return np.maximum(-ndtri_exp(np.log(self.p)), 0.0)

    def threshold(self, p: float) -> float:
        """The ALE value above which the uncorrected p is below this one."""
        return self._null.threshold(p)

    def _voxels(self, experiment: Experiment) -> NDArray[np.float64]:
        """Foci (n, 3) in voxels, at their nearest voxel where the profile says so."""
        voxels = apply(np.linalg.inv(self.affine).astype(float), experiment.positions())
        return voxels if self.profile.foci == "exact" else np.rint(voxels)

    def clusters(self, p: float) -> ClusterTest:
        """Clusters at an uncorrected p, without correction: their `p_fwe` is 1."""
        labels, count = label_clusters(self.stat, self.threshold(p))
        return ClusterTest(labels, np.ones(count))

    def test(
        self,
        p: float,
        *,
        stop_early: bool,
        first_look: int = FIRST_LOOK,
        spread: Map = map,
    ) -> ClusterTest:
        """Clusters at an uncorrected p with the family-wise p of their size."""
        threshold = self.threshold(p)
        labels, count = label_clusters(self.stat, threshold)
        sizes = np.bincount(labels[labels > 0], minlength=count + 1)[1:].astype(float)
        draw = partial(permute, self.null_plan(), threshold, self.profile.seed)
        alpha = float(self.profile.cluster_fwe_p) if stop_early else None
        maxima = _draw(
            draw, self.profile.permutations, spread, sizes, alpha, first_look
        )  # fmt: skip
        return ClusterTest(labels, np.round(share_as_large(sizes, maxima.size), 9), maxima.size)

    def null_plan(self) -> NullPlan:
        """The experiments as the permutation null takes them, ordered by unit."""
        experiments = sorted(self.table.experiments, key=lambda experiment: experiment.unit)
        return plan_null(
            [experiment.sample_size for experiment in experiments],
            [self._voxels(experiment) for experiment in experiments],
            self.mask,
            abs(float(self.affine[0, 0])),
        )

    def shares(self, labels: NDArray[np.int32]) -> NDArray[np.float64]:
        """Share (clusters, experiments) in a cluster's summed ALE, by removal."""
        inside = labels > 0
        activations = ale_activations(self.table, self.profile, inside, self.affine)
        return by_cluster(labels[inside], activations, removal_shares)


def share_as_large(observed: NDArray[np.float64], null: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of `null` that is as large as each observed value; never 0 or 1, as in NiMARE."""
    smaller = np.searchsorted(np.sort(null), observed, side="left")
    return np.clip(1 - smaller / len(null), 1 / len(null), 1 - 1 / len(null))


def ale_activations(
    table: ExperimentTable, profile: Profile, inside: BoolMap, affine: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Modelled activation (experiments, voxels) of each experiment in the voxels `inside`."""
    to_voxel = np.linalg.inv(affine).astype(float)
    rows = []
    for experiment in table.experiments:
        foci = experiment.positions()
        if profile.foci == "voxel":
            foci = apply(affine, np.rint(apply(to_voxel, foci)))
        activation = modelled_activation(foci, experiment.sample_size, inside.shape, affine)
        rows.append(activation[inside])
    return np.stack(rows)


def _draw(
    draw: Callable[[range, Map], NullMaxima],
    permutations: int,
    spread: Map,
    observed: NDArray[np.float64],
    stop_at: float | None,
    first_look: int,
) -> NullMaxima:
    """All permutations, or fewer when every observed size's p lies on one side of `stop_at`."""
    if stop_at is None:
        return draw(range(permutations), spread)
    first, *further = looks(permutations, first_look)
    maxima = draw(first, spread)
    for indices in further:
        if decided(maxima.size, observed, stop_at):
            break
        maxima += draw(indices, spread)
    return maxima
