"""What becomes of each cluster without each study, as a grid."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from trdreport.figures.canvas import new_figure
from trdreport.figures.palette import INK, SOFT, Cell

FOUND, LOST, UNKNOWN = "#a9d5ec", "#f2b89b", "#e9edf0"


def leave_one_out_figure(
    units: Sequence[str], clusters: Sequence[str], cells: Sequence[Sequence[Cell]]
) -> Figure:
    """One row a unit left out, one column a cluster; `cells` by row.

    Colour says whether the cluster is found again; so does the first word of each cell.
    """
    width, height = 2.0 + 1.75 * len(clusters), 0.62 * len(units) + 1.35
    figure = new_figure(max(width, 5.5), height)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(-1.15, len(clusters))
    axes.set_ylim(len(units) + 0.1, -1.35)
    axes.axis("off")
    axes.text(-1.1, -0.12, "Without", fontsize=9.5, color=SOFT, va="bottom")
    for column, cluster in enumerate(clusters):
        axes.text(column + 0.5, -0.12, cluster, fontsize=8.6, color=INK, ha="center", va="bottom")
    for row, unit in enumerate(units):
        axes.text(-1.1, row + 0.5, unit, fontsize=10, color=INK, va="center")
        for column, cell in enumerate(cells[row]):
            colour = UNKNOWN if cell.found is None else FOUND if cell.found else LOST
            axes.add_patch(Rectangle((column + 0.02, row + 0.04), 0.96, 0.92, color=colour))
            axes.text(
                column + 0.5, row + 0.5, cell.text, fontsize=8.6, color=INK, ha="center",
                va="center", linespacing=1.25,
            )  # fmt: skip
    return figure
