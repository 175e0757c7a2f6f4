"""Tables of studies and study pages follow what the model declares, for any groups."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import ROOT
from trdreport.errors import DataError
from trdreport.model.study import TABLES
from trdreport.records.loading import Registry, load_registry
from trdreport.sections.pages.study_record import blocks, letter
from trdreport.sections.tables import Table
from trdreport.sections.tables.studies import (
    acquisition_table,
    columns_of,
    quality_table,
    study_table,
)

Overlay = Callable[[str], Path]


@pytest.fixture
def tiny(overlaid: Overlay) -> Registry:
    return load_registry(overlaid("valid"))


def with_patients(registry: Registry, patients: Mapping[str, bool]) -> Registry:
    """The registry with these groups as patients, or not."""
    groups = {
        name: group.model_copy(update={"patients": patients.get(name, group.patients)})
        for name, group in registry.review.groups.items()
    }
    return replace(registry, review=registry.review.model_copy(update={"groups": groups}))


def without_group(registry: Registry, name: str) -> Registry:
    """The registry with a first study that has no such group."""
    first, *others = registry.studies
    groups = {key: group for key, group in first.groups.items() if key != name}
    return replace(registry, studies=(first.model_copy(update={"groups": groups}), *others))


def row(table: Table, index: int = 0) -> dict[str, str]:
    return dict(zip(table.titles, table.rows[index], strict=True))


def test_the_first_group_of_patients_are_the_cases(miola: Registry) -> None:
    review = miola.review
    assert (review.cases, review.patients) == ("TRD", ("TRD", "TSD"))
    assert review.comparisons == ("TSD", "HC")
    later = with_patients(miola, {"TRD": False}).review
    assert (later.cases, later.patients, later.comparisons) == ("TSD", ("TSD",), ("TRD", "HC"))


def test_a_review_without_patients_has_no_columns_about_them(tiny: Registry) -> None:
    nobody = with_patients(tiny, dict.fromkeys(tiny.review.groups, False))
    assert nobody.review.cases is None
    table = study_table(nobody)
    assert f"N ({' / '.join(tiny.review.groups)})" in table.titles
    assert not [name for name in table.titles if name.startswith(("Age", "Symptom", "Medic"))]
    assert len(table.rows) == len(tiny.studies)


def test_a_study_without_the_cases_has_a_row_that_says_so(tiny: Registry) -> None:
    cells = row(study_table(without_group(tiny, "TRD")))
    assert cells["Age, years (TRD)"] == "not applicable"
    assert cells["Scale (TRD)"] == "not applicable"
    assert next(v for k, v in cells.items() if k.startswith("N (")).startswith("0 / ")


@pytest.mark.parametrize("name", list(TABLES))
def test_headings_differ_and_every_path_leads_to_a_field(name: str, miola: Registry) -> None:
    headings = [column.heading for column in columns_of(miola.review, name)]
    assert len(headings) == len(TABLES[name])
    assert name == "studies.csv" or len(set(headings)) == len(headings)


def test_the_number_of_raters_is_told(miola: Registry) -> None:
    assert quality_table(miola).notes == ("Raters of quality: 2.",)


def test_a_page_shows_every_field_in_the_order_of_the_model(tiny: Registry) -> None:
    study = tiny.study("alpha2018")
    shown = blocks(tiny.review, study)
    assert [block.title for block in shown][:3] == [
        "Study", "Diagnosis", "Definition of resistance",
    ]  # fmt: skip
    imaging = next(block for block in shown if block.title == "Imaging")
    labels = [r.label for r in imaging.rows]
    assert labels[2:5] == ["Field strength, T", "Scanner", "Sequence"]
    assert [r.text for r in imaging.rows][:2] == [
        tiny.review.named("modalities", "VBM")[1], tiny.review.measures["GMV"],
    ]  # fmt: skip
    patients = next(block for block in shown if block.title.startswith("TRD, "))
    rows = {r.label: r.text for r in patients.rows}
    assert rows["Symptom score, MADRS"] == "31.2 ± 4.0"
    assert rows["Illness duration, months"] == "30 ± 12"
    assert "Illness duration, years" not in rows


def sourced(registry: Registry, covers: str, label: str) -> str:
    """The letter beside a row of the second study when its second source covers a field."""
    text = (registry.root or Path()) / "studies" / "alpha2018.yaml"
    text.write_text(
        text.read_text()
        + f"  - {{covers: [{covers}], document: alpha2018, place: Table 2, page: 5}}\n"
    )
    again = load_registry(registry.root or Path())
    rows = [r for b in blocks(again.review, again.study("alpha2018")) for r in b.rows]
    return next(r.source for r in rows if r.label == label)


@pytest.mark.parametrize(
    ("covers", "letter_"),
    [
        ("groups.TRD.female_percent", "b"),
        ("groups.TRD.age_years", "a"),
        ("groups.TRD", "b"),
    ],
)
def test_a_value_has_the_letter_of_the_source_that_names_it_most_closely(
    covers: str, letter_: str, tiny: Registry
) -> None:
    assert sourced(tiny, covers, "Women, %") == letter_


def test_a_source_that_names_a_field_without_its_path_is_refused(tiny: Registry) -> None:
    """The page would not know whose value is meant."""
    with pytest.raises(DataError, match=r"write groups.HC.age_years or groups.TRD.age_years"):
        sourced(tiny, "age_years", "Age, years")


def test_letters_of_sources_go_on_behind_z() -> None:
    assert [letter(index) for index in (0, 25, 26, 27, 52)] == ["a", "z", "aa", "ab", "ba"]


NEW_FIELD = """    invented_for_a_test: Annotated[
        Text | None,
        declared("Who made it.", label="Invented", example="Siemens"),
    ] = None
    sequence: Annotated["""

PROOF = """
from pathlib import Path
from trdreport.model import kinds
from trdreport.records.formatting import format_record
from trdreport.records.loading import load_registry
from trdreport.records.new_study import Essentials, new_record
from trdreport.records.schema import field_reference, schema
from trdreport.sections.pages.study_record import blocks
from trdreport.sections.tables.studies import acquisition_table
registry = load_registry(Path("registry"))
table = acquisition_table(registry)
print([dict(zip(table.titles, row))["Invented"] for row in table.rows])
study = registry.study("alpha2018")
print([r.text for b in blocks(registry.review, study) for r in b.rows if r.label == "Invented"])
print(schema("study")["$defs"]["Imaging"]["properties"]["invented_for_a_test"]["examples"])
print("| `invented_for_a_test` (optional) | Invented | text | Who made it. |" in field_reference())
new = Essentials("new", "New", 2020, "X", "VBM", {"TRD": 1, "HC": 1}, "original")
form = new_record(registry.review, new)
print("# invented_for_a_test (optional): Who made it. For example: Siemens" in form)
print("invented_for_a_test" in format_record(Path("registry/studies/alpha2018.yaml"), "study", 1))
"""


def test_a_new_field_on_pages_and_in_a_table_is_an_edit_of_one_file(
    tmp_path: Path, overlaid: Overlay
) -> None:
    """Two insertions into model/study.py of a copy of the package; nothing else changes."""
    root = overlaid("valid")
    record = root / "studies" / "alpha2018.yaml"
    record.write_text(
        record.read_text().replace("  sequence:", "  invented_for_a_test: Philips\n  sequence:")
    )
    with pytest.raises(DataError, match="unknown key 'invented_for_a_test'"):
        load_registry(root)
    shutil.copytree(ROOT / "trdreport", tmp_path / "package" / "trdreport")
    model = tmp_path / "package" / "trdreport" / "model" / "study.py"
    text = model.read_text()
    for before, after in (
        ("    sequence: Annotated[", NEW_FIELD),
        (
            '            "imaging.scanner",\n',
            '            "imaging.scanner",\n            "imaging.invented_for_a_test",\n',
        ),
    ):
        assert text.count(before) == 1
        text = text.replace(before, after)
    model.write_text(text)
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "package")}
    done = subprocess.run(
        [sys.executable, "-c", PROOF], cwd=root.parent, env=environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "['–', 'Philips']", "['Philips']", "['Siemens']", "True", "True", "True",
    ]  # fmt: skip


def test_acquisition_is_told_for_every_study(miola: Registry) -> None:
    table = acquisition_table(miola)
    assert [r[0] for r in table.rows] == [study.label for study in miola.studies]
    assert [c.kind for c in table.columns if c.title == "Field strength, T"] == ["number"]
