"""Values as shades in a grid, with the missing ones told apart from low ones."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from trdreport.figures.palette import SOFT, HeatCell
from trdreport.figures.sheet import (
    LABEL,
    Entry,
    Key,
    arranged,
    line_height,
    new_sheet,
    text_colour,
    text_width,
    widest_word,
    wrapped,
    write,
)

SIGNS: Final = {"not reported": "NR", "not available": "NA", "not applicable": "–"}
"""What stands in a cell without a value, by its kind."""

LIGHT: Final = "#e6f3f6"
DARK: Final = "#0a6480"
"""Ends of the scale, one hue: told apart by lightness, so with any colour vision and in print."""

PATTERNS: Final = {"not reported": "/////", "not available": "..."}
HATCHING: Final = "#b4bfc9"
NOTHING: Final = "#e9edf0"
"""Missing is a pattern or grey, never a shade: it must not look like a low value."""

PAD: Final = 0.05
GAP: Final = 0.09
"""Inches beside the text of a cell, and between studies."""

STEPS, STEP = 7, 0.14
"""How many shades the key shows, and inches of each."""


def shade_colour(shade: float) -> str:
    """The colour of a shade, 0 (light) to 1 (dark)."""
    ends = zip(to_rgb(LIGHT), to_rgb(DARK), strict=True)
    red, green, blue = (light + shade * (dark - light) for light, dark in ends)
    return to_hex((red, green, blue))


def heat_map(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[HeatCell]],
    *,
    scale: str,
) -> Figure:
    """A grid of shades, `cells` by row; `scale` says in words what the shades are.

    Rows of one study, such as `Ma 2012, TRD` and `Ma 2012, TSD`, stand together; a line keeps them
    from the next study. Raises ValueError for a kind of cell or a shade that there is not.
    """
    signs = [[_sign(cell) for cell in own] for own in cells]
    by_column = list(zip(*signs, strict=True))
    least = [max(map(widest_word, own)) + 2 * PAD for own in by_column]
    wanted = [max(map(text_width, own)) + 2 * PAD for own in by_column]
    grid = arranged(rows, columns, least, wanted)
    told = [
        # A hair more than the text may have: widths are found by halving.
        [wrapped(s, w - 2 * PAD + 0.001) for s, w in zip(own, grid.widths, strict=True)]
        for own in signs
    ]
    heights = [
        max((text.count("\n") + 1 for text in own), default=1) * line_height() + 0.085
        for own in told
    ]
    gaps = _gaps(rows)
    key = Key(_entries(cells, scale), grid.width)
    top = grid.headings.height
    bottom = top + sum(heights) + sum(gaps)
    figure, axes = new_sheet(grid.width, bottom + 0.12 + key.height)
    grid.headings.draw(axes, grid.left, top, grid.widths)
    y = top
    for row, own, texts, height, gap in zip(rows, cells, told, heights, gaps, strict=True):
        if gap:
            axes.plot((0, grid.right), (y + gap / 2,) * 2, color=SOFT, linewidth=0.7)
        y += gap
        write(axes, 0, y + height / 2, row, LABEL)
        for cell, text, (left, width) in zip(own, texts, grid.spans, strict=True):
            _draw_cell(axes, (left, y, width, height), cell, text)
        y += height
    key.draw(axes, bottom + 0.12)
    return figure


def _sign(cell: HeatCell) -> str:
    """What is written into a cell."""
    if cell.kind in SIGNS:
        return SIGNS[cell.kind]
    if cell.kind != "value":
        raise ValueError(f"no such kind of cell: {cell.kind}")
    if cell.shade is not None and not 0 <= cell.shade <= 1:
        raise ValueError(f"a shade is between 0 and 1, not {cell.shade}")
    return cell.text


def _gaps(rows: Sequence[str]) -> list[float]:
    """Inches above each row: some where a study begins, if any study has several rows."""
    studies = [row.rpartition(", ")[0] or row for row in rows]
    if len(set(studies)) == len(studies):
        return [0.0] * len(rows)
    before = [*studies[:1], *studies]
    return [GAP if study != last else 0.0 for study, last in zip(studies, before, strict=False)]


def _draw_cell(
    axes: Axes, box: tuple[float, float, float, float], cell: HeatCell, text: str
) -> None:
    x, y, width, height = box
    fill = NOTHING if cell.kind == "not applicable" else "#ffffff"
    if cell.shade is not None and cell.kind not in SIGNS:
        fill = shade_colour(cell.shade)
    # A little inset, so that neighbours of one colour stay two cells.
    patch = Rectangle(
        (x + 0.012, y + 0.012), width - 0.024, height - 0.024, facecolor=fill, linewidth=0.6,
        edgecolor=fill if cell.kind == "not applicable" else HATCHING,
    )  # fmt: skip
    if cell.kind in PATTERNS:
        patch.set_hatch(PATTERNS[cell.kind])
        patch.set_hatch_linewidth(0.5)
    axes.add_patch(patch)
    # A piece without the pattern, which would run through the letters.
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    write(
        axes, x + width / 2, y + height / 2, text, ha="center", color=text_colour(fill),
        bbox=clear if cell.kind in PATTERNS else None,
    )  # fmt: skip


def _entries(cells: Sequence[Sequence[HeatCell]], scale: str) -> list[Entry]:
    """The scale if anything is shaded, and every kind of missing that occurs."""
    entries = []
    if any(c.shade is not None and c.kind not in SIGNS for own in cells for c in own):
        less = text_width("less") + 0.06
        width = less + STEPS * STEP + 0.06 + text_width("more")
        entries.append(Entry(partial(_draw_scale, left=less), width, f"({scale})"))
    occurring = {cell.kind for own in cells for cell in own}
    for kind in SIGNS:
        if kind in occurring:
            entries.append(Entry(partial(_draw_sample, kind=kind), 0.42, kind))
    return entries


def _draw_scale(axes: Axes, x: float, y: float, left: float) -> None:
    write(axes, x, y, "less")
    for step in range(STEPS):
        fill = shade_colour(step / (STEPS - 1))
        axes.add_patch(
            Rectangle((x + left + step * STEP, y - 0.085), STEP, 0.17, color=fill, linewidth=0)
        )
    write(axes, x + left + STEPS * STEP + 0.06, y, "more")


def _draw_sample(axes: Axes, x: float, y: float, kind: str) -> None:
    _draw_cell(axes, (x, y - 0.12, 0.42, 0.24), HeatCell("", None, kind), SIGNS[kind])
