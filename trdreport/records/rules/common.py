"""What rules work on, and what several of them need."""

from collections.abc import Iterable, Iterator, Mapping
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
    """Every file of a registry as far as it could be read; a broken one has no record.

    `entries` are the files by kind; `references` is None where the bibliography cannot be read, so
    that nothing can be said of what it holds.
    """

    root: Path
    entries: Mapping[str, tuple[Parsed, ...]]
    references: dict[str, Reference] | None

    @property
    def review(self) -> Parsed:
        """review.yaml."""
        return self.entries["review"][0]

    @property
    def search(self) -> Parsed:
        """search.yaml."""
        return self.entries["search"][0]

    @property
    def plan(self) -> Parsed:
        """analyses.yaml."""
        return self.entries["analyses"][0]

    @property
    def published(self) -> Parsed:
        """published.yaml."""
        return self.entries["published"][0]

    @property
    def studies(self) -> tuple[Parsed, ...]:
        """Every file in studies/."""
        return self.entries["study"]

    def good(self, kind: str) -> list[Parsed]:
        """Files of a kind that became records."""
        return [entry for entry in self.entries[kind] if good(entry)]

    @property
    def transform(self) -> str:
        """The variant by which foci go to MNI: the plan's, or the first while the plan is wrong."""
        return self.plan.record.transform if good(self.plan) else next(iter(MNI_TO_TALAIRACH))

    @property
    def good_studies(self) -> list[Parsed]:
        """Study files that became records."""
        return self.good("study")


def good(entry: Parsed) -> bool:
    """Whether a file became a record."""
    return entry.record is not None


def known_word(
    file: YamlFile, loc: Path_, word: str, known: Iterable[str], *, at_key: bool = False
) -> Iterator[Problem]:
    """A problem when `word` is not among the declared ones."""
    if word not in set(known):
        words = ", ".join(sorted(known)) or "none"
        near = suggest(word, known) or f"; known are {words}"
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
