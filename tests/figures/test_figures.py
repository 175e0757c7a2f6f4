"""Figures show what they are given, on the right side, the same every time."""

import io
import pickle

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.image import imread

from trdreport.figures.brains import cluster_slices, foci_glass_brain
from trdreport.figures.canvas import drawn
from trdreport.figures.data import FociGroup, Rate, Specified
from trdreport.figures.drawing import Drawing, parts, size
from trdreport.figures.palette import LESS, MORE
from trdreport.figures.power import power_figure
from trdreport.figures.regions import regions_figure
from trdreport.figures.specification_curve import specification_curve


def png(figure: Figure) -> bytes:
    return parts(drawn(figure))[0]


def pixels(image: bytes, colour: str) -> np.ndarray:
    """Rows and columns (n, 2) of pixels of nearly this colour."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.argwhere(np.abs(imread(io.BytesIO(image))[..., :3] - rgb).max(axis=2) < 0.02)


def glass(x: float) -> bytes:
    group = FociGroup("Alpha", "TRD>HC", np.array([[x, -20.0, 50.0]]))
    return png(foci_glass_brain([group], {"Alpha": "#D55E00"}, ("TRD>HC",)))


POWER = Drawing("trdreport.figures.power:power_figure", ({"low": [Rate(5, 0.2, 0.1, 0.3)]}, 7))


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
    image = png(cluster_slices(inside, affine, (-12.0, -4.0, 52.0)))
    assert len(pixels(image, "#ff0000")) > 50


def test_a_region_is_coloured_on_its_own_side_only() -> None:
    image = png(regions_figure({"left insula": "#D55E00"}, {}))
    found = pixels(image, "#D55E00")
    assert len(found) > 1000
    assert found[:, 1].max() < size(image)[0] / 2


def test_the_cerebellum_can_be_coloured() -> None:
    image = png(regions_figure({"right cerebellum": "#0072B2"}, {}))
    assert len(pixels(image, "#0072B2")) > 1000


def test_the_same_bytes_twice() -> None:
    assert glass(-40.0) == glass(-40.0)
    assert POWER() == POWER()


def test_a_drawing_is_an_image_and_a_vector() -> None:
    image, vector = parts(POWER())
    assert image.startswith(b"\x89PNG")
    assert vector.startswith(b"<?xml")
    assert vector.rstrip().endswith(b"</svg>")


def test_a_drawing_can_be_sent_and_has_a_name_of_its_own() -> None:
    again = pickle.loads(pickle.dumps(POWER))  # noqa: S301 (our own)
    assert again == POWER
    assert again.fingerprint == POWER.fingerprint
    assert Drawing(POWER.function, (POWER.args[0], 8)).fingerprint != POWER.fingerprint


def test_defaults_that_other_libraries_change_do_not_show() -> None:
    """Importing nimare sets matplotlib's default box; a stored result does not import nimare."""
    images = set()
    for box in (None, "tight"):
        with rc_context({"savefig.bbox": box}):
            images.add(POWER())
    assert len(images) == 1


def test_a_curve_is_sorted_by_p_and_coloured_by_the_claim() -> None:
    p = np.array([0.01, 0.3, 0.02, 0.9])
    masks = np.array(["brain", "brain", "grey matter", "brain"])
    choices = {"estimator": np.array(["ALE"] * 4), "mask": masks}
    specified = Specified(choices, p, p < 0.05, published=p == 0.01)
    image = png(specification_curve(specified, {"mask": ["brain", "grey matter"]}, "p", 0.05))
    holds, fails = pixels(image, LESS), pixels(image, MORE)
    right = size(image)[0] * 0.3  # beside the legend
    assert holds[holds[:, 1] > right][:, 1].max() < fails[fails[:, 1] > right][:, 1].min()


def test_more_power_is_higher() -> None:
    rates = {
        name: [Rate(n, share, share - 0.02, share + 0.02) for n in (5, 17)]
        for name, share in (("low", 0.2), ("high", 0.9))
    }
    image = png(power_figure(rates, 7))
    width = size(image)[0]
    low, high = (
        (found := pixels(image, colour))[found[:, 1] < width * 0.6][:, 0].mean()
        for colour in ("#0072B2", "#D55E00")
    )
    assert high < low  # rows count from the top
