"""Fail-safe N: how many unpublished experiments without convergence would erase a cluster.

After Acar et al. 2018: noise experiments take sample size and number of foci from those in the
analysis, their foci lie anywhere in the mask, and they are added until the cluster is no longer
significant. Noise experiment i of draw d is the same whatever the number added, so a larger number
of them contains the smaller ones.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import BoolMap, Coordinate, apply
from trdreport.engine.clusters import foci_inside
from trdreport.engine.estimators import decide, fit
from trdreport.engine.results import Experiment, ExperimentTable, SourcedFocus
from trdreport.engine.robustness.leave_one_out import without
from trdreport.engine.robustness.results import FailSafeDraw
from trdreport.model.plan import FailSafe, Profile

HALF_VOXEL = 0.5

NOISE = "noise-"
"""Begins the unit of every noise experiment."""


def fail_safe_draw(
    table: ExperimentTable, profile: Profile, cluster: int, settings: FailSafe, draw: int
) -> FailSafeDraw:
    """One series of noise: doubled until the cluster is gone, then the least such number between.

    `cluster` is the number of a significant cluster of the run. No more than `settings.most` noise
    experiments for each one of the run are tried.
    """
    search = _Search(table, profile, cluster, settings.permutations)
    most = settings.most * len(table.experiments)
    sampled = [
        noise_experiment(table, search.mask, search.affine, (settings.seed, draw, index))
        for index in range(most)
    ]

    def significant(count: int) -> bool:
        more = (*table.experiments, *sampled[:count])
        return search.significant(replace(table, experiments=more))

    return least_that_erases(significant, most)


def least_that_erases(significant: Callable[[int], bool], most: int) -> FailSafeDraw:
    """The least count with which `significant` is false, by doubling and then bisection.

    Between two counts that differ in it, the answer is taken to change once.
    """
    low, high = 0, 1
    while significant(high):
        if high == most:
            return FailSafeDraw(None, most)
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if significant(middle) else (low, middle)
    return FailSafeDraw(high, most)


def fewest_removed(
    table: ExperimentTable, profile: Profile, cluster: int, settings: FailSafe
) -> int | None:
    """The least number of contributing experiments whose removal erases a significant cluster.

    None when it survives every removal that leaves two experiments.
    """
    search = _Search(table, profile, cluster, settings.permutations)
    units = search.contributing
    for size in range(1, len(units) + 1):
        if len(table.experiments) - size < 2:
            break
        if any(
            not search.significant(without(table, removed)) for removed in combinations(units, size)
        ):
            return size
    return None


class _Search:
    """Asks of changed tables whether a cluster of the run is still significant there."""

    def __init__(
        self, table: ExperimentTable, profile: Profile, cluster: int, permutations: int
    ) -> None:
        self.profile = profile.model_copy(update={"permutations": permutations})
        self.mask, self.affine = analysis_mask(profile)
        whole = fit(table, profile, self.mask, self.affine)
        labels = whole.clusters(float(profile.cluster_forming_p)).labels
        self.inside: BoolMap = np.asarray(labels == cluster)
        self.contributing = tuple(
            e.unit for e in table.experiments if foci_inside(e, self.inside, self.affine)
        )

    def significant(self, table: ExperimentTable) -> bool:
        fitted = fit(table, self.profile, self.mask, self.affine)
        test = decide(fitted, float(self.profile.cluster_forming_p), first_look=FIRST_LOOK)
        over = np.unique(test.labels[self.inside])
        alpha = float(self.profile.cluster_fwe_p)
        return any(test.p_fwe[number - 1] < alpha for number in over if number)


FIRST_LOOK = 100
"""Most answers are clear after this many permutations."""


def noise_experiment(
    table: ExperimentTable, mask: BoolMap, affine: NDArray[np.float64], key: tuple[int, int, int]
) -> Experiment:
    """An experiment with the size of one of the table's and foci anywhere in the mask.

    `key` is seed, draw and index; the same key gives the same experiment.
    """
    generator = np.random.default_rng(key)
    model = table.experiments[int(generator.integers(len(table.experiments)))]
    voxels = np.argwhere(mask)
    chosen = voxels[generator.integers(len(voxels), size=len(model.foci))]
    placed = apply(affine, chosen + generator.uniform(-HALF_VOXEL, HALF_VOXEL, chosen.shape))
    unit = f"{NOISE}{key[2]:05d}"
    positions: list[Coordinate] = [(float(x), float(y), float(z)) for x, y, z in placed]
    return Experiment(
        unit=unit,
        sample_size=model.sample_size,
        groups=model.groups,
        studies=(unit,),
        foci=tuple(SourcedFocus(xyz, xyz, unit, "") for xyz in positions),
    )
