"""Brains in MNI space: foci and maps on a glass brain, clusters in slices of the template.

Outlines and template are files of nilearn. Its own plots are not used: they take seconds for each
figure, and write every piece of an outline by itself.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

import nibabel as nib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from trdreport.brain.search_volume import nilearn_file, resample, resample_set
from trdreport.figures.canvas import new_figure
from trdreport.figures.data import LEAST_DIFFERENCE, FociGroup, MapSide
from trdreport.figures.palette import INK

TEMPLATE_FILE = "datasets/data/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"
OUTLINE_FILE = "plotting/glass_brain_files/brain_schematics_{}.json"

MARKERS = ("o", "^", "s", "D")
"""Shape of a focus by the direction of its contrast."""

WHITEST, BLACKEST = 1.0, -0.45
"""Of the template, which has 0 to 1; all of it is pale, so that a cluster stands out."""

MARGIN_MM = 5.0
"""Around the template in slices."""


@dataclass(frozen=True)
class View:
    """A view of the glass brain: its outline, the axis that it looks along, and what it shows.

    `scale` and `origin` bring the outline to mm across and up, as nilearn does. `side` is -1 for
    the left hemisphere, 1 for the right, and 0 for both.
    """

    outline: str
    axis: int
    scale: tuple[float, float]
    origin: tuple[float, float]
    side: int = 0
    words: str = ""

    @property
    def plane(self) -> tuple[int, int]:
        """The axes that run across and up."""
        across, up = (axis for axis in range(3) if axis != self.axis)
        return across, up


VIEWS: Final = (
    View("side", 0, (0.38, 0.38), (-108, -70), -1, "left side"),
    View("back", 1, (0.39, 0.39), (-73, -73)),
    View("side", 0, (0.38, 0.38), (-108, -70), 1, "right side"),
    View("top", 2, (0.36, 0.37), (-71, -107)),
)

CODES: Final = MappingProxyType({"bezier": Outline.CURVE4, "segment": Outline.LINETO})


@cache
def template() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The MNI152 T1 template without skull on its 2 mm grid, (99, 117, 95), and its affine.

    Every second voxel of the grid of 1 mm; grey runs from 0 to 1.
    """
    image = nib.load(nilearn_file(TEMPLATE_FILE))
    grey = np.asarray(image.dataobj, dtype=float)[::2, ::2, ::2]
    return grey / grey.max(), np.asarray(image.affine, dtype=float) @ np.diag([2.0, 2.0, 2.0, 1.0])


def foci_glass_brain(
    groups: Sequence[FociGroup], colours: Mapping[str, str], contrasts: Sequence[str]
) -> Figure:
    """Foci on a glass brain: colour by study, shape by contrast, legend below."""
    figure = new_figure(10.5, 4.0)
    for view, axes in zip(VIEWS, _glass_brain(figure, 0.0, 0.24, 1.0, 0.76), strict=True):
        for group in groups:
            x = group.positions[:, 0]
            seen = group.positions[x * view.side >= 0]
            across, up = seen[:, view.plane].T
            axes.scatter(
                across,
                up,
                s=42,
                color=colours[group.study],
                marker=MARKERS[list(contrasts).index(group.contrast) % len(MARKERS)],
                edgecolors="white",
                linewidths=0.6,
                zorder=3,
            )
    _legend(figure, groups, colours, contrasts)
    return figure


def _glass_brain(
    figure: Figure, left: float, bottom: float, width: float, height: float
) -> list[Axes]:
    """The views side by side, in one scale, in a part of the figure; x, y and z are in mm."""
    drawn = [_outline(view) for view in VIEWS]
    widths = [high[0] - low[0] for _, low, high in drawn]
    found = []
    for view, (lines, low, high), own in zip(VIEWS, drawn, widths, strict=True):
        share = width * own / sum(widths)
        axes = figure.add_axes((left, bottom, share, height))
        left += share
        for paths, colour, thickness in lines:
            axes.add_collection(
                PathCollection(
                    paths, facecolors="none", edgecolors=colour, linewidths=thickness, alpha=0.7
                ),
                autolim=False,
            )
        # The nose is to the left of the left side.
        axes.set_xlim(*((high[0], low[0]) if view.side < 0 else (low[0], high[0])))
        axes.set_ylim(low[1], high[1])
        axes.set_aspect("equal")
        axes.axis("off")
        if not view.side:
            _name_sides(axes)
        axes.text(
            0.5, -0.01, view.words, transform=axes.transAxes, ha="center", va="top", fontsize=9,
            color=INK,
        )  # fmt: skip
        found.append(axes)
    return found


def _name_sides(axes: Axes) -> None:
    for place, side in ((0.1, "L"), (0.9, "R")):
        axes.text(
            place, 0.95, side, transform=axes.transAxes, ha="center", va="top", fontsize=12
        )  # fmt: skip


@cache
def _outline(
    view: View,
) -> tuple[
    tuple[tuple[tuple[Outline, ...], str, float], ...], tuple[float, float], tuple[float, float]
]:
    """Lines of each colour and width, and the lowest and highest corner, all in mm."""
    content = json.loads(nilearn_file(OUTLINE_FILE.format(view.outline)).read_text())
    to_mm = Affine2D().scale(*view.scale).translate(*view.origin)
    lines: dict[tuple[str, float], list[Outline]] = {}
    for path in content["paths"]:
        points: list[list[float]] = []
        codes: list[np.uint8] = []
        for item in path["items"]:
            first, *others = item["pts"]
            if not points or points[-1] != first:
                points.append(first)
                codes.append(Outline.MOVETO)
            points += others
            codes += [CODES[item["type"]]] * len(others)
        own = Outline(to_mm.transform(points), codes)
        lines.setdefault((path["edgecolor"], round(path["linewidth"], 2)), []).append(own)
    x0, x1, y0, y1 = content["metadata"]["bounds"]
    corners = to_mm.transform([(x0, y0), (x1, y1)])
    margin = (corners[1] - corners[0]) * 0.025 + 0.1
    low, high = corners[0] - margin, corners[1] + margin
    return (
        tuple((tuple(paths), *look) for look, paths in lines.items()),
        (low[0], low[1]),
        (high[0], high[1]),
    )


def _legend(
    figure: Figure,
    groups: Sequence[FociGroup],
    colours: Mapping[str, str],
    contrasts: Sequence[str],
) -> None:
    def handle(label: str, marker: str, colour: str) -> Line2D:
        return Line2D([], [], ls="", marker=marker, color=colour, markersize=7, label=label)

    used = {group.contrast for group in groups}
    handles = [handle(s, "o", colours[s]) for s in dict.fromkeys(g.study for g in groups)]
    shapes = [
        handle(contrast.replace(">", " > "), MARKERS[index % len(MARKERS)], INK)
        for index, contrast in enumerate(contrasts)
        if contrast in used
    ]
    style = {"frameon": False, "fontsize": 9, "handletextpad": 0.2, "columnspacing": 1.4}
    figure.legend(
        handles=handles, loc="lower center", ncols=min(8, len(handles)),
        bbox_to_anchor=(0.5, 0.09), **style,
    )  # fmt: skip
    figure.legend(
        handles=shapes, loc="lower center", ncols=len(shapes), bbox_to_anchor=(0.5, 0.0), **style
    )


def stat_glass_brain(
    stat: NDArray[np.float64],
    affine: NDArray[np.float64],
    threshold: float,
    to_talairach: NDArray[np.float64] | None = None,
) -> Figure:
    """The ALE map above a threshold on a glass brain, the highest value along each line of sight.

    A map in Talairach space comes with the (4, 4) matrix from MNI to there.
    """
    top = float(stat.max())
    if to_talairach is not None:
        stat = resample(stat, affine, to_talairach)
        # a small peak between voxels can sink below the threshold
        top = float(stat.max()) if stat.max() > threshold else top
    figure = new_figure(10.5, 3.2)
    x = affine[0, 3] + affine[0, 0] * np.arange(len(stat))
    for view, axes in zip(VIEWS, _glass_brain(figure, 0.0, 0.06, 0.88, 0.92), strict=True):
        seen = (x * view.side >= 0)[:, None, None] * stat
        flat = seen.max(axis=view.axis)
        image = _shown(axes, np.ma.masked_less_equal(flat, threshold), affine, view.plane)
        image.set(cmap="inferno_r", clim=(threshold, top))
    bar = figure.colorbar(image, cax=figure.add_axes((0.958, 0.12, 0.014, 0.82)), format="%.4f")
    bar.ax.yaxis.set_ticks_position("left")
    bar.set_ticks(np.linspace(threshold, top, 5).tolist())
    figure.text(0.972, 0.02, "ALE", fontsize=9, color=INK, ha="right")
    return figure


def change_glass_brain(before: MapSide | None, after: MapSide | None, old: str, new: str) -> Figure:
    """Two maps on glass brains, one below the other, and below them the second less the first.

    All three in one scale: the difference has the colours of as much more or less of it. A side
    that is None has no map. Along each line of sight stands the value farthest from 0.
    """
    sides = [side for side in (before, after) if side]
    affine = sides[0].affine
    maps = [_in_mni(side, affine, sides[0].stat.shape) for side in (before, after)]
    top = float(max(side.stat.max() for side in sides))
    lowest = min(side.threshold for side in sides)
    difference = maps[1] - maps[0]
    floors = [side.threshold if side else top for side in (before, after)]
    rows = [
        (old, maps[0], floors[0], "inferno_r", (lowest, top), "ALE"),
        (new, maps[1], floors[1], "inferno_r", (lowest, top), "ALE"),
        (
            "difference",
            difference,
            LEAST_DIFFERENCE * top,
            "RdBu_r",
            (-top, top),
            "ALE, more or less",
        ),
    ]
    figure = new_figure(10.5, 9.9)
    x = affine[0, 3] + affine[0, 0] * np.arange(len(difference))
    for row, (name, volume, floor, colours, limits, unit) in enumerate(rows):
        low = (2 - row) / 3
        figure.text(0.0, low + 0.325, name[0].upper() + name[1:], fontsize=11, color=INK, va="top",
                    weight="bold")  # fmt: skip
        for view, axes in zip(
            VIEWS, _glass_brain(figure, 0.0, low + 0.02, 0.86, 0.27), strict=True
        ):
            seen = (x * view.side >= 0)[:, None, None] * volume
            highest, lowest_ = seen.max(axis=view.axis), seen.min(axis=view.axis)
            flat = np.where(highest >= -lowest_, highest, lowest_)
            image = _shown(
                axes, np.ma.masked_where(np.abs(flat) <= floor, flat), affine, view.plane
            )
            image.set(cmap=colours, clim=limits)
        bar = figure.colorbar(
            image, cax=figure.add_axes((0.952, low + 0.04, 0.014, 0.24)), format="%.4f"
        )
        bar.ax.yaxis.set_ticks_position("left")
        bar.set_ticks(np.linspace(*limits, 5).tolist())
        figure.text(0.966, low + 0.006, unit, fontsize=9, color=INK, ha="right")
    return figure


def _in_mni(
    side: MapSide | None, affine: NDArray[np.float64], shape: tuple[int, ...]
) -> NDArray[np.float64]:
    if side is None:
        return np.zeros(shape)
    return (
        side.stat if side.to_talairach is None else resample(side.stat, affine, side.to_talairach)
    )


def _shown(
    axes: Axes, flat: NDArray[np.float64], affine: NDArray[np.float64], plane: tuple[int, int]
) -> AxesImage:
    """Values (across, up) of a grid of voxels where they are in mm; limits stay as they are."""
    edges = []
    for axis, count in zip(plane, flat.shape, strict=True):
        step, first = affine[axis, axis], affine[axis, 3]
        edges += [first - step / 2, first + step * (count - 0.5)]
    limits = axes.get_xlim(), axes.get_ylim()
    image = axes.imshow(flat.T, origin="lower", extent=tuple(edges), interpolation="nearest")
    axes.set(xlim=limits[0], ylim=limits[1])
    return image


def cluster_slices(
    inside: NDArray[np.bool_],
    affine: NDArray[np.float64],
    peak: tuple[float, float, float],
    to_talairach: NDArray[np.float64] | None = None,
) -> Figure:
    """A cluster on the MNI152 template, three planes through its peak (MNI mm).

    Voxels in Talairach space come with the (4, 4) matrix from MNI to there.
    """
    if to_talairach is not None:
        inside = resample_set(inside, affine, to_talairach)
    figure = new_figure(9.0, 3.3)
    grey, grid = template()
    head = np.argwhere(grey) @ grid[:3, :3].T + grid[:3, 3]
    low, high = head.min(axis=0) - MARGIN_MM, head.max(axis=0) + MARGIN_MM
    planes = [(1, 2), (0, 2), (0, 1)]
    widths = [high[across] - low[across] for across, _ in planes]
    left = 0.0
    for axis, (across, up) in enumerate(planes):
        share = widths[axis] / sum(widths)
        axes = figure.add_axes((left, 0.0, 0.98 * share, 1.0))
        left += share
        axes.set(xlim=(low[across], high[across]), ylim=(low[up], high[up]))
        for volume, where, colours, clim in (
            (grey, grid, "gray", (BLACKEST, WHITEST)),
            (inside, affine, ListedColormap(["#ff0000"]), None),
        ):
            cut = np.ma.masked_equal(_cut(volume, where, axis, peak), 0)
            _shown(axes, cut, where, (across, up)).set(cmap=colours, clim=clim)
        axes.axvline(peak[across], color="black")
        axes.axhline(peak[up], color="black")
        if axis:
            _name_sides(axes)
        axes.text(
            0.0, 0.0, f"{'xyz'[axis]} = {round(peak[axis])}", transform=axes.transAxes, fontsize=12,
            bbox={"boxstyle": "square,pad=0", "color": "white"},
        )  # fmt: skip
        axes.set_aspect("equal")
        axes.axis("off")
    return figure


def _cut(
    volume: NDArray[np.generic], affine: NDArray[np.float64], axis: int, peak: Sequence[float]
) -> NDArray[np.float64]:
    """The plane of voxels that holds the peak; nothing where the peak lies beside the grid."""
    at = round((peak[axis] - affine[axis, 3]) / affine[axis, axis])
    if not 0 <= at < volume.shape[axis]:
        return np.zeros(tuple(np.delete(volume.shape, axis)))
    return np.asarray(np.take(volume, at, axis=axis), dtype=float)
