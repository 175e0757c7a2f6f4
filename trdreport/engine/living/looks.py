"""Repeated looks at the same result: what each gave, and what it gives in random data sets.

Permutation i places every focus of the whole run at random; a look sees the foci of the experiments
that there were then, in the same places. So the looks of a permutation depend on each other as
those of a review do, and the last one is the run's own permutation.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import apply, convert, coordinate
from trdreport.engine.clusters import label_clusters, peak_voxels
from trdreport.engine.estimators.ale import FittedALE, share_as_large
from trdreport.engine.living.results import Look, Spot
from trdreport.engine.null import draw, maxima_of
from trdreport.engine.results import ExperimentTable
from trdreport.model.plan import Profile

CHUNK = 250
"""Permutations whose places are held at a time."""


def look_at(
    tables: Sequence[ExperimentTable], profile: Profile, permutations: int
) -> tuple[Look, ...]:
    """Every table under one profile with shared permutations; the last holds all of the others.

    Raises ValueError where a table has experiments or foci that the last one lacks.
    """
    mask, affine = analysis_mask(profile)
    threshold_p = float(profile.cluster_forming_p)
    fitted = [FittedALE(table, profile, mask, affine) for table in tables]
    plans = [each.null_plan() for each in fitted]
    thresholds = [each.threshold(threshold_p) for each in fitted]
    inside = [_places_in(tables[-1], table) for table in tables]
    sizes: list[list[NDArray[np.float64]]] = [[] for _ in tables]
    for start in range(0, permutations, CHUNK):
        indices = range(start, min(start + CHUNK, permutations))
        places = np.stack([draw(plans[-1], profile.seed, index) for index in indices])
        for of, plan, threshold, own in zip(sizes, plans, thresholds, inside, strict=True):
            homes = places[:, own] + (plan.pad - plans[-1].pad)
            of.append(maxima_of(plan, [threshold], homes)[:, 0, 1])
    nulls = [np.concatenate(of) for of in sizes]
    return tuple(
        Look(_spots(each, threshold, null), tuple(int(size) for size in null))
        for each, threshold, null in zip(fitted, thresholds, nulls, strict=True)
    )


def _places_in(whole: ExperimentTable, part: ExperimentTable) -> NDArray[np.int64]:
    """Where the foci of a table are among those of the whole, both ordered by unit."""
    then = {e.unit: e for e in part.experiments}
    found: list[int] = []
    index = 0
    for experiment in sorted(whole.experiments, key=lambda e: e.unit):
        studies = then[experiment.unit].studies if experiment.unit in then else ()
        for focus in experiment.foci:
            if focus.study in studies:
                found.append(index)
            index += 1
    if len(found) != part.n_foci:
        raise ValueError("a look has foci that the whole run lacks")
    return np.array(found, dtype=np.int64)


def _spots(fitted: FittedALE, threshold: float, null: NDArray[np.float64]) -> tuple[Spot, ...]:
    labels, count = label_clusters(fitted.stat, threshold)
    sizes = np.bincount(labels[labels > 0], minlength=count + 1)[1:].astype(float)
    profile = fitted.profile
    peaks = apply(fitted.affine, peak_voxels(fitted.stat, labels).astype(float))
    mni = convert(peaks, profile.space, "MNI", profile.transform)
    p = np.round(share_as_large(sizes, null), 9)
    return tuple(Spot(coordinate(peak), float(own)) for peak, own in zip(mni, p, strict=True))
