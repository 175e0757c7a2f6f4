"""The included studies: who was studied, how resistance was defined, how it was imaged."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from trdreport.exchange.delimited import to_csv
from trdreport.exchange.nimads import studyset
from trdreport.model.fields import split_contrast
from trdreport.records.loading import Registry
from trdreport.sections.facts.computed import Computed
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.figures.studies import MEDICATION, study_sketches
from trdreport.sections.section import DataFile, Heading, Section, ready
from trdreport.sections.tables import Table
from trdreport.sections.tables.studies import (
    acquisition_table,
    definition_table,
    foci_table,
    studies_csv,
    study_table,
)


@dataclass(frozen=True)
class StudiesView:
    """Whether any medication is known, and so drawn."""

    medication: bool


def tables(computed: Computed) -> Iterator[Table]:
    """Who, how defined, how imaged, every focus."""
    yield study_table(computed.registry)
    yield definition_table(computed.registry)
    yield acquisition_table(computed.registry)
    yield foci_table(computed.registry)


def figures(computed: Computed) -> Iterator[Sketch]:
    """Samples, medication, definitions."""
    yield from study_sketches(computed.registry)


def files(computed: Computed) -> Iterator[DataFile]:
    """Studies and foci as data."""
    registry = computed.registry
    yield ready("studies.csv", studies_csv(registry), Heading.TABLES, "one row a study")
    foci = "one row a focus, as published"
    yield ready("foci.csv", foci_csv(registry), Heading.TABLES, foci)
    text = json.dumps(studyset(registry), indent=1, ensure_ascii=False) + "\n"
    words = "NIMADS studyset, for NiMARE and Neurosynth Compose"
    yield ready("studyset.json", text, Heading.TOOLS, words)


def foci_csv(registry: Registry) -> str:
    """foci.csv: one row a focus, as published; `trdreport import csv` reads it."""
    columns = (
        "study", "contrast", "x", "y", "z", "space", "region", "statistic", "statistic_type",
        "n_more", "n_less",
    )  # fmt: skip
    rows = []
    for study in registry.studies:
        for result in study.contrasts:
            sizes = [str(study.n(group)) for group in split_contrast(result.contrast)]
            for focus in result.foci:
                value, kind = focus.statistic or ("", "")
                rows.append(
                    (
                        study.id, result.contrast, str(focus.x), str(focus.y), str(focus.z),
                        result.space, focus.region or "", str(value), kind, *sizes,
                    )
                )  # fmt: skip
    return to_csv(columns, rows)


def view(computed: Computed) -> StudiesView:
    """What the section shows beside its tables and figures."""
    return StudiesView(any(sketch.id == MEDICATION for sketch in figures(computed)))


SECTION = Section(
    id="studies",
    place="studies",
    title="Included studies",
    page="studies.html",
    view=view,
    tables=tables,
    figures=figures,
    files=files,
)
