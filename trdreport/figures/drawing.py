"""A figure of matplotlib before it is drawn."""

from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

import joblib


@dataclass(frozen=True)
class Drawing:
    """A function by its name, such as `trdreport.figures.power:power_figure`, and its arguments.

    It can be sent to another process, and imports no drawing library before it is called.
    """

    function: str
    args: tuple[Any, ...]

    def __call__(self) -> bytes:
        """The figure as PNG, and right behind it as SVG."""
        drawn = resolve_name("trdreport.figures.canvas:drawn")
        image: bytes = drawn(resolve_name(self.function)(*self.args))
        return image

    @property
    def fingerprint(self) -> str:
        """The same for the same figure."""
        return str(joblib.hash((self.function, self.args)))


END_OF_PNG = b"IEND\xaeB`\x82"


def parts(drawing: bytes) -> tuple[bytes, bytes]:
    """The PNG and the SVG of a drawing by `canvas.drawn`."""
    image, end, vector = drawing.partition(END_OF_PNG)
    return image + end, vector


def size(image: bytes) -> tuple[int, int]:
    """Width and height in pixels of a PNG, from its header."""
    return int.from_bytes(image[16:20], "big"), int.from_bytes(image[20:24], "big")
