"""Schemas and the field reference are those of the models, and editors find them."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import REGISTRIES, ROOT
from trdreport.records.schema import FOLDER, FOLDERS, MODELS, field_reference, schema, schema_files
from trdreport.records.yamlfile import read_yaml

VALID = REGISTRIES / "valid"


def files(name: str) -> list[Path]:
    folder = FOLDERS.get(name, "").partition("/")[0]
    return sorted((VALID / folder).glob("*.yaml")) if folder else sorted(VALID.glob(f"{name}.yaml"))


def plain(value: Any) -> Any:
    """A record as JSON has it."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value


@pytest.mark.parametrize("name", list(MODELS))
def test_the_committed_schema_is_current(name: str) -> None:
    file = f"{name}.schema.json"
    committed = (ROOT / "registry" / FOLDER / file).read_text()
    assert committed == schema_files()[file], "run trdreport schema"


def test_the_committed_reference_is_current() -> None:
    written = (ROOT / "docs" / "fields.md").read_text()
    assert written == field_reference(), "run trdreport schema --reference > docs/fields.md"


@pytest.mark.parametrize("name", list(MODELS))
def test_a_valid_record_fits_its_schema(name: str) -> None:
    validator = Draft202012Validator(json.loads(schema_files()[f"{name}.schema.json"]))
    for path in files(name):
        assert not list(validator.iter_errors(plain(read_yaml(path).data))), path


def test_a_wrong_record_does_not_fit() -> None:
    validator = Draft202012Validator(schema("study"))
    record = plain(read_yaml(VALID / "studies" / "alpha2018.yaml").data)
    for change in ({"year": "2011"}, {"colour": "blue"}, {"design": "guess"}):
        assert list(validator.iter_errors(record | change)), change
    record["groups"]["TRD"]["female_percent"] = 131.8
    assert list(validator.iter_errors(record))


def properties(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    own = schema(name)
    for part, described in {name: own, **own.get("$defs", {})}.items():
        for field, node in described.get("properties", {}).items():
            yield part, field, node


@pytest.mark.parametrize("name", list(MODELS))
def test_every_field_is_described(name: str) -> None:
    bare = [
        f"{part}.{field}"
        for part, field, node in properties(name)
        if not node.get("description") and "$ref" not in node
    ]
    assert bare == []
