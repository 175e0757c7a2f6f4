"""Flat drawing of the Desikan-Killiany regions in which studies report differences."""

from collections.abc import Iterator, Mapping
from functools import cache

import nibabel as nib
import numpy as np
import scipy
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path as Outline
from numpy.typing import NDArray

from trdreport.brain.desikan_killiany import DesikanKilliany, data_folder, desikan_killiany
from trdreport.brain.search_volume import nilearn_file
from trdreport.figures.canvas import new_figure
from trdreport.figures.palette import INK, SOFT

PLAIN = "#e9edf0"
EDGE = "#8b98a5"
CEREBELLUM = "cerebellum"

VIEWS = (
    ("L", "lateral", "left, lateral"),
    ("L", "medial", "left, medial"),
    ("R", "medial", "right, medial"),
    ("R", "lateral", "right, lateral"),
)

CUTS = (
    ("y", -8, "coronal, y = -8"),
    ("y", -22, "coronal, y = -22"),
    ("x", -14, "left, x = -14"),
    ("x", 14, "right, x = 14"),
)


def regions_figure(colours: Mapping[str, str], legend: Mapping[str, str]) -> Figure:
    """Regions filled with their colour; all others pale.

    `colours` is keyed by a region's name for readers, `left cerebellum`, `right cerebellum` and
    `cerebellar vermis` included; `legend` explains each colour.
    """
    atlas, figure = desikan_killiany(), new_figure(10.5, 5.6)
    grid = figure.add_gridspec(
        2, 4, left=0.01, right=0.99, top=0.95, bottom=0.13, hspace=0.16, wspace=0.05
    )
    for column, (side, face, title) in enumerate(VIEWS):
        _draw_surface(figure.add_subplot(grid[0, column]), atlas, side, face, title, colours)
    for column, (axis, at, title) in enumerate(CUTS):
        _draw_cut(figure.add_subplot(grid[1, column]), atlas, axis, at, title, colours)
    handles = [Patch(facecolor=colour, label=text) for text, colour in legend.items()]
    figure.legend(
        handles=handles, loc="lower center", ncols=len(handles), frameon=False, fontsize=10
    )
    return figure


def _draw_surface(
    axes: Axes, atlas: DesikanKilliany, side: str, face: str, title: str, colours: Mapping[str, str]
) -> None:
    names = {region.key: region.name for region in atlas.regions if region.side == side}
    for key, shape in outlines(side, face):
        colour = colours.get(names.get(key, ""), PLAIN)
        for part in shapely.get_parts(shape):
            axes.add_patch(PathPatch(_path(part), facecolor=colour, edgecolor=EDGE, linewidth=0.6))
    axes.set_title(title, fontsize=10, color=INK, y=-0.12)
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.axis("off")


def _path(polygon: shapely.Polygon) -> Outline:
    rings = [polygon.exterior, *polygon.interiors]
    return Outline.make_compound_path(*(Outline(np.asarray(ring.coords)) for ring in rings))


@cache
def outlines(side: str, face: str) -> tuple[tuple[str, shapely.Geometry], ...]:
    """Outline in mm of each region as seen from one side of a hemisphere of fsaverage5.

    Triangles that look at the viewer are projected along x and merged by region.
    """
    name = {"L": "left", "R": "right"}[side]
    mesh = nib.load(nilearn_file(f"datasets/data/fsaverage5/infl_{name}.gii.gz"))
    points, faces = mesh.agg_data()
    gifti = nib.load(data_folder() / f"atlas-desikankilliany-{side.lower()}h.label.gii.gz")
    labels = np.asarray(gifti.agg_data())
    keys = gifti.labeltable.get_labels_as_dict()
    outward = (-1 if side == "L" else 1) * (1 if face == "lateral" else -1)
    corners = points[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    seen = normals[:, 0] * outward > 0
    flat = np.stack([corners[..., 1] * outward, corners[..., 2]], axis=-1)
    of_face = np.median(labels[faces], axis=1)
    return tuple(
        (str(keys[int(label)]), _merged(flat[seen & (of_face == label)]))
        for label in np.unique(of_face[seen])
    )


def _merged(triangles: NDArray[np.float64]) -> shapely.Geometry:
    """Union of projected triangles (n, 3, 2), hairline gaps closed."""
    merged = shapely.union_all(shapely.buffer(shapely.polygons(triangles), 0.2, quad_segs=1))
    return shapely.simplify(merged, 0.3)


def _draw_cut(
    axes: Axes, atlas: DesikanKilliany, axis: str, at: int, title: str, colours: Mapping[str, str]
) -> None:
    index = {"x": 0, "y": 1}[axis]
    voxel = round((at - atlas.affine[index, 3]) / atlas.affine[index, index])
    plane = np.take(atlas.volume, voxel, axis=index)
    other = 1 - index
    first = atlas.affine[other, 3] + np.arange(plane.shape[0]) * atlas.affine[other, other]
    up = atlas.affine[2, 3] + np.arange(plane.shape[1]) * atlas.affine[2, 2]
    deep = {region.number for region in atlas.regions if not region.cortex}
    _fill(axes, first, up, (plane > 0) & ~np.isin(plane, list(deep)), PLAIN, 0.35)
    for name, inside in _structures(
        atlas, plane, np.take(atlas.cerebellum, voxel, index), axis, at
    ):
        _fill(axes, first, up, inside, colours.get(name, "#d3dae0"), 0.9)
    axes.margins(0)
    axes.set_title(title, fontsize=10, color=INK, y=-0.14)
    axes.set_aspect("equal")
    axes.axis("off")
    if axis == "y":
        for text, place in (("L", 0.02), ("R", 0.98)):
            axes.text(place, 0.9, text, transform=axes.transAxes, ha="center", color=SOFT)


def _structures(
    atlas: DesikanKilliany,
    plane: NDArray[np.uint8],
    cerebellum: NDArray[np.bool_],
    axis: str,
    at: int,
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    for region in atlas.regions:
        if not region.cortex and (plane == region.number).any():
            yield region.name, plane == region.number
    if cerebellum.any() and axis == "x":
        yield f"{'left' if at < 0 else 'right'} {CEREBELLUM}", cerebellum


def _fill(
    axes: Axes,
    first: NDArray[np.float64],
    up: NDArray[np.float64],
    inside: NDArray[np.bool_],
    colour: str,
    width: float,
) -> None:
    smooth = scipy.ndimage.gaussian_filter(inside.astype(float), 0.8).T
    lines = axes.contour(first, up, smooth, levels=(0.5,))
    (outline,) = lines.get_paths()
    lines.remove()
    rings = shapely.simplify([shapely.LineString(ring) for ring in outline.to_polygons()], 0.1)
    path = Outline.make_compound_path(*(Outline(shapely.get_coordinates(ring)) for ring in rings))
    axes.add_patch(PathPatch(path, facecolor=colour, edgecolor=EDGE, linewidth=width))
