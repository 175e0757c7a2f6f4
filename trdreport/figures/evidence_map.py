"""What is said of which region, by modality: one mark a statement."""

from collections.abc import Sequence
from typing import Final

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from trdreport.figures.canvas import new_figure
from trdreport.figures.palette import BOTH, INK, LESS, MORE, SOFT, Mark

SIGNS: Final = {
    "increase": ("^", MORE),
    "decrease": ("v", LESS),
    "no change": ("o", "white"),
    "association with improvement": ("D", BOTH),
}
"""Shape and colour by direction: never colour alone."""

ROW, COLUMN, NAMES = 0.25, 1.25, 3.0
"""Inches of a row, of a column, and of the names of the rows."""

MOST_IN_LINE = 6
"""Marks side by side in one cell; more go below them."""


def evidence_map(
    regions: Sequence[str], modalities: Sequence[str], marks: Sequence[Mark]
) -> Figure:
    """Rows of regions, columns of modalities, and a mark for each statement about one."""
    cells: dict[tuple[str, str], list[Mark]] = {}
    for mark in marks:
        cells.setdefault((mark.region, mark.modality), []).append(mark)
    lines = {
        region: max(
            (-(-len(cells.get((region, m), ())) // MOST_IN_LINE) for m in modalities), default=1
        )
        for region in regions
    }
    heights = [ROW * max(lines[region], 1) for region in regions]
    width, height = NAMES + COLUMN * len(modalities) + 0.1, sum(heights) + 0.95
    figure = new_figure(width, height)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    for column, modality in enumerate(modalities):
        x = NAMES + COLUMN * (column + 0.5)
        axes.text(x, 0.2, modality, ha="center", va="center", fontsize=10, color=INK, weight="bold")
    top = 0.4
    for region, own in zip(regions, heights, strict=True):
        axes.plot([0.05, width - 0.05], [top, top], color="#d5dce3", lw=0.8)
        axes.text(0.05, top + own / 2, region, va="center", fontsize=9.5, color=INK)
        for column, modality in enumerate(modalities):
            for index, mark in enumerate(cells.get((region, modality), ())):
                line, place = divmod(index, MOST_IN_LINE)
                shape, colour = SIGNS[mark.direction]
                axes.plot(
                    NAMES + COLUMN * column + 0.14 + 0.19 * place, top + ROW * (line + 0.5),
                    marker=shape, ms=7, mfc=colour, mec=INK, mew=0.7, ls="",
                )  # fmt: skip
        top += own
    handles = [
        Line2D([], [], ls="", marker=shape, mfc=colour, mec=INK, ms=7, label=direction)
        for direction, (shape, colour) in SIGNS.items()
    ]
    axes.legend(
        handles=handles, loc="lower left", ncols=4, frameon=False, fontsize=9.5,
        labelcolor=SOFT, handletextpad=0.2,
    )  # fmt: skip
    return figure
