"""What all figures share: palette, size, and turning a figure into bytes."""

import io
from typing import Final

from matplotlib.figure import Figure

DPI: Final = 150

STUDY_COLOURS: Final = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5195", "#000000",
)  # fmt: skip
"""Okabe and Ito's colour-blind-safe palette, with a violet in place of its pale yellow."""

MORE: Final = "#D55E00"
LESS: Final = "#0072B2"
BOTH: Final = "#7A5195"
"""Colours of a direction: more in the first group, less, or both."""

INK: Final = "#1c2733"
SOFT: Final = "#52606d"


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of this many inches, without pyplot's global state."""
    return Figure(figsize=(width, height), dpi=DPI, facecolor="white")


def png(figure: Figure) -> bytes:
    """The figure as PNG, the same bytes every time."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def size(image: bytes) -> tuple[int, int]:
    """Width and height in pixels of a PNG, from its header."""
    return int.from_bytes(image[16:20], "big"), int.from_bytes(image[20:24], "big")
