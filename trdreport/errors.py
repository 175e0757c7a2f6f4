"""The one user-facing error: what is wrong, where, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in the user's data, located.

    `line` and `column` count from 1; 1:1 also stands for a file as a whole. `field` is the path of
    keys inside the file, such as `groups.TRD.n`.
    """

    path: str
    line: int
    column: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return f"{self.path}:{self.line}:{self.column}: {where}{self.message}"


class DataError(Exception):
    """The user's data are wrong; carries every problem found, not just the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def file_problem(path: Path | str, message: str) -> Problem:
    """A problem that concerns a file as a whole."""
    return Problem(str(path), 1, 1, "", message)
