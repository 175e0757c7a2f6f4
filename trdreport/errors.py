"""The one user-facing error: what is wrong, where, and how to mend it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_ACTING = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
    r"|(?<=##)\["
)
"""Controls (C0, C1, of lines and of direction), lone surrogates, and how a workflow command begins
in the middle of a line."""


def visible(text: str) -> str:
    """Text from data for a terminal or a log: one line, what would act there is spelled out."""
    return _ACTING.sub(lambda match: _spelled(ord(match[0])), text)


def _spelled(code: int) -> str:
    short = {9: "\\t", 10: "\\n", 13: "\\r"}
    return short.get(code) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in the user's data, located.

    `line` and `column` count from 1; 1:1 also stands for a file as a whole. `field` is the path of
    keys inside the file, such as `groups.TRD.n`. Printed, it is one line without control
    characters.
    """

    path: str
    line: int
    column: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return visible(f"{self.path}:{self.line}:{self.column}: {where}{self.message}")


class DataError(Exception):
    """The user's data are wrong; carries every problem found, not just the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ResultsDifferError(DataError):
    """Nothing in the data is wrong, but results are not those that were accepted."""


class FileError(Exception):
    """A file cannot be written, by no mistake in the data; says which one and why."""


class WorkError(Exception):
    """Work cannot be done, here or on a cluster; the message is a plain sentence."""


def file_problem(path: Path | str, message: str) -> Problem:
    """A problem that concerns a file as a whole."""
    return Problem(str(path), 1, 1, "", message)
