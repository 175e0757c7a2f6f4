"""Every colour of the figures; imports nothing heavy.

Charts have a theme that the page can turn dark (`templates/assets/charts.css`), fills that stay,
and text that can be read on either.
"""

from typing import Final

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

GROUP_COLOURS: Final = ("#009E73", "#E69F00", "#56B4E9", "#CC79A7")
"""Of groups, in the order of review.yaml: without the colours that mean a direction."""

SCORE: Final = "#56b4e9"
INSIDE: Final = "#0072b2"
OUTSIDE: Final = "#c9d6df"
"""Bars: a quality score; a share with foci inside of a cluster, and without."""

THEME: Final = {
    "ink": INK, "soft": SOFT, "paper": "#ffffff", "tint": "#e9edf0", "edge": "#b4bfc9",
}  # fmt: skip
"""Colours that have a name: a class in the SVG, which charts.css sets; and what a file alone has.

Every other colour of a chart is `#rrggbb` and the same in light and dark.
"""

LIGHT: Final = "#e6f3f6"
DARK: Final = "#0a6480"
"""Ends of the scale, one hue: told apart by lightness, so with any colour vision and in print."""

READABLE: Final = 4.5
"""Least contrast of text with its background, WCAG 2.2, success criterion 1.4.3."""


def shade_colour(shade: float) -> str:
    """The colour of a shade, 0 (light) to 1 (dark)."""
    ends = zip(_parts(LIGHT), _parts(DARK), strict=True)
    return "#" + "".join(f"{round(light + shade * (dark - light)):02x}" for light, dark in ends)


def luminance(colour: str) -> float:
    """Relative luminance of a colour, 0 (black) to 1 (white), WCAG 2.2."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _parts(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21, WCAG 2.2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def text_colour(background: str) -> str:
    """A colour for text on this background; on any colour, white or black has at least 4.58."""
    if background in THEME or not background:
        return "ink"
    choices = (INK, "#ffffff", "#000000")
    return next(colour for colour in choices if contrast(colour, background) >= READABLE)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))
