"""Tables about the results: analyses, clusters, claims."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from trdreport.engine.claims import VOLUME_TOLERANCE_MM3, Claim, findings
from trdreport.engine.results import (
    CLUSTER_FWE,
    AnalysisResult,
    Cluster,
    ExperimentTable,
    ReadoutResult,
)
from trdreport.engine.run import Result
from trdreport.model.fields import split_contrast
from trdreport.model.plan import Run
from trdreport.records.loading import Registry
from trdreport.sections.tables import NOT_APPLICABLE, Table

REGION_REACH_MM = 5
"""A focus this near to a region counts as in it: the cortex of one atlas is not that of another."""

ANALYSIS_COLUMNS = (
    "analysis", "profile", "title", "experiments", "foci", "participants", "status",
)  # fmt: skip

CLUSTER_COLUMNS = (
    "analysis", "profile", "readout", "cluster", "x", "y", "z", "space", "volume_mm3", "ale",
    "p_uncorrected", "z_value", "p_fwe", "significant", "label", "contributing",
    "x_mni", "y_mni", "z_mni", "shares", "p_fwe_low", "p_fwe_high", "permutations",
)  # fmt: skip


def analysis_rows(registry: Registry, results: Mapping[str, Result]) -> list[tuple[str, ...]]:
    """Rows of analyses.csv."""
    return [
        (
            run.analysis.id, run.profile_id, run.analysis.title,
            str(len(results[run.id].table.experiments)),
            str(results[run.id].table.n_foci),
            str(results[run.id].table.participants),
            status(results[run.id]),
        )
        for run in registry.plan.runs
    ]  # fmt: skip


def status(result: Result) -> str:
    """`run`, or why not."""
    return "run" if isinstance(result, AnalysisResult) else f"not run: {result.reason}"


def overview_tables(registry: Registry, results: Mapping[str, Result]) -> list[Table]:
    """Every analysis and what it found: the leading runs, then those under each other profile."""
    runs = registry.plan.runs
    further = dict.fromkeys(run.profile_id for run in runs if not run.leading)
    tables = [_overview("analyses", "6", [r for r in runs if r.leading], results)]
    for letter, profile in zip("abcdefghij", further, strict=False):
        same = [r for r in runs if not r.leading and r.profile_id == profile]
        tables.append(_overview(f"analyses-{profile}", f"6{letter}", same, results))
    return tables


def _overview(id_: str, number_: str, runs: list[Run], results: Mapping[str, Result]) -> Table:
    rows = []
    for run in runs:
        analysis, result = run.analysis, results[run.id]
        table = result.table
        rows.append(
            (
                analysis.title, "post hoc" if analysis.post_hoc else "planned",
                str(len(table.experiments)), str(table.n_foci), str(table.participants),
                *_found(result),
            )
        )  # fmt: skip
    return Table(
        id_,
        f"Table {number_}. Analyses and their findings: {_titles(runs)}",
        (
            "Analysis", "Kind", "Experiments", "Foci", "Participants", "Significant clusters (FWE)",
            "Smallest FWE p", "Meeting points, uncorrected",
        ),
        tuple(rows),
        (
            "Experiments", "Foci", "Participants", "Significant clusters (FWE)", "Smallest FWE p",
            "Meeting points, uncorrected",
        ),
        notes=(
            "Meeting points: clusters at the exploratory threshold with foci of at least two"
            " experiments; not corrected for the number of places searched.",
        ),
        links={run.analysis.title: f"analyses/{run.analysis.id}.html" for run in runs},
    )  # fmt: skip


def _titles(runs: list[Run]) -> str:
    titles = list(dict.fromkeys(run.profile.title for run in runs))
    return "; ".join(title[0].lower() + title[1:] for title in titles)


def _found(result: Result) -> tuple[str, str, str]:
    if not isinstance(result, AnalysisResult):
        return ("not run",) * 3
    corrected, exploratory = result.corrected, result.exploratory
    smallest = min((c.p_fwe for c in corrected.clusters if c.p_fwe is not None), default=None)
    return (
        str(sum(cluster.significant for cluster in corrected.clusters)),
        NOT_APPLICABLE if smallest is None else number(smallest),
        str(sum(cluster.convergent for cluster in exploratory.clusters)),
    )


def cluster_rows(registry: Registry, results: Mapping[str, Result]) -> list[tuple[str, ...]]:
    """Rows of clusters.csv: every cluster of both readouts."""
    rows: list[tuple[str, ...]] = []
    for run in registry.plan.runs:
        result = results[run.id]
        if isinstance(result, AnalysisResult):
            for readout in result.readouts:
                for cluster in readout.clusters:
                    rows.append(
                        (
                            run.analysis.id, run.profile_id, readout.readout, str(cluster.number),
                            *coordinates(cluster.peak), result.space, str(cluster.volume_mm3),
                            f"{cluster.ale:.5f}", number(cluster.p_uncorrected),
                            f"{cluster.z_value:.2f}",
                            "" if cluster.p_fwe is None else number(cluster.p_fwe),
                            str(cluster.significant).lower(), str(cluster.label),
                            ";".join(cluster.contributing), *coordinates(cluster.peak_mni, 1),
                            shares(cluster, ";", "="), *_limits(cluster), str(result.permutations),
                        )
                    )  # fmt: skip
    return rows


def _limits(cluster: Cluster) -> tuple[str, str]:
    if cluster.p_fwe_interval is None:
        return "", ""
    low, high = cluster.p_fwe_interval
    return number(low), number(high)


def p_with_interval(cluster: Cluster) -> str:
    """Family-wise p and, in brackets, where it may lie given the number of permutations."""
    if cluster.p_fwe is None:
        return NOT_APPLICABLE
    low, high = _limits(cluster)
    return f"{number(cluster.p_fwe)} ({low} to {high})"


def coordinates(point: tuple[float, float, float], digits: int = 0) -> tuple[str, str, str]:
    """x, y, z as text; never `-0`."""
    x, y, z = (f"{round(value, digits) + 0.0:.{digits}f}" for value in point)
    return x, y, z


def number(value: float) -> str:
    """Three significant digits; powers of ten below 0.0001."""
    return f"{value:.3g}"


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


def cluster_id(run: str, readout: ReadoutResult, cluster: Cluster) -> str:
    """The stable name of a cluster in links: `vbm-any-fwe-1`, `vbm-any-exploratory-3`."""
    kind = "fwe" if readout.readout == CLUSTER_FWE else "exploratory"
    return f"{run}-{kind}-{cluster.number}"


def map_stem(run: Run, name: str) -> str:
    """A map of a run below data/, without what its files end in."""
    return f"maps/{run.analysis.id}/{run.analysis.id}_{run.profile_id}_{name}"


def map_file(run: Run, name: str) -> str:
    """A map of a run in the site."""
    return f"data/{map_stem(run, name)}.nii.gz"


def unit_labels(registry: Registry, table: ExperimentTable) -> dict[str, str]:
    """An experiment by its studies: `Ma 2012 with Guo 2012 fALFF` when they share people."""
    labels = {study.id: study.label for study in registry.studies}
    return {e.unit: " with ".join(labels[study] for study in e.studies) for e in table.experiments}


def opposed(directions: Iterable[str]) -> bool:
    """Whether contrasts include both directions of one comparison."""
    pairs = {split_contrast(direction) for direction in directions}
    return any((less, more) in pairs for more, less in pairs)


def listed(items: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    words = [str(item) for item in items]
    return ", ".join(words[:-1]) + f" {last} " + words[-1] if len(words) > 1 else "".join(words)


def shares(cluster: Cluster, separator: str = "; ", between: str = " ") -> str:
    """Experiments with at least one percent of a cluster's ALE, largest first."""
    return separator.join(
        f"{part.unit}{between}{part.share:.0%}"
        for part in cluster.contributions
        if part.share >= 0.01
    )


def cluster_table(
    registry: Registry,
    result: AnalysisResult,
    readout: ReadoutResult,
    *,
    convergent_only: bool,
) -> Table:
    """Clusters of one readout, all or those in which experiments meet, for reading."""
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
                if part.share >= 0.01
            ),
        )
        for cluster in clusters
    ]  # fmt: skip
    columns = (
        "Cluster", "Region of the peak", f"Peak, {result.space}", "Peak, MNI", "Volume, mm³", "ALE",
        "p uncorrected", "z", "p FWE (interval)", "Share of the ALE by experiment",
    )  # fmt: skip
    return Table(
        id=f"{kind}-{run.id}-{readout.readout}",
        caption=f"{run.analysis.title}: {what}, {readout_name(readout.readout)}"
        + ("" if run.leading else f" ({run.profile_id})"),
        columns=columns,
        rows=tuple(rows),
        numeric=columns[:1] + columns[2:9],
        places=tuple(f"cluster-{cluster_id(run.id, readout, c)}" for c in clusters),
        points=tuple(",".join(coordinates(c.peak_mni)) for c in clusters),
    )


def claim_table(registry: Registry, claims: Iterable[Claim]) -> Table:
    """Published values beside computed ones."""
    titles = {analysis.id: analysis.title for analysis in registry.plan.analyses}
    rows = [
        (
            titles.get(claim.analysis, "Whole review"),
            readout_name(claim.readout) if claim.readout else NOT_APPLICABLE, claim.quantity,
            claim.published, claim.computed, claim.difference, claim.verdict.value,
        )
        for claim in claims
    ]  # fmt: skip
    return Table(
        "reproduction",
        "Table 7. Published claims and what was computed",
        ("Analysis", "Readout", "Quantity", "Published", "Computed", "Difference", "Verdict"),
        tuple(rows),
        notes=(
            "Reproduced means: peaks agree to the voxel, volumes within"
            f" {VOLUME_TOLERANCE_MM3} mm³, ALE and p at the digits printed, and so do the decisions"
            " about significance and the studies behind a cluster.",
        ),
    )


def readout_name(readout: str) -> str:
    """A readout in words."""
    if readout == CLUSTER_FWE:
        return "cluster-level FWE"
    return readout.replace("uncorrected-", "uncorrected p < ")
