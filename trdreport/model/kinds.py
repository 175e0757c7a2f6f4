"""The kinds of record that a registry holds: one entry each, which everything else reads."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from trdreport.model.calibration import Calibration
from trdreport.model.candidate import Candidate
from trdreport.model.correction import Correction
from trdreport.model.edition import Edition
from trdreport.model.evidence import Evidence
from trdreport.model.fields import Record
from trdreport.model.plan import Plan
from trdreport.model.published import Published
from trdreport.model.review import Review, SearchFile
from trdreport.model.study import Study


@dataclass(frozen=True)
class Kind:
    """A kind of record: the name of its schema, its model, and where its files are.

    `file` is one file, or `folder/<id>.yaml` for one file a record. A registry without a required
    file, or with no record in a required folder, is not complete. `beside` is what the files end in
    that stand beside those of records; empty for none.
    """

    name: str
    model: type[Record]
    file: str
    title: str
    required: bool = True
    beside: str = ""

    @property
    def folder(self) -> str:
        """The folder of its files; empty for a single file."""
        return self.file.rpartition("/")[0]

    @property
    def entry(self) -> str:
        """The file or folder at the top of the registry."""
        return self.folder or self.file

    @property
    def depth(self) -> int:
        """Folders between the registry and its files."""
        return self.file.count("/")


KINDS: Final = (
    Kind("review", Review, "review.yaml", "The review"),
    Kind("search", SearchFile, "search.yaml", "Searches"),
    Kind("analyses", Plan, "analyses.yaml", "Analysis plan"),
    Kind("published", Published, "published.yaml", "Published claims"),
    Kind("study", Study, "studies/<id>.yaml", "Included study"),
    Kind("calibration", Calibration, "calibration.yaml", "Calibration", required=False),
    Kind("correction", Correction, "corrections/<id>.yaml", "Correction", required=False),
    Kind("evidence", Evidence, "evidence/<id>.yaml", "Evidence", required=False),
    Kind("screened", Candidate, "screened/<id>.yaml", "Candidate", required=False),
    Kind("edition", Edition, "editions/<id>.yaml", "Edition", required=False, beside=".json"),
)
"""In the order in which they are read and described."""

BIBLIOGRAPHY: Final = "references.bib"

BESIDE: Final = (
    BIBLIOGRAPHY, "extractions", "results.lock.json", "schema", "LICENSE", "README.md",
)  # fmt: skip
"""What a registry may hold beside records."""


def kind(name: str) -> Kind:
    """The kind with this name; raises KeyError."""
    return {each.name: each for each in KINDS}[name]


def kind_of(path: str) -> Kind | None:
    """The kind of a file by its path below the registry; None for no record."""
    folder = PurePosixPath(path).parent.as_posix()
    wanted = path if folder == "." else f"{folder}/<id>.yaml"
    return next((each for each in KINDS if each.file == wanted), None)


def known_names() -> tuple[str, ...]:
    """Files and folders that may stand at the top of a registry."""
    return (*(each.entry for each in KINDS), *BESIDE)
