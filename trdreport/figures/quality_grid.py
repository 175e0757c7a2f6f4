"""Ratings of every study by item, as a grid of signs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from trdreport.figures.palette import INK, SOFT, STUDY_COLOURS
from trdreport.figures.sheet import (
    GLYPHS,
    LABEL,
    Entry,
    Key,
    arranged,
    line_height,
    new_sheet,
    text_colour,
    text_width,
    write,
)


@dataclass(frozen=True)
class _Mark:
    """How a rating looks: its sign, its colour, and the word beside it."""

    sign: str
    fill: str
    word: str


MARKS: Final = {
    "yes": _Mark("✓", STUDY_COLOURS[2], "yes"),
    "partly": _Mark("–", STUDY_COLOURS[4], "partly"),
    "no": _Mark("✗", STUDY_COLOURS[1], "no"),
    "not reported": _Mark("?", "#ffffff", "NR"),
    "not available": _Mark("?", "#ffffff", "NA"),
}
"""Sign and word say what the colour says."""

RADIUS: Final = 0.115
ACROSS: Final = 2 * RADIUS
"""Inches of a mark."""


def quality_grid(
    studies: Sequence[str], items: Sequence[str], ratings: Sequence[Sequence[str]]
) -> Figure:
    """One row a study, one column an item, `ratings` by row.

    A rating is `yes`, `partly`, `no`, `not reported` or `not available`; ValueError otherwise.
    """
    for own in ratings:
        if unknown := sorted(set(own) - set(MARKS)):
            raise ValueError(f"no such rating: {', '.join(unknown)}")
    word = max(text_width(mark.word) for mark in MARKS.values())
    below, beside = max(word, ACROSS) + 0.06, ACROSS + 0.05 + word + 0.1
    grid = arranged(studies, items, [below] * len(items), [below] * len(items))
    # A line less for each study where words have room beside the marks.
    wide = all(width >= beside for width in grid.widths)
    height = ACROSS + (0.08 if wide else 0.1 + line_height())
    shift = (ACROSS + 0.05 + word) / 2 - RADIUS if wide else 0.0
    occurring = {rating for own in ratings for rating in own}
    key = Key(
        [
            Entry(partial(_draw_in_key, mark=mark), ACROSS, _meaning(rating, mark))
            for rating, mark in MARKS.items() if rating in occurring
        ],
        grid.width,
    )  # fmt: skip
    top = grid.headings.height
    bottom = top + height * len(studies)
    figure, axes = new_sheet(grid.width, bottom + 0.1 + key.height)
    grid.headings.draw(axes, grid.left, top, grid.widths)
    for row, (study, own) in enumerate(zip(studies, ratings, strict=True)):
        y = top + height * row
        axes.plot((0, grid.right), (y, y), color=SOFT, linewidth=0.4)
        middle = y + height / 2 if wide else y + 0.05 + RADIUS
        write(axes, 0, y + height / 2, study, LABEL)
        for rating, (left, width) in zip(own, grid.spans, strict=True):
            mark, x = MARKS[rating], left + width / 2 - shift
            _draw_mark(axes, x, middle, mark)
            if wide:
                write(axes, x + RADIUS + 0.05, middle, mark.word)
            else:
                write(axes, x, middle + RADIUS + 0.02 + line_height() / 2, mark.word, ha="center")
    axes.plot((0, grid.right), (bottom, bottom), color=SOFT, linewidth=0.4)
    key.draw(axes, bottom + 0.1)
    return figure


def _meaning(rating: str, mark: _Mark) -> str:
    return rating if rating == mark.word else f"{mark.word}: {rating}"


def _draw_mark(axes: Axes, x: float, y: float, mark: _Mark) -> None:
    axes.add_patch(
        Circle((x, y), RADIUS, facecolor=mark.fill, edgecolor=INK, linewidth=0.9, zorder=2)
    )
    colour = text_colour(mark.fill)
    write(axes, x, y, mark.sign, 11, ha="center", color=colour, family=GLYPHS, fontweight="bold")


def _draw_in_key(axes: Axes, x: float, y: float, mark: _Mark) -> None:
    _draw_mark(axes, x + RADIUS + 0.01, y, mark)  # the outline is wider than the circle
