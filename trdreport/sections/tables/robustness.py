"""Tables of how well each result holds: studies out, null studies in."""

from collections.abc import Iterable, Mapping

from trdreport.engine.results import AnalysisResult
from trdreport.engine.robustness.fail_safe import REMOVALS
from trdreport.engine.robustness.results import (
    Difference,
    DifferenceCluster,
    FewestRemoved,
    NotCompared,
    Retest,
    Robustness,
    Target,
)
from trdreport.engine.run import Result
from trdreport.model.plan import Run
from trdreport.records.loading import Registry
from trdreport.sections.facts.clusters import cluster_name, unit_labels, worth_showing
from trdreport.sections.tables import NOT_APPLICABLE, Table, numbers, texts
from trdreport.sections.words import coordinates, number

MISSING_PER_REPORTED = 0.06
"""Least experiments missing for each one reported, by Samartsidis et al. 2020."""


def without_table(
    registry: Registry, run: Run, result: AnalysisResult, retests: Iterable[Retest]
) -> Table:
    """A run without each of its units."""
    labels = unit_labels(registry, result.table)
    shown = worth_showing(result)
    rows: list[tuple[str, ...]] = []
    for retest in retests:
        emerged = str(retest.emerged) if not retest.reason else retest.reason
        again = [
            (cluster_name(cluster), found)
            for readout, cluster in shown
            if (found := retest.again(Target(readout.readout, cluster.number)))
        ]
        for name, found in again:
            rows.append(
                (
                    labels[retest.unit], name, "yes" if found.found else "no",
                    NOT_APPLICABLE if found.p_fwe is None else number(found.p_fwe),
                    f"{found.dice:.2f}",
                    NOT_APPLICABLE if found.shift_mm is None else f"{found.shift_mm:.1f}", emerged,
                )
            )  # fmt: skip
        if not again:
            rows.append((labels[retest.unit], *(NOT_APPLICABLE,) * 5, emerged))
    return Table(
        f"without-{run.id}",
        f"{run.analysis.title}: the analysis without each experiment"
        + ("" if run.leading else f" ({run.profile_id})"),
        (
            *texts("Left out", "Cluster", "Found again"),
            *numbers("p FWE", "Overlap (Dice)", "Peak shift, mm"),
            *texts("New significant clusters"),
        ),
        tuple(rows),
    )  # fmt: skip


def fail_safe_table(
    registry: Registry, results: Mapping[str, Result], robustness: Robustness
) -> Table:
    """Fail-safe N of every significant cluster."""
    rows = []
    for run_id, found in robustness.fail_safe.items():
        run, result = registry.run(run_id), results[run_id]
        assert isinstance(result, AnalysisResult)  # noqa: S101 (it has clusters)
        readout = result.corrected
        for n in found:
            cluster = readout.clusters[n.target.cluster - 1]
            erased = [draw.erased_by for draw in n.draws if draw.erased_by is not None]
            reach = f"{min(erased)} to {max(erased)}" if erased else NOT_APPLICABLE
            median = (
                str(n.median) if n.never <= len(n.draws) / 2 else f"more than {n.draws[0].tried}"
            )
            rows.append(
                (
                    f"{run.analysis.title} ({run.profile_id})", cluster_name(cluster),
                    f"{n.contributing} of {n.experiments}",
                    _fewest(n.fewest_removed),
                    median, reach, str(n.never), f"{MISSING_PER_REPORTED * n.experiments:.1f}",
                )
            )  # fmt: skip
    settings = registry.plan.fail_safe
    limits = (
        f" {settings.draws} series of noise, seed {settings.seed}, at most {settings.permutations}"
        f" permutations, at most {settings.most} noise experiments for each real one."
        if settings
        else ""
    )
    return Table(
        "fail-safe",
        "What would erase each significant cluster",
        (
            *texts("Analysis", "Cluster", "Experiments with foci inside"),
            *numbers(
                "Fewest of them to remove", "Null experiments to add: median", "Range",
                "Series never erased", "Expected missing, at least",
            ),
        ),
        tuple(rows),
        notes=(
            f"Fewest to remove: every removal is tried, up to {REMOVALS} in all for a cluster; what"
            " is then still open is given as bounds.",
            "Null experiments have the sample size and number of foci of a real one, chosen at"
            " random, and foci anywhere in the search volume (Acar 2018)." + limits,
            "Expected missing: at least 6 for each 100 reported (Samartsidis 2020, of the BrainMap"
            " literature); the bounds that Acar 2018 recommends could not be checked against the"
            " paper and are not given.",
        ),
    )  # fmt: skip


def _fewest(found: FewestRemoved) -> str:
    if found.survives == found.removable:
        return "survives every removal"
    return f"more than {found.survives}" if found.erased_by is None else str(found)


def comparison_table(registry: Registry, robustness: Robustness) -> Table:
    """Analyses set against each other."""
    titles = {comparison.id: comparison for comparison in registry.plan.comparisons}
    labels = {study.id: study.label for study in registry.studies}
    rows = []
    for found in robustness.differences:
        title = titles[found.comparison].title
        if isinstance(found, NotCompared):
            rows.append((title, *(NOT_APPLICABLE,) * 7, f"Not compared: {found.reason}."))
            continue
        threshold = titles[found.comparison].threshold_p
        rows.append(
            (
                title, f"{found.experiments[0]} and {found.experiments[1]}",
                ", ".join(labels.get(unit, unit) for unit in found.shared) or "none",
                str(found.assignments), number(min(found.smallest_p, 1.0)),
                _places((*found.first_more, *found.second_more)), number(found.smallest_p_fwe),
                _places(found.both), _allows(found, float(threshold)),
            )
        )  # fmt: skip
    return Table(
        "comparisons",
        "Analyses set against each other",
        (
            *texts("Comparison", "Experiments", "In both"),
            *numbers("Ways to divide", "Smallest possible p"),
            *texts("Differences"), *numbers("Smallest p FWE"),
            *texts("Where both pass", "What this allows"),
        ),
        tuple(rows),
        notes=(
            "Subtraction after Laird 2005, differences uncorrected and looked for where one side"
            " passes its cluster-forming threshold; where both pass: minimum of the two maps above"
            " that threshold. Places in MNI mm.",
        ),
    )  # fmt: skip


def _places(places: tuple[DifferenceCluster, ...]) -> str:
    first = [f"{', '.join(coordinates(p.peak_mni))} ({p.volume_mm3} mm³)" for p in places[:4]]
    more = [f"{len(places) - 4} more"] if len(places) > 4 else []
    return "; ".join(first + more) or "none"


def _allows(found: Difference, threshold: float) -> str:
    if found.smallest_p >= threshold:
        return (
            f"No difference can be shown: with so few experiments p cannot fall below"
            f" {number(found.smallest_p)}, and {threshold:g} is asked."
        )
    allowed = "A difference could be shown."
    if not (found.first_more or found.second_more):
        allowed = "A difference could be shown, and none was."
    if found.shared:
        allowed += (
            f" {len(found.shared)} experiments are on both sides; the test takes them for"
            " different people, so its p is not exact."
        )
    return allowed
