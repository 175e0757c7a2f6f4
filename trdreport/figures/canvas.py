"""What all figures share: size, and turning a figure into bytes."""

import io
from typing import Final

from matplotlib.figure import Figure

DPI: Final = 150


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of this many inches, without pyplot's global state."""
    return Figure(figsize=(width, height), dpi=DPI, facecolor="white")


def png(figure: Figure) -> bytes:
    """The figure as PNG, the same bytes every time.

    The box is named because importing nimare changes matplotlib's default for it.
    """
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, bbox_inches="tight", metadata={"Software": None})
    return buffer.getvalue()
