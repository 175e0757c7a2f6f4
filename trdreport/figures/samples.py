"""Who was studied: sizes of the groups of every study, by country."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from trdreport.figures.palette import SOFT, STUDY_COLOURS, Sample
from trdreport.figures.sheet import (
    LABEL,
    WIDTH,
    Entry,
    Key,
    new_sheet,
    text_colour,
    text_width,
    write,
)

GROUP_COLOURS: Final = tuple(STUDY_COLOURS[index] for index in (2, 4, 5, 3))
"""Without the palette's blue, orange-red and violet, which mean a direction."""

HATCHES: Final = ("", "////", "...")
"""One of these and one of the colours: groups differ in print without colour as well."""

BAR, ROW, HEADING, ABOVE = 0.235, 0.29, 0.25, 0.08
"""Inches of a bar, of its row, of a country's heading, and of what is left free above that."""

SWATCH: Final = 0.3
"""Inches of a group's colour in the key."""


def samples_figure(studies: Sequence[Sample], groups: Mapping[str, str]) -> Figure:
    """One bar a study under its country, a segment a group, its size inside and the sum behind.

    Countries come in the order of their first study; `groups` has the words of each group by its
    id, in the order of the segments. Raises ValueError for a group that it does not have.
    """
    for study in studies:
        if unknown := sorted(set(study.sizes) - set(groups)):
            raise ValueError(f"{study.label} has a group without words: {', '.join(unknown)}")
    countries: dict[str, list[Sample]] = {}
    for study in studies:
        countries.setdefault(study.country, []).append(study)
    indent = 0.12
    left = indent + max((text_width(s.label, LABEL) for s in studies), default=0.0) + 0.12
    per_person = _inches_per_person(studies, WIDTH - left)
    entries = [
        Entry(partial(_draw_swatch, index=index), SWATCH, words)
        for index, words in enumerate(groups.values())
    ]
    key = Key(entries, WIDTH)
    bottom = key.height + len(countries) * (ABOVE + HEADING) + len(studies) * ROW
    figure, axes = new_sheet(WIDTH, bottom + 0.05)
    key.draw(axes, 0)
    y = key.height
    for country, own in countries.items():
        y += ABOVE
        write(axes, 0, y + HEADING / 2, country, LABEL, fontweight="bold")
        name = text_width(country, LABEL, "bold")
        write(axes, name + 0.12, y + HEADING / 2, _counted(own), color=SOFT)
        y += HEADING
        for study in own:
            write(axes, indent, y + ROW / 2, study.label, LABEL)
            _draw_bar(axes, (left, y + ROW / 2), study, list(groups), per_person)
            y += ROW
    return figure


def _total(study: Sample) -> int:
    return sum(study.sizes.values())


def _counted(studies: Sequence[Sample]) -> str:
    people = sum(_total(study) for study in studies)
    return f"{len(studies)} {'study' if len(studies) == 1 else 'studies'}, {people} people"


def _inches_per_person(studies: Sequence[Sample], room: float) -> float:
    """The scale with which the longest bar and the words behind it fill the room."""
    largest = max((_total(study) for study in studies), default=0)
    if not largest:
        return 0.0
    # The words behind a bar name the sizes that do not fit into it, so they depend on the scale.
    # At half of the largest scale they are at their longest, and the scale is never below that.
    behind = max(text_width(_behind(study, room / largest / 2)) for study in studies) + 0.1
    return max(room - behind, room / 2) / largest


def _fits(size: int, per_person: float) -> bool:
    return size * per_person >= text_width(str(size)) + 0.1


def _behind(study: Sample, per_person: float) -> str:
    """The sum, and every size that its segment is too short for."""
    short = [f"{g} {n}" for g, n in study.sizes.items() if n and not _fits(n, per_person)]
    return f"{_total(study)} ({', '.join(short)})" if short else f"{_total(study)}"


def _draw_bar(
    axes: Axes, place: tuple[float, float], study: Sample, groups: Sequence[str], per_person: float
) -> None:
    x, y = place
    for index, group in enumerate(groups):
        size = study.sizes.get(group, 0)
        width = size * per_person
        if width:
            _draw_segment(axes, (x, y, width), index)
        if size and _fits(size, per_person):
            fill = _fill(index)
            # On a piece without the pattern, which would run through the digits.
            write(
                axes, x + width / 2, y, str(size), ha="center", color=text_colour(fill),
                bbox={"facecolor": fill, "edgecolor": "none", "pad": 1.2},
            )  # fmt: skip
        x += width
    write(axes, x + 0.08, y, _behind(study, per_person))


def _fill(index: int) -> str:
    return GROUP_COLOURS[index % len(GROUP_COLOURS)]


def _draw_segment(axes: Axes, place: tuple[float, float, float], index: int) -> None:
    x, y, width = place
    segment = Rectangle(
        (x, y - BAR / 2), width, BAR, facecolor=_fill(index), edgecolor="white",
        linewidth=1.2 if width > 0.06 else 0.0,  # the outline would cover a sliver
        hatch=HATCHES[index % len(HATCHES)],
    )  # fmt: skip
    segment.set_hatch_linewidth(0.9)
    axes.add_patch(segment)


def _draw_swatch(axes: Axes, x: float, y: float, index: int) -> None:
    _draw_segment(axes, (x, y, SWATCH), index)
