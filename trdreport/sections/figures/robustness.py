"""Figures of how well a result holds."""

from collections.abc import Iterator, Sequence

import numpy as np

from trdreport.brain.spaces import SAME_PLACE_MM
from trdreport.engine.results import CLUSTER_FWE, AnalysisResult, Cluster, ReadoutResult
from trdreport.engine.robustness.results import Again, ClaimCurve, Retest, Robustness, Target
from trdreport.engine.stopping import exact_interval
from trdreport.figures.bars import contributions
from trdreport.figures.data import Bar, Cell, Rate, Specified
from trdreport.figures.drawing import Drawing
from trdreport.figures.grids import leave_one_out
from trdreport.model.calibration import Calibration
from trdreport.model.plan import Run
from trdreport.records.loading import Registry
from trdreport.sections.facts.clusters import cluster_id, cluster_name, unit_labels, worth_showing
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.words import coordinates, number, readout_name


def shares_sketch(
    registry: Registry, run: Run, result: AnalysisResult, readout: ReadoutResult, cluster: Cluster
) -> Sketch:
    """What each experiment adds to a cluster."""
    labels = unit_labels(registry, result.table)
    bars = [
        Bar(labels[part.unit], part.share, part.foci_inside, part.near)
        for part in cluster.contributions
    ]
    shares = "; ".join(f"{bar.label} {bar.share:.0%}, {bar.inside} inside" for bar in bars)
    return Sketch(
        f"{cluster_id(registry, run.id, readout, cluster)}-shares",
        contributions(bars),
        f"Share of each experiment: {shares}.",
        f"{run.analysis.title}: what each experiment adds to the cluster in"
        f" {cluster_name(cluster)}. Dark: experiments with a focus inside; near: within"
        f" {SAME_PLACE_MM:g} mm.",
        ("experiment", "share", "foci_inside", "foci_near"),
        tuple((b.label, f"{b.share:.4f}", str(b.inside), str(b.near)) for b in bars),
    )


def without_sketch(
    registry: Registry, run: Run, result: AnalysisResult, retests: Sequence[Retest]
) -> Sketch | None:
    """The clusters worth showing without each unit; None where there is none."""
    shown = worth_showing(result)
    if not shown:
        return None
    labels = unit_labels(registry, result.table)
    names = [cluster_name(cluster) for readout, cluster in shown]
    targets = [Target(readout.readout, cluster.number) for readout, cluster in shown]
    cells = [[_cell(retest, retest.again(target)) for target in targets] for retest in retests]
    lost = [
        f"{name} is lost without "
        + (", ".join(labels[r.unit] for r, own in zip(retests, cells, strict=True)
                     if own[column].found is False) or "none")
        for column, name in enumerate(names)
    ]  # fmt: skip
    return Sketch(
        f"{run.id}-without",
        leave_one_out([labels[retest.unit] for retest in retests], names, cells),
        f"{'; '.join(lost)}.",
        f"{run.analysis.title}: each cluster when one experiment is left out. Overlap is Dice's"
        " coefficient with the cluster of the whole analysis, shift the way between the peaks.",
        ("without", "cluster", "found", "told"),
        tuple(
            (labels[retest.unit], name, _yes(cell.found), cell.text.replace("\n", ", "))
            for retest, own in zip(retests, cells, strict=True)
            for name, cell in zip(names, own, strict=True)
        ),
    )


def _yes(value: bool | None) -> str:
    return {True: "yes", False: "no", None: "not run"}[value]


def _cell(retest: Retest, again: Again | None) -> Cell:
    if again is None:
        return Cell(None, "cannot be run" if retest.reason else "")
    p = "" if again.p_fwe is None else f", p FWE {number(again.p_fwe)}"
    if again.shift_mm is None:
        return Cell(again.found, "gone")
    more = f"overlap {again.dice:.2f}, shift {again.shift_mm:.0f} mm"
    return Cell(again.found, f"{'found' if again.found else 'lost'}{p}\n{more}")


def curve_sketch(registry: Registry, curve: ClaimCurve) -> Sketch | None:
    """A claim under every specification; None where none could be run."""
    if not curve.run:
        return None
    run = registry.run(curve.analysis)
    levels: dict[str, list[str]] = {}
    for factor in curve.run[0].choices:
        every = factor == "estimator"
        own = dict.fromkeys(
            o.choices[factor] for o in curve.run if every or o.choices["estimator"] == "ALE"
        )
        if len(own) > 1:
            levels[factor] = list(own)
    corrected = curve.readout == CLUSTER_FWE
    if corrected:
        what = "p FWE of the cluster" if curve.peaks else "smallest p FWE"
    else:
        what = "p of the peak, uncorrected"
    alpha = run.profile.cluster_fwe_p if corrected else run.profile.exploratory_p
    factors = tuple(dict.fromkeys(factor for o in curve.run for factor in o.choices))
    specified = Specified(
        {name: np.array([o.choices.get(name, "") for o in curve.run]) for name in factors},
        np.array([o.p for o in curve.run]),
        np.array([o.holds for o in curve.run]),
        np.array([o.published for o in curve.run]),
    )
    share = f"{curve.holds} of {len(curve.run)}"
    claim = claim_in_words(curve)
    return Sketch(
        f"{curve.analysis}-{'fwe' if corrected else 'exploratory'}-specifications",
        Drawing(
            "trdreport.figures.specification_curve:specification_curve",
            (specified, levels, what, float(alpha)),
        ),
        f"The claim ({claim}) holds in {share} specifications.",
        f"{run.analysis.title}, {readout_name(curve.readout)}: the published claim ({claim}) under"
        f" {len(curve.run)} specifications; it holds in {share}. Each column is one, sorted by p"
        " (1 where there is no such cluster); the line marks what was published. Percentages: in"
        " how many specifications with this choice the claim holds.",
        (*factors, "p", "holds", "published"),
        tuple(
            (
                *(o.choices.get(factor, "") for factor in factors),
                f"{o.p:.4g}", _yes(o.holds), _yes(o.published),
            )
            for o in curve.run
        ),
    )  # fmt: skip


def claim_in_words(curve: ClaimCurve) -> str:
    """What the paper claims at one readout."""
    if not curve.peaks:
        corrected = curve.readout == CLUSTER_FWE
        return "no significant cluster" if corrected else "no two experiments meet"
    return "a cluster at MNI " + " and ".join(", ".join(coordinates(p)) for p in curve.peaks)


def power_sketch(calibration: Calibration, experiments: int) -> Sketch:
    """What a number of studies detects."""
    rates: dict[str, list[Rate]] = {}
    for s in calibration.simulated:
        name = f"{s.reported:.0%} of studies report it" if s.reported else "nothing to find"
        low, high = exact_interval(s.found, s.reviews)
        rates.setdefault(name, []).append(Rate(s.studies, s.found / s.reviews, low, high))
    told = "; ".join(
        f"{name}: " + ", ".join(f"{rate.studies} studies {rate.share:.0%}" for rate in own)
        for name, own in rates.items()
    )
    return Sketch(
        "power",
        Drawing("trdreport.figures.power:power_figure", (rates, experiments)),
        f"{told}.",
        f"Simulated reviews with a significant cluster (profile {calibration.profile}); where a"
        f" place is planted, with its peak within {SAME_PLACE_MM:g} mm of that place. Bars: 95 %"
        " intervals.",
        ("simulated", "studies", "share", "low", "high"),
        tuple(
            (name, str(r.studies), f"{r.share:.4f}", f"{r.low:.4f}", f"{r.high:.4f}")
            for name, own in rates.items()
            for r in own
        ),
    )


def run_sketches(
    registry: Registry,
    run: Run,
    result: AnalysisResult,
    robustness: Robustness,
    *,
    corrected_only: bool = False,
) -> Iterator[Sketch]:
    """What each study adds to the clusters of a run, the run without each, claims about it.

    `corrected_only` leaves out what is only about the uncorrected readout.
    """
    for readout, cluster in worth_showing(result):
        if not corrected_only or readout.readout == CLUSTER_FWE:
            yield shares_sketch(registry, run, result, readout, cluster)
    without = without_sketch(registry, run, result, robustness.leave_one_out[run.id])
    yield from [without] if without else []
    for curve in robustness.curves:
        if curve.analysis == run.id and (not corrected_only or curve.readout == CLUSTER_FWE):
            sketch = curve_sketch(registry, curve)
            yield from [sketch] if sketch else []
