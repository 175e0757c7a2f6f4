"""Checks notice what cannot be right, nothing else, and say where it stands."""

import json
import statistics
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from trdreport.checks import RULES, check, rules_table
from trdreport.checks.arithmetic import (
    possible_mean,
    possible_percent,
    possible_sd,
    possible_sums,
)
from trdreport.checks.doubt import Doubt
from trdreport.checks.formats import as_github, as_json, as_text
from trdreport.errors import DataError
from trdreport.records.loading import load_registry

Overlay = Callable[[str], Path]
ROUNDINGS = st.sampled_from([ROUND_HALF_UP, ROUND_DOWN])
DIGITS = st.integers(0, 3)


def printed(value: Decimal, digits: int, rounding: str) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding)


@given(n=st.integers(1, 200), people=st.integers(0, 200), digits=DIGITS, rounding=ROUNDINGS)
def test_a_true_percentage_is_possible(n: int, people: int, digits: int, rounding: str) -> None:
    percent = Decimal(100) * min(people, n) / n
    assert possible_percent(printed(percent, digits, rounding), n)


@given(scores=st.lists(st.integers(0, 60), min_size=2, max_size=60), digits=DIGITS)
def test_true_scores_are_possible(scores: list[int], digits: int) -> None:
    n = len(scores)
    mean = printed(Decimal(sum(scores)) / n, digits, ROUND_HALF_UP)
    sd = printed(Decimal(statistics.stdev(scores)), digits, ROUND_HALF_UP)
    assert sum(scores) in possible_sums(mean, n)
    assert possible_mean(mean, n)
    assert possible_sd(mean, sd, n)


def test_scores_that_no_people_give() -> None:
    assert not possible_mean(Decimal("25.89"), 22)  # 569.58 points
    assert possible_mean(Decimal("25.91"), 22)  # 570 points
    assert not possible_sd(Decimal("2.0"), Decimal("0.4"), 5)  # needs one half of a point
    assert possible_sd(Decimal("2.0"), Decimal("0.7"), 5)


def test_a_percentage_may_be_rounded_or_cut() -> None:
    assert possible_percent(Decimal("27.77"), 18)
    assert possible_percent(Decimal("27.78"), 18)
    assert not possible_percent(Decimal("27.79"), 18)


CHANGES = {
    "GRIM": ("studies/alpha2018.yaml", "female_percent: 50", "female_percent: 51"),
    "AGE": (
        "studies/alpha2018.yaml",
        "onset_age_years: not_reported",
        "onset_age_years: {mean: 40, sd: 4}",
    ),
    "TOTALS": ("published.yaml", "n: 90", "n: 91"),
}


def codes(root: Path) -> list[str]:
    return [doubt.code for doubt in check(load_registry(root))]


def test_the_tiny_registry_is_clean_but_for_what_it_says_openly(overlaid: Overlay) -> None:
    """Its two studies share a focus, so that there is something to find."""
    assert set(codes(overlaid("valid"))) == {"PRISMA", "TWICE"}


def test_a_cohort_of_studies_without_a_group_in_common(overlaid: Overlay) -> None:
    root = overlaid("valid")
    path = root / "studies" / "beta2019.yaml"
    text = path.read_text().replace("cohort: beta2019", "cohort: alpha2018")
    path.write_text(text)
    assert "COHORT" not in codes(root)  # the controls are as many
    path.write_text(text.replace("n: 24", "n: 25"))
    assert "COHORT" in codes(root)


@pytest.mark.parametrize("code", sorted(CHANGES))
def test_a_changed_record_is_noticed(code: str, overlaid: Overlay) -> None:
    root = overlaid("valid")
    name, old, new = CHANGES[code]
    text = (root / name).read_text()
    assert old in text
    (root / name).write_text(text.replace(old, new, 1))
    assert code in codes(root)


def foci_of(root: Path, study: str, foci: str, space: str = "MNI") -> None:
    path = root / "studies" / f"{study}.yaml"
    text = path.read_text()
    start = text.index("contrasts:")
    end = text.index("\nsources:")
    path.write_text(
        text[:start] + "contrasts:\n  - contrast: TRD>HC\n"
        f"    space: {space}\n    foci:\n{foci}" + text[end:]
    )


def lines(*foci: tuple[int, int, int]) -> str:
    return "".join(f"      - {{x: {x}, y: {y}, z: {z}}}\n" for x, y, z in foci)


RIGHT = ((20, 0, 0), (30, 0, 10), (40, -20, 0), (25, 10, 5), (30, -60, 0), (22, 30, 4))


def test_foci_on_one_side_alone(overlaid: Overlay) -> None:
    root = overlaid("valid")
    foci_of(root, "alpha2018", lines(*RIGHT))
    assert "SIDE" in codes(root)
    foci_of(root, "alpha2018", lines(*RIGHT[:5], (-22, 30, 4)))
    assert "SIDE" not in codes(root)


def test_a_focus_in_two_studies(overlaid: Overlay) -> None:
    root = overlaid("valid")
    for study in ("alpha2018", "beta2019"):
        foci_of(root, study, lines((20, 0, 0), (-30, 10, 4)))
    assert codes(root).count("TWICE") == 2


def test_a_focus_outside_and_a_space_that_fits_better(overlaid: Overlay) -> None:
    """The top of the MNI brain is above that of the Talairach brain."""
    root = overlaid("valid")
    high = ((0, -20, 76), (10, -30, 76), (-10, -30, 76), (20, -20, 74))
    foci_of(root, "alpha2018", lines(*high))
    assert "SPACE" not in codes(root)
    foci_of(root, "alpha2018", lines(*high), space="TAL")
    found = codes(root)
    assert "SPACE" in found
    assert "OUTSIDE" in found


def acknowledge(root: Path, code: str, field: str) -> None:
    path = root / "studies" / "alpha2018.yaml"
    reason = f"\nacknowledged:\n  - {{code: {code}, field: {field}, reason: So it is printed.}}\n"
    path.write_text(path.read_text().rstrip() + reason)


def test_an_acknowledged_doubt_is_shown_with_its_reason(overlaid: Overlay) -> None:
    root = overlaid("valid")
    path = root / "studies" / "alpha2018.yaml"
    path.write_text(path.read_text().replace("female_percent: 50", "female_percent: 51", 1))
    acknowledge(root, "GRIM", "groups.TRD")
    registry = load_registry(root)
    (doubt,) = [f for f in check(registry) if f.code == "GRIM"]
    assert doubt.acknowledged == "So it is printed."
    assert "(acknowledged: So it is printed.)" in as_text(registry, [doubt])
    assert as_github(registry, [doubt]).startswith("::notice ")


def test_an_acknowledgement_of_nothing_is_a_doubt(overlaid: Overlay) -> None:
    root = overlaid("valid")
    acknowledge(root, "GRIM", "groups.TRD")
    assert "ACKNOWLEDGED" in codes(root)


def test_json_and_annotations_carry_the_place(overlaid: Overlay) -> None:
    root = overlaid("valid")
    path = root / "studies" / "alpha2018.yaml"
    path.write_text(path.read_text().replace("female_percent: 50", "female_percent: 51", 1))
    registry = load_registry(root)
    found = sorted(check(registry), key=lambda doubt: doubt.code != "GRIM")
    rows = json.loads(as_json(registry, found))
    assert len(rows) == len(found)
    assert {"code", "severity", "path", "line", "column", "field", "message"} <= set(rows[0])
    first = as_github(registry, found).splitlines()[0]
    assert first.startswith("::warning file=")
    assert f"line={rows[0]['line']},col={rows[0]['column']},title=GRIM::" in first
    assert "51.0 %25 women" in first


HOSTILE = "a\n::error::b\r\x1b[2J\x9b##[group]\u2028\u202e100%"


def test_what_a_record_says_begins_no_line_and_acts_on_no_terminal(overlaid: Overlay) -> None:
    registry = load_registry(overlaid("valid"))
    doubt = Doubt("GRIM", "note", (), HOSTILE, "review.yaml", (), HOSTILE)
    text, annotation = as_text(registry, [doubt]), as_github(registry, [doubt])
    for shown in (text, annotation):
        assert len(shown.splitlines()) == 1
        assert shown.replace("\u202e", "").isprintable()
        assert "\u202e" not in shown
        assert "##[" not in shown
    assert r"a\n::error::b\r\x1b[2J\x9b##\x5bgroup]\u2028\u202e100%" in text
    assert annotation.startswith("::notice file=")
    assert annotation.endswith("100%25")


def test_the_documentation_lists_every_check() -> None:
    assert rules_table() in (ROOT / "docs" / "checks.md").read_text()
    assert all(f"| {code} |" in rules_table() for code in RULES)


def test_a_broken_registry_is_not_checked(overlaid: Overlay) -> None:
    with pytest.raises(DataError):
        check(load_registry(overlaid("n-negative")))
