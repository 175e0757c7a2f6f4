"""Records begun from another tool's file: foci and sizes are there, the rest is to be written."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from trdreport.errors import DataError, Problem, file_problem
from trdreport.exchange.experiments import Exchanged
from trdreport.exchange.formats import FORMATS
from trdreport.model.fields import TODO, UNREADABLE, split_contrast
from trdreport.model.review import Review
from trdreport.records.begun import Begun
from trdreport.records.new_reference import Work
from trdreport.records.new_study import Essentials, Focus, write_studies
from trdreport.records.yamlfile import read_text

YEAR = re.compile(r"(19|20)\d\d")
CONTRAST = re.compile(r"[A-Za-z][A-Za-z0-9]*>[A-Za-z][A-Za-z0-9]*")


def import_file(
    begun: Begun,
    root: Path,
    path: Path,
    form: str,
    contrast: str | None,
    *,
    search: str | None = None,
    work: Work | None = None,
    count: bool = False,
) -> tuple[list[Path], list[str]]:
    """Write one record for each study of a file; none when anything is wrong.

    An experiment whose name is no contrast, such as TRD>HC, gets `contrast`. Every study was found
    by `search`, the newest where none is named; `work` is the reference of the only study. Returns
    and raises as `write_studies` does; DataError has every problem of the file and of the records
    that are there already.
    """
    experiments: tuple[Exchanged, ...] = FORMATS[form].load().read(read_text(path), str(path))
    studies: dict[str, list[Exchanged]] = {}
    for experiment in experiments:
        studies.setdefault(study_id(experiment.study), []).append(experiment)
    problems = list(_problems(begun.review, root, path, studies, contrast))
    if work and len(studies) > 1:
        message = f"holds {len(studies)} studies, and {work.file} is the reference of one"
        problems.append(file_problem(path, message))
    if problems:
        raise DataError(problems)
    found = begun.chosen(search)
    begin = [
        _essentials(id_, own, path.name, contrast, found, work)
        for id_, own in sorted(studies.items())
    ]
    return write_studies(begun, root, begin, work=work, count=count)


def study_id(name: str) -> str:
    """An id from what another tool calls a study."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].strip("-") or "study"


def _problems(
    review: Review,
    root: Path,
    path: Path,
    studies: dict[str, list[Exchanged]],
    contrast: str | None,
) -> Iterable[Problem]:
    if UNREADABLE.search(path.name):
        yield file_problem(ascii(str(path)), "goes into a note by its name; rename it")
    for id_, own in studies.items():
        target = root / "studies" / f"{id_}.yaml"
        if target.exists():
            yield file_problem(target, "is there already; rename the study in the file")
        names = {experiment.study for experiment in own}
        if len(names) > 1:
            message = f"{' and '.join(sorted(names))} would be one study, '{id_}'; rename one"
            yield file_problem(path, message)
        for experiment in own:
            name = _contrast(experiment, contrast)
            if name is None:
                message = (
                    f"{experiment.study}: '{experiment.contrast}' is no contrast such as TRD>HC;"
                    " name one with --contrast"
                )
                yield file_problem(path, message)
            elif unknown := [g for g in split_contrast(name) if g not in review.groups]:
                known = ", ".join(review.groups)
                message = f"{experiment.study}: {', '.join(unknown)} is no group; known are {known}"
                yield file_problem(path, message)


def _contrast(experiment: Exchanged, given: str | None) -> str | None:
    own = experiment.contrast.replace(" ", "")
    return own if CONTRAST.fullmatch(own) else given


def _essentials(
    id_: str,
    own: list[Exchanged],
    file: str,
    contrast: str | None,
    search: str,
    work: Work | None,
) -> Essentials:
    groups: dict[str, int | str] = {}
    contrasts: dict[tuple[str, str], list[Exchanged]] = {}
    for experiment in own:
        name = _contrast(experiment, contrast) or TODO
        contrasts.setdefault((name, experiment.space), []).append(experiment)
        pair = split_contrast(name)
        known = len(experiment.sizes) == len(pair)
        sizes: tuple[int | str, ...] = experiment.sizes if known else (TODO, TODO)
        for group, size in zip(pair, sizes, strict=True):
            groups.setdefault(group, size)
    named = YEAR.search(own[0].study)
    year = work.year if work and work.year else int(named[0]) if named else TODO
    sums = "; ".join(f"{e.contrast or 'no name'} {' + '.join(map(str, e.sizes))}" for e in own)
    return Essentials(
        id=id_,
        label=(work and work.label) or own[0].study,
        year=year,
        country=TODO,
        modality=TODO,
        groups=groups,
        search=search,
        foci={key: tuple(f for e in each for f in _foci(e)) for key, each in contrasts.items()},
        notes=(f"Imported from {file}; sample sizes there: {sums}.",),
    )


def _foci(experiment: Exchanged) -> Iterator[Focus]:
    """Each focus by the fields of a record."""
    for index, place in enumerate(experiment.foci):
        said = experiment.said[index] if experiment.said else {}
        yield {**dict(zip("xyz", place, strict=True)), **said}
