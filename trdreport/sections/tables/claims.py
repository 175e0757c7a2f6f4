"""Tables of published claims under other defensible choices."""

from collections.abc import Iterator, Mapping
from math import dist

from trdreport.brain.spaces import SAME_PLACE_MM
from trdreport.engine.claims import findings
from trdreport.engine.results import CLUSTER_FWE, AnalysisResult, ExperimentTable
from trdreport.engine.robustness.results import ClaimCurve, Outcome, Robustness
from trdreport.engine.run import Result
from trdreport.engine.selection import experiment_table
from trdreport.model.plan import Run
from trdreport.records.loading import Registry
from trdreport.sections.figures.robustness import claim_in_words
from trdreport.sections.tables import NOT_APPLICABLE, Table, numbers, texts
from trdreport.sections.words import number, readout_name


def claims_table(registry: Registry, robustness: Robustness) -> Table:
    """Published claims under every specification."""
    rows = []
    for curve in robustness.curves:
        run, ran = registry.run(curve.analysis), len(curve.run)
        rows.append(
            (
                run.analysis.title, readout_name(curve.readout), claim_in_words(curve),
                f"{curve.holds} of {ran}", f"{curve.holds / ran:.0%}" if ran else NOT_APPLICABLE,
                _what_matters(curve), str(len(curve.outcomes) - ran),
            )
        )  # fmt: skip
    reasons = sorted({o.reason for c in robustness.curves for o in c.outcomes if o.reason})
    return Table(
        "claims-robustness",
        "Published claims under other defensible choices",
        (
            *texts("Analysis", "Readout", "The paper's claim"), *numbers("Holds in", "Share"),
            *texts("What matters most"), *numbers("Not runnable"),
        ),
        tuple(rows),
        notes=(
            "A claim of a cluster holds when a finding of the same readout has its peak within"
            f" {SAME_PLACE_MM:g} mm of the published one; a claim of none, when there is no"
            " finding. What matters most: the factor whose levels explain the largest part of the"
            " variance of holding (eta squared, ALE only), with the share at each level.",
            *(f"Not runnable: {reason}." for reason in reasons),
        ),
        pages=tuple(f"analyses/{curve.analysis}.html" for curve in robustness.curves),
    )  # fmt: skip


def _what_matters(curve: ClaimCurve) -> str:
    strongest = curve.influences[0] if curve.influences else None
    if strongest is None or strongest.explained <= 0:
        return "nothing: always the same"
    levels = "; ".join(f"{level} {share:.0%}" for level, share in strongest.share.items())
    return f"{strongest.factor} ({strongest.explained:.0%}): {levels}"


def units_table(registry: Registry, results: Mapping[str, Result], robustness: Robustness) -> Table:
    """What becomes of claims of clusters when a shared sample counts once."""
    rows: list[tuple[str, ...]] = []
    for curve in robustness.curves:
        published = next((o for o in curve.run if o.published), None)
        if curve.peaks and published:
            rows += _by_unit(registry, curve, published)
            rows += _under_further_profiles(registry, results, curve)
    multiverse = registry.plan.multiverse
    return Table(
        "units",
        "Claims of clusters when a shared sample counts once",
        (
            *texts("Analysis", "Readout", "Unit"), *numbers("Experiments", "Foci", "p"),
            *texts("Claim"),
        ),
        tuple(rows),
        notes=(
            "p: family-wise of the cluster, or uncorrected of the peak. With all else as published"
            f" it comes from at most {multiverse.permutations if multiverse else 0} permutations,"
            " stopped when clear, and so differs a little from the run's own. Where pooling by"
            " cohort leaves an analysis as it is, both rows are one result.",
        ),
    )  # fmt: skip


def _by_unit(
    registry: Registry, curve: ClaimCurve, published: Outcome
) -> Iterator[tuple[str, ...]]:
    """The claim with each unit, all else as published."""
    run, name = registry.run(curve.analysis), readout_name(curve.readout)
    pooled: dict[str, ExperimentTable] = {}
    for unit in ("study", "cohort"):
        profile = run.profile.model_copy(update={"unit": unit})
        pooled[unit] = experiment_table(registry, Run(run.analysis, run.profile_id, profile))
    for unit, table in pooled.items():
        same = {**published.choices, "unit": unit}
        outcome = next((o for o in curve.run if o.choices == same), None)
        if outcome is None and _alike(table, pooled[published.choices["unit"]]):
            outcome = published  # specifications that pool the same are run once
        yield (
            run.analysis.title, name, f"{unit}, all else as published",
            str(len(table.experiments)), str(table.n_foci),
            NOT_APPLICABLE if outcome is None else number(outcome.p),
            "not run" if outcome is None else _held(holds=outcome.holds),
        )  # fmt: skip


def _alike(one: ExperimentTable, other: ExperimentTable) -> bool:
    """Whether two tables pool the same, whatever their units are called."""

    def contents(table: ExperimentTable) -> list[object]:
        return [(e.sample_size, sorted(f.position for f in e.foci)) for e in table.experiments]

    return sorted(map(str, contents(one))) == sorted(map(str, contents(other)))


def _under_further_profiles(
    registry: Registry, results: Mapping[str, Result], curve: ClaimCurve
) -> Iterator[tuple[str, ...]]:
    """The same claim in the runs under further profiles."""
    for run in registry.plan.runs:
        result = results[run.id]
        same = run.analysis.id == curve.analysis and not run.leading
        if not same or not isinstance(result, AnalysisResult):
            continue
        readout = result.corrected if curve.readout == CLUSTER_FWE else result.exploratory
        near = [
            cluster
            for cluster in findings(readout)
            if any(dist(cluster.peak_mni, peak) <= SAME_PLACE_MM for peak in curve.peaks)
        ]
        p = NOT_APPLICABLE
        if near:
            p = number(near[0].p_uncorrected if near[0].p_fwe is None else near[0].p_fwe)
        yield (
            run.analysis.title, readout_name(curve.readout),
            f"{run.profile.unit}, profile {run.profile_id}", str(len(result.table.experiments)),
            str(result.table.n_foci), p, _held(holds=bool(near)),
        )  # fmt: skip


def _held(*, holds: bool) -> str:
    return "holds" if holds else "does not hold"
