"""Load a registry folder into one frozen object, or report every problem in it at once."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from trdreport.brain.spaces import Points, convert
from trdreport.errors import DataError, Problem, file_problem
from trdreport.model.calibration import Calibration
from trdreport.model.candidate import Candidate
from trdreport.model.correction import Correction
from trdreport.model.evidence import Evidence
from trdreport.model.fields import Record
from trdreport.model.plan import Analysis, Plan, Run
from trdreport.model.published import Published
from trdreport.model.review import Review, Search
from trdreport.model.study import ContrastResult, OtherContrast, Study
from trdreport.records import rules
from trdreport.records.bibliography import Reference, parse_bibliography
from trdreport.records.messages import explain
from trdreport.records.parsed import Parsed
from trdreport.records.places import path_of, replaced
from trdreport.records.rules.common import Files
from trdreport.records.yamlfile import YamlFile, read_text, read_yaml

T = TypeVar("T", bound=Record)


@dataclass(frozen=True)
class Registry:
    """A whole review: every record validated, every reference resolved.

    `contents` are the bytes of every record and the bibliography, as parsed, by path below the
    root, folder by folder; what is published of a record is taken from there.
    """

    review: Review
    searches: tuple[Search, ...]
    plan: Plan
    published: Published
    studies: tuple[Study, ...]
    references: dict[str, Reference]
    calibration: Calibration | None
    digest: str
    corrections: tuple[Correction, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    screened: tuple[Candidate, ...] = ()
    extractions: Mapping[tuple[str, str], str] = field(default_factory=dict)
    files: Mapping[str, YamlFile] = field(default_factory=dict, repr=False, compare=False)
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    root: Path | None = field(default=None, repr=False, compare=False)

    def values(self, which: str) -> tuple[Study, ...]:
        """Studies with values as `printed`, or `corrected`."""
        if which == "printed":
            return self.studies
        by_study: dict[str, list[Correction]] = {}
        for correction in self.corrections:
            by_study.setdefault(correction.study, []).append(correction)
        return tuple(
            corrected(self.files[f"studies/{study.id}.yaml"].data, by_study[study.id])
            if study.id in by_study
            else study
            for study in self.studies
        )

    def study(self, study_id: str) -> Study:
        """The study with this id; raises KeyError."""
        return {study.id: study for study in self.studies}[study_id]

    def analysis(self, analysis_id: str) -> Analysis:
        """The analysis with this id; raises KeyError."""
        return {analysis.id: analysis for analysis in self.plan.analyses}[analysis_id]

    def run(self, run_id: str) -> Run:
        """The run with this id; raises KeyError."""
        return {run.id: run for run in self.plan.runs}[run_id]

    def mni(self, result: ContrastResult | OtherContrast) -> Points:
        """Foci of a contrast as (n, 3) in mm of MNI space, by the plan's transform."""
        return convert(result.positions(), result.space, "MNI", self.plan.transform)

    def total(self, group: str) -> int:
        """Participants of one group over all studies, each study counted."""
        return sum(study.n(group) for study in self.studies)

    @property
    def participants(self) -> int:
        """Participants of all groups over all studies."""
        return sum(self.total(group) for group in self.review.groups)


class SearchFile(Record):
    """The contents of search.yaml."""

    searches: Annotated[tuple[Search, ...], Field(description="Searches, oldest first.")]


def load_registry(root: Path) -> Registry:
    """Read and check the registry in `root`; raises DataError with every problem found.

    Nothing is read from a registry with symbolic links; they are then its only problems.
    """
    problems: list[Problem] = []
    if not root.is_dir():
        raise DataError([file_problem(root, "is not a folder; name one with --registry DIR")])
    if found := tuple(links(root)):
        raise DataError(found)
    problems += unknown_files(root)
    review = _one(root / "review.yaml", Review, problems)
    search = _one(root / "search.yaml", SearchFile, problems)
    plan = _one(root / "analyses.yaml", Plan, problems)
    published = _one(root / "published.yaml", Published, problems)
    studies = [_one(path, Study, problems) for path in _study_files(root, problems)]
    bibliography, references = _bibliography(root / BIBLIOGRAPHY, problems)
    calibration = None
    if (root / "calibration.yaml").exists():
        calibration = _one(root / "calibration.yaml", Calibration, problems)
    extractions = _extractions(root, problems)
    corrections = [_one(path, Correction, problems) for path in correction_files(root, problems)]
    evidence = [_one(path, Evidence, problems) for path in _yaml_files(root / "evidence", problems)]
    screened = [
        _one(path, Candidate, problems) for path in _yaml_files(root / "screened", problems)
    ]
    files = Files(
        root=root,
        review=review,
        search=search,
        plan=plan,
        published=published,
        studies=tuple(studies),
        references=references,
        calibration=calibration,
        corrections=tuple(corrections),
        evidence=tuple(evidence),
        screened=tuple(screened),
    )
    problems += rules.check_all(files)
    if problems:
        raise DataError(problems)
    entries = (review, search, plan, published, *files.studies, *corrections, *evidence, *screened)
    read = {entry.file.path: entry.file for entry in entries}
    if calibration:
        read[calibration.file.path] = calibration.file
    read |= {file.path: file for file in extractions.values()}
    parsed = {Path(path).relative_to(root).as_posix(): file for path, file in read.items()}
    texts = {name: file.text for name, file in parsed.items()} | {BIBLIOGRAPHY: bibliography}
    contents = {name: texts[name].encode() for name in sorted(texts, key=PurePosixPath)}
    return Registry(
        review=review.record,
        searches=search.record.searches,
        plan=plan.record,
        published=published.record,
        studies=tuple(sorted((s.record for s in files.studies), key=lambda s: (-s.year, s.id))),
        references=references,
        calibration=calibration.record if calibration else None,
        digest=digest_of(contents),
        corrections=tuple(entry.record for entry in corrections),
        evidence=tuple(entry.record for entry in evidence),
        screened=tuple(entry.record for entry in screened),
        extractions={
            (path.parent.name, path.stem): path.relative_to(root).as_posix() for path in extractions
        },
        root=root,
        files=parsed,
        contents=contents,
    )


BIBLIOGRAPHY = "references.bib"
EXPECTED = ("review.yaml", "search.yaml", "analyses.yaml", "published.yaml", BIBLIOGRAPHY)
OPTIONAL = (
    "studies",
    "corrections",
    "evidence",
    "extractions",
    "calibration.yaml",
    "results.lock.json",
    "schema",
    "screened",
    "LICENSE",
    "README.md",
)


def links(root: Path) -> Iterator[Problem]:
    """Symbolic links: what they lead to may change, and may not be for the public."""
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if not name.startswith(".")]
        for name in sorted((*names, *files)):
            path = Path(folder, name)
            if not name.startswith(".") and path.is_symlink():
                what = "folder" if path.is_dir() else "file"
                message = f"is a symbolic link; put the {what} itself here"
                yield file_problem(path, message)


def unknown_files(root: Path) -> list[Problem]:
    """Files that the tool would otherwise overlook in silence."""
    return [
        file_problem(path, "is not part of a registry; studies go into studies/<id>.yaml")
        for path in sorted(root.iterdir())
        if path.name not in (*EXPECTED, *OPTIONAL) and not path.name.startswith(".")
    ]


def _study_files(root: Path, problems: list[Problem]) -> list[Path]:
    folder = root / "studies"
    if not folder.is_dir():
        problems.append(file_problem(folder, "is missing; put one file a study here"))
        return []
    found = _yaml_files(folder, problems)
    if not found:
        problems.append(file_problem(folder, "holds no study; add at least two"))
    return found


def correction_files(root: Path, problems: list[Problem]) -> list[Path]:
    """Files of corrections; a registry need not have any."""
    return _yaml_files(root / "corrections", problems)


def _yaml_files(folder: Path, problems: list[Problem]) -> list[Path]:
    """Records of a folder that need not be there; editors keep hidden files beside them."""
    there = folder.iterdir() if folder.is_dir() else ()
    paths = sorted(path for path in there if not path.name.startswith("."))
    for path in paths:
        if path.suffix != ".yaml":
            problems.append(file_problem(path, "is not a .yaml file; rename or remove it"))
    return [path for path in paths if path.suffix == ".yaml"]


def _extractions(root: Path, problems: list[Problem]) -> dict[Path, YamlFile]:
    """What second extractors read: extractions/<initials>/<study>.yaml, any part of a record."""
    found: dict[Path, YamlFile] = {}
    folder = root / "extractions"
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if hidden or path.is_dir():
            continue
        if path.suffix != ".yaml" or path.parent.parent != folder:
            message = "does not belong here; name it extractions/<initials>/<study>.yaml"
            problems.append(file_problem(path, message))
        elif not (root / "studies" / path.name).is_file():
            problems.append(file_problem(path, f"there is no study '{path.stem}'"))
        elif file := _collect(lambda path=path: read_yaml(path), problems):  # type: ignore[misc]
            found[path] = file
    return found


def corrected(data: dict[str, Any], corrections: Iterable[Correction]) -> Study:
    """A study's record with other values; raises ValidationError when they are impossible."""
    for correction in corrections:
        data = replaced(data, path_of(correction.field), correction.corrected)
    return TypeAdapter(Study).validate_python(data)


MISSING = "is missing; every registry has this file"


def _one(path: Path, model: type[T], problems: list[Problem]) -> Parsed:
    if not path.exists() and not path.is_symlink():
        problems.append(file_problem(path, MISSING))
        return Parsed(YamlFile(str(path), None), None)
    file = _collect(lambda: read_yaml(path), problems)
    if file is None:
        return Parsed(YamlFile(str(path), None), None)
    try:
        return Parsed(file, TypeAdapter(model).validate_python(file.data))
    except ValidationError as error:
        problems += explain(error, file, model)
        return Parsed(file, None)


R = TypeVar("R")


def _collect(read: Callable[[], R], problems: list[Problem]) -> R | None:
    try:
        return read()
    except DataError as error:
        problems += error.problems
        return None


def _bibliography(path: Path, problems: list[Problem]) -> tuple[str, dict[str, Reference]]:
    """The text of the bibliography and its entries."""
    if not path.exists() and not path.is_symlink():
        problems.append(file_problem(path, MISSING))
        return "", {}
    text = _collect(lambda: read_text(path), problems) or ""
    return text, _collect(lambda: parse_bibliography(text, path), problems) or {}


def digest_of(contents: Mapping[str, bytes]) -> str:
    """SHA-256 over the names and contents of all records, independent of where they lie."""
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()
