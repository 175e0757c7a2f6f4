"""A study is added with its reference and its counts, together or not at all."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.records.test_new_study import NEW
from tests.work.test_files import failing, full
from trdreport.errors import DataError, FileError
from trdreport.records.begun import begin
from trdreport.records.bibliography import read_bibliography
from trdreport.records.new_reference import Work, read_work
from trdreport.records.new_search import NewSearch, write_search
from trdreport.records.new_study import write_studies
from trdreport.records.yamlfile import read_yaml

Overlay = Callable[[str], Path]
UPDATE = NewSearch("update", date(2024, 1, 1), {"PubMed": 12, "Web of Science": 3}, "Ada")

BIBTEX = r"""@article{Some2020,
  author = {M{\"u}ller, J{\'e}r{\^o}me and {The Gamma Group} and de la Cruz, A. and others},
  title = "{MRI} in 50% \& more",
  journal = {Journal of {Examples}}, year = 2020, pages = {1-9},
  doi = {https://doi.org/10.1000/abc.1},
}"""
RIS = """TY  - JOUR\r
AU  - Müller, Jérôme\r
AU  - The Gamma Group\r
TI  - <i>MRI</i> in 50% & more\r
JO  - Journal of Examples\r
PY  - 2020/03/01\r
SP  - 1\r
EP  - 9\r
DO  - 10.1000/abc.1\r
ER  - \r
"""
CROSSREF = {
    "type": "journal-article", "title": ["MRI in 50% &amp; more"], "DOI": "10.1000/abc.1",
    "author": [{"family": "Müller", "given": "Jérôme"}, {"name": "The Gamma Group"}],
    "container-title": ["Journal of Examples"], "page": "1-9",
    "issued": {"date-parts": [[2020, 3, 1]]},
}  # fmt: skip
DATACITE = {**CROSSREF, "title": "MRI in 50% & more", "container-title": "Journal of Examples"}
FORMS = {"bib": BIBTEX, "ris": RIS, "json": json.dumps(CROSSREF), "csl": json.dumps([DATACITE])}


def given(folder: Path, text: str) -> Work:
    (folder / "reference").write_text(text)
    return read_work(folder / "reference")


@pytest.mark.parametrize("form", FORMS)
def test_a_reference_of_any_form_becomes_the_same_entry(form: str, overlaid: Overlay) -> None:
    root = overlaid("valid")
    bib = root / "references.bib"
    before = bib.read_text()
    work = given(root.parent, FORMS[form])
    assert (work.label, work.year, work.id) == ("Müller 2020", 2020, "muller2020")
    write_studies(begin(root), root, [NEW], work=work)
    assert bib.read_text().startswith(before.rstrip())
    new = read_bibliography(bib)["gamma2020"]
    assert new.title == "MRI in 50% & more"
    assert (new.container, new.pages, new.doi) == ("Journal of Examples", "1–9", "10.1000/abc.1")
    assert [author.short for author in new.authors][:2] == ["Müller J", "The Gamma Group"]
    assert new.authors[1].institution
    assert new.others == (form == "bib")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Wu et al. 2011", "is no reference; give BibTeX, RIS or CSL-JSON"),
        ("{", "is no JSON"),
        ("@article{x, title = ", "is no BibTeX"),
        (BIBTEX * 2, "is no BibTeX|holds 2 works"),
        ("[]", "holds 0 works"),
        (json.dumps({"title": "No year"}), "year '' is not a year"),
        (RIS.replace("TI  -", "XX  -"), "has no title"),
        (RIS.replace("10.1000/abc.1", "abc"), "DOI 'abc' is malformed"),
    ],
)
def test_a_file_that_is_no_reference_is_refused(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=told):
        given(tmp_path, text)


def test_a_reference_that_is_there_is_refused(overlaid: Overlay) -> None:
    root = overlaid("valid")
    work = given(root.parent, RIS)
    write_studies(begin(root), root, [NEW], work=work)
    before = contents(root)
    for id_, told in (("gamma2020", "has an entry 'gamma2020'"), ("delta", "as 'gamma2020'")):
        with pytest.raises(DataError, match=told):
            write_studies(begin(root), root, [replace(NEW, id=id_)], work=work)
    assert contents(root) == before


def contents(root: Path) -> dict[str, str]:
    return {str(path): path.read_text() for path in root.rglob("*") if path.is_file()}


def test_what_is_left_is_said_with_its_lines(overlaid: Overlay) -> None:
    root = overlaid("valid")
    before = contents(root)
    _, (reference, counts) = write_studies(begin(root), root, [NEW])
    assert f"add to {root}/references.bib" in reference
    assert "@article{gamma2020,\n  author  = {TODO},\n" in reference
    lines = (root / "search.yaml").read_text().splitlines()
    for name in ("studies_included", "reports_included"):
        (number,) = [n for n, line in enumerate(lines, 1) if f"{name}:" in line]
        assert f"  line {number}: {name}: 3\n" in counts
    assert "leaves room for 2 reports, and 3 would be included" in counts
    assert before.items() <= contents(root).items()


def test_counts_that_leave_no_room_are_not_guessed(overlaid: Overlay) -> None:
    root = overlaid("valid")
    before = contents(root)
    with pytest.raises(DataError, match=r"search\.yaml:\d+:\d+: .*leaves room for 2 reports"):
        write_studies(begin(root), root, [NEW], work=given(root.parent, RIS), count=True)
    assert contents(root) == before


def test_an_update_is_begun_and_its_studies_are_counted(overlaid: Overlay) -> None:
    """The counts of those who searched stay as they are, and so does every comment."""
    root = overlaid("valid")
    path = root / "search.yaml"
    path.write_text(path.read_text().replace("searches:", "# kept\nsearches:  # as well", 1))
    before = path.read_text()
    assert write_search(begin(root), root, UPDATE) == path
    assert path.read_text().startswith(before)
    added = read_yaml(path).data["searches"][-1]
    assert (added["id"], added["date"], added["by"]) == ("update", "2024-01-01", "Ada")
    assert added["databases"][1] == {"name": "Web of Science", "records": 3}
    prisma = added["prisma"]
    assert (prisma["studies_before"], prisma["reports_before"]) == (2, 2)
    assert prisma["reports_assessed"] == "TODO"
    text = path.read_text()
    text = text.replace("reports_assessed: TODO", "reports_assessed: 9  # by two")
    path.write_text(text.replace("reports_excluded: TODO", "reports_excluded: 8"))
    text = path.read_text()
    begun = begin(root)
    study = replace(NEW, search=begun.chosen(None))
    _, left = write_studies(begun, root, [study], work=given(root.parent, RIS), count=True)
    assert left == []
    head, _, tail = text.rpartition("studies_included: 0\n      reports_included: 0\n")
    assert path.read_text() == f"{head}studies_included: 1\n      reports_included: 1\n{tail}"
    with pytest.raises(DataError, match="leaves room for 1 reports, and 2 would be included"):
        write_studies(begin(root), root, [replace(study, id="delta2020")], count=True)


def test_a_study_that_is_counted_already_is_not_counted_again(overlaid: Overlay) -> None:
    root = overlaid("valid")
    write_search(begin(root), root, UPDATE)
    path = root / "search.yaml"
    path.write_text(path.read_text().replace("ies_included: 0", "ies_included: 1"))
    before = path.read_text()
    _, left = write_studies(begin(root), root, [replace(NEW, search="update")])
    assert [lines.partition(" ")[0] for lines in left] == ["add"]
    assert path.read_text() == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "original"}, "is there already; choose another id"),
        ({"id": "Update 1"}, "is no id"),
        ({"date": date(2000, 1, 1)}, "2000-01-01 is not after this search"),
        ({"by": " "}, "by: must not be empty"),
    ],
)
def test_an_update_that_cannot_be_begun(
    change: dict[str, object], told: str, overlaid: Overlay
) -> None:
    root = overlaid("valid")
    before = contents(root)
    with pytest.raises(DataError, match=told):
        write_search(begin(root), root, replace(UPDATE, **change))  # type: ignore[arg-type]
    assert contents(root) == before


def test_a_search_that_is_not_known(overlaid: Overlay) -> None:
    with pytest.raises(DataError, match="has no search 'x'; known are original"):
        begin(overlaid("valid")).chosen("x")


@pytest.mark.parametrize(("call", "at"), [("fsync", 2), ("link", 1), ("replace", 2), ("fsync", 5)])
def test_a_full_disk_leaves_record_reference_and_counts_as_they_were(
    call: str, at: int, overlaid: Overlay, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = overlaid("valid")
    write_search(begin(root), root, UPDATE)
    before = contents(root)
    study, work = replace(NEW, search="update"), given(root.parent, RIS)
    monkeypatch.setattr(os, call, failing(getattr(os, call), at, full()))
    with pytest.raises(FileError, match="No space left on device"):
        write_studies(begin(root), root, [study], work=work, count=True)
    monkeypatch.undo()
    assert contents(root) == before


def test_a_file_that_was_changed_meanwhile_is_not_written_over(overlaid: Overlay) -> None:
    root = overlaid("valid")
    begun = begin(root)
    path = root / "search.yaml"
    path.write_text(path.read_text() + "# by another\n")
    before = contents(root)
    with pytest.raises(DataError, match="was changed by another meanwhile"):
        write_search(begun, root, UPDATE)
    assert contents(root) == before
