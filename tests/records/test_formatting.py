"""Formatting orders fields, loses nothing, and is done after one run."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import REGISTRIES
from trdreport.errors import DataError
from trdreport.records.formatting import format_record, format_registry, record_files
from trdreport.records.loading import load_registry
from trdreport.records.yamlfile import read_yaml

Overlay = Callable[[str], Path]
RECORD = (
    (REGISTRIES / "valid" / "studies" / "alpha2018.yaml").read_text()
    + """notes:
  - >-
    A note on
    two lines.
  - "A note: quoted"
"""
)


def shuffled(text: str, seed: int) -> str:
    """The blocks of a record, each with a comment above it, in another order."""
    blocks: list[list[str]] = []
    for line in text.splitlines():
        if line and not line.startswith((" ", "#", "-")):
            blocks.append([f"# above {line.split(':')[0]}"])
        if blocks and not line.startswith("#"):
            blocks[-1].append(line)
    random.Random(seed).shuffle(blocks)  # noqa: S311 (no secret)
    return "\n".join(line for block in blocks for line in block) + "\n"


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10_000))
def test_any_order_of_fields_becomes_the_canonical_one(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "alpha2018.yaml"
    path.write_text(RECORD)
    ordered = read_yaml(path).data
    path.write_text(shuffled(RECORD, seed))
    text = format_record(path, "study", 1)
    path.write_text(text)
    assert list(read_yaml(path).data) == list(ordered)
    assert read_yaml(path).data == ordered
    for key in ordered:
        lines = text.splitlines()
        assert lines[[line.split(":")[0] for line in lines].index(key) - 1] == f"# above {key}"
    assert format_record(path, "study", 1) == text


def test_fields_in_a_list_of_blocks_are_ordered(overlaid: Overlay) -> None:
    root = overlaid("valid")
    path = root / "studies" / "alpha2018.yaml"
    text = path.read_text()
    assert "  - contrast: HC>TRD\n    space: MNI\n" in text
    path.write_text(
        text.replace(
            "  - contrast: HC>TRD\n    space: MNI\n",
            "  - space: MNI  # said\n    contrast: HC>TRD\n",
        )
    )
    before = load_registry(root).study("alpha2018")
    format_registry(root, write=True)
    assert "  - contrast: HC>TRD\n    space: MNI  # said\n" in path.read_text()
    assert load_registry(root).study("alpha2018") == before


def test_a_second_run_changes_nothing(overlaid: Overlay) -> None:
    root = overlaid("valid")
    assert format_registry(root, write=True)
    assert format_registry(root, write=True) == []


def test_a_broken_record_stops_all(overlaid: Overlay) -> None:
    root = overlaid("valid")
    (root / "studies" / "beta2019.yaml").write_text("id: [\n")
    before = {path: path.read_text() for path, _, _ in record_files(root)}
    with pytest.raises(DataError, match="cannot read the YAML"):
        format_registry(root, write=True)
    assert {path: path.read_text() for path, _, _ in record_files(root)} == before


def test_what_a_killed_command_left_does_not_stop_the_next_one(overlaid: Overlay) -> None:
    root = overlaid("valid")
    (root / "screened").mkdir(exist_ok=True)
    for folder in (root, root / "studies", root / "screened"):
        (folder / ".a.yaml.0123456789abcdef.trdreport-new").write_text("id: [")
    load_registry(root)
    assert format_registry(root, write=True)
    assert not list((root / "studies").glob(".*"))
