"""What every format of foci is read into and written from, and the reader that locates mistakes."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from trdreport.errors import DataError, Problem
from trdreport.model.fields import UNREADABLE, Place, fault_of, split_contrast
from trdreport.records.loading import Registry

SPACES = {
    "MNI": "MNI", "MNI152": "MNI", "MNI152NLIN6ASYM": "MNI", "MNI152NLIN2009CASYM": "MNI",
    "MNI152_2MM": "MNI", "ICBM": "MNI", "TAL": "TAL", "TALAIRACH": "TAL",
}  # fmt: skip
"""Names of spaces that other tools use, in capitals."""


Said = Mapping[str, Decimal | str]
"""What a paper says of a focus beside its place, by the fields of a record."""


@dataclass(frozen=True)
class Exchanged:
    """The foci of one contrast of one study, in mm of `space`, and the sizes of its groups.

    `said` has what the paper says of each focus; empty where the format cannot say it.
    """

    study: str
    contrast: str
    space: str
    sizes: tuple[int, ...]
    foci: tuple[Place, ...]
    said: tuple[Said, ...] = field(default=(), compare=False)


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


class Reader:
    """Collects problems, so that a file's mistakes are told together."""

    def __init__(self, name: str) -> None:
        self.file, self.problems = name, list[Problem]()

    def wrong(self, line: int, message: str, field: str = "") -> None:
        """Note a mistake at a line; 1 where the format has no lines."""
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
        """`MNI` or `TAL`; empty, and a problem, for another word."""
        known = SPACES.get(text.strip().upper(), "")
        if not known:
            self.wrong(line, f"'{text}' is no space; write MNI or Talairach", field)
        return known

    def place(self, values: Iterable[Any], line: int, field: str = "") -> Place | None:
        """x, y, z in mm; None, and a problem, when they are none."""
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

    def number(self, text: str, line: int, field: str = "") -> Decimal | None:
        """A finite number; None, and a problem, when it is none."""
        try:
            number = Decimal(text.strip().replace("\u2212", "-"))
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite():
            self.wrong(line, f"'{text}' is no number", field)
            return None
        return number

    def size(self, value: Any, line: int, field: str = "") -> int | None:
        """A number of people; None, and a problem, when it is none."""
        text = str(value).strip()
        if not re.fullmatch(r"[0-9]{1,7}", text) or int(text) < 1:
            self.wrong(line, f"'{text}' is no number of people", field)
            return None
        return int(text)

    def json(self, text: str) -> Any:
        """The contents of a JSON text, numbers as Decimal; None, and a problem, when it is none."""
        try:
            return json.loads(text, parse_float=Decimal, parse_int=Decimal)
        except json.JSONDecodeError as error:
            self.wrong(error.lineno, f"is no JSON: {error.msg}")
            return None

    def done(self, found: Iterable[Exchanged]) -> tuple[Exchanged, ...]:
        """What was read; raises DataError with every problem noted."""
        made = tuple(found)
        if not made and not self.problems:
            self.wrong(1, "holds no experiment")
        if self.problems:
            raise DataError(self.problems)
        return made


REGION_LOST = "names of regions and peak statistics"


@dataclass(frozen=True)
class Exported:
    """A text for another tool, and what it cannot say."""

    text: str
    lost: tuple[str, ...] = ()
