"""Authors keep the parts of their names; a broken entry hides no other."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from pybtex.database import parse_string

from trdreport.errors import DataError
from trdreport.exchange.citing import citation, citation_files, csl_json, linked_data
from trdreport.records.bibliography import Person, Reference, parse_bibliography
from trdreport.records.loading import Registry, load_registry

Overlay = Callable[[str], Path]
AUTHORS = "{World Health Organization} and Wang, Xin-qi and de Diego, Q. Z. and others"


def read(authors: str) -> Reference:
    text = f"@article{{key2023, author = {{{authors}}}, title = {{T}}, year = {{2023}}}}"
    references, problems = parse_bibliography(text, Path("references.bib"))
    assert problems == []
    return references["key2023"]


def test_names_are_kept_by_their_parts() -> None:
    reference = read(AUTHORS)
    assert reference.others
    assert reference.authors == (
        Person("World Health Organization", institution=True),
        Person("Wang", "Xin-qi"),
        Person("de Diego", "Q. Z."),
    )


def test_an_institution_is_cited_by_its_whole_name() -> None:
    assert read("{World Health Organization}").cited == "World Health Organization 2023"
    assert read("de Diego, Q. Z.").cited == "de Diego 2023"
    assert read("").cited == "key2023 2023"


@pytest.mark.parametrize(
    ("authors", "short"),
    [
        ("Wang, Xin-qi", "Wang XQ"),
        ("Wang, X.-Q. and others", "Wang XQ, et al."),
        (" and ".join(f"{n}, Z." for n in "abcdefg"), "a Z, b Z, c Z, d Z, e Z, f Z, et al."),
        (AUTHORS, "World Health Organization, Wang XQ, de Diego QZ, et al."),
    ],
)  # fmt: skip
def test_short_names_have_capital_initials(authors: str, short: str) -> None:
    assert read(authors).short_authors == short


@pytest.fixture
def cited(overlaid: Overlay) -> Registry:
    """A review by an institution, two people and others."""
    registry = load_registry(overlaid("valid"))
    key = registry.review.citation
    return replace(registry, references={key: replace(read(AUTHORS), key=key)})


def test_reference_managers_get_the_names_by_their_parts(cited: Registry) -> None:
    files = {name: content.decode() for name, content in citation_files(cited, "1").items()}
    ris = [line[6:] for line in files["citation.ris"].splitlines() if line.startswith("AU")]
    assert ris == ["World Health Organization", "Wang, Xin-qi", "de Diego, Q Z"]
    again = parse_string(files["citation.bib"], "bibtex").entries[cited.review.citation]
    names = [str(person) for person in again.persons["author"]]
    assert names == ["{World Health Organization}", "Wang, Xin-qi", "de Diego, Q. Z.", "others"]
    (article,) = yaml.safe_load(files["citation.cff"])["references"]
    assert article["authors"] == [
        {"name": "World Health Organization"},
        {"family-names": "Wang", "given-names": "Xin-qi"},
        {"family-names": "de Diego", "given-names": "Q. Z."},
    ]


def test_csl_and_linked_data_tell_institutions_from_people(cited: Registry) -> None:
    (item,) = json.loads(csl_json(cited))
    assert item["author"] == [
        {"literal": "World Health Organization"},
        {"family": "Wang", "given": "Xin-qi"},
        {"family": "de Diego", "given": "Q. Z."},
    ]
    article = json.loads(linked_data(cited, 0))["isBasedOn"]
    assert [author["@type"] for author in article["author"]] == ["Organization", *["Person"] * 2]
    assert citation(cited, "1").review.startswith(
        "World Health Organization, Wang XQ, de Diego QZ, et al. "
    )


def test_a_malformed_doi_is_the_only_thing_that_is_said(overlaid: Overlay) -> None:
    """Other records cite entries of the same file, and those are there."""
    root = overlaid("bib-doi-malformed")
    with pytest.raises(DataError) as caught:
        load_registry(root)
    assert [problem.field for problem in caught.value.problems] == ["alpha2018"]


def test_a_bibliography_that_is_no_bibtex_hides_no_citation(overlaid: Overlay) -> None:
    """Nothing can be said of what it holds, so nothing is."""
    root = overlaid("valid")
    (root / "references.bib").write_text("@article{alpha2018, title = {A}")
    with pytest.raises(DataError) as caught:
        load_registry(root)
    assert {Path(problem.path).name for problem in caught.value.problems} == {"references.bib"}


def test_an_empty_bibliography_lacks_every_citation(overlaid: Overlay) -> None:
    root = overlaid("valid")
    (root / "references.bib").write_text("")
    with pytest.raises(DataError) as caught:
        load_registry(root)
    messages = [problem.message for problem in caught.value.problems]
    assert "'alpha2018' is not in references.bib; add it there" in messages
