"""Colours, and the plain data that figures are drawn from; imports nothing heavy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True)
class FociGroup:
    """Foci (n, 3) in MNI mm of one study and one contrast."""

    study: str
    contrast: str
    positions: NDArray[np.float64]


END_OF_PNG: Final = b"IEND\xaeB`\x82"


def parts(drawing: bytes) -> tuple[bytes, bytes]:
    """The PNG and the SVG of a drawing by `canvas.drawn`."""
    image, end, vector = drawing.partition(END_OF_PNG)
    return image + end, vector


def size(image: bytes) -> tuple[int, int]:
    """Width and height in pixels of a PNG, from its header."""
    return int.from_bytes(image[16:20], "big"), int.from_bytes(image[20:24], "big")


@dataclass(frozen=True)
class Bar:
    """An experiment's part in a cluster: its share (0 to 1), its foci inside and near."""

    label: str
    share: float
    inside: int
    near: int


@dataclass(frozen=True)
class Cell:
    """One cell of the leave-one-out grid; `found` is None where nothing could be run."""

    found: bool | None
    text: str


@dataclass(frozen=True)
class Specified:
    """One specification of a claim."""

    choices: Mapping[str, str]
    p: float
    holds: bool
    published: bool


@dataclass(frozen=True)
class Rate:
    """A share of simulated reviews with its interval, for a number of studies."""

    studies: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class HeatCell:
    """One cell: `kind` is `value`, `not reported`, `not available` or `not applicable`.

    `shade` runs from 0 to 1; a value that cannot be ordered has none. A missing value is drawn as
    its kind is, whatever its text and shade.
    """

    text: str
    shade: float | None
    kind: str


@dataclass(frozen=True)
class Sample:
    """A study and how many people are in each of its groups."""

    label: str
    country: str
    sizes: Mapping[str, int]


@dataclass(frozen=True)
class Mark:
    """One statement about one region; `direction` is a key of the map's signs."""

    region: str
    modality: str
    direction: str
