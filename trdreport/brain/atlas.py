"""Atlases, by name: what names the places of a report.

A further atlas is one more module with a function that gives an `Atlas`, and one more entry here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from trdreport.brain.spaces import Coordinate

ATLASES: Mapping[str, str] = {
    "Desikan-Killiany": "trdreport.brain.desikan_killiany:desikan_killiany",
}
"""Where each atlas is, as `module:function`; the first one names the places of a report."""


@dataclass(frozen=True)
class AtlasLabel:
    """Region of a position. `distance_mm` is 0 inside the region, else the way to its edge."""

    name: str
    distance_mm: float

    def __str__(self) -> str:
        if not self.distance_mm:
            return self.name
        return f"{self.distance_mm:.0f} mm from {self.name}"


class Atlas(Protocol):
    """Names of places in MNI space, in mm; the name of a region with sides begins with its side."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a place can get."""

    def label(self, mni: Coordinate) -> AtlasLabel:
        """The region at a position, or the nearest one and how far it is."""

    def within(self, mni: Coordinate, reach_mm: float) -> dict[str, float]:
        """Regions with a voxel at most so far from a position, and how far each is."""

    def side(self, name: str) -> str:
        """`left` or `right`, or nothing for a region of the midline."""


def load_atlas(name: str = next(iter(ATLASES))) -> Atlas:
    """The atlas of this name; raises KeyError for a name that is not in `ATLASES`."""
    module, _, function = ATLASES[name].partition(":")
    return cast(Atlas, getattr(import_module(module), function)())
