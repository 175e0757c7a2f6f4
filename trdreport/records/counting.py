"""New studies counted into their search, as far as its other counts leave no doubt."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trdreport.errors import DataError, Problem
from trdreport.records.begun import Begun
from trdreport.records.formatting import with_numbers
from trdreport.records.yamlfile import Path_, dotted, read_yaml
from trdreport.work.files import Change


@dataclass(frozen=True)
class Counts:
    """The counts of a search (its id), and `new` studies of it that have no record yet.

    A new study is one study and one report of the search. Its full text was assessed, so the
    reports assessed less those excluded must leave room for it. Where they do not, somebody has to
    say whether one more was found or one less excluded: no count is guessed.
    """

    begun: Begun
    studies: Path
    search: str
    new: int

    @property
    def _loc(self) -> Path_:
        return ("searches", self.begun.searches.index(self.search), "prisma")

    def _count(self, name: str) -> int | None:
        """A count; None where it is still to be written, or is none."""
        _, index, _ = self._loc
        prisma = self.begun.search.data["searches"][index].get("prisma")
        value = prisma.get(name) if isinstance(prisma, dict) else None
        return value if isinstance(value, int) else None

    @property
    def _raise(self) -> dict[str, int]:
        """The counts that must rise, each with its new value; none where all are counted."""
        studies = self._count("studies_included")
        with_record = sum(self._names(path) for path in sorted(self.studies.glob("*.yaml")))
        wanted = with_record + self.new
        if studies is not None and studies >= wanted:
            return {}
        reports = self._count("reports_included")
        more = wanted - (with_record if studies is None else studies)
        return {
            "studies_included": wanted,
            "reports_included": (with_record if reports is None else reports) + more,
        }

    def _names(self, path: Path) -> bool:
        """Whether a record, which may still be written at, names the search."""
        try:
            data = read_yaml(path).data
        except DataError:
            return False
        return isinstance(data, dict) and data.get("search") == self.search

    def _problems(self, wanted: dict[str, int]) -> Iterator[Problem]:
        file = self.begun.search
        for name, value in wanted.items():
            if (*self._loc, name) not in file.positions:
                yield file.problem(self._loc, f"lacks {name}; add {name}: {value}")
        assessed, excluded = self._count("reports_assessed"), self._count("reports_excluded")
        if not wanted or assessed is None or excluded is None:
            return
        over = wanted["reports_included"] - (assessed - excluded)
        if over > 0:
            message = (
                f"reports_assessed {assessed} - reports_excluded {excluded} leaves room for"
                f" {assessed - excluded} reports, and {wanted['reports_included']} would be"
                f" included; if {over} more came to light raise reports_assessed and every count"
                f" it comes from by {over}; if excluded before lower reports_excluded and its"
                f" reason by {over}; if found by another search name it with --search"
            )
            yield file.problem((*self._loc, "reports_assessed"), message)

    def raised(self) -> dict[Path, Change]:
        """search.yaml with the counts raised; nothing where they are right.

        Raises DataError where the counts leave no room, with the lines to change.
        """
        wanted = self._raise
        if problems := list(self._problems(wanted)):
            raise DataError(problems)
        if not wanted:
            return {}
        file = self.begun.search
        new = with_numbers(file, {(*self._loc, name): wanted[name] for name in wanted})
        return {Path(file.path): Change(file.text, new)}

    def told(self) -> list[str]:
        """The lines to change by hand, or --count to have them changed."""
        wanted, file = self._raise, self.begun.search
        if not wanted:
            return []
        lines = [f"change in {file.path}, or give --count:"]
        for name, value in wanted.items():
            line, _ = file.positions.get((*self._loc, name), file.positions[self._loc])
            lines.append(f"  line {line}: {name}: {value}")
        lines += [f"  {dotted(self._loc)}: {each.message}" for each in self._problems(wanted)]
        return ["\n".join(lines) + "\n"]
