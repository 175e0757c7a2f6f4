"""What all figures share: size, and turning a figure into files."""

import io
from typing import Final

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image

DPI: Final = 150


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of this many inches, without pyplot's global state."""
    return Figure(figsize=(width, height), dpi=DPI, facecolor="white")


def _png(figure: Figure) -> bytes:
    """With a palette of 256 colours: a third of the size, and the eye sees no difference."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, bbox_inches="tight")
    image = Image.open(buffer).convert("RGB")
    buffer = io.BytesIO()
    colours = image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    colours.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def drawn(figure: Figure) -> bytes:
    """The figure as PNG and, right behind it, as SVG; the same bytes every time.

    `palette.parts` takes the two apart. Letters in the SVG are outlines, so they look the same on a
    machine without our font. The box is named because importing nimare changes
    matplotlib's default for it.
    """
    buffer = io.BytesIO(_png(figure))
    buffer.seek(0, io.SEEK_END)
    with mpl.rc_context({"svg.hashsalt": "trdreport", "svg.fonttype": "path"}):
        nothing = {"Date": None, "Creator": None}
        figure.savefig(buffer, format="svg", dpi=DPI, bbox_inches="tight", metadata=nothing)
    return buffer.getvalue()
