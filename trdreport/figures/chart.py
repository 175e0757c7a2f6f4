"""A chart that is laid out: words, boxes and signs, with places in pixels from the upper left.

The template `figures/chart.svg` draws it as it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import cos, radians, sin
from typing import Final

from trdreport.figures.palette import BOTH, LESS, MORE, STUDY_COLOURS, text_colour
from trdreport.figures.text import LINE, SIZE, text_width, wrapped

HALF_CAPITAL: Final = 0.33
"""Half the height of a capital letter, as a part of the size."""

PAD: Final = 6.0
"""Pixels beside and between words."""

MARGIN: Final = 8.0
"""Pixels around everything; places count from inside it."""

SIGN: Final = 18.0
"""Pixels of a sign with what is free around it."""

SWATCH: Final = 30.0
"""Width of a box in the key."""


@dataclass(frozen=True)
class Shape:
    """A sign as paths about its middle: the outline, filled, and strokes inside it."""

    outline: str
    fill: str
    inside: str = ""

    @property
    def stroke(self) -> str:
        """Colour of the strokes inside."""
        return text_colour(self.fill)


DISC: Final = "M0-7.5a7.5 7.5 0 1 1 0 15a7.5 7.5 0 1 1 0-15z"
QUESTION: Final = "M-2.2-1.9c0-3.2 4.6-3 4.5-.3c-.1 1.7-2.2 1.6-2.2 3.6M0 3.9v.6"

SHAPES: Final = {
    "yes": Shape(DISC, STUDY_COLOURS[2], "M-3.4.2-.9 2.9 3.5-3"),
    "partly": Shape(DISC, STUDY_COLOURS[4], "M-3.6 0h7.2"),
    "no": Shape(DISC, STUDY_COLOURS[1], "M-2.8-2.8 2.8 2.8M2.8-2.8-2.8 2.8"),
    "unknown": Shape(DISC, "paper", QUESTION),
    "increase": Shape("M0-6 6 5H-6z", MORE),
    "decrease": Shape("M0 6 6-5H-6z", LESS),
    "no change": Shape("M0-5.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11z", "paper"),
    "association with improvement": Shape("M0-6.5 6.5 0 0 6.5-6.5 0z", BOTH),
}
"""Signs of ratings and of directions: never colour alone."""


@dataclass(frozen=True)
class Words:
    """Lines of text: `x` is where they are anchored, `y` the baseline of the first.

    They are turned by `turn` degrees about that point.
    """

    lines: tuple[str, ...]
    x: float
    y: float
    anchor: str = "start"
    colour: str = "ink"
    weight: int = 400
    turn: float = 0.0

    @property
    def end(self) -> float:
        """How far words that start at `x` reach to the right, not turned."""
        return self.x + text_width("\n".join(self.lines), weight=self.weight)


@dataclass(frozen=True)
class Sign:
    """One of SHAPES with its middle at x, y."""

    x: float
    y: float
    name: str


@dataclass(frozen=True)
class Tile:
    """A box with what is in it; `clear` is the width of a piece without the pattern for the words.

    `fill` is empty where there is nothing to be seen of the box itself.
    """

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    pattern: str = ""
    words: Words | None = None
    signs: tuple[Sign, ...] = ()
    clear: float = 0.0


@dataclass(frozen=True)
class Row:
    """A name and the boxes beside it; `rule` is the height of a line above them."""

    name: Words
    tiles: tuple[Tile, ...] = ()
    rule: float | None = None


@dataclass(frozen=True)
class Chart:
    """Everything on it, with its size in all; the names of `key` say what the boxes there mean."""

    width: float
    height: float
    key: tuple[Row, ...]
    headings: tuple[Words, ...]
    rows: tuple[Row, ...]

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns that its boxes have."""
        tiles = chain.from_iterable(row.tiles for row in (*self.key, *self.rows))
        return tuple(sorted({tile.pattern for tile in tiles if tile.pattern}))


@dataclass(frozen=True)
class Content:
    """What a box holds before it has a place."""

    text: str = ""
    fill: str = ""
    pattern: str = ""
    signs: tuple[str, ...] = ()

    @property
    def wanted(self) -> float:
        """Pixels that it takes without being wrapped, ten signs in a line at most."""
        return max(text_width(self.text), SIGN * min(len(self.signs), 10)) + 2 * PAD

    def height(self, width: float) -> float:
        """Pixels that it takes in a box of this width."""
        return sum(self._parts(width)) + 6

    def _parts(self, width: float) -> tuple[float, float]:
        """Heights of the signs and of the words."""
        lines = -(-len(self.signs) // self._in_line(width))
        return lines * SIGN, len(wrapped(self.text, width - 2 * PAD)) * LINE if self.text else 0.0

    def _in_line(self, width: float) -> int:
        return max(int((width - 2 * PAD + 0.001) // SIGN), 1)

    def placed(self, x: float, y: float, width: float, height: float) -> Tile:
        """In the middle of a box; signs without words begin at its left."""
        signs, words = self._parts(width)
        top, middle = y + (height - signs - words) / 2, x + width / 2
        lines = wrapped(self.text, width - 2 * PAD + 0.001)
        text = block(lines, middle, top + signs + words / 2, "middle", text_colour(self.fill))
        start = middle - SIGN / 2 if self.text else x + PAD
        count = self._in_line(width)
        return Tile(
            x + 1, y + 1, width - 2, height - 2, self.fill, self.pattern,
            text if self.text else None,
            tuple(
                Sign(start + SIGN * (i % count + 0.5), top + SIGN * (i // count + 0.5), name)
                for i, name in enumerate(self.signs)
            ),
            text_width("\n".join(lines)) + 4 if self.text and self.pattern else 0.0,
        )  # fmt: skip


def block(
    lines: Sequence[str], x: float, middle: float, anchor: str = "start", colour: str = "ink",
    *, weight: int = 400, turn: float = 0.0,
) -> Words:  # fmt: skip
    """Lines whose block has its middle at a height, each on a baseline, turned about that place."""
    down = HALF_CAPITAL * SIZE - (len(lines) - 1) / 2 * LINE
    angle = radians(turn)
    place = (x - down * sin(angle), middle + down * cos(angle))
    return Words(tuple(lines), *place, anchor, colour, weight, turn)


@dataclass(frozen=True)
class Entry:
    """Part of a key: boxes side by side, and the words for them."""

    words: str
    boxes: tuple[Content, ...]

    @property
    def spans(self) -> list[float]:
        """Widths of the boxes: those of a scale are narrow."""
        least = SWATCH if len(self.boxes) == 1 else SWATCH / 2
        return [
            SIGN if box.signs else max(least, box.wanted * bool(box.text)) for box in self.boxes
        ]

    @property
    def width(self) -> float:
        """Pixels of it all."""
        return sum(self.spans) + PAD + text_width(self.words)


def key(entries: Sequence[Entry], room: float) -> tuple[tuple[Row, ...], float]:
    """Entries one after the other, as words are set in this many pixels; and their height."""
    height = LINE + 8
    places: list[tuple[float, float]] = []
    x = y = 0.0
    for entry in entries:
        if x and x + entry.width > room:
            x, y = 0.0, y + height
        places.append((x, y))
        x += entry.width + 3 * PAD
    rows = tuple(_in_key(entry, *place) for entry, place in zip(entries, places, strict=True))
    return rows, (y + height + PAD if entries else 0.0)


def _in_key(entry: Entry, x: float, y: float) -> Row:
    def tiles() -> Iterator[Tile]:
        at = x
        for box, width in zip(entry.boxes, entry.spans, strict=True):
            signs = tuple(Sign(at + SIGN / 2, y + LINE / 2, name) for name in box.signs)
            tile = box.placed(at, y, width, LINE)
            yield Tile(at, y, width, LINE, box.fill, box.pattern, tile.words, signs, tile.clear)
            at += width

    words = block((entry.words,), x + sum(entry.spans) + PAD, y + LINE / 2)
    return Row(words, tuple(tiles()))
