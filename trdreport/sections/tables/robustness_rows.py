"""The rows of robustness.csv."""

from collections.abc import Iterator, Mapping

from trdreport.engine.results import AnalysisResult
from trdreport.engine.robustness.results import Outcome, Retest, Robustness
from trdreport.engine.run import Result
from trdreport.model.plan import Run
from trdreport.records.loading import Registry
from trdreport.sections.words import number

CSV_COLUMNS = (
    "analysis", "kind", "item", "outcome", "profile", "readout", "cluster", "foci_inside",
    "foci_near", "p", "dice", "shift_mm", "emerged", "published", "as_of",
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
                    "as_of": registry.published.as_of,
                }
            )
    of_all = {"as_of": registry.newest}
    return [tuple((of_all | row).get(column, "") for column in CSV_COLUMNS) for row in rows]


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
            needed = f">{draw.tried}" if draw.erased_by is None else str(draw.erased_by)
            yield {**_of(run, "fail-safe-n", f"draw-{index + 1}"), **same, "outcome": needed}
        fewest = {**same, "outcome": str(n.fewest_removed)}
        yield {**_of(run, "fail-safe-n", "fewest-removed"), **fewest}
