"""What would settle a result: simulated futures of the foci that are there, with further studies.

A future study is as large and reports as many foci as one of the run's experiments; they take
turns, in a random order of each future. With a given probability one of its foci reports the place
in question, off by a Gaussian along each axis (`calibration.SPREAD_MM`); its other foci lie
anywhere in the mask. Study j of future f is drawn by seed, f and j: more studies hold the fewer.

Whether the place is significant in a future is the question of calibration: a significant cluster
with its peak within `SAME_PLACE_MM`. ALE there depends on the foci near alone, so it is computed in
a box around the place. Each future has a null of its own, from the sizes and numbers of foci of
its studies, and so a threshold and a least significant size, whatever the rate.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import SAME_PLACE_MM, Coordinate, FloatMap, apply, coordinate
from trdreport.engine.calibration import SPREAD_MM
from trdreport.engine.clusters import label_clusters, peak_voxels
from trdreport.engine.estimators import fit
from trdreport.engine.kernel import axis_reach, modelled_activation, sigma_mm
from trdreport.engine.living.results import Future, Place, Settled
from trdreport.engine.results import Experiment, ExperimentTable, SourcedFocus
from trdreport.engine.simulation import Truth, simulated_foci, voxel_tree
from trdreport.model.plan import Profile, Settle

BOX_MM = 24.0
"""Half the edge of the box around a place in which its clusters are looked for."""


def settle(
    table: ExperimentTable, profile: Profile, places: Sequence[Place], settings: Settle
) -> tuple[Settled, ...]:
    """Of each place, the futures in which it is significant: by rate, then number of studies."""
    needed = [
        [_needed(table, profile, settings, future, studies) for studies in settings.studies]
        for future in range(settings.futures)
    ]
    found = []
    for place in places:
        box = _Box(table, profile, place)
        counts = np.zeros((len(settings.rates), len(settings.studies)), dtype=int)
        for row, rate in enumerate(settings.rates):
            for future in range(settings.futures):
                added = future_studies(table, profile, place.peak, settings, rate, future)
                counts[row] += box.significant(added, settings.studies, needed[future])
        found.append(
            Settled(
                place,
                tuple(
                    Future(studies, float(rate), settings.futures, int(counts[row, column]))
                    for (row, rate), (column, studies) in product(
                        enumerate(settings.rates), enumerate(settings.studies)
                    )
                ),
            )
        )
    return tuple(found)


def future_studies(
    table: ExperimentTable,
    profile: Profile,
    peak: Coordinate,
    settings: Settle,
    rate: float,
    future: int,
) -> Iterator[Experiment]:
    """Experiments of one future, without end; each reports `peak` with probability `rate`."""
    brain = _brain(profile)
    seed = int(np.random.SeedSequence([settings.seed, future]).generate_state(1)[0])
    turns = np.random.default_rng((settings.seed, future))
    order = turns.permutation(len(table.experiments))
    study = 0
    while True:
        like = table.experiments[order[study % len(order)]]
        truth = Truth(len(like.foci), (peak,), rate, SPREAD_MM)
        unit = f"future-{study:04d}"
        foci = tuple(
            SourcedFocus(place, place, unit, "")
            for place in map(coordinate, simulated_foci(truth, brain, seed, study))
        )
        yield Experiment(unit, like.sample_size, like.groups, (unit,), foci)
        study += 1


@cache
def _brain(profile: Profile) -> KDTree:
    return voxel_tree(*analysis_mask(profile))


def with_studies(
    table: ExperimentTable, added: Iterator[Experiment], studies: int
) -> ExperimentTable:
    """The table with the first of the added experiments."""
    return replace(table, experiments=(*table.experiments, *islice(added, studies)))


def _needed(
    table: ExperimentTable, profile: Profile, settings: Settle, future: int, studies: int
) -> tuple[float, float]:
    """ALE above which clusters form, and the least voxels of a significant one."""
    seed = int(np.random.SeedSequence([settings.seed, future, studies]).generate_state(1)[0])
    added = future_studies(table, profile, (0.0, 0.0, 0.0), settings, 0.0, future)
    profile = profile.model_copy(update={"permutations": settings.permutations, "seed": seed})
    fitted = fit(with_studies(table, added, studies), profile, *analysis_mask(profile))
    threshold_p = float(profile.cluster_forming_p)
    (test,) = fitted.test([threshold_p], stop_early=False)
    null = np.sort(test.null_sizes)
    sizes = np.arange(1, int(null[-1]) + 2)
    as_large = 1 - np.searchsorted(null, sizes, side="left") / len(null)
    least = sizes[as_large < float(profile.cluster_fwe_p)][0]
    return fitted.threshold(threshold_p), float(least)


class _Box:
    """ALE around a place, to which further experiments are added."""

    def __init__(self, table: ExperimentTable, profile: Profile, place: Place) -> None:
        mask, affine = analysis_mask(profile)
        self.profile, self.peak = profile, np.array(place.peak)
        centre = np.rint(apply(np.linalg.inv(affine).astype(float), self.peak[None])[0]).astype(int)
        half = round(BOX_MM / abs(float(affine[0, 0])))
        low = np.maximum(centre - half, 0)
        sides = zip(low, np.minimum(centre + half + 1, mask.shape), strict=True)
        self.inside = mask[tuple(slice(first, end) for first, end in sides)]
        self.affine = affine.copy()
        self.affine[:3, 3] = apply(affine, low[None].astype(float))[0]
        self.to_voxel = np.linalg.inv(self.affine).astype(float)
        self.rest = self._without(np.ones(self.inside.shape), table.experiments)

    def _without(self, rest: FloatMap, experiments: Iterable[Experiment]) -> FloatMap:
        """1 - ALE with further experiments."""
        for experiment in experiments:
            foci = self._near(experiment)
            if len(foci):
                shape = self.inside.shape
                rest = rest * (
                    1 - modelled_activation(foci, experiment.sample_size, shape, self.affine)
                )
        return rest

    def _near(self, experiment: Experiment) -> NDArray[np.float64]:
        """Foci (n, 3) in mm, where the profile lays them, that reach into the box."""
        voxels = apply(self.to_voxel, experiment.positions())
        if self.profile.foci == "voxel":
            voxels = np.rint(voxels)
        reach = axis_reach(sigma_mm(experiment.sample_size) / abs(float(self.affine[0, 0]))) + 0.5
        near = (voxels >= -reach) & (voxels <= np.array(self.inside.shape) - 1 + reach)
        return apply(self.affine, voxels[near.all(axis=1)])

    def significant(
        self,
        added: Iterator[Experiment],
        studies: Sequence[int],
        needed: Sequence[tuple[float, float]],
    ) -> list[bool]:
        """Whether the place is with the first so many of the experiments added; studies ascend."""
        found, rest, there = [], self.rest, 0
        for count, (threshold, least) in zip(studies, needed, strict=True):
            rest, there = self._without(rest, islice(added, count - there)), count
            found.append(self._is_significant(np.where(self.inside, 1 - rest, 0), threshold, least))
        return found

    def _is_significant(self, ale: FloatMap, threshold: float, least: float) -> bool:
        labels, count = label_clusters(ale, threshold)
        if not count:
            return False
        large = np.bincount(labels[labels > 0])[1:] >= least
        peaks = apply(self.affine, peak_voxels(ale, labels)[large].astype(float))
        return bool((np.linalg.norm(peaks - self.peak, axis=1) <= SAME_PLACE_MM).any())
