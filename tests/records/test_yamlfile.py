"""YAML is read as it is printed, and every value knows its place."""

from decimal import Decimal
from pathlib import Path

from trdreport.records.yamlfile import YamlFile, dotted, read_yaml


def read(tmp_path: Path, text: str) -> YamlFile:
    path = tmp_path / "file.yaml"
    path.write_text(text)
    return read_yaml(path)


def test_a_number_keeps_its_printed_digits(tmp_path: Path) -> None:
    assert str(read(tmp_path, "a: 43.90").data["a"]) == "43.90"


def test_words_that_other_parsers_change_stay_text(tmp_path: Path) -> None:
    data = read(tmp_path, "a: NO\nb: 1:30\nc: 2022-04-23\nd: yes\ne: '5'").data
    assert data == {"a": "NO", "b": "1:30", "c": "2022-04-23", "d": "yes", "e": "5"}


def test_numbers(tmp_path: Path) -> None:
    data = read(tmp_path, "[1, -0, 010, 0x1F, 2.32E-06, -3.5]").data
    assert data == (1, 0, 10, 31, Decimal("2.32E-06"), Decimal("-3.5"))


def test_an_absurd_exponent_is_text(tmp_path: Path) -> None:
    assert read(tmp_path, "a: 1e99999999999999999999").data == {"a": "1e99999999999999999999"}


def test_positions_count_from_one(tmp_path: Path) -> None:
    file = read(tmp_path, "a:\n  - {x: 1}\n  - {x: 2}\n")
    assert file.positions[("a", 1, "x")] == (3, 9)
    assert file.keys[("a", 1, "x")] == (3, 6)


def test_a_missing_part_of_a_place_points_to_its_parent(tmp_path: Path) -> None:
    problem = read(tmp_path, "a:\n  b: 1\n").problem(("a", "known", "c"), "missing")
    assert (problem.line, problem.column, problem.field) == (2, 3, "a")


def test_dotted() -> None:
    assert dotted(("contrasts", 0, "foci", 12, "x")) == "contrasts[0].foci[12].x"
