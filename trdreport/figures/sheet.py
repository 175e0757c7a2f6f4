"""Figures laid out by hand: a page in inches, words that are measured, text that can be read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import cos, radians, sin
from typing import Any, ClassVar, Final

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from trdreport.figures.canvas import new_figure
from trdreport.figures.palette import INK

WIDTH: Final = 8.0
"""Inches. Room for the words at 9 points; a print page shrinks them to 7.5."""

SMALL: Final = 9.0
"""Points of the smallest text of a figure this wide."""

LABEL: Final = 9.5
"""Points of names of rows."""

SLANT: Final = 60.0
"""Degrees by which headings rise that do not fit side by side."""

HALF_CAPITAL: Final = 0.365
"""Half the height of a capital letter, as a part of the size."""

WHOLE_PIXELS: Final = 1.03
"""Drawn letters stand on whole pixels, which makes words wider than their outlines are."""

GLYPHS: Final = "DejaVu Sans"
"""A font that has ✓ and ✗."""

READABLE: Final = 4.5
"""Least contrast of text with its background, WCAG 2.2, success criterion 1.4.3."""


def new_sheet(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure and axes over all of it, in inches from the upper left corner."""
    figure = new_figure(width, height)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    return figure, axes


def write(
    axes: Axes, x: float, y: float, words: str, size: float = SMALL, turn: float = 0.0, **how: Any
) -> None:
    """Lines of words whose block is centred on a height, turned by some degrees about that place.

    Every line is set on its baseline: centred by its own letters, `yes` would stand above `no`.
    """
    lines = words.split("\n")
    for index, line in enumerate(lines):
        down = (index - (len(lines) - 1) / 2) * line_height(size) + HALF_CAPITAL * size / 72
        axes.text(
            x + down * sin(radians(turn)), y + down * cos(radians(turn)), line, fontsize=size,
            rotation=turn, rotation_mode="anchor", va="baseline", parse_math=False,
            **({"color": INK} | how),
        )  # fmt: skip


def text_width(words: str, size: float = SMALL, weight: str = "normal") -> float:
    """Width in inches of the widest line, or a little more."""
    font = FontProperties(size=size, weight=weight)
    measure = TextToPath().get_text_width_height_descent
    widest = max(float(measure(line, font, False)[0]) for line in words.split("\n"))
    return widest * WHOLE_PIXELS / 72


def line_height(size: float = SMALL) -> float:
    """Height in inches of a line among others."""
    return 1.25 * size / 72


def wrapped(words: str, width: float) -> str:
    """The words in lines no wider than this many inches, unless one word alone is."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


def halved(words: str) -> str:
    """The words in two lines, as even as can be."""
    parts = words.split()
    splits = [f"{' '.join(parts[:cut])}\n{' '.join(parts[cut:])}" for cut in range(1, len(parts))]
    return min(splits, key=text_width, default=words)


def widest_word(words: str) -> float:
    """Width in inches below which the words cannot be wrapped."""
    return text_width("\n".join(words.split()))


def luminance(colour: str) -> float:
    """Relative luminance of a colour, 0 (black) to 1 (white), WCAG 2.2."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in to_rgb(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21, WCAG 2.2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def text_colour(background: str) -> str:
    """A colour for text on this background: ink or white, or black where neither can be read.

    On any colour at all, white or black has a contrast of at least 4.58.
    """
    choices = (INK, "#ffffff", "#000000")
    return next(colour for colour in choices if contrast(colour, background) >= READABLE)


def shared_out(room: float, least: Sequence[float], wanted: Sequence[float]) -> list[float]:
    """Widths of columns that fill the room, as even as they can be.

    A column gets what it wants if all can, and never less than its least; columns whose least is
    more than the room run over it.
    """
    fits = sum(wanted) <= room

    def widths(level: float) -> list[float]:
        if fits:
            return [max(want, level) for want in wanted]
        return [max(low, min(want, level)) for low, want in zip(least, wanted, strict=True)]

    low, high = 0.0, room
    for _ in range(40):  # the sum grows with the level: halve until it is the room
        middle = (low + high) / 2
        low, high = (middle, high) if sum(widths(middle)) <= room else (low, middle)
    return widths(low)


@dataclass(frozen=True)
class Headings:
    """Names of columns, in lines; `slanted` where they would overlap side by side."""

    lines: tuple[str, ...]
    slanted: bool

    @property
    def height(self) -> float:
        """Inches that they take above the columns."""
        return max(map(self._height, self.lines), default=0.0) + 0.06

    def _height(self, lines: str) -> float:
        if not self.slanted:
            return _thickness(lines)
        rise, lean = sin(radians(SLANT)), cos(radians(SLANT))
        return text_width(lines) * rise + _thickness(lines) * lean

    def overhang(self, widths: Sequence[float]) -> float:
        """Inches by which slanted names reach out to the right of columns of these widths."""
        if not self.slanted:
            return 0.0
        reach = [
            start
            + width / 2
            + text_width(lines) * cos(radians(SLANT))
            + _thickness(lines) / 2 * sin(radians(SLANT))
            for lines, (start, width) in zip(self.lines, spans(widths), strict=True)
        ]
        return max(0.0, max(reach, default=0.0) - sum(widths))

    def draw(self, axes: Axes, x: float, y: float, widths: Sequence[float]) -> None:
        """Write them so that they stand on y, above columns that begin at x."""
        for lines, (start, width) in zip(self.lines, spans(widths), strict=True):
            middle, half = x + start + width / 2, _thickness(lines) / 2
            if self.slanted:
                half *= cos(radians(SLANT))
                write(axes, middle, y - 0.04 - half, lines, turn=SLANT, ha="left")
            else:
                write(axes, middle, y - 0.04 - half, lines, ha="center")


def _thickness(lines: str) -> float:
    return line_height() * (lines.count("\n") + 1)


@dataclass(frozen=True)
class Columns:
    """Columns with their headings; `left` is the inches that names of rows take."""

    left: float
    widths: tuple[float, ...]
    headings: Headings

    @property
    def spans(self) -> list[tuple[float, float]]:
        """Where each column begins, in inches from the left, and how wide it is."""
        return [(self.left + start, width) for start, width in spans(self.widths)]

    @property
    def right(self) -> float:
        """Where the last column ends."""
        return self.left + sum(self.widths)

    @property
    def width(self) -> float:
        """Inches of the whole figure."""
        return max(WIDTH, self.right + self.headings.overhang(self.widths))


def spans(widths: Sequence[float]) -> list[tuple[float, float]]:
    """Start and width of each of some columns that stand side by side."""
    starts = accumulate(widths, initial=0.0)
    return list(zip(starts, widths, strict=False))  # the last start is the end


def arranged(
    rows: Sequence[str], names: Sequence[str], least: Sequence[float], wanted: Sequence[float]
) -> Columns:
    """Columns beside the names of rows; `least` and `wanted` are the inches that cells need.

    The names of the columns are upright if their words fit side by side.
    """
    left = max((text_width(row, LABEL) for row in rows), default=0.0) + 0.15
    room = WIDTH - left
    words = [widest_word(name) + 0.1 for name in names]
    upright = [max(pair) for pair in zip(least, words, strict=True)]
    if sum(upright) <= room:
        halves = [text_width(halved(name)) + 0.1 for name in names]
        wider = [max(three) for three in zip(wanted, upright, halves, strict=True)]
        widths = shared_out(room, upright, wider)
        lines = tuple(wrapped(name, width - 0.1) for name, width in zip(names, widths, strict=True))
        return Columns(left, tuple(widths), Headings(lines, slanted=False))
    # Not more than two lines, or neighbours would touch.
    headings = Headings(tuple(halved(name) for name in names), slanted=True)
    widths = shared_out(room, least, wanted)
    for _ in range(3):  # what reaches out depends on the widths, and they on it
        widths = shared_out(room - headings.overhang(widths), least, wanted)
    return Columns(left, tuple(widths), headings)


@dataclass(frozen=True)
class Entry:
    """Part of a key: something drawn, `width` inches wide, and the words for it.

    `draw` takes the axes, the left end and the middle of the line.
    """

    draw: Callable[[Axes, float, float], None]
    width: float
    words: str


@dataclass(frozen=True)
class Key:
    """Entries set one after the other, as words are, in this many inches."""

    entries: Sequence[Entry]
    room: float

    LINE: ClassVar[float] = 0.27
    GAP: ClassVar[float] = 0.22

    @property
    def height(self) -> float:
        """Inches from the first line to the last."""
        return (max((line for _, line in self._places()), default=-1) + 1) * self.LINE

    def draw(self, axes: Axes, top: float) -> None:
        """Draw it this many inches below the upper edge."""
        for entry, (x, line) in zip(self.entries, self._places(), strict=True):
            y = top + (line + 0.5) * self.LINE
            entry.draw(axes, x, y)
            write(axes, x + entry.width + 0.08, y, entry.words)

    def _places(self) -> list[tuple[float, int]]:
        places: list[tuple[float, int]] = []
        x, line = 0.0, 0
        for entry in self.entries:
            width = entry.width + 0.08 + text_width(entry.words)
            if places and x + width > self.room:
                x, line = 0.0, line + 1
            places.append((x, line))
            x += width + self.GAP
        return places
