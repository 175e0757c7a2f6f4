"""A kind of record is one entry of a table; everything that reads a registry follows it."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import pytest

from trdreport.errors import DataError
from trdreport.model import kinds
from trdreport.model.fields import Identifier, Record, Text, declared
from trdreport.records.formatting import format_registry
from trdreport.records.history import changes, snapshot
from trdreport.records.loading import load_registry
from trdreport.records.schema import field_reference, schema_files

Overlay = Callable[[str], Path]


class Plate(Record):
    """A picture in print."""

    id: Annotated[Identifier, declared("Name of the file.", label="Plate", example="plate-1")]
    title: Annotated[Text, declared("What it shows.", label="Title", example="A brain")]


@pytest.fixture
def plates(monkeypatch: pytest.MonkeyPatch, overlaid: Overlay) -> Path:
    """A registry with a record of a kind that was declared just now."""
    kind = kinds.Kind("plate", Plate, "plates/<id>.yaml", "Plate", required=False)
    monkeypatch.setattr(kinds, "KINDS", (*kinds.KINDS, kind))
    root = overlaid("valid")
    (root / "plates").mkdir()
    (root / "plates" / "plate-1.yaml").write_text("title: A brain\nid: plate-1\n")
    return root


def test_a_new_kind_is_read_published_and_counted_in_the_digest(plates: Path) -> None:
    registry = load_registry(plates)
    assert registry.records["plate"] == (Plate(id="plate-1", title="A brain"),)
    assert "plates/plate-1.yaml" in registry.contents
    (plates / "plates" / "plate-1.yaml").write_text("id: plate-1\ntitle: Another brain\n")
    assert load_registry(plates).digest != registry.digest


def test_mistakes_in_a_new_kind_are_told_with_their_mend(plates: Path) -> None:
    (plates / "plates" / "plate-2.yaml").write_text("id: plate-3\ntitel: A brain\n")
    (plates / "plate").mkdir()
    with pytest.raises(DataError) as caught:
        load_registry(plates)
    assert [str(p).replace(f"{plates}/", "") for p in caught.value.problems] == [
        "plate:1:1: is not part of a registry; did you mean 'plates'?",
        "plates/plate-2.yaml:1:1: the key 'title' is missing; add it",
        "plates/plate-2.yaml:1:5: id: id 'plate-3' differs from the file name;"
        " call the file plate-3.yaml",
        "plates/plate-2.yaml:2:1: titel: unknown key 'titel'; did you mean 'title'?",
    ]


def test_a_new_kind_is_formatted_described_and_compared(plates: Path) -> None:
    before = snapshot(plates, "before")
    path = plates / "plates" / "plate-1.yaml"
    assert path in format_registry(plates, write=True)
    assert path.read_text() == (
        "# yaml-language-server: $schema=../schema/plate.schema.json\nid: plate-1\ntitle: A brain\n"
    )
    assert "plate.schema.json" in schema_files()
    assert "## plates/&lt;id&gt;.yaml" in field_reference()
    assert changes(before, snapshot(plates, "after")) == []


def test_each_file_of_a_registry_is_of_one_kind() -> None:
    assert kinds.kind_of("studies/wu2011.yaml") is kinds.kind("study")
    assert kinds.kind_of("review.yaml") is kinds.kind("review")
    assert kinds.kind_of("extractions/ab/wu2011.yaml") is None
