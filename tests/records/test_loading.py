"""The real registry holds what the published review counts; bytes are kept as parsed."""

import hashlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from trdreport.checks import check
from trdreport.checks.arithmetic import possible_percent
from trdreport.records.loading import Registry, load_registry


def test_participants(real_registry: Registry) -> None:
    assert [real_registry.total(group) for group in ("TRD", "TSD", "HC")] == [189, 156, 210]
    assert real_registry.participants == 555


@pytest.mark.parametrize(
    ("modality", "counts"), [("rs-fMRI", [79, 77, 88]), ("VBM", [110, 79, 122])]
)
def test_participants_by_modality(
    modality: str, counts: list[int], real_registry: Registry
) -> None:
    studies = [s for s in real_registry.studies if s.imaging.modality == modality]
    assert [sum(s.n(group) for s in studies) for group in ("TRD", "TSD", "HC")] == counts


@pytest.mark.parametrize(
    ("study", "tsd", "hc"),
    [
        ("sandu2017", 3, 0),
        ("yamamura2016", 5, 11),
        ("machino2014", 0, 2),
        ("serra-blasco2013", 0, 12),
        ("ma2012", 1, 1),
        ("guo2012-reho", 2, 2),
        ("guo2012-falff", 3, 4),
        ("wu2011", 5, 10),
    ],
)
def test_foci_of_each_study(study: str, tsd: int, hc: int, real_registry: Registry) -> None:
    results = real_registry.study(study).contrasts
    assert sum(len(r.foci) for r in results if "TSD" in r.contrast) == tsd
    assert sum(len(r.foci) for r in results if "HC" in r.contrast) == hc


def test_printed_digits_survive(real_registry: Registry) -> None:
    sandu = real_registry.study("sandu2017").groups["TRD"].clinical
    assert sandu is not None
    assert isinstance(sandu.medication_percent, dict)
    assert str(sandu.medication_percent["benzodiazepines"]) == "43.90"


def test_a_percentage_may_be_rounded_or_cut() -> None:
    assert possible_percent(Decimal("27.77"), 18)
    assert possible_percent(Decimal("27.78"), 18)
    assert not possible_percent(Decimal("27.79"), 18)


def test_checks_find_what_is_known_to_be_wrong(real_registry: Registry) -> None:
    found = check(real_registry)
    exchanged = [
        f.message for f in found if f.code == "GRIM" and "perhaps exchanged rows" in f.message
    ]
    assert len(exchanged) == 2
    assert ("guo2012-falff", "ma2012") in [f.studies for f in found if f.code == "SAME-SAMPLE"]
    assert ("guo2012-reho", "wu2011") in [f.studies for f in found if f.code == "EXCHANGED"]
    assert any("44 + 29 + 32 + 17 = 122" in f.message for f in found if f.code == "TOTALS")


def test_the_bytes_that_were_parsed_are_kept(overlaid: Callable[[str], Path]) -> None:
    root = overlaid("valid")
    study = root / "studies" / "alpha2018.yaml"
    study.write_bytes(study.read_bytes().replace(b"\n", b"\r\n"))
    registry = load_registry(root)
    paths = sorted((*root.rglob("*.yaml"), *root.glob("*.bib")))
    there = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    assert dict(registry.contents) == there
    digest = hashlib.sha256()
    for name, content in there.items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    assert registry.digest == digest.hexdigest()


def test_hidden_files_are_not_records(overlaid: Callable[[str], Path]) -> None:
    root = overlaid("valid")
    before = load_registry(root)
    secret = root.parent / "secret"
    secret.write_text("password")
    (root / ".x.bib").symlink_to(secret)
    for folder in ("studies", "evidence", "corrections", "screened", "extractions/.hidden"):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / ".swap.yaml").write_text("not: a record")
    after = load_registry(root)
    assert after.digest == before.digest
    assert after.contents == before.contents
