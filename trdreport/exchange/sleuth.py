"""Sleuth text, the format of GingerALE."""

import re
from collections.abc import Iterable
from decimal import Decimal

from trdreport.brain.spaces import Coordinate
from trdreport.engine.results import ExperimentTable
from trdreport.engine.selection import experiment_table
from trdreport.exchange.experiments import REGION_LOST, Exchanged, Exported, Reader
from trdreport.model.fields import Place
from trdreport.records.loading import Registry


def read(text: str, name: str) -> tuple[Exchanged, ...]:
    """Sleuth (GingerALE) text; raises DataError with every mistake and its line."""
    reader, found = Reader(name), list[Exchanged]()
    space, title, sizes, foci, start = "", "", tuple[int, ...](), list[Place](), 1

    def close() -> None:
        if title and not sizes:
            reader.wrong(start, f"'{title}' has no line //Subjects=")
        if title:
            study, _, contrast = title.partition(":")
            study, contrast = study.strip(), contrast.strip()
            reader.name(study, start)
            reader.contrast(contrast, start)
            found.append(Exchanged(study, contrast, space, sizes, tuple(foci)))

    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        told = line.removeprefix("//").strip()
        if not line:
            continue
        if not line.startswith("//"):
            place = reader.place(re.split(r"[\s,]+", line), number)
            if not title:
                reader.wrong(number, "a focus before any experiment; name the experiment first")
            elif place:
                foci.append(place)
        elif told.lower().startswith("reference="):
            space = reader.space(told.partition("=")[2], number)
        elif told.lower().startswith("subjects="):
            size = reader.size(told.partition("=")[2], number)
            sizes = (size,) if size else (0,)
        elif told and (foci or sizes or not title):
            close()
            title, sizes, foci, start = told, (), [], number
        elif told:
            title = f"{title} {told}"
    close()
    if not space and not reader.problems:
        reader.wrong(1, "has no line //Reference=MNI or //Reference=Talairach")
    return reader.done(found)


def write_sleuth(experiments: Iterable[Exchanged]) -> str:
    """Sleuth text; experiments without foci cannot be said in it and are left out.

    Raises ValueError unless all are in one space.
    """
    told = [experiment for experiment in experiments if experiment.foci]
    spaces = {experiment.space for experiment in told}
    if len(spaces) > 1:
        raise ValueError("Sleuth text has one space; these experiments have two")
    lines = [f"//Reference={'Talairach' if spaces == {'TAL'} else 'MNI'}"]
    for experiment in told:
        lines += [f"//{experiment.study}: {experiment.contrast}"]
        lines += [f"//Subjects={sum(experiment.sizes)}"]
        lines += ["\t".join(f"{value:f}" for value in focus) for focus in experiment.foci]
        lines.append("")
    return "\n".join(lines) + "\n"


def write(registry: Registry, run_id: str) -> Exported:
    """The experiments of one run for GingerALE; raises KeyError for no run."""
    run = registry.run(run_id)
    table = experiment_table(registry, run)
    lost = [REGION_LOST, "sizes of the single groups: their sum counts"]
    lost += [f"{unit}: tested, nothing found" for unit in table.without_foci]
    return Exported(sleuth(table, run.profile.space), tuple(lost))


def sleuth(table: ExperimentTable, space: str) -> str:
    """An experiment table as Sleuth text for GingerALE, foci in the space of the analysis."""
    return write_sleuth(
        Exchanged(
            experiment.unit,
            ", ".join(sorted({focus.contrast for focus in experiment.foci})),
            space,
            (experiment.sample_size,),
            tuple(_hundredths(focus.position) for focus in experiment.foci),
        )
        for experiment in table.experiments
    )


def _hundredths(position: Coordinate) -> Place:
    x, y, z = (Decimal(f"{value:.2f}") for value in position)
    return x, y, z
