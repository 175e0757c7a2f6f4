"""Brains seen through nilearn: foci, thresholded maps and cluster slices, all in MNI space."""

from collections.abc import Mapping, Sequence
from typing import Any

import nibabel as nib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from nilearn.datasets import load_mni152_template
from nilearn.plotting import plot_glass_brain, plot_roi
from numpy.typing import NDArray

from trdreport.brain.search_volume import resample, resample_set
from trdreport.figures.canvas import new_figure
from trdreport.figures.data import FociGroup
from trdreport.figures.palette import INK


def template() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The MNI152 T1 template without skull on its 2 mm grid, (99, 117, 95), and its affine."""
    image = load_mni152_template(resolution=2)
    return np.asarray(image.dataobj, dtype=float), np.asarray(image.affine, dtype=float)


MARKERS = ("o", "^", "s", "D")
"""Shape of a focus by the direction of its contrast."""


def foci_glass_brain(
    groups: Sequence[FociGroup], colours: Mapping[str, str], contrasts: Sequence[str]
) -> Figure:
    """Foci on a glass brain: colour by study, shape by contrast, legend below."""
    figure = new_figure(10.5, 4.0)
    display = plot_glass_brain(
        None, display_mode="lyrz", figure=figure, axes=(0.0, 0.24, 1.0, 0.76), annotate=True
    )
    for group in groups:
        display.add_markers(
            group.positions,
            marker_color=colours[group.study],
            marker_size=42,
            marker=MARKERS[list(contrasts).index(group.contrast) % len(MARKERS)],
            edgecolors="white",
            linewidths=0.6,
            alpha=1.0,
        )
    _name_sides(display.axes)
    _legend(figure, groups, colours, contrasts)
    return figure


def _name_sides(axes: Mapping[str, Any]) -> None:
    """Say which hemisphere a lateral view shows; nilearn marks L and R on the other views only."""
    for view, side in (("l", "left side"), ("r", "right side")):
        axes[view].ax.text(
            0.5, -0.01, side, transform=axes[view].ax.transAxes, ha="center", va="top",
            fontsize=9, color=INK,
        )  # fmt: skip


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
    """The ALE map above a threshold on a glass brain, with its colour bar.

    A map in Talairach space comes with the (4, 4) matrix from MNI to there.
    """
    if to_talairach is not None:
        stat = resample(stat, affine, to_talairach)
    figure = new_figure(10.5, 3.2)
    display = plot_glass_brain(
        nib.Nifti1Image(stat.astype(np.float32), affine),
        display_mode="lyrz",
        figure=figure,
        axes=(0.0, 0.06, 0.98, 0.92),
        threshold=threshold,
        vmin=threshold,
        vmax=float(stat.max()),
        cmap="inferno_r",
        colorbar=True,
        cbar_tick_format="%.3f",
        plot_abs=False,
        annotate=True,
    )
    _name_sides(display.axes)
    figure.text(0.972, 0.02, "ALE", fontsize=9, color=INK, ha="right")
    return figure


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
    plot_roi(
        nib.Nifti1Image(inside.astype(np.uint8), affine),
        bg_img=load_mni152_template(resolution=2),
        cut_coords=peak,
        display_mode="ortho",
        figure=figure,
        axes=(0.0, 0.0, 1.0, 1.0),
        cmap="autumn",
        alpha=1.0,
        black_bg=False,
        colorbar=False,
        draw_cross=True,
        annotate=True,
    )
    return figure
