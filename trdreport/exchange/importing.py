"""Records begun from another tool's file: foci and sizes are there, the rest is to be written."""

import re
from collections.abc import Iterable
from pathlib import Path

from trdreport.errors import DataError, Problem, file_problem
from trdreport.exchange.experiments import Exchanged
from trdreport.exchange.formats import FORMATS
from trdreport.model.fields import TODO, UNREADABLE, split_contrast
from trdreport.records.loading import Registry
from trdreport.records.new_study import Essentials, new_record
from trdreport.records.yamlfile import read_text
from trdreport.work.files import write_new

YEAR = re.compile(r"(19|20)\d\d")
CONTRAST = re.compile(r"[A-Za-z][A-Za-z0-9]*>[A-Za-z][A-Za-z0-9]*")


def import_file(
    registry: Registry, root: Path, path: Path, form: str, contrast: str | None
) -> list[Path]:
    """Write one record for each study of a file; none when anything is wrong.

    An experiment whose name is no contrast, such as TRD>HC, gets `contrast`. Raises DataError with
    every problem of the file and of the records that are there already, FileError when the system
    cannot write.
    """
    experiments: tuple[Exchanged, ...] = FORMATS[form].load().read(read_text(path), str(path))
    studies: dict[str, list[Exchanged]] = {}
    for experiment in experiments:
        studies.setdefault(study_id(experiment.study), []).append(experiment)
    problems = list(_problems(registry, root, path, studies, contrast))
    if problems:
        raise DataError(problems)
    texts = {
        root / "studies" / f"{id_}.yaml": _record(registry, id_, own, path.name, contrast)
        for id_, own in sorted(studies.items())
    }
    write_new(texts)
    return list(texts)


def study_id(name: str) -> str:
    """An id from what another tool calls a study."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].strip("-") or "study"


def _problems(
    registry: Registry,
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
            elif unknown := [g for g in split_contrast(name) if g not in registry.review.groups]:
                known = ", ".join(registry.review.groups)
                message = f"{experiment.study}: {', '.join(unknown)} is no group; known are {known}"
                yield file_problem(path, message)


def _contrast(experiment: Exchanged, given: str | None) -> str | None:
    own = experiment.contrast.replace(" ", "")
    return own if CONTRAST.fullmatch(own) else given


def _record(
    registry: Registry, id_: str, own: list[Exchanged], file: str, contrast: str | None
) -> str:
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
    year = YEAR.search(own[0].study)
    sums = "; ".join(f"{e.contrast or 'no name'} {' + '.join(map(str, e.sizes))}" for e in own)
    essentials = Essentials(
        id=id_,
        label=own[0].study,
        year=int(year[0]) if year else TODO,
        country=TODO,
        modality=TODO,
        groups=groups,
        foci={key: tuple(f for e in each for f in e.foci) for key, each in contrasts.items()},
        notes=(f"Imported from {file}; sample sizes there: {sums}.",),
    )
    return new_record(registry, essentials)
