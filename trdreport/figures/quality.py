"""Quality scores as bars."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from trdreport.figures.canvas import new_figure
from trdreport.figures.palette import INK, SOFT


def quality_figure(labels: Sequence[str], scores: Sequence[float], instrument: str) -> Figure:
    """One bar a study, in the order given, its score written at its end."""
    figure = new_figure(8.0, 0.42 * len(labels) + 1.0)
    axes = figure.add_subplot()
    figure.subplots_adjust(left=0.24, right=0.95, top=0.97, bottom=0.9 / (0.42 * len(labels) + 1.0))
    rows = range(len(labels))
    axes.barh(rows, scores, color="#56B4E9", edgecolor="#0072B2", height=0.62)
    for row, score in zip(rows, scores, strict=True):
        axes.text(
            score + max(scores) * 0.01, row, f"{score:g}", va="center", fontsize=10, color=INK
        )
    axes.set_yticks(rows, labels, fontsize=10, color=INK)
    axes.invert_yaxis()
    axes.set_xlim(0, max(scores) * 1.08)
    axes.set_xlabel(f"Score, {instrument}", fontsize=9, color=SOFT)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return figure
