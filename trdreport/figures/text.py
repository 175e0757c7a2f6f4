"""How wide words are in the fonts of the report, and how they are set in lines."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from trdreport.figures.templates import default_templates

SIZE: Final = 14.0
"""Pixels of all text of a chart."""

LINE: Final = 18.0
"""Pixels from one line to the next."""

FONT: Final = "source-sans-3-latin-{weight}-normal.woff2"
SYMBOLS: Final = "dejavu-sans-symbols.woff2"

UNKNOWN: Final = 1.0
"""Ems of a letter that neither font has: as wide as a Chinese one."""


@cache
def _advances(file: str) -> Mapping[str, float]:
    """Width of each letter of a font, in ems."""
    from fontTools.ttLib import TTFont

    with TTFont(default_templates() / "fonts" / file) as font:
        widths, em = font["hmtx"].metrics, font["head"].unitsPerEm
        return {chr(code): widths[glyph][0] / em for code, glyph in font.getBestCmap().items()}


def text_width(words: str, size: float = SIZE, weight: int = 400) -> float:
    """Pixels of the widest line, or a little more: pairs of letters that move closer do not count.

    `weight` is 400, 600 or 700.
    """
    letters, others = _advances(FONT.format(weight=weight)), _advances(SYMBOLS)
    return size * max(
        sum(letters.get(letter) or others.get(letter, UNKNOWN) for letter in line)
        for line in words.split("\n")
    )


def widest_word(words: str, weight: int = 400) -> float:
    """Pixels below which the words cannot be wrapped."""
    return text_width("\n".join(words.split()), SIZE, weight)


def wrapped(words: str, width: float, weight: int = 400) -> tuple[str, ...]:
    """The words in lines no wider than this many pixels, unless one word alone is.

    Lines that are there already stay apart.
    """
    lines: list[str] = []
    for own in words.split("\n"):
        line = ""
        for word in own.split():
            longer = f"{line} {word}".strip()
            if line and text_width(longer, SIZE, weight) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return tuple(lines)


def halved(words: str, weight: int = 400) -> tuple[str, ...]:
    """The words in two lines, as even as can be."""
    parts = words.split()
    splits = [(" ".join(parts[:cut]), " ".join(parts[cut:])) for cut in range(1, len(parts))]
    return min(splits, key=lambda two: text_width("\n".join(two), SIZE, weight), default=(words,))
