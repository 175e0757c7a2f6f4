"""A claim under every specification: p values above, the choices behind each below."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from trdreport.figures.canvas import new_figure
from trdreport.figures.data import Specified
from trdreport.figures.palette import INK, LESS, MORE, SOFT

SMALLEST_P = 1e-7

ESTIMATOR = "estimator"

MARK = 0.3
"""Half the height of a mark, in rows."""

BREAK = (np.nan, np.nan)
"""Between two marks of one line: a mark by itself takes ten times the room in a file."""


def specification_curve(
    specified: Specified, levels: Mapping[str, Sequence[str]], what: str, alpha: float
) -> Figure:
    """One column a specification, sorted by p; a mark in the row of each of its choices.

    `levels` has the levels of each factor in the order of the rows. Estimators other than the first
    were run under few choices and are marked by their name alone. `what` names the p; the line is
    at `alpha`.
    """
    keys = (specified.p, ~specified.holds, *specified.choices.values())
    order = np.lexsort(keys[::-1])
    choices = {factor: own[order] for factor, own in specified.choices.items()}
    holds = specified.holds[order]
    rows = [(factor, level) for factor, own in levels.items() for level in own]
    lower = 0.21 * len(rows) + 0.22 * len(levels)
    height = 2.6 + lower + 0.5
    figure = new_figure(10.0, height)
    top = figure.add_axes((0.27, (lower + 0.55) / height, 0.72, 2.3 / height))
    bottom = figure.add_axes((0.27, 0.1 / height, 0.72, lower / height))
    x = np.arange(len(order))
    p = np.maximum(specified.p[order], SMALLEST_P)
    for held, colour, label, marker in (
        (True, LESS, "claim holds", "o"), (False, MORE, "claim does not hold", "x"),
    ):  # fmt: skip
        top.plot(
            x[holds == held], p[holds == held], ls="", ms=3.7, color=colour, label=label,
            marker=marker, mew=1.0,
        )  # fmt: skip
    top.set_yscale("log")
    top.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    top.axhline(alpha, color=SOFT, linewidth=0.9, linestyle="--")
    top.text(len(order) * 1.005, alpha, f"{alpha:g}", va="center", fontsize=8, color=SOFT)
    for index in np.flatnonzero(specified.published[order]).tolist():
        for axes in (top, bottom):
            axes.axvline(index, color=INK, linewidth=1.1)
        right = index > len(order) / 2
        top.annotate(
            "as published ", (index, 1), xycoords=("data", "axes fraction"), fontsize=9,
            color=INK, ha="right" if right else "left", va="bottom",
        )  # fmt: skip
    top.set_ylabel(what, fontsize=9, color=INK)
    top.set_xticks([])
    top.set_xlim(-1, len(order))
    top.spines[["top", "right", "bottom"]].set_visible(False)
    top.legend(
        fontsize=8.5, frameon=False, loc="upper left", bbox_to_anchor=(-0.37, 1.12),
        labelcolor=INK, handletextpad=0.2,
    )  # fmt: skip
    _choices(bottom, choices, holds, levels)
    bottom.set_xlim(-1, len(order))
    return figure


def _choices(
    axes: Axes,
    choices: Mapping[str, NDArray[np.str_]],
    holds: NDArray[np.bool_],
    levels: Mapping[str, Sequence[str]],
) -> None:
    axes.axis("off")
    estimators = choices[ESTIMATOR]
    grid = estimators == levels.get(ESTIMATOR, estimators)[0]
    y = 0.0
    marks: dict[str, list[tuple[float, float]]] = {LESS: [], MORE: []}
    for factor, own in levels.items():
        axes.text(
            -0.37, y, factor, transform=axes.get_yaxis_transform(), fontsize=9, color=INK,
            fontweight="bold", va="center",
        )  # fmt: skip
        for level in own:
            chosen = (choices[factor] == level) & (grid | (factor == ESTIMATOR))
            share = holds[chosen].mean()
            axes.text(
                -0.01, y, f"{level}   {share:.0%}", transform=axes.get_yaxis_transform(),
                fontsize=8.6, color=INK, ha="right", va="center",
            )  # fmt: skip
            for index in np.flatnonzero(chosen).tolist():
                marks[LESS if holds[index] else MORE] += [
                    (index, y - MARK), (index, y + MARK), BREAK,
                ]  # fmt: skip
            y += 1
        y += 0.9
    for colour, ends in marks.items():
        axes.plot(*np.array(ends).reshape(-1, 2).T, lw=0.9, solid_capstyle="butt", color=colour)
    axes.set_ylim(y, -1)
