"""Clusters as the report names and states them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from math import dist

import numpy as np

from trdreport.brain.extent import mni_brain
from trdreport.brain.spaces import SAME_PLACE_MM, Coordinate, apply
from trdreport.engine.claims import findings
from trdreport.engine.results import (
    CLUSTER_FWE,
    AnalysisResult,
    Cluster,
    ExperimentTable,
    ReadoutResult,
)
from trdreport.engine.run import Result
from trdreport.model.plan import Run
from trdreport.records.loading import Registry
from trdreport.sections.words import coordinates, number, opposed


@dataclass(frozen=True)
class ClusterLine:
    """A cluster as a sentence states it; `place` is its anchor on its analysis's page."""

    analysis: str
    place: str
    title: str
    region: str
    peak: str
    space: str
    volume: int
    p_fwe: str
    studies: tuple[str, ...]
    directions: tuple[str, ...]

    @property
    def opposed(self) -> bool:
        """Whether its foci come from both directions of one comparison."""
        return opposed(self.directions)


def cluster_id(registry: Registry, run: str, readout: ReadoutResult, cluster: Cluster) -> str:
    """The stable name of a cluster in links: `vbm-any-fwe-1`, `vbm-any-exploratory-3`.

    Its number is that of the cluster that an edition had at this place; a cluster at a new place
    has one that no edition has given away.
    """
    return f"{run}-{kind_of(readout)}-{address(registry, run, readout)[cluster.number]}"


def address(registry: Registry, run: str, readout: ReadoutResult) -> Mapping[int, int]:
    """The number in its name by the number of each cluster of a readout."""
    known = registry.anchors.get((run, kind_of(readout)), {})
    return _numbers(known, readout) if known else {c.number: c.number for c in readout.clusters}


def as_of_name(run: str, as_of: str) -> str:
    """A run as clusters name it, on the studies up to a search; empty for all studies."""
    return f"{run}-as-of-{as_of}" if as_of else run


def kind_of(readout: ReadoutResult) -> str:
    """A readout in the names of its clusters."""
    return "fwe" if readout.readout == CLUSTER_FWE else "exploratory"


def _numbers(known: Mapping[int, Coordinate], readout: ReadoutResult) -> Mapping[int, int]:
    """The same where an edition gave numbers away.

    One place is: peaks within 10 mm (`SAME_PLACE_MM`), or the earlier peak inside the cluster. Of
    several, the nearest goes first.
    """
    to_voxel = np.linalg.inv(mni_brain()[1]).astype(float)
    voxels = np.rint(apply(to_voxel, np.array(list(known.values())))).astype(int)
    within = np.all((voxels >= 0) & (voxels < readout.labels.shape), axis=1)
    inside = [
        int(readout.labels[tuple(v)]) if w else 0 for v, w in zip(voxels, within, strict=True)
    ]
    near = sorted(
        (gap, old, cluster.number)
        for (old, peak), own in zip(known.items(), inside, strict=True)
        for cluster in readout.clusters
        if (gap := dist(peak, cluster.peak)) <= SAME_PLACE_MM or own == cluster.number
    )
    found: dict[int, int] = {}
    for _, old, own in near:
        if old not in found.values():
            found.setdefault(own, old)
    unused = count(max(known) + 1)
    return found | {c.number: next(unused) for c in readout.clusters if c.number not in found}


def cluster_name(cluster: Cluster) -> str:
    """A cluster as figures and tables call it."""
    where = ", ".join(coordinates(cluster.peak))
    kind = f"p FWE {number(cluster.p_fwe)}" if cluster.p_fwe is not None else "not corrected"
    return f"{cluster.label} ({where}; {kind})"


def unit_labels(registry: Registry, table: ExperimentTable) -> dict[str, str]:
    """An experiment by its studies: `Ma 2012 with Guo 2012 fALFF` when they share people."""
    labels = {study.id: study.label for study in registry.studies}
    return {e.unit: " with ".join(labels[study] for study in e.studies) for e in table.experiments}


def found_clusters(result: Result, *, corrected: bool) -> tuple[tuple[ReadoutResult, Cluster], ...]:
    """Findings of a run with or without family-wise correction, each with its readout."""
    if not isinstance(result, AnalysisResult):
        return ()
    readout = result.corrected if corrected else result.exploratory
    return tuple((readout, cluster) for cluster in findings(readout))


def worth_showing(result: AnalysisResult) -> tuple[tuple[ReadoutResult, Cluster], ...]:
    """Significant clusters, and meeting points that are not part of one."""
    taken = np.zeros(result.mask.shape, dtype=bool)
    shown = []
    for readout in result.readouts:
        for cluster in findings(readout):
            inside = readout.labels == cluster.number
            if not (inside & taken).any():
                taken |= inside
                shown.append((readout, cluster))
    return tuple(shown)


def cluster_lines(
    registry: Registry, runs: Iterable[Run], results: Mapping[str, Result], *, corrected: bool
) -> tuple[ClusterLine, ...]:
    """Findings of runs, with or without correction, those of planned analyses first."""
    return tuple(
        _line(registry, run, readout, cluster)
        for run in sorted(runs, key=lambda run: run.analysis.post_hoc)
        for readout, cluster in found_clusters(results[run.id], corrected=corrected)
    )


def _line(registry: Registry, run: Run, readout: ReadoutResult, cluster: Cluster) -> ClusterLine:
    labels = {study.id: study.label for study in registry.studies}
    inside = [focus for part in cluster.contributions for focus in part.inside]
    return ClusterLine(
        analysis=run.analysis.id,
        place=f"cluster-{cluster_id(registry, run.id, readout, cluster)}",
        title=run.analysis.title,
        region=str(cluster.label),
        peak=", ".join(coordinates(cluster.peak)),
        space="Talairach" if run.profile.space == "TAL" else "MNI",
        volume=cluster.volume_mm3,
        p_fwe="" if cluster.p_fwe is None else number(cluster.p_fwe),
        studies=tuple(labels[study] for study in cluster.contributing),
        directions=tuple(sorted({focus.contrast for focus in inside})),
    )
