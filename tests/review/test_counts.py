"""The registry holds what the published review counts; later searches come on top of it."""

import pytest

from trdreport.records.loading import Registry


def test_participants(published_review: Registry) -> None:
    assert [published_review.total(group) for group in ("TRD", "TSD", "HC")] == [189, 156, 210]
    assert published_review.participants == 555


@pytest.mark.parametrize(
    ("modality", "counts"), [("rs-fMRI", [79, 77, 88]), ("VBM", [110, 79, 122])]
)
def test_participants_by_modality(
    modality: str, counts: list[int], published_review: Registry
) -> None:
    studies = [s for s in published_review.studies if s.imaging.modality == modality]
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
def test_foci_of_each_study(study: str, tsd: int, hc: int, published_review: Registry) -> None:
    results = published_review.study(study).contrasts
    assert sum(len(r.foci) for r in results if "TSD" in r.contrast) == tsd
    assert sum(len(r.foci) for r in results if "HC" in r.contrast) == hc


def test_printed_digits_survive(published_review: Registry) -> None:
    sandu = published_review.study("sandu2017").groups["TRD"].clinical
    assert sandu is not None
    assert isinstance(sandu.medication_percent, dict)
    assert str(sandu.medication_percent["benzodiazepines"]) == "43.90"
