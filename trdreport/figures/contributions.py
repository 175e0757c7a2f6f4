"""What each experiment adds to a cluster, as bars."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from trdreport.figures.canvas import new_figure
from trdreport.figures.palette import INK, SOFT, Bar


def contributions_figure(bars: Sequence[Bar]) -> Figure:
    """One bar an experiment, in the order given, with its foci inside and near the cluster."""
    height = 0.42 * len(bars) + 0.9
    figure = new_figure(8.0, height)
    axes = figure.add_subplot()
    figure.subplots_adjust(left=0.28, right=0.97, top=0.98, bottom=0.75 / height)
    rows = range(len(bars))
    filled = ["#0072B2" if bar.inside else "#c9d6df" for bar in bars]
    axes.barh(rows, [100 * bar.share for bar in bars], color=filled, height=0.62)
    for row, bar in zip(rows, bars, strict=True):
        told = f"{bar.share:.0%}"
        if bar.inside or bar.near:
            told += f"   {bar.inside} inside, {bar.near} near"
        axes.text(100 * bar.share + 1, row, told, va="center", fontsize=9.5, color=INK)
    axes.set_yticks(rows, [bar.label for bar in bars], fontsize=10, color=INK)
    axes.invert_yaxis()
    axes.set_xlim(0, max(100 * max(bar.share for bar in bars) * 1.45, 10))
    axes.set_xlabel("Share of the cluster's ALE, %", fontsize=9, color=SOFT)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return figure
