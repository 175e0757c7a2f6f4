"""Load a registry folder into one frozen object, or report every problem in it at once."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from trdreport.brain.spaces import Points, convert
from trdreport.errors import DataError, Problem, file_problem
from trdreport.model import kinds
from trdreport.model.calibration import Calibration
from trdreport.model.candidate import Candidate
from trdreport.model.correction import Correction
from trdreport.model.evidence import Evidence
from trdreport.model.fields import Record
from trdreport.model.kinds import BIBLIOGRAPHY, Kind
from trdreport.model.plan import Analysis, Plan, Run
from trdreport.model.published import Published
from trdreport.model.review import Review, Search
from trdreport.model.study import ContrastResult, OtherContrast, Study
from trdreport.records import rules
from trdreport.records.bibliography import Reference, parse_bibliography
from trdreport.records.editions import FOLDER, Anchors, Frozen, Standing, anchors, in_order
from trdreport.records.messages import explain, suggest
from trdreport.records.parsed import Parsed
from trdreport.records.places import path_of, replaced
from trdreport.records.rules.common import Files
from trdreport.records.yamlfile import YamlFile, read_text, read_yaml

T = TypeVar("T", bound=Record)


@dataclass(frozen=True)
class Registry:
    """A whole review: every record validated, every reference resolved.

    `records` are the same by the name of their kind, in the order of their files.
    `editions` stand oldest first.
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
    editions: tuple[Frozen, ...] = field(default=(), repr=False)
    records: Mapping[str, tuple[Any, ...]] = field(default_factory=dict, repr=False, compare=False)
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

    def as_of(self, search: str) -> "Registry":
        """The review as it stood after a search: its studies, and the searches up to it.

        Raises ValueError for a search that it does not have.
        """
        ids = [each.id for each in self.searches]
        until = ids[: ids.index(search) + 1]
        return replace(
            self,
            searches=self.searches[: len(until)],
            studies=tuple(study for study in self.studies if study.search in until),
        )

    @property
    def newest(self) -> str:
        """The id of the newest search: as of it, the review is whole."""
        return self.searches[-1].id

    @property
    def as_published(self) -> "Registry":
        """The review as the published paper knew it."""
        return self.as_of(self.published.as_of)

    @property
    def updated(self) -> bool:
        """Whether there are studies that the published paper did not know."""
        return self.as_published.studies != self.studies

    @property
    def standing(self) -> Standing | None:
        """Which edition this is, or after which it is a draft; None before the first."""
        if not self.editions:
            return None
        newest = self.editions[-1].edition
        return Standing(newest, draft=newest.digest != self.digest)

    @cached_property
    def anchors(self) -> Anchors:
        """Names and places that clusters had in editions."""
        return anchors(self.editions)

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
    entries = {kind.name: tuple(_parsed(root, kind, problems)) for kind in kinds.KINDS}
    bibliography, references = _bibliography(root / BIBLIOGRAPHY, problems)
    extractions = _extractions(root, problems)
    problems += rules.check_all(Files(root, entries, references))
    if problems:
        raise DataError(problems)
    read = [entry.file for each in entries.values() for entry in each]
    parsed = {Path(f.path).relative_to(root).as_posix(): f for f in (*read, *extractions.values())}
    texts = {name: file.text for name, file in parsed.items()} | {BIBLIOGRAPHY: bibliography}
    contents = {name: texts[name].encode() for name in sorted(texts, key=PurePosixPath)}
    records = {name: tuple(entry.record for entry in each) for name, each in entries.items()}
    return Registry(
        review=records["review"][0],
        searches=records["search"][0].searches,
        plan=records["analyses"][0],
        published=records["published"][0],
        studies=tuple(sorted(records["study"], key=lambda study: (-study.year, study.id))),
        references=references or {},
        calibration=next(iter(records["calibration"]), None),
        digest=digest_of({n: c for n, c in contents.items() if not n.startswith(FOLDER)}),
        corrections=records["correction"],
        evidence=records["evidence"],
        screened=records["screened"],
        editions=in_order(root, records["edition"]),
        extractions={
            (path.parent.name, path.stem): path.relative_to(root).as_posix() for path in extractions
        },
        records=records,
        root=root,
        files=parsed,
        contents=contents,
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
    known = kinds.known_names()
    found = sorted(path for path in root.iterdir() if not path.name.startswith("."))
    mend = "; studies go into studies/<id>.yaml"
    return [
        file_problem(path, f"is not part of a registry{suggest(path.name, known) or mend}")
        for path in found
        if path.name not in known
    ]


def _parsed(root: Path, kind: Kind, problems: list[Problem]) -> Iterator[Parsed]:
    """Every file of a kind, read."""
    path = root / kind.entry
    if not kind.folder:
        if kind.required or path.exists():
            yield _one(path, kind.model, problems)
        return
    found = _yaml_files(path, kind.beside, problems)
    if kind.required and not path.is_dir():
        problems.append(file_problem(path, f"is missing; put one file a {kind.name} here"))
    elif kind.required and not found:
        problems.append(file_problem(path, f"holds no {kind.name}; add at least two"))
    for file in found:
        yield _one(file, kind.model, problems)


def _yaml_files(folder: Path, beside: str, problems: list[Problem]) -> list[Path]:
    """Records of a folder that need not be there; editors keep hidden files beside them.

    Files that end in `beside` belong to records, and the rules of their kind look at them.
    """
    there = folder.iterdir() if folder.is_dir() else ()
    paths = sorted(path for path in there if not path.name.startswith("."))
    for path in paths:
        if path.suffix not in (".yaml", beside or ".yaml"):
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


def _bibliography(path: Path, problems: list[Problem]) -> tuple[str, dict[str, Reference] | None]:
    """The text of the bibliography and its entries; None where they cannot be known."""
    if not path.exists() and not path.is_symlink():
        problems.append(file_problem(path, MISSING))
        return "", None
    text = _collect(lambda: read_text(path), problems)
    read = None if text is None else _collect(lambda: parse_bibliography(text, path), problems)
    if read is None:
        return text or "", None
    references, faults = read
    problems += faults
    return text or "", references


def digest_of(contents: Mapping[str, bytes]) -> str:
    """SHA-256 over the names and contents of all records, independent of where they lie."""
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()
