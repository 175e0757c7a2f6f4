"""Tables of how far each result can be trusted, and the rows of robustness.csv."""

from collections.abc import Iterable, Iterator, Mapping
from math import dist

from trdreport.brain.spaces import SAME_PLACE_MM
from trdreport.checks.practice import Verdict
from trdreport.engine.claims import findings
from trdreport.engine.results import CLUSTER_FWE, AnalysisResult
from trdreport.engine.robustness.results import (
    ClaimCurve,
    Difference,
    DifferenceCluster,
    NotCompared,
    Outcome,
    Retest,
    Robustness,
    Target,
)
from trdreport.engine.run import Result
from trdreport.engine.selection import experiment_table
from trdreport.engine.stopping import exact_interval
from trdreport.model.calibration import Calibration
from trdreport.model.plan import Run
from trdreport.records.bibliography import Reference
from trdreport.records.loading import Registry
from trdreport.sections.result_tables import (
    coordinates,
    listed,
    number,
    readout_name,
    unit_labels,
    worth_showing,
)
from trdreport.sections.robustness_figures import claim_in_words, cluster_name
from trdreport.sections.tables import NOT_APPLICABLE, Table

MISSING_PER_REPORTED = 0.06
"""Least experiments missing for each one reported, by Samartsidis et al. 2020."""

CSV_COLUMNS = (
    "analysis", "kind", "item", "outcome", "profile", "readout", "cluster", "foci_inside",
    "foci_near", "p", "dice", "shift_mm", "emerged", "published",
)  # fmt: skip


def robustness_rows(
    registry: Registry, results: Mapping[str, Result], robustness: Robustness | None
) -> list[tuple[str, ...]]:
    """Rows of robustness.csv; cells that do not apply to a kind are empty."""
    rows: list[dict[str, str]] = []
    for run in registry.plan.runs:
        result = results[run.id]
        if isinstance(result, AnalysisResult):
            rows += _contribution_rows(run, result)
            if robustness:
                for retest in robustness.leave_one_out[run.id]:
                    rows += _retest_rows(run, retest)
                rows += _fail_safe_rows(run, robustness)
    for curve in robustness.curves if robustness else ():
        run = registry.run(curve.analysis)
        for outcome in curve.outcomes:
            rows.append(
                {
                    **_of(run, "specification", _item(outcome)),
                    "outcome": _held(outcome),
                    "readout": curve.readout,
                    "p": "" if outcome.reason else number(outcome.p),
                    "published": str(outcome.published).lower(),
                }
            )
    return [tuple(row.get(column, "") for column in CSV_COLUMNS) for row in rows]


def _of(run: Run, kind: str, item: str) -> dict[str, str]:
    return {"analysis": run.analysis.id, "profile": run.profile_id, "kind": kind, "item": item}


def _held(outcome: Outcome) -> str:
    if outcome.reason:
        return f"not run: {outcome.reason}"
    return "holds" if outcome.holds else "does not hold"


def _item(outcome: Outcome) -> str:
    return "; ".join(f"{factor}={level}" for factor, level in outcome.choices.items())


def _contribution_rows(run: Run, result: AnalysisResult) -> Iterator[dict[str, str]]:
    for readout in result.readouts:
        for cluster in readout.clusters:
            for part in cluster.contributions:
                yield {
                    **_of(run, "contribution", part.unit),
                    "outcome": f"{part.share:.4f}",
                    "readout": readout.readout,
                    "cluster": str(cluster.number),
                    "foci_inside": str(part.foci_inside),
                    "foci_near": str(part.near),
                }


def _retest_rows(run: Run, retest: Retest) -> Iterator[dict[str, str]]:
    same = {**_of(run, "leave-one-out", retest.unit), "emerged": str(retest.emerged)}
    if retest.reason:
        yield {**same, "outcome": f"not run: {retest.reason}", "emerged": ""}
    elif not retest.clusters:
        yield {**same, "outcome": "nothing to find again"}
    for again in retest.clusters:
        yield {
            **same,
            "outcome": "found" if again.found else "lost",
            "readout": again.target.readout,
            "cluster": str(again.target.cluster),
            "p": "" if again.p_fwe is None else number(again.p_fwe),
            "dice": f"{again.dice:.3f}",
            "shift_mm": "" if again.shift_mm is None else f"{again.shift_mm:.1f}",
        }


def _fail_safe_rows(run: Run, robustness: Robustness) -> Iterator[dict[str, str]]:
    for n in robustness.fail_safe.get(run.id, ()):
        same = {"readout": n.target.readout, "cluster": str(n.target.cluster)}
        for index, draw in enumerate(n.draws):
            told = f">{draw.tried}" if draw.erased_by is None else str(draw.erased_by)
            yield {**_of(run, "fail-safe-n", f"draw-{index + 1}"), **same, "outcome": told}
        fewest = "none" if n.fewest_removed is None else str(n.fewest_removed)
        yield {**_of(run, "fail-safe-n", "fewest-removed"), **same, "outcome": fewest}


def without_table(
    registry: Registry, run: Run, result: AnalysisResult, retests: Iterable[Retest]
) -> Table:
    """A run without each of its units."""
    labels = unit_labels(registry, result.table)
    shown = worth_showing(result)
    rows: list[tuple[str, ...]] = []
    for retest in retests:
        told = str(retest.emerged) if not retest.reason else retest.reason
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
                    NOT_APPLICABLE if found.shift_mm is None else f"{found.shift_mm:.1f}", told,
                )
            )  # fmt: skip
        if not again:
            rows.append((labels[retest.unit], *(NOT_APPLICABLE,) * 5, told))
    return Table(
        f"without-{run.id}",
        f"{run.analysis.title}: the analysis without each experiment"
        + ("" if run.leading else f" ({run.profile_id})"),
        (
            "Left out", "Cluster", "Found again", "p FWE", "Overlap (Dice)", "Peak shift, mm",
            "New significant clusters",
        ),
        tuple(rows),
        ("p FWE", "Overlap (Dice)", "Peak shift, mm"),
    )  # fmt: skip


def fail_safe_table(
    registry: Registry, results: Mapping[str, Result], robustness: Robustness
) -> Table:
    """Fail-safe N of every significant cluster."""
    rows = []
    for run_id, found in robustness.fail_safe.items():
        run, result = registry.run(run_id), results[run_id]
        assert isinstance(result, AnalysisResult)  # noqa: S101 (it has clusters)
        readout = result.readout(CLUSTER_FWE)
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
                    "survives every removal" if n.fewest_removed is None else str(n.fewest_removed),
                    median, reach, str(n.never), f"{MISSING_PER_REPORTED * n.experiments:.1f}",
                )
            )  # fmt: skip
    settings = registry.plan.fail_safe
    told = (
        f" {settings.draws} series of noise, seed {settings.seed}, at most {settings.permutations}"
        f" permutations, at most {settings.most} noise experiments for each real one."
        if settings
        else ""
    )
    return Table(
        "fail-safe",
        "Table 9. What would erase each significant cluster",
        (
            "Analysis", "Cluster", "Experiments with foci inside", "Fewest of them to remove",
            "Null experiments to add: median", "Range", "Series never erased",
            "Expected missing, at least",
        ),
        tuple(rows),
        ("Fewest of them to remove", "Null experiments to add: median", "Range",
         "Series never erased", "Expected missing, at least"),
        notes=(
            "Null experiments have the sample size and number of foci of a real one, chosen at"
            " random, and foci anywhere in the search volume (Acar 2018)." + told,
            "Expected missing: at least 6 for each 100 reported (Samartsidis 2020, of the BrainMap"
            " literature); the bounds that Acar 2018 recommends could not be checked against the"
            " paper and are not given.",
        ),
    )  # fmt: skip


def claims_table(registry: Registry, robustness: Robustness) -> Table:
    """Published claims under every specification."""
    rows = []
    for curve in robustness.curves:
        run, ran = registry.run(curve.analysis), len(curve.run)
        strongest = curve.influences[0] if curve.influences else None
        matters = (
            f"{strongest.factor} ({strongest.explained:.0%}): "
            + "; ".join(f"{level} {share:.0%}" for level, share in strongest.share.items())
            if strongest and strongest.explained > 0
            else "nothing: always the same"
        )
        rows.append(
            (
                run.analysis.title, readout_name(curve.readout), claim_in_words(curve),
                f"{curve.holds} of {ran}", f"{curve.holds / ran:.0%}" if ran else NOT_APPLICABLE,
                matters, str(len(curve.outcomes) - ran),
            )
        )  # fmt: skip
    reasons = sorted({o.reason for c in robustness.curves for o in c.outcomes if o.reason})
    return Table(
        "claims-robustness",
        "Table 8. Published claims under other defensible choices",
        ("Analysis", "Readout", "The paper's claim", "Holds in", "Share", "What matters most",
         "Not runnable"),
        tuple(rows),
        ("Holds in", "Share", "Not runnable"),
        notes=(
            "A claim of a cluster holds when a finding of the same readout has its peak within"
            f" {SAME_PLACE_MM:g} mm of the published one; a claim of none, when there is no"
            " finding. What matters most: the factor whose levels explain the largest part of the"
            " variance of holding (eta squared, ALE only), with the share at each level.",
            *(f"Not runnable: {reason}." for reason in reasons),
        ),
        links={a.title: f"analyses/{a.id}.html" for a in registry.plan.analyses},
    )  # fmt: skip


def units_table(registry: Registry, results: Mapping[str, Result], robustness: Robustness) -> Table:
    """What becomes of claims of clusters when a shared sample counts once."""
    rows: list[tuple[str, ...]] = []
    for curve in robustness.curves:
        published = next((o for o in curve.run if o.published), None)
        if not curve.peaks or published is None:
            continue
        run, name = registry.run(curve.analysis), readout_name(curve.readout)
        for unit in ("study", "cohort"):
            profile = run.profile.model_copy(update={"unit": unit})
            table = experiment_table(registry, Run(run.analysis, run.profile_id, profile))
            same = {**published.choices, "unit": unit}
            outcome = next((o for o in curve.run if o.choices == same), published)
            rows.append(
                (
                    run.analysis.title, name, f"{unit}, all else as published",
                    str(len(table.experiments)), str(table.n_foci), number(outcome.p),
                    "holds" if outcome.holds else "does not hold",
                )
            )  # fmt: skip
        rows += _further_rows(registry, results, curve)
    multiverse = registry.plan.multiverse
    return Table(
        "units",
        "Table 10. Claims of clusters when a shared sample counts once",
        ("Analysis", "Readout", "Unit", "Experiments", "Foci", "p", "Claim"),
        tuple(rows),
        ("Experiments", "Foci", "p"),
        notes=(
            "p: family-wise of the cluster, or uncorrected of the peak. With all else as published"
            f" it comes from at most {multiverse.permutations if multiverse else 0} permutations,"
            " stopped when clear, and so differs a little from the run's own. Where pooling by"
            " cohort leaves an analysis as it is, both rows are one result.",
        ),
    )


def _further_rows(
    registry: Registry, results: Mapping[str, Result], curve: ClaimCurve
) -> Iterator[tuple[str, ...]]:
    """The same claim in the runs under further profiles."""
    for run in registry.plan.runs:
        result = results[run.id]
        same = run.analysis.id == curve.analysis and not run.leading
        if not same or not isinstance(result, AnalysisResult):
            continue
        near = [
            cluster
            for cluster in findings(result.readout(curve.readout))
            if any(dist(cluster.peak_mni, peak) <= SAME_PLACE_MM for peak in curve.peaks)
        ]
        best = near[0] if near else None
        p = (best.p_fwe or best.p_uncorrected) if best else None
        yield (
            run.analysis.title, readout_name(curve.readout),
            f"{run.profile.unit}, profile {run.profile_id}", str(len(result.table.experiments)),
            str(result.table.n_foci), NOT_APPLICABLE if p is None else number(p),
            "holds" if best else "does not hold",
        )  # fmt: skip


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
        "Table 11. Analyses set against each other",
        (
            "Comparison", "Experiments", "In both", "Ways to divide", "Smallest possible p",
            "Differences", "Smallest p FWE", "Where both pass", "What this allows",
        ),
        tuple(rows),
        ("Ways to divide", "Smallest possible p", "Smallest p FWE"),
        notes=(
            "Subtraction after Laird 2005, differences uncorrected and looked for where one side"
            " passes its cluster-forming threshold; where both pass: minimum of the two maps above"
            " that threshold. Places in MNI mm.",
        ),
    )  # fmt: skip


def _places(places: tuple[DifferenceCluster, ...]) -> str:
    told = [f"{', '.join(coordinates(p.peak_mni))} ({p.volume_mm3} mm³)" for p in places[:4]]
    more = [f"{len(places) - 4} more"] if len(places) > 4 else []
    return "; ".join(told + more) or "none"


def _allows(found: Difference, threshold: float) -> str:
    if found.smallest_p >= threshold:
        return (
            f"No difference can be shown: with so few experiments p cannot fall below"
            f" {number(found.smallest_p)}, and {threshold:g} is asked."
        )
    told = "A difference could be shown."
    if not (found.first_more or found.second_more):
        told = "A difference could be shown, and none was."
    if found.shared:
        told += (
            f" {len(found.shared)} experiments are on both sides; the test takes them for"
            " different people, so its p is not exact."
        )
    return told


def calibration_table(calibration: Calibration) -> Table:
    """What simulated reviews showed."""
    rows = []
    for s in calibration.simulated:
        low, high = exact_interval(s.found, s.reviews)
        rows.append(
            (
                f"{s.reported:.0%} of studies report it" if s.reported else "nothing to find",
                str(s.studies), f"{s.found} of {s.reviews}", f"{s.found / s.reviews:.1%}",
                f"{low:.1%} to {high:.1%}",
                NOT_APPLICABLE if s.median_error_mm is None else str(s.median_error_mm),
            )
        )  # fmt: skip
    return Table(
        "calibration",
        "Table 12. Simulated reviews",
        ("Planted place", "Studies", "Reviews with a cluster", "Share", "95 % interval",
         "Median error, mm"),
        tuple(rows),
        ("Studies", "Reviews with a cluster", "Share", "95 % interval", "Median error, mm"),
        notes=(
            f"Recorded, not computed in every build. Made by: {calibration.command} (trdreport"
            f" {calibration.version}). Sample sizes and numbers of foci are drawn from"
            f" {calibration.analysis}; a study that reports the planted place is off by"
            f" {calibration.spread_mm} mm (SD along each axis). Where nothing is planted, a cluster"
            " is a false alarm: 5 % are meant.",
        ),
    )  # fmt: skip


def guideline_table(verdicts: Iterable[Verdict], references: Mapping[str, Reference]) -> Table:
    """Rules of good practice, each decided by the data."""
    rows = [
        (
            verdict.rule, verdict.status.value, verdict.evidence,
            listed([references[key].cited for key in verdict.source])
            + (f", {verdict.item}" if verdict.item else ""),
        )
        for verdict in verdicts
    ]  # fmt: skip
    return Table(
        "guidelines",
        "Table 13. Rules of good practice",
        ("Rule", "Status", "Evidence", "Asked by"),
        tuple(rows),
        notes=(
            "Decided by software from the records, the plan and the results. A rule's number in its"
            " source is given where it was checked.",
        ),
    )
