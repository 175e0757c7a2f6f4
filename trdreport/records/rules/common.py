"""What rules work on, and what several of them need."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trdreport.brain.spaces import MNI_TO_TALAIRACH
from trdreport.errors import Problem
from trdreport.records.bibliography import Reference
from trdreport.records.messages import suggest
from trdreport.records.parsed import Parsed
from trdreport.records.yamlfile import Path_, YamlFile


@dataclass(frozen=True)
class Files:
    """Every file of a registry as far as it could be read; a broken one has no record."""

    root: Path
    review: Parsed
    search: Parsed
    plan: Parsed
    published: Parsed
    studies: tuple[Parsed, ...]
    references: dict[str, Reference]
    calibration: Parsed | None = None
    corrections: tuple[Parsed, ...] = ()
    evidence: tuple[Parsed, ...] = ()
    screened: tuple[Parsed, ...] = ()

    @property
    def transform(self) -> str:
        """The variant by which foci go to MNI: the plan's, or the first while the plan is wrong."""
        return self.plan.record.transform if good(self.plan) else next(iter(MNI_TO_TALAIRACH))

    @property
    def good_studies(self) -> list[Parsed]:
        """Study files that became records."""
        return [study for study in self.studies if study.record is not None]


def good(entry: Parsed) -> bool:
    """Whether a file became a record."""
    return entry.record is not None


def known_word(
    file: YamlFile, loc: Path_, word: str, known: Iterable[str], *, at_key: bool = False
) -> Iterator[Problem]:
    """A problem when `word` is not among the declared ones."""
    if word not in set(known):
        near = suggest(word, known) or f"; known are {', '.join(sorted(known))}"
        yield file.problem(loc, f"'{word}' is not declared{near}", at_key=at_key)


def walk(data: Any, loc: Path_) -> Iterator[tuple[Path_, Any]]:
    """Every plain value with its place."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from walk(value, (*loc, key))
    elif isinstance(data, tuple):
        for index, value in enumerate(data):
            yield from walk(value, (*loc, index))
    else:
        yield loc, data
