"""What all figures share: size, and turning a figure into files."""

import io
import re
from typing import Final

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from PIL import Image

DPI: Final = 150

MARGIN_INCHES: Final = 0.1
"""Around what is drawn."""

_PATH = re.compile(rb'<path d="[^"]*"')
_LONG = re.compile(rb"-?\d+\.\d+")


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of this many inches, without pyplot's global state."""
    return Figure(figsize=(width, height), dpi=DPI, facecolor="white")


def drawn(figure: Figure) -> bytes:
    """The figure as PNG and, right behind it, as SVG; the same bytes every time.

    `drawing.parts` takes the two apart. Letters in the SVG are outlines, so they look the same on a
    machine without our font.
    """
    figure.draw_without_rendering()
    cropped = figure.get_tightbbox().padded(MARGIN_INCHES)
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "trdreport", "svg.fonttype": "path"}):
        nothing = {"Date": None, "Creator": None}
        figure.savefig(buffer, format="svg", dpi=DPI, bbox_inches=cropped, metadata=nothing)
    return _png(figure, cropped) + _PATH.sub(_rounded, buffer.getvalue())


def _png(figure: Figure, cropped: Bbox) -> bytes:
    """With a palette of 256 colours: a third of the size, and the eye sees no difference."""
    buffer = io.BytesIO()
    fast = {"compress_level": 1}  # it is opened again at once
    figure.savefig(buffer, format="png", dpi=DPI, bbox_inches=cropped, pil_kwargs=fast)
    image = Image.open(buffer).convert("RGB")
    buffer = io.BytesIO()
    colours = image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    colours.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _rounded(path: re.Match[bytes]) -> bytes:
    """The points of a path in tenths of a point, which are 0.04 mm; a new one needs no line."""
    return _LONG.sub(lambda number: b"%.1f" % float(number[0]), path[0]).replace(b" \n", b"")
