"""The records of the review are in order, and what is known to be wrong in them is found."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import ROOT
from tests.records.test_schema import plain
from trdreport.checks import check
from trdreport.records.formatting import format_registry, record_files
from trdreport.records.loading import Registry
from trdreport.records.schema import FOLDER, schema_files
from trdreport.records.yamlfile import read_yaml
from trdreport.sections.evidence import response_table
from trdreport.sections.facts.statements import evidence_view

REGISTRY = ROOT / "registry"


def messages(registry: Registry) -> dict[str, list[str]]:
    """What the checks say, by their code."""
    found: dict[str, list[str]] = {}
    for finding in check(registry):
        found.setdefault(finding.code, []).append(finding.message)
    return found


def test_the_records_are_canonical() -> None:
    assert format_registry(REGISTRY, write=False) == []


@pytest.mark.parametrize(
    "path", [path for path, _, _ in record_files(REGISTRY)], ids=lambda path: path.stem
)
def test_every_record_names_its_schema_and_fits_it(path: Path) -> None:
    target = path.read_text().splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    file = (path.parent / target).resolve()
    assert file.parent == REGISTRY / FOLDER
    validator = Draft202012Validator(json.loads(schema_files()[file.name]))
    assert list(validator.iter_errors(plain(read_yaml(path).data))) == []


def test_every_study_answers_every_criterion_and_none_contradicts(real_registry: Registry) -> None:
    """A candidate's may: one that was too late is not, once a later search covers its day."""
    of_studies = replace(real_registry, screened=())
    assert "ELIGIBILITY" not in messages(of_studies)
    criteria = {criterion.id for criterion in real_registry.review.eligibility}
    assert all(set(study.eligibility) == criteria for study in real_registry.studies)


def test_everything_known_to_be_wrong_is_found(published_review: Registry) -> None:
    found = messages(published_review)
    assert sum("perhaps exchanged rows" in message for message in found["GRIM"]) == 2
    assert any("Guo 2012 fALFF and Ma 2012" in message for message in found["SAME-SAMPLE"])
    assert any("Guo 2012 ReHo and Wu 2011" in message for message in found["EXCHANGED"])
    assert any("2 Japan + 1 Taiwan + 4 China = 7" in message for message in found["COUNTRY"])
    assert any("'TSD vs. HC'" in message for message in found["PRINTED-ELSEWHERE"])
    assert any("44 + 29 + 32 + 17 = 122" in message for message in found["TOTALS"])
    assert any("25.89 x 22 = 569.58" in message for message in found["GRIMMER"])


def test_every_finding_points_into_a_file(real_registry: Registry) -> None:
    for finding in check(real_registry):
        at = real_registry.files[finding.file].problem(finding.loc, "")
        assert (at.line, at.column) != (1, 1), finding
        assert Path(at.path).is_file()


def test_the_conflicts_of_the_evidence_are_shown(real_registry: Registry) -> None:
    """Wang 2025 sets two trials of ECT against each other, and two of the default mode network."""
    view = evidence_view(real_registry)
    pairs = {frozenset((each.one[0].record.id, each.other[0].record.id)) for each in view.conflicts}
    assert frozenset(("wang2025-31", "wang2025-32")) in pairs
    assert frozenset(("wang2025-34", "wang2025-35")) in pairs
    assert {row[-1] for row in response_table(view).rows} == {"yes", "no"}
