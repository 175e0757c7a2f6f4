"""Foci as other tools write them: Sleuth text, NIMADS, NiMARE's old data sets, CSV.

Every format is read into the same `Experiment`s and written from them.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from trdreport.brain.spaces import Coordinate
from trdreport.engine.results import ExperimentTable
from trdreport.errors import DataError, Problem
from trdreport.exchange.delimited import to_csv, unguarded
from trdreport.model.fields import UNREADABLE, Place, fault_of, split_contrast
from trdreport.records.loading import Registry

SPACES = {
    "MNI": "MNI", "MNI152": "MNI", "MNI152NLIN6ASYM": "MNI", "MNI152NLIN2009CASYM": "MNI",
    "MNI152_2MM": "MNI", "ICBM": "MNI", "TAL": "TAL", "TALAIRACH": "TAL",
}  # fmt: skip
"""Names of spaces that other tools use, in capitals."""


@dataclass(frozen=True)
class Exchanged:
    """The foci of one contrast of one study, in mm of `space`, and the sizes of its groups."""

    study: str
    contrast: str
    space: str
    sizes: tuple[int, ...]
    foci: tuple[Place, ...]


def of_registry(registry: Registry) -> tuple[Exchanged, ...]:
    """Every contrast of every study, as published."""
    return tuple(
        Exchanged(
            study.id,
            result.contrast,
            result.space,
            tuple(study.n(group) for group in split_contrast(result.contrast)),
            tuple((focus.x, focus.y, focus.z) for focus in result.foci),
        )
        for study in sorted(registry.studies, key=lambda study: study.id)
        for result in study.contrasts
    )


def _escaped(found: re.Match[str]) -> str:
    """A character that a terminal would obey, as it is written in a program."""
    return ascii(found[0])[1:-1]


class _Reader:
    """Collects problems, so that a file's mistakes are told together."""

    def __init__(self, name: str) -> None:
        self.file, self.problems = name, list[Problem]()

    def wrong(self, line: int, message: str, field: str = "") -> None:
        field, message = (UNREADABLE.sub(_escaped, text) for text in (field, message))
        self.problems.append(Problem(self.file, line, 1, field, message))

    def name(self, text: str, line: int, field: str = "") -> str:
        """What becomes a label must be a text of a record."""
        if fault := fault_of(text):
            self.wrong(line, f"'{text}' cannot name a study or a contrast: {fault}", field)
        return text

    def contrast(self, text: str, line: int, field: str = "") -> str:
        """What a contrast is called goes into a note; it may be missing."""
        return self.name(text, line, field) if text.strip() else text

    def space(self, text: str, line: int, field: str = "") -> str:
        known = SPACES.get(text.strip().upper(), "")
        if not known:
            self.wrong(line, f"'{text}' is no space; write MNI or Talairach", field)
        return known

    def place(self, values: Iterable[Any], line: int, field: str = "") -> Place | None:
        texts = [str(value).strip() for value in values]
        try:
            numbers = [Decimal(text) for text in texts]
        except InvalidOperation:
            numbers = []
        if len(numbers) != 3 or not all(number.is_finite() for number in numbers):
            self.wrong(line, f"'{' '.join(texts)}' is no focus; write x y z in mm", field)
            return None
        x, y, z = numbers
        return x, y, z

    def size(self, value: Any, line: int, field: str = "") -> int | None:
        text = str(value).strip()
        if not re.fullmatch(r"[0-9]{1,7}", text) or int(text) < 1:
            self.wrong(line, f"'{text}' is no number of people", field)
            return None
        return int(text)

    def done(self, found: Iterable[Exchanged]) -> tuple[Exchanged, ...]:
        made = tuple(found)
        if not made and not self.problems:
            self.wrong(1, "holds no experiment")
        if self.problems:
            raise DataError(self.problems)
        return made


def read_sleuth(text: str, name: str) -> tuple[Exchanged, ...]:
    """Sleuth (GingerALE) text; raises DataError with every mistake and its line."""
    reader, found = _Reader(name), list[Exchanged]()
    space, title, sizes, foci, start = "", "", tuple[int, ...](), list[Place](), 1

    def close() -> None:
        if title and not sizes:
            reader.wrong(start, f"'{title}' has no line //Subjects=")
        if title:
            study, _, contrast = title.partition(":")
            study, contrast = study.strip(), contrast.strip()
            reader.name(study, start)
            reader.contrast(contrast, start)
            found.append(Exchanged(study, contrast, space, sizes, tuple(foci)))

    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        told = line.removeprefix("//").strip()
        if not line:
            continue
        if not line.startswith("//"):
            place = reader.place(re.split(r"[\s,]+", line), number)
            if not title:
                reader.wrong(number, "a focus before any experiment; name the experiment first")
            elif place:
                foci.append(place)
        elif told.lower().startswith("reference="):
            space = reader.space(told.partition("=")[2], number)
        elif told.lower().startswith("subjects="):
            size = reader.size(told.partition("=")[2], number)
            sizes = (size,) if size else (0,)
        elif told and (foci or sizes or not title):
            close()
            title, sizes, foci, start = told, (), [], number
        elif told:
            title = f"{title} {told}"
    close()
    if not space and not reader.problems:
        reader.wrong(1, "has no line //Reference=MNI or //Reference=Talairach")
    return reader.done(found)


def write_sleuth(experiments: Iterable[Exchanged]) -> str:
    """Sleuth text; experiments without foci cannot be said in it and are left out.

    Raises ValueError unless all are in one space.
    """
    told = [experiment for experiment in experiments if experiment.foci]
    spaces = {experiment.space for experiment in told}
    if len(spaces) > 1:
        raise ValueError("Sleuth text has one space; these experiments have two")
    lines = [f"//Reference={'Talairach' if spaces == {'TAL'} else 'MNI'}"]
    for experiment in told:
        lines += [f"//{experiment.study}: {experiment.contrast}"]
        lines += [f"//Subjects={sum(experiment.sizes)}"]
        lines += ["\t".join(f"{value:f}" for value in focus) for focus in experiment.foci]
        lines.append("")
    return "\n".join(lines) + "\n"


CSV_COLUMNS = ("study", "contrast", "x", "y", "z", "space", "n_more", "n_less")


def read_csv(text: str, name: str) -> tuple[Exchanged, ...]:
    """A table with one row a focus; raises DataError with every mistake and its line."""
    reader = _Reader(name)
    rows = csv.DictReader(io.StringIO(text))
    lacking = [c for c in CSV_COLUMNS[:7] if c not in (rows.fieldnames or ())]
    if lacking:
        reader.wrong(1, f"lacks the columns {', '.join(lacking)}")
        return reader.done(())
    found: dict[tuple[str, str, str, tuple[int, ...]], list[Place]] = {}
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
            found.setdefault(key, []).append(place)
    return reader.done(
        Exchanged(study, contrast, space, sizes, tuple(foci))
        for (study, contrast, space, sizes), foci in found.items()
    )


def _rows(rows: "csv.DictReader[str]", reader: _Reader) -> Iterator[dict[str, str]]:
    try:
        for row in rows:
            yield {column: unguarded(row[column] or "") for column in CSV_COLUMNS if column in row}
    except csv.Error as error:
        reader.wrong(rows.line_num + 1, f"cannot be read on from here: {error}")


def write_csv(experiments: Iterable[Exchanged]) -> str:
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


def _json(text: str, reader: _Reader) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except json.JSONDecodeError as error:
        reader.wrong(error.lineno, f"is no JSON: {error.msg}")
        return None


def read_nimads(text: str, name: str) -> tuple[Exchanged, ...]:
    """A NIMADS studyset (NeuroStore); JSON has no lines left, so mistakes name their place."""
    reader = _Reader(name)
    data = _json(text, reader)
    studies = data.get("studies") if isinstance(data, dict) else None
    if not isinstance(studies, list):
        if data is not None:
            reader.wrong(1, "is no NIMADS studyset: it has no list 'studies'")
        return reader.done(())
    found = []
    for number, study in enumerate(studies):
        for index, analysis in enumerate(study.get("analyses") or ()):
            found.append(_nimads(reader, f"studies[{number}].analyses[{index}]", study, analysis))
    return reader.done(found)


def _nimads(
    reader: _Reader, at: str, study: Mapping[str, Any], analysis: Mapping[str, Any]
) -> Exchanged:
    metadata = {**(study.get("metadata") or {}), **(analysis.get("metadata") or {})}
    given = metadata.get("sample_sizes") or [metadata.get("sample_size", "")]
    sizes = tuple(s for value in given if (s := reader.size(value, 1, f"{at}.metadata")))
    foci, spaces = [], []
    for number, point in enumerate(analysis.get("points") or ()):
        place = reader.place(point.get("coordinates") or (), 1, f"{at}.points[{number}]")
        spaces.append(reader.space(str(point.get("space") or ""), 1, f"{at}.points[{number}]"))
        foci += [place] if place else []
    if len(set(spaces)) > 1:
        reader.wrong(1, "has points in two spaces", at)
    space = spaces[0] if spaces else SPACES.get(str(metadata.get("space", "MNI")).upper(), "MNI")
    name = reader.name(str(study.get("id", "")), 1, f"{at.partition('.')[0]}.id")
    contrast = reader.contrast(str(analysis.get("name", "")), 1, f"{at}.name")
    return Exchanged(name, contrast, space, sizes, tuple(foci))


def studyset(registry: Registry) -> dict[str, object]:
    """The included studies in the NIMADS format, foci as published, one analysis a contrast."""
    studies = []
    for study in registry.studies:
        reference = registry.references[study.citation]
        analyses = []
        for result in study.contrasts:
            more, less = split_contrast(result.contrast)
            analyses.append(
                {
                    "id": f"{study.id}-{result.contrast}",
                    "name": result.contrast,
                    "conditions": [{"name": more}, {"name": less}],
                    "weights": [1.0, -1.0],
                    "metadata": {
                        "sample_sizes": [study.n(more), study.n(less)],
                        "space": result.space,
                    },
                    "points": [
                        {
                            "coordinates": [float(focus.x), float(focus.y), float(focus.z)],
                            "space": result.space,
                        }
                        for focus in result.foci
                    ],
                    "images": [],
                }
            )
        studies.append(
            {
                "id": study.id,
                "name": reference.title,
                "authors": reference.short_authors,
                "publication": reference.container,
                "metadata": {"year": study.year, "cohort": study.cohort},
                "analyses": analyses,
            }
        )
    return {"id": registry.review.citation, "name": registry.review.title, "studies": studies}


def read_nimare(text: str, name: str) -> tuple[Exchanged, ...]:
    """NiMARE's older JSON: studies with contrasts with columns of coordinates."""
    reader = _Reader(name)
    data = _json(text, reader)
    if data is not None and not isinstance(data, dict):
        reader.wrong(1, "is no NiMARE data set")
        data = None
    return reader.done(_nimare(reader, data or {}))


def _nimare(reader: _Reader, data: Mapping[str, Any]) -> Iterator[Exchanged]:
    for study, entry in data.items():
        contrasts = entry.get("contrasts") if isinstance(entry, dict) else None
        if not isinstance(contrasts, dict):
            reader.wrong(1, "has no contrasts", study)
            continue
        for contrast, values in contrasts.items():
            at = f"{study}.contrasts.{contrast}"
            coordinates = values.get("coords") or {}
            columns = [coordinates.get(axis) or [] for axis in "xyz"]
            if len({len(column) for column in columns}) != 1:
                reader.wrong(1, "has columns x, y, z of unequal length", f"{at}.coords")
                continue
            given = (values.get("metadata") or {}).get("sample_sizes") or [""]
            sizes = tuple(s for value in given if (s := reader.size(value, 1, f"{at}.metadata")))
            space = reader.space(str(coordinates.get("space") or ""), 1, f"{at}.coords.space")
            places = (
                reader.place(row, 1, f"{at}.coords[{index}]")
                for index, row in enumerate(zip(*columns, strict=True))
            )
            foci = tuple(place for place in places if place)
            reader.name(study, 1, study)
            reader.contrast(contrast, 1, at)
            yield Exchanged(study, contrast, space, sizes, foci)


READERS = {"sleuth": read_sleuth, "nimads": read_nimads, "nimare": read_nimare, "csv": read_csv}


def sleuth(table: ExperimentTable, space: str) -> str:
    """An experiment table as Sleuth text for GingerALE, foci in the space of the analysis."""
    return write_sleuth(
        Exchanged(
            experiment.unit,
            ", ".join(sorted({focus.contrast for focus in experiment.foci})),
            space,
            (experiment.sample_size,),
            tuple(_hundredths(focus.position) for focus in experiment.foci),
        )
        for experiment in table.experiments
    )


def _hundredths(position: Coordinate) -> Place:
    x, y, z = (Decimal(f"{value:.2f}") for value in position)
    return x, y, z
