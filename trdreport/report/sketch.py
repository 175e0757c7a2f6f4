"""Figures before they are drawn, and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from trdreport.figures.palette import size


@dataclass(frozen=True)
class Figure:
    """An image of the site; `file` is relative to the site's root."""

    id: str
    file: str
    alt: str
    caption: str
    width: int
    height: int


@dataclass(frozen=True)
class Sketch:
    """A figure before it is drawn: its words, and a function with all that its image shows."""

    id: str
    draw: "partial[bytes]"
    alt: str
    caption: str

    @property
    def file(self) -> str:
        """Path of the image in the site."""
        return f"figures/{self.id}.png"

    def figure(self, image: bytes) -> Figure:
        """The figure with its image in hand."""
        width, height = size(image)
        return Figure(self.id, self.file, self.alt, self.caption, width, height)


@dataclass(frozen=True)
class Gallery:
    """Figures with their files: `general` by id, and those of each run in reading order.

    `trust` has those of robustness, by run; under the empty id those of the whole review.
    """

    general: Mapping[str, Figure]
    runs: Mapping[str, tuple[Figure, ...]]
    trust: Mapping[str, tuple[Figure, ...]]
    files: Mapping[str, bytes]
