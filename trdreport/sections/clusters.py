"""Clusters as the report names, states and tabulates them."""

from collections.abc import Iterable, Iterator, Mapping
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
from trdreport.sections.tables import NOT_APPLICABLE, Table, numbers, texts
from trdreport.sections.words import coordinates, number, opposed, readout_name

CSV_COLUMNS = (
    "analysis", "profile", "readout", "cluster", "x", "y", "z", "space", "volume_mm3", "ale",
    "p_uncorrected", "z_value", "p_fwe", "significant", "label", "contributing",
    "x_mni", "y_mni", "z_mni", "shares", "p_fwe_low", "p_fwe_high", "permutations",
)  # fmt: skip

LEAST_SHARE = 0.01
"""An experiment with a smaller share of a cluster is not named with it."""


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


def cluster_tables(
    registry: Registry, result: Result, *, convergent_only: bool
) -> tuple[Table, ...]:
    """Clusters of each readout of a run, all or those in which experiments meet."""
    if not isinstance(result, AnalysisResult):
        return ()
    tables = (
        _cluster_table(registry, result, readout, convergent_only=convergent_only)
        for readout in result.readouts
    )
    return tuple(table for table in tables if table.rows)


def _cluster_table(
    registry: Registry,
    result: AnalysisResult,
    readout: ReadoutResult,
    *,
    convergent_only: bool,
) -> Table:
    clusters = [c for c in readout.clusters if c.convergent or not convergent_only]
    kind = "meeting" if convergent_only else "clusters"
    what = "clusters in which experiments meet" if convergent_only else "all clusters"
    labels = {study.id: study.label for study in registry.studies}
    run = registry.run(result.run)
    rows = [
        (
            str(cluster.number), str(cluster.label), ", ".join(coordinates(cluster.peak)),
            ", ".join(coordinates(cluster.peak_mni, 1)), str(cluster.volume_mm3),
            f"{cluster.ale:.5f}", number(cluster.p_uncorrected), f"{cluster.z_value:.2f}",
            p_with_interval(cluster),
            "; ".join(
                f"{labels.get(part.unit, part.unit)} {part.share:.0%}"
                + (f" ({part.foci_inside} inside)" if part.foci_inside else "")
                for part in cluster.contributions
                if part.share >= LEAST_SHARE
            ),
        )
        for cluster in clusters
    ]  # fmt: skip
    return Table(
        f"{kind}-{run.id}-{readout.readout}",
        f"{run.analysis.title}: {what}, {readout_name(readout.readout)}"
        + ("" if run.leading else f" ({run.profile_id})"),
        (
            *numbers("Cluster"), *texts("Region of the peak"),
            *numbers(
                f"Peak, {result.space}", "Peak, MNI", "Volume, mm³", "ALE", "p uncorrected", "z",
                "p FWE (interval)",
            ),
            *texts("Share of the ALE by experiment"),
        ),
        tuple(rows),
        places=tuple(f"cluster-{cluster_id(run.id, readout, c)}" for c in clusters),
        points=tuple(",".join(coordinates(c.peak_mni)) for c in clusters),
    )  # fmt: skip


def p_with_interval(cluster: Cluster) -> str:
    """Family-wise p and, in brackets, where it may lie given the number of permutations."""
    if cluster.p_fwe is None:
        return NOT_APPLICABLE
    low, high = _limits(cluster)
    return f"{number(cluster.p_fwe)} ({low} to {high})"


def _limits(cluster: Cluster) -> tuple[str, str]:
    if cluster.p_fwe_interval is None:
        return "", ""
    low, high = cluster.p_fwe_interval
    return number(low), number(high)


def cluster_rows(registry: Registry, results: Mapping[str, Result]) -> Iterator[tuple[str, ...]]:
    """Rows of clusters.csv: every cluster of both readouts."""
    for run in registry.plan.runs:
        result = results[run.id]
        for readout in result.readouts if isinstance(result, AnalysisResult) else ():
            assert isinstance(result, AnalysisResult)  # noqa: S101 (it has readouts)
            for cluster in readout.clusters:
                yield (
                    run.analysis.id, run.profile_id, readout.readout, str(cluster.number),
                    *coordinates(cluster.peak), result.space, str(cluster.volume_mm3),
                    f"{cluster.ale:.5f}", number(cluster.p_uncorrected), f"{cluster.z_value:.2f}",
                    "" if cluster.p_fwe is None else number(cluster.p_fwe),
                    str(cluster.significant).lower(), str(cluster.label),
                    ";".join(cluster.contributing), *coordinates(cluster.peak_mni, 1),
                    _shares(cluster), *_limits(cluster), str(result.permutations),
                )  # fmt: skip


def _shares(cluster: Cluster) -> str:
    return ";".join(
        f"{part.unit}={part.share:.0%}"
        for part in cluster.contributions
        if part.share >= LEAST_SHARE
    )
