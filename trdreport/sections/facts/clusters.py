"""Clusters as the report names and states them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

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


def cluster_id(run: str, readout: ReadoutResult, cluster: Cluster) -> str:
    """The stable name of a cluster in links: `vbm-any-fwe-1`, `vbm-any-exploratory-3`."""
    kind = "fwe" if readout.readout == CLUSTER_FWE else "exploratory"
    return f"{run}-{kind}-{cluster.number}"


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
        place=f"cluster-{cluster_id(run.id, readout, cluster)}",
        title=run.analysis.title,
        region=str(cluster.label),
        peak=", ".join(coordinates(cluster.peak)),
        space="Talairach" if run.profile.space == "TAL" else "MNI",
        volume=cluster.volume_mm3,
        p_fwe="" if cluster.p_fwe is None else number(cluster.p_fwe),
        studies=tuple(labels[study] for study in cluster.contributing),
        directions=tuple(sorted({focus.contrast for focus in inside})),
    )
