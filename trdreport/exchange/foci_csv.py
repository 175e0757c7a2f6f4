"""Foci as a table, one row a focus, with the sizes of both groups."""

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal

from trdreport.exchange.delimited import to_csv, unguarded
from trdreport.exchange.experiments import (
    REGION_LOST,
    Exchanged,
    Exported,
    Reader,
    Said,
    of_registry,
)
from trdreport.model.fields import Place
from trdreport.records.loading import Registry
from trdreport.records.messages import suggest

CSV_COLUMNS = ("study", "contrast", "x", "y", "z", "space", "n_more", "n_less")

SAID = ("region", "t_value", "z_value", "statistic", "statistic_type")
"""Columns of what a paper says of a focus: fields of a record, and those of the site's foci.csv."""


def read(text: str, name: str) -> tuple[Exchanged, ...]:
    """A table with one row a focus; raises DataError with every mistake and its line."""
    reader = Reader(name)
    rows = csv.DictReader(io.StringIO(text))
    lacking = [c for c in CSV_COLUMNS[:7] if c not in (rows.fieldnames or ())]
    if lacking:
        reader.wrong(1, f"lacks the columns {', '.join(lacking)}")
        return reader.done(())
    for column in sorted({*(rows.fieldnames or ())} - {*CSV_COLUMNS, *SAID}):
        near = (
            suggest(column.lower(), (*CSV_COLUMNS, *SAID))
            or f"; known are {', '.join(CSV_COLUMNS)}"
        )
        near += "" if "mean" in near else f" and {', '.join(SAID)}; rename or remove it"
        reader.wrong(1, f"has a column '{column}' that is not taken over{near}")
    found: dict[tuple[str, str, str, tuple[int, ...]], list[tuple[Place, Said]]] = {}
    for row in _rows(rows, reader):
        line = rows.line_num
        given = [row[column] for column in ("n_more", "n_less") if row.get(column)]
        sizes = tuple(size for each in given if (size := reader.size(each, line)))
        if not given:
            reader.wrong(line, "gives no number of people in n_more")
        space = reader.space(row["space"], line)
        place = reader.place((row["x"], row["y"], row["z"]), line)
        if not row["study"] or not row["contrast"]:
            reader.wrong(line, "names no study or no contrast")
        else:
            reader.name(row["study"], line)
            reader.contrast(row["contrast"], line)
        if place:
            key = (row["study"], row["contrast"], space, sizes)
            found.setdefault(key, []).append((place, _said(row, reader, line)))
    return reader.done(
        Exchanged(study, contrast, space, sizes, *zip(*foci, strict=True))
        for (study, contrast, space, sizes), foci in found.items()
    )


def _rows(rows: "csv.DictReader[str]", reader: Reader) -> Iterator[dict[str, str]]:
    try:
        for row in rows:
            known = [column for column in (*CSV_COLUMNS, *SAID) if column in row]
            yield {column: unguarded(row[column] or "") for column in known}
    except csv.Error as error:
        reader.wrong(rows.line_num + 1, f"cannot be read on from here: {error}")


def _said(row: dict[str, str], reader: Reader, line: int) -> Said:
    """What the paper says of a focus, by the fields of a record."""
    said: dict[str, Decimal | str] = {}
    if row.get("region"):
        said["region"] = reader.name(row["region"], line, "region")
    if kind := row.get("statistic_type", ""):
        if kind in ("t", "z"):
            row = {**row, f"{kind}_value": row.get("statistic", "")}
        else:
            reader.wrong(line, f"'{kind}' is no statistic; write t or z", "statistic_type")
    for field in ("t_value", "z_value"):
        if row.get(field) and (value := reader.number(row[field], line, field)) is not None:
            said[field] = value
    return said


def table(experiments: Iterable[Exchanged]) -> str:
    """A table with one row a focus; experiments without foci cannot be said in it."""
    rows = [
        (
            experiment.study, experiment.contrast, *(f"{value:f}" for value in focus),
            experiment.space, *(*map(str, experiment.sizes), "", "")[:2],
        )
        for experiment in experiments
        for focus in experiment.foci
    ]  # fmt: skip
    return to_csv(CSV_COLUMNS, rows)


def write(registry: Registry) -> Exported:
    """One row a focus, with the sizes of both groups."""
    experiments = of_registry(registry)
    empty = [f"{e.study} {e.contrast}: tested, nothing found" for e in experiments if not e.foci]
    return Exported(table(experiments), (REGION_LOST, *empty))
