"""Charts with a bar for every row: samples, quality scores, and what adds to a cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from trdreport.figures.chart import MARGIN, PAD, Chart, Content, Entry, Row, Tile, block, key
from trdreport.figures.data import Bar, Sample
from trdreport.figures.palette import GROUP_COLOURS, INSIDE, OUTSIDE, SCORE
from trdreport.figures.text import text_width

WIDTH: Final = 660.0
"""Pixels of a chart of bars."""

ROW: Final = 26.0
BAR: Final = 21.0

PATTERNS: Final = ("", "white-lines", "white-dots")
"""One of these and one of the colours: groups differ in print without colour as well."""


@dataclass(frozen=True)
class Line:
    """A bar: what its segments hold and how long each is, and the words behind it."""

    name: str
    segments: tuple[tuple[Content, float], ...]
    behind: str


@dataclass(frozen=True)
class Section:
    """Bars under a title with a note beside it; both empty for none."""

    title: str
    note: str
    lines: tuple[Line, ...]


def samples(studies: Sequence[Sample], groups: Mapping[str, str]) -> Chart:
    """One bar a study under its country, a segment a group, its size inside and the sum behind.

    Countries come in the order of their first study; `groups` has the words of each group by its
    id, in the order of the segments. Raises ValueError for a group that it does not have.
    """
    for study in studies:
        if unknown := sorted(set(study.sizes) - set(groups)):
            raise ValueError(f"{study.label} has a group without words: {', '.join(unknown)}")
    looks = {
        group: Content("", GROUP_COLOURS[i % len(GROUP_COLOURS)], PATTERNS[i % len(PATTERNS)])
        for i, group in enumerate(groups)
    }
    countries: dict[str, list[Sample]] = {}
    for study in studies:
        countries.setdefault(study.country, []).append(study)
    scale = _scale(studies, WIDTH - _names([study.label for study in studies]))
    sections = [
        Section(country, _counted(own), tuple(_sample(study, looks, scale) for study in own))
        for country, own in countries.items()
    ]
    return bars(sections, [Entry(words, (looks[group],)) for group, words in groups.items()])


def _sample(study: Sample, looks: Mapping[str, Content], scale: float) -> Line:
    segments = [
        (Content(str(n) if _fits(n, scale) else "", look.fill, look.pattern), n * scale)
        for group, look in looks.items()
        if (n := study.sizes.get(group, 0))
    ]
    return Line(study.label, tuple(segments), _behind(study, scale))


def _total(study: Sample) -> int:
    return sum(study.sizes.values())


def _counted(studies: Sequence[Sample]) -> str:
    people = sum(_total(study) for study in studies)
    return f"{len(studies)} {'study' if len(studies) == 1 else 'studies'}, {people} people"


def _scale(studies: Sequence[Sample], room: float) -> float:
    """Pixels per person with which the longest bar and the words behind it fill the room."""
    largest = max((_total(study) for study in studies), default=0)
    if not largest:
        return 0.0
    # The words behind a bar name the sizes that do not fit into it, so they depend on the scale.
    # At half of the largest scale they are at their longest, and the scale is never below that.
    behind = max(text_width(_behind(study, room / largest / 2)) for study in studies) + 2 * PAD
    return max(room - behind, room / 2) / largest


def _fits(size: int, scale: float) -> bool:
    return size * scale >= text_width(str(size)) + 2 * PAD


def _behind(study: Sample, scale: float) -> str:
    """The sum, and every size that its segment is too short for."""
    short = [f"{g} {n}" for g, n in study.sizes.items() if n and not _fits(n, scale)]
    return f"{_total(study)} ({', '.join(short)})" if short else f"{_total(study)}"


def quality_scores(labels: Sequence[str], scores: Sequence[float], instrument: str) -> Chart:
    """One bar a study, in the order given, its score written at its end."""
    pairs = zip(labels, scores, strict=True)
    return _simple(f"Score, {instrument}", [(a, b, SCORE, f"{b:g}") for a, b in pairs])


def contributions(shares: Sequence[Bar]) -> Chart:
    """One bar an experiment, in the order given, with its foci inside and near the cluster."""
    return _simple(
        "Share of the cluster's ALE",
        [
            (
                bar.label,
                bar.share,
                INSIDE if bar.inside else OUTSIDE,
                f"{bar.share:.0%}"
                + (f" ({bar.inside} inside, {bar.near} near)" if bar.inside or bar.near else ""),
            )
            for bar in shares
        ],
    )


def _simple(title: str, rows: Sequence[tuple[str, float, str, str]]) -> Chart:
    """Bars of one segment: name, length, fill, and the words behind."""
    room = WIDTH - _names([name for name, *_ in rows])
    behind = max((text_width(words) for *_, words in rows), default=0.0) + 2 * PAD
    scale = (room - behind) / (max((size for _, size, *_ in rows), default=0.0) or 1.0)
    lines = [
        Line(name, ((Content(fill=fill), size * scale),) if size else (), words)
        for name, size, fill, words in rows
    ]
    return bars([Section("", title, tuple(lines))], ())


def _names(labels: Sequence[str]) -> float:
    """Pixels that the names of the rows take; the bars have at least half of the width."""
    return min(PAD + max(map(text_width, labels), default=0.0) + 2 * PAD, WIDTH / 2)


def bars(sections: Sequence[Section], entries: Sequence[Entry]) -> Chart:
    """Sections of bars below a key."""
    left = _names([line.name for section in sections for line in section.lines])
    above, y = key(entries, WIDTH)
    rows = []
    for section in sections:
        middle = y + ROW / 2
        title = block((section.title,), 0, middle, weight=600)
        start = text_width(section.title, weight=600) + 2 * PAD if section.title else 0.0
        note = block((section.note,), start, middle, colour="soft")
        rows.append(
            Row(title, (Tile(start, y, 0, ROW, words=note),)) if section.title else Row(note)
        )
        y += ROW
        for line in section.lines:
            rows.append(_row(line, left, y))
            y += ROW
        y += PAD
    behind = [row.tiles[-1].words for row in rows if row.tiles]
    ends = [WIDTH, *(words.end for words in behind if words)]
    return Chart(max(ends) + 2 * MARGIN, y + 2 * MARGIN, above, (), tuple(rows))


def _row(line: Line, x: float, y: float) -> Row:
    name = block((line.name,), PAD, y + ROW / 2)
    tiles = []
    for content, length in line.segments:
        # A little shorter, so that neighbours stay two.
        tile = content.placed(x, y, length, ROW)
        width = length - 1 if length > 3 else length
        tiles.append(
            Tile(
                x,
                y + (ROW - BAR) / 2,
                width,
                BAR,
                tile.fill,
                tile.pattern,
                tile.words,
                (),
                tile.clear,
            )
        )
        x += length
    behind = block((line.behind,), x + PAD, y + ROW / 2)
    return Row(name, (*tiles, Tile(x, y, 0, ROW, words=behind)))
