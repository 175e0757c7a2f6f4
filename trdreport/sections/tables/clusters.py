"""Tables of clusters, and the rows of clusters.csv."""

from collections.abc import Iterator

from trdreport.engine.results import AnalysisResult, Cluster, ReadoutResult
from trdreport.engine.run import Result
from trdreport.records.loading import Registry
from trdreport.sections.facts.clusters import as_of_name, cluster_id
from trdreport.sections.facts.computed import State
from trdreport.sections.tables import NOT_APPLICABLE, Table, numbers, texts
from trdreport.sections.words import coordinates, number, readout_name

CSV_COLUMNS = (
    "analysis", "profile", "readout", "cluster", "x", "y", "z", "space", "volume_mm3", "ale",
    "p_uncorrected", "z_value", "p_fwe", "significant", "label", "contributing",
    "x_mni", "y_mni", "z_mni", "shares", "p_fwe_low", "p_fwe_high", "permutations", "as_of",
)  # fmt: skip

LEAST_SHARE = 0.01
"""An experiment with a smaller share of a cluster is not named with it."""


def cluster_tables(
    registry: Registry, result: Result, *, convergent_only: bool, as_of: str = ""
) -> tuple[Table, ...]:
    """Clusters of each readout of a run, all or those in which experiments meet.

    `as_of` is the search up to which a result has studies, where it is not of all.
    """
    if not isinstance(result, AnalysisResult):
        return ()
    tables = (
        _cluster_table(registry, result, readout, convergent_only=convergent_only, as_of=as_of)
        for readout in result.readouts
    )
    return tuple(table for table in tables if table.rows)


def _cluster_table(
    registry: Registry,
    result: AnalysisResult,
    readout: ReadoutResult,
    *,
    convergent_only: bool,
    as_of: str,
) -> Table:
    clusters = [c for c in readout.clusters if c.convergent or not convergent_only]
    kind = "meeting" if convergent_only else "clusters"
    what = "clusters in which experiments meet" if convergent_only else "all clusters"
    labels = {study.id: study.label for study in registry.studies}
    run = registry.run(result.run)
    name = as_of_name(run.id, as_of)
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
        f"{kind}-{name}-{readout.readout}",
        f"{run.analysis.title}: {what}, {readout_name(readout.readout)}"
        + ("" if run.leading else f" ({run.profile_id})")
        + (f", as of the search “{as_of}”" if as_of else ""),
        (
            *numbers("Cluster"), *texts("Region of the peak"),
            *numbers(
                f"Peak, {result.space}", "Peak, MNI", "Volume, mm³", "ALE", "p uncorrected", "z",
                "p FWE (interval)",
            ),
            *texts("Share of the ALE by experiment"),
        ),
        tuple(rows),
        places=tuple(f"cluster-{cluster_id(registry, name, readout, c)}" for c in clusters),
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


def cluster_rows(state: State) -> Iterator[tuple[str, ...]]:
    """Rows of clusters.csv: every cluster of both readouts."""
    for run in state.runs:
        result = state.results[run.id]
        if not isinstance(result, AnalysisResult):
            continue
        for readout in result.readouts:
            for cluster in readout.clusters:
                yield (
                    run.analysis.id, run.profile_id, readout.readout, str(cluster.number),
                    *coordinates(cluster.peak), result.space, str(cluster.volume_mm3),
                    f"{cluster.ale:.5f}", number(cluster.p_uncorrected), f"{cluster.z_value:.2f}",
                    "" if cluster.p_fwe is None else number(cluster.p_fwe),
                    str(cluster.significant).lower(), str(cluster.label),
                    ";".join(cluster.contributing), *coordinates(cluster.peak_mni, 1),
                    _shares(cluster), *_limits(cluster), str(result.permutations), state.as_of,
                )  # fmt: skip


def _shares(cluster: Cluster) -> str:
    return ";".join(
        f"{part.unit}={part.share:.0%}"
        for part in cluster.contributions
        if part.share >= LEAST_SHARE
    )
