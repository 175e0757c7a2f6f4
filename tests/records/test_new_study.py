"""A new record holds every field in order and says what is still to be written."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.work.test_files import failing, full
from trdreport.errors import DataError, FileError
from trdreport.model.parts import parts
from trdreport.model.study import Clinical, Diagnosis, Group, Imaging, Quality, Study, TrdDefinition
from trdreport.records.begun import begin
from trdreport.records.formatting import format_record
from trdreport.records.loading import load_registry
from trdreport.records.new_candidate import write_candidate
from trdreport.records.new_study import Essentials, parse_groups, write_studies
from trdreport.records.yamlfile import read_yaml

Overlay = Callable[[str], Path]
NEW = Essentials(
    "gamma2020", "Gamma 2020", 2020, "Utopia", "VBM", {"TRD": 20, "HC": 22}, "original"
)

WRITTEN_OUT = ("contrasts", "sources")
"""Fields with a comment of their own about how they are filled in."""


def written(root: Path, study: Essentials = NEW) -> Path:
    (path,), _ = write_studies(begin(root), root, [study])
    return path


def test_only_what_is_to_do_is_wrong(overlaid: Overlay) -> None:
    root = overlaid("valid")
    path = written(root)
    with pytest.raises(DataError) as caught:
        load_registry(root)
    own = [p for p in caught.value.problems if p.path == str(path)]
    todo = [
        number for number, line in enumerate(path.read_text().splitlines(), 1) if "TODO" in line
    ]
    assert {problem.message for problem in own} == {"is still to be written"}
    assert sorted({problem.line for problem in own}) == todo


def test_every_field_is_there_with_its_meaning_and_an_example(overlaid: Overlay) -> None:
    """Also those inside, and optional ones behind a comment sign."""
    text = written(overlaid("valid")).read_text()
    for model in (Study, Diagnosis, TrdDefinition, Group, Clinical, Imaging, Quality):
        for part in parts(model).values():
            assert re.search(rf"^ *(# )?{part.name}( \(optional\))?:", text, re.M), part.name
            assert part.name in WRITTEN_OUT or part.description in text
    assert (
        "  # Maker and model. For example: Siemens Trio, not n/a\n  scanner: not_reported" in text
    )


def test_it_is_canonical(overlaid: Overlay) -> None:
    path = written(overlaid("valid"))
    assert format_record(path, "study", 1) == path.read_text()


def test_nothing_is_overwritten(overlaid: Overlay) -> None:
    root = overlaid("valid")
    path = written(root)
    before = path.read_text()
    with pytest.raises(DataError, match="is there already"):
        written(root)
    assert path.read_text() == before


@pytest.mark.parametrize("study_id", ["../beta", "Beta", "", "a b"])
def test_an_id_that_is_none(study_id: str, overlaid: Overlay) -> None:
    root = overlaid("valid")
    wrong = Essentials(study_id, "x", 2020, "x", "VBM", {"TRD": 1}, "original")
    with pytest.raises(DataError, match="is no id"):
        written(root, wrong)


def test_groups_are_read() -> None:
    assert parse_groups(["TRD=22", "HC=26"]) == {"TRD": 22, "HC": 26}
    for wrong in ("TRD", "TRD=", "TRD=0", "TRD=x", "=3"):
        with pytest.raises(ValueError, match="write it as TRD=22"):
            parse_groups([wrong])


@pytest.mark.parametrize("name", ["a\x1bb", "a\x00", "\ud800", "TODO", " "])
def test_a_label_that_no_record_can_hold_is_refused(name: str, overlaid: Overlay) -> None:
    root = overlaid("valid")
    registry = load_registry(root)
    before = sorted(root.rglob("*"))
    with pytest.raises(DataError, match=r"gamma2020\.yaml:1:1: label: "):
        written(root, replace(NEW, label=name))
    with pytest.raises(DataError, match=r"zhang2026\.yaml:1:1: found_by: "):
        write_candidate(registry, root, "zhang2026", "Zhang 2026", name)
    assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize("name", ["true", "null", "Côte d'Ivoire", "a: b", "Wu ", "吴"])
def test_what_was_said_is_what_is_read(name: str, overlaid: Overlay) -> None:
    root = overlaid("valid")
    path = written(root, replace(NEW, label=name, country=name))
    data = read_yaml(path).data
    assert (data["label"], data["country"]) == (name, name)


def test_a_full_disk_leaves_no_candidate(
    overlaid: Overlay, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = overlaid("valid")
    before = sorted(root.rglob("*"))
    monkeypatch.setattr(os, "fsync", failing(os.fsync, 1, full()))
    with pytest.raises(FileError, match="No space left on device"):
        write_candidate(load_registry(root), root, "zhang2026", "Zhang 2026", "an alert")
    assert sorted(root.rglob("*")) == before
