"""Two extractors are compared with each other and with the record."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from trdreport.checks import check
from trdreport.checks.extraction import cohens_kappa
from trdreport.records.loading import load_registry

Overlay = Callable[[str], Path]
CATEGORIES = st.sampled_from(["a", "b", "c"])


@given(st.lists(st.tuples(CATEGORIES, CATEGORIES), min_size=2, max_size=40))
def test_kappa_is_the_one_of_the_library(pairs: list[tuple[str, str]]) -> None:
    one, other = zip(*pairs, strict=True)
    ours = cohens_kappa(pairs)
    if ours is None:
        assert len(set(one) | set(other)) == 1
    else:
        assert ours == pytest.approx(cohen_kappa_score(one, other))


def extracted(root: Path, extractor: str, study: str, text: str) -> None:
    folder = root / "extractions" / extractor
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{study}.yaml").write_text(text)


def told(root: Path, code: str) -> list[str]:
    return [f.message for f in check(load_registry(root)) if f.code == code]


def test_a_difference_from_the_record_is_told_where_it_stands(overlaid: Overlay) -> None:
    root = overlaid("valid")
    extracted(root, "ab", "alpha2018", "year: 2018\ngroups:\n  TRD: {n: 21}\n")
    assert told(root, "EXTRACTION") == [
        "alpha2018, groups.TRD.n: ab read '21', the record has '20'"
    ]
    registry = load_registry(root)
    (doubt,) = [f for f in check(registry) if f.code == "EXTRACTION"]
    assert registry.files[doubt.file].problem(doubt.loc, "").line == 3


def test_agreement_of_two_extractors(overlaid: Overlay) -> None:
    root = overlaid("valid")
    extracted(root, "ab", "alpha2018", "design: cross_sectional\ncountry: Utopia\nyear: 2018\n")
    extracted(root, "cd", "alpha2018", "design: case_control\ncountry: Utopia\nyear: 2018\n")
    (message,) = told(root, "KAPPA")
    assert message == ("ab and cd, 1 studies: kappa 0.33 over 2 categories; 1 of 1 numbers equal")


def test_one_extractor_alone_has_no_kappa(overlaid: Overlay) -> None:
    root = overlaid("valid")
    extracted(root, "ab", "alpha2018", "year: 2018\n")
    assert told(root, "KAPPA") == []
