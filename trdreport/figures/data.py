"""The plain data that figures are drawn from; imports nothing heavy."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class FociGroup:
    """Foci (n, 3) in MNI mm of one study and one contrast."""

    study: str
    contrast: str
    positions: NDArray[np.float64]


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
    """Every specification of a claim, an entry each; `choices` has the level of each factor."""

    choices: Mapping[str, NDArray[np.str_]]
    p: NDArray[np.float64]
    holds: NDArray[np.bool_]
    published: NDArray[np.bool_]


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


LEAST_DIFFERENCE = 0.05
"""Of the highest value of two maps; a smaller difference between them is not drawn."""


@dataclass(frozen=True)
class MapSide:
    """An ALE map of one of two versions, and the threshold above which it is drawn.

    A map in Talairach space comes with the (4, 4) matrix from MNI to there.
    """

    stat: NDArray[np.float64]
    affine: NDArray[np.float64]
    threshold: float
    to_talairach: NDArray[np.float64] | None
