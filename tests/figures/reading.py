"""What an SVG of a chart shows, read back from the file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np

from tests.conftest import ROOT
from trdreport.figures.chart import Chart
from trdreport.figures.svg import svg
from trdreport.figures.text import SIZE, text_width

NS = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Box:
    """A rectangle and how it is filled."""

    x: float
    y: float
    width: float
    height: float
    fill: str

    def holds(self, x: float, y: float, slack: float = 0.1) -> bool:
        return (
            self.x - slack <= x <= self.x + self.width + slack
            and self.y - slack <= y <= self.y + self.height + slack
        )


@dataclass(frozen=True)
class Text:
    """A line of text: its baseline's beginning, its anchor, and its turn in degrees."""

    words: str
    x: float
    y: float
    anchor: str
    turn: float
    weight: int
    fill: str

    @property
    def middle(self) -> tuple[float, float]:
        x, y = self.corners.mean(axis=0)
        return float(x), float(y)

    @cached_property
    def corners(self) -> np.ndarray:
        """Of the letters, x height to baseline, turned as they are."""
        width = text_width(self.words, SIZE, self.weight)
        start = {"start": 0.0, "middle": -width / 2, "end": -width}[self.anchor]
        box = np.array([[0, -0.66], [width / SIZE, -0.66], [width / SIZE, 0], [0, 0]]) * SIZE
        angle = np.radians(self.turn)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        return (box + np.array([start, 0])) @ turn + np.array([self.x, self.y])


class Drawn:
    """A chart as it is in its file; places are those of the layout, without the margin."""

    def __init__(self, chart: Chart, id_: str = "it", description: str = "Says it all.") -> None:
        self.source = svg(ROOT / "templates", chart, id_, "A title", description)
        self.root = ElementTree.fromstring(self.source)  # noqa: S314 (our own)
        content = self.root.find(f"{NS}g")
        assert content is not None
        self.content = content
        self.width, self.height = (float(self.root.get(name, "")) for name in ("width", "height"))

    @cached_property
    def texts(self) -> list[Text]:
        return list(self._texts())

    @cached_property
    def boxes(self) -> list[Box]:
        """In the order in which they are drawn."""
        return [
            Box(*(float(r.get(n, "")) for n in ("x", "y", "width", "height")), r.get("fill", ""))
            for r in self.content.iter(f"{NS}rect")
        ]

    @property
    def words(self) -> list[str]:
        return [text.words for text in self.texts]

    def text(self, words: str) -> Text:
        """The last of these words: the key comes before the rest."""
        return next(text for text in reversed(self.texts) if text.words == words)

    def under(self, text: Text) -> list[Box]:
        """The boxes that a text stands on, the lowest first."""
        return [box for box in self.boxes if box.fill != "none" and box.holds(*text.middle, 0)]

    def _texts(self) -> Iterator[Text]:
        for element in self.content.iter(f"{NS}text"):
            turn, *place = map(float, re.findall(r"-?[\d.]+", element.get("transform", "")) or [0])
            x, y = (float(element.get(name, "")) for name in ("x", "y"))
            if place:  # lines of a turned block are turned about the place of its first line
                angle = np.radians(turn)
                down = y - place[1]
                x, y = place[0] - down * np.sin(angle), place[1] + down * np.cos(angle)
            weight = int(element.get("font-weight", "400"))
            anchor, fill = element.get("text-anchor", "start"), element.get("fill", "")
            yield Text(element.text or "", x, y, anchor, turn, weight, fill)


def overlap(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two rectangles share more than a hair; they do unless a line keeps them apart."""
    for box in (one, other):
        for a, b in list(pairwise(box))[:2]:
            unit = (b - a) / np.linalg.norm(b - a)
            mine, yours = one @ unit, other @ unit
            if min(mine.max(), yours.max()) - max(mine.min(), yours.min()) < 0.5:
                return False
    return True
