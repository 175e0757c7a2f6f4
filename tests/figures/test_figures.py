"""Figures show what they are given, on the right side, the same every time."""

import io

import numpy as np
from matplotlib import rc_context
from matplotlib.image import imread

from trdreport.cbma.atlas import load_atlas
from trdreport.figures.brains import cluster_slices, foci_glass_brain
from trdreport.figures.palette import FociGroup, size
from trdreport.figures.quality import quality_figure
from trdreport.figures.regions import regions_figure


def pixels(image: bytes, colour: str) -> np.ndarray:
    """Rows and columns (n, 2) of pixels of nearly this colour."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.argwhere(np.abs(imread(io.BytesIO(image))[..., :3] - rgb).max(axis=2) < 0.02)


def glass(x: float) -> bytes:
    group = FociGroup("Alpha", "TRD>HC", np.array([[x, -20.0, 50.0]]))
    return foci_glass_brain([group], {"Alpha": "#D55E00"}, ("TRD>HC",))


def test_a_left_focus_is_on_the_left_of_the_front_view() -> None:
    """The front view is the second of four; left of the brain is drawn on its left."""
    width, height = size(glass(-40.0))
    places = {}
    for x in (-40.0, 40.0):
        found = pixels(glass(x), "#D55E00")
        in_view = found[(found[:, 0] < height * 0.7)]
        front = in_view[(in_view[:, 1] > width * 0.27) & (in_view[:, 1] < width * 0.52)]
        places[x] = front[:, 1].mean()
    assert places[-40.0] < places[40.0]


def test_a_cluster_is_drawn() -> None:
    inside = np.zeros((91, 109, 91), bool)
    inside[50:54, 60:64, 60:64] = True
    affine = np.array([[-2.0, 0, 0, 90], [0, 2, 0, -126], [0, 0, 2, -72], [0, 0, 0, 1]])
    image = cluster_slices(inside, affine, (-12.0, -4.0, 52.0))
    assert len(pixels(image, "#ff0000")) > 50


def test_a_region_is_coloured_on_its_own_side_only() -> None:
    image = regions_figure(load_atlas(), {"left insula": "#D55E00"}, {})
    found = pixels(image, "#D55E00")
    assert len(found) > 1000
    assert found[:, 1].max() < size(image)[0] / 2


def test_the_cerebellum_can_be_coloured() -> None:
    image = regions_figure(load_atlas(), {"right cerebellum": "#0072B2"}, {})
    assert len(pixels(image, "#0072B2")) > 1000


def test_the_same_bytes_twice() -> None:
    assert glass(-40.0) == glass(-40.0)
    assert quality_figure(["A"], [9.0], "Checklist") == quality_figure(["A"], [9.0], "Checklist")


def test_defaults_that_other_libraries_change_do_not_show() -> None:
    """Importing nimare sets matplotlib's default box; a stored result does not import nimare."""
    images = set()
    for box in (None, "tight"):
        with rc_context({"savefig.bbox": box}):
            images.add(quality_figure(["A"], [9.0], "Checklist"))
    assert len(images) == 1
