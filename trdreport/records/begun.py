"""What a new record is begun from, also while other records are still to be written."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from trdreport.errors import DataError
from trdreport.model.kinds import BIBLIOGRAPHY
from trdreport.model.review import Review
from trdreport.records.bibliography import Reference, read_bibliography
from trdreport.records.messages import explain
from trdreport.records.yamlfile import YamlFile, read_yaml


@dataclass(frozen=True)
class Begun:
    """The review's words, its searches as they stand in their file, and its references by key.

    Counts of a search may still be to write.
    """

    review: Review
    search: YamlFile
    references: dict[str, Reference]

    @property
    def searches(self) -> list[str]:
        """Ids of the searches, oldest first."""
        return [str(search.get("id")) for search in self._searches]

    @property
    def _searches(self) -> tuple[dict[str, Any], ...]:
        data = self.search.data
        found = data.get("searches") if isinstance(data, dict) else None
        return tuple(each for each in found or () if isinstance(each, dict))

    def chosen(self, search: str | None) -> str:
        """The id of the search asked for, or of the newest; raises DataError without it."""
        known = self.searches
        if search is None and known:
            return known[-1]
        if search not in known:
            asked = f"has no search '{search}'" if search else "has no search"
            message = f"{asked}; known are {', '.join(known) or 'none'}; begin it with new search"
            raise DataError([self.search.problem((), message)])
        return str(search)


def begin(root: Path) -> Begun:
    """Read what a new record needs; raises DataError for mistakes in these files, and no other."""
    review = read_yaml(root / "review.yaml")
    try:
        words = TypeAdapter(Review).validate_python(review.data)
    except ValidationError as error:
        raise DataError(explain(error, review, Review)) from error
    return Begun(words, read_yaml(root / "search.yaml"), read_bibliography(root / BIBLIOGRAPHY))
