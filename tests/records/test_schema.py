"""Schemas and the field reference are those of the models, and editors find them."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError, create_model

from tests.conftest import REGISTRIES, ROOT
from trdreport.model import kinds
from trdreport.model.fields import Record
from trdreport.model.parts import Part, parts
from trdreport.records.schema import FOLDER, as_yaml, field_reference, schema, schema_files
from trdreport.records.yamlfile import parse_yaml, read_yaml

VALID = REGISTRIES / "valid"
NAMES = [kind.name for kind in kinds.KINDS]


def files(name: str) -> list[Path]:
    return sorted(VALID.glob(kinds.kind(name).file.replace("<id>", "*")))


def plain(value: Any) -> Any:
    """A record as JSON has it."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_schema_is_current(name: str) -> None:
    file = f"{name}.schema.json"
    committed = (ROOT / "registry" / FOLDER / file).read_text()
    assert committed == schema_files()[file], "run trdreport schema"


def test_the_committed_reference_is_current() -> None:
    written = (ROOT / "docs" / "fields.md").read_text()
    assert written == field_reference(), "run trdreport schema --reference > docs/fields.md"


@pytest.mark.parametrize("name", NAMES)
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


def models(model: type[Record]) -> Iterator[type[Record]]:
    yield model
    for part in parts(model).values():
        if part.record:
            yield from models(part.record)


FIELDS = {
    f"{model.__name__}.{name}": (model, part)
    for kind in kinds.KINDS
    for model in models(kind.model)
    for name, part in parts(model).items()
}
PLAIN = [name for name, (_, part) in FIELDS.items() if not part.nested]


def accepts(model: type[Record], part: Part, value: Any) -> bool:
    """Whether a field takes a value that is written into a file so."""
    info = model.model_fields[part.name]
    checked = create_model("Checked", __base__=Record, value=(info.rebuild_annotation(), ...))
    data = parse_yaml(f"value: {as_yaml(value)}", "example").data
    try:
        checked.model_validate(data)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("name", list(FIELDS))
def test_every_field_says_what_it_is_and_is_called(name: str) -> None:
    _, part = FIELDS[name]
    assert part.description.endswith(".")
    assert part.label
    assert part.label != part.name or len(part.name) == 1


@pytest.mark.parametrize("name", PLAIN)
def test_an_example_is_what_the_field_takes_and_a_bad_one_is_refused(name: str) -> None:
    """Examples stand in schemas, the reference and new records, where people copy them."""
    model, part = FIELDS[name]
    info = model.model_fields[part.name]
    extra = info.json_schema_extra
    assert info.examples
    assert all(accepts(model, part, value) for value in info.examples)
    if isinstance(extra, dict) and "wrong" in extra:
        assert not accepts(model, part, extra["wrong"])


def test_the_reference_shows_units_and_examples() -> None:
    assert (
        "| `smoothing_fwhm_mm` | Smoothing FWHM, mm | number from 0 or `not_reported`,"
        ' `not_available` | Width of the smoothing kernel in mm. | `8`, *not* `"8 mm"` |'
    ) in field_reference()
