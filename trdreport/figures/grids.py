"""Charts with a box for every row and column: heat maps, ratings, and what is said of a region."""

from collections.abc import Sequence
from math import cos, radians, sin
from typing import Final

from trdreport.figures.chart import MARGIN, PAD, SIGN, Chart, Content, Entry, Row, Words, block, key
from trdreport.figures.data import Cell, HeatCell, Mark
from trdreport.figures.palette import shade_colour
from trdreport.figures.text import LINE, halved, text_width, widest_word, wrapped

WIDTH: Final = 840.0
"""Pixels that a grid is not wider than if it can: a print page shrinks 14 pixels to 8 points."""

NAMES: Final = 250.0
"""Most pixels of the name of a row, which is wrapped beyond."""

SLANT: Final = 60.0
"""Degrees by which headings rise that do not fit side by side."""

BOLD: Final = 600
"""Weight of the names of columns."""

GAP: Final = 5.0
"""Pixels around a line between rows."""

MISSING: Final = {
    "not reported": Content("NR", "paper", "lines"),
    "not available": Content("NA", "paper", "dots"),
    "not applicable": Content("–", "tint"),
}
"""Missing is a pattern or grey, never a shade: it must not look like a low value."""

RATINGS: Final = {
    "yes": Content("yes", signs=("yes",)),
    "partly": Content("partly", signs=("partly",)),
    "no": Content("no", signs=("no",)),
    "not reported": Content("NR", signs=("unknown",)),
    "not available": Content("NA", signs=("unknown",)),
}
"""Sign and word say what the colour says."""

FOUND, LOST, NOT_RUN = "#a9d5ec", "#f2b89b", "tint"

DIRECTIONS: Final = ("increase", "decrease", "no change", "association with improvement")


def heat_map(
    rows: Sequence[str], columns: Sequence[str], cells: Sequence[Sequence[HeatCell]], scale: str
) -> Chart:
    """A grid of shades, `cells` by row; `scale` says in words what the shades are.

    Rows of one study, such as `Ma 2012, TRD` and `Ma 2012, TSD`, stand together; a line keeps them
    from the next study. Raises ValueError for a kind of cell or a shade that there is not.
    """
    kinds = {cell.kind for own in cells for cell in own}
    entries = [
        Entry(kind, (content,)) for kind, content in MISSING.items() if kind in kinds
    ]  # fmt: skip
    if any(cell.kind == "value" and cell.shade is not None for own in cells for cell in own):
        shades = tuple(Content(fill=shade_colour(step / 6)) for step in range(7))
        entries.insert(0, Entry(f"less to more ({scale})", shades))
    studies = [row.rpartition(", ")[0] or row for row in rows]
    several = len(set(studies)) < len(studies)
    rules = [several and i > 0 and s != studies[i - 1] for i, s in enumerate(studies)]
    return grid(rows, columns, [list(map(_shaded, own)) for own in cells], entries, rules)


def _shaded(cell: HeatCell) -> Content:
    if cell.kind in MISSING:
        return MISSING[cell.kind]
    if cell.kind != "value":
        raise ValueError(f"no such kind of cell: {cell.kind}")
    if cell.shade is None:
        return Content(cell.text, "paper")
    if not 0 <= cell.shade <= 1:
        raise ValueError(f"a shade is between 0 and 1, not {cell.shade}")
    return Content(cell.text, shade_colour(cell.shade))


def quality_grid(
    studies: Sequence[str], items: Sequence[str], ratings: Sequence[Sequence[str]]
) -> Chart:
    """One row a study, one column an item, `ratings` by row.

    A rating is `yes`, `partly`, `no`, `not reported` or `not available`; ValueError otherwise.
    """
    occurring = {rating for own in ratings for rating in own}
    if unknown := sorted(occurring - set(RATINGS)):
        raise ValueError(f"no such rating: {', '.join(unknown)}")
    entries = [
        Entry(
            rating if rating == content.text else f"{content.text}: {rating}",
            (Content(signs=content.signs),),
        )
        for rating, content in RATINGS.items()
        if rating in occurring
    ]
    cells = [[RATINGS[rating] for rating in own] for own in ratings]
    return grid(studies, items, cells, entries, [True] * len(studies))


def leave_one_out(
    units: Sequence[str], clusters: Sequence[str], cells: Sequence[Sequence[Cell]]
) -> Chart:
    """One row a unit left out, one column a cluster; `cells` by row.

    Colour says whether the cluster is found again; so does the first word of each cell.
    """
    fills = {True: FOUND, False: LOST, None: NOT_RUN}
    contents = [[Content(cell.text, fills[cell.found]) for cell in own] for own in cells]
    return grid([f"without {unit}" for unit in units], clusters, contents, (), [False] * len(units))


def evidence_map(regions: Sequence[str], modalities: Sequence[str], marks: Sequence[Mark]) -> Chart:
    """Rows of regions, columns of modalities, and a sign for each statement about one."""
    cells = {(region, modality): list[str]() for region in regions for modality in modalities}
    for mark in marks:
        cells[mark.region, mark.modality].append(mark.direction)
    occurring = {mark.direction for mark in marks}
    entries = [Entry(d, (Content(signs=(d,)),)) for d in DIRECTIONS if d in occurring]
    contents = [[Content(signs=tuple(cells[r, m])) for m in modalities] for r in regions]
    return grid(regions, modalities, contents, entries, [True] * len(regions))


def grid(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[Content]],
    entries: Sequence[Entry],
    rules: Sequence[bool],
) -> Chart:
    """Boxes under the names of columns, beside those of rows; `rules`: with a line above the row.

    The names of the columns are upright if their words fit side by side. Raises ValueError for
    rows of cells that do not fit the names.
    """
    names = [wrapped(row, NAMES) for row in rows]
    left = max((text_width("\n".join(name)) for name in names), default=0.0) + 2 * PAD
    by_column = list(zip(*cells, strict=True)) if cells else [()] * len(columns)
    widths, slanted = _widths(columns, by_column, WIDTH - left)
    spans = [(left + sum(widths[:index]), width) for index, width in enumerate(widths)]
    right = left + sum(widths)
    above, y = key(entries, max(right, WIDTH / 2))
    headings, y, reach = _headings(columns, spans, y, slanted=slanted)
    placed = []
    for name, own, rule in zip(names, cells, rules, strict=True):
        y += GAP * rule
        height = (
            max(cell.height(width) for cell, width in zip(own, widths, strict=True)) if own else 0.0
        )
        height = max(height, LINE * len(name) + 6)
        tiles = tuple(c.placed(x, y, w, height) for c, (x, w) in zip(own, spans, strict=True))
        placed.append(Row(block(name, 0, y + height / 2), tiles, y - GAP / 2 if rule else None))
        y += height
    ends = [right, reach, *(row.name.end for row in above)]
    return Chart(max(ends) + 2 * MARGIN, y + 2 * MARGIN, above, headings, tuple(placed))


def _widths(
    columns: Sequence[str], cells: Sequence[Sequence[Content]], room: float
) -> tuple[list[float], bool]:
    """Widths of the columns, and whether their names must be slanted."""
    least = [
        max((max(widest_word(c.text or " ") + 2 * PAD, SIGN + 2 * PAD) for c in own), default=SIGN)
        for own in cells
    ]
    wanted = [max((cell.wanted for cell in own), default=SIGN) for own in cells]
    upright = [
        max(low, widest_word(name, BOLD) + 2 * PAD)
        for low, name in zip(least, columns, strict=True)
    ]
    slanted = sum(upright) > room
    if slanted:
        steep = sin(radians(SLANT))
        least = [
            max(low, LINE * len(halved(name, BOLD)) / steep + 2)
            for low, name in zip(least, columns, strict=True)
        ]
        heads = least
    else:
        least = upright
        heads = [
            text_width("\n".join(halved(name, BOLD)), weight=BOLD) + 2 * PAD for name in columns
        ]
    wanted = [max(three) for three in zip(least, wanted, heads, strict=True)]
    return shared_out(room, least, wanted), slanted


def shared_out(room: float, least: Sequence[float], wanted: Sequence[float]) -> list[float]:
    """Widths of columns: all as wide as the widest if there is room, or each as it wants.

    Without room for that they are as even as they can be, and never below their least; columns
    whose least is more than the room run over it.
    """
    if len(wanted) * max(wanted, default=0.0) <= room:
        return [max(wanted)] * len(wanted) if wanted else []
    if sum(wanted) <= room:
        return list(wanted)
    low, high, widths = 0.0, room, list(least)
    for _ in range(30):  # the sum grows with the level: halve until it is the room
        level = (low + high) / 2
        widths = [max(a, min(b, level)) for a, b in zip(least, wanted, strict=True)]
        low, high = (level, high) if sum(widths) <= room else (low, level)
    return widths


def _headings(
    columns: Sequence[str], spans: Sequence[tuple[float, float]], top: float, *, slanted: bool
) -> tuple[tuple[Words, ...], float, float]:
    """Names of the columns, where they end below, and how far they reach to the right."""
    if not slanted:
        lines = [
            wrapped(n, w - 2 * PAD + 0.001, BOLD) for n, (_, w) in zip(columns, spans, strict=True)
        ]
        bottom = top + LINE * max(map(len, lines), default=0) + 4
        return tuple(
            block(own, x + width / 2, bottom - 4 - LINE * len(own) / 2, "middle", weight=BOLD)
            for own, (x, width) in zip(lines, spans, strict=True)
        ), bottom, 0.0  # fmt: skip
    rise, lean = sin(radians(SLANT)), cos(radians(SLANT))
    lines = [halved(name, BOLD) for name in columns]
    long = [text_width("\n".join(own), weight=BOLD) for own in lines]
    thick = [LINE * len(own) for own in lines]
    bottom = top + max(a * rise + b * lean for a, b in zip(long, thick, strict=True)) + 6
    words = tuple(
        block(own, x + width / 2, bottom - 6 - b * lean / 2, weight=BOLD, turn=-SLANT)
        for own, b, (x, width) in zip(lines, thick, spans, strict=True)
    )
    reach = max(
        x + width / 2 + a * lean + b * rise / 2
        for a, b, (x, width) in zip(long, thick, spans, strict=True)
    )
    return words, bottom, reach
