"""A table carries its links, its marks and its kinds of column by value, not by its words."""

import csv
import io
from dataclasses import replace

import pytest

from tests.sections.rendering import rendered
from trdreport.checks.practice import Practice, Status
from trdreport.engine import claims as engine
from trdreport.sections import claims, practice, studies
from trdreport.sections.facts.computed import Computed
from trdreport.sections.tables import Column, Table, numbers, texts


def test_a_study_named_like_a_country_links_from_its_own_row_only(plan: Computed) -> None:
    first, *others = plan.registry.studies
    named = first.model_copy(update={"label": others[0].country})
    registry = replace(plan.registry, studies=(named, *others))
    page = rendered(studies.SECTION, replace(plan, registry=registry))
    links = page.count(f'<a href="studies/{first.id}.html">{others[0].country}</a>')
    tables = list(studies.SECTION.tables(replace(plan, registry=registry)))
    assert links == sum(row[0] == others[0].country for table in tables for row in table.rows)
    assert f"<td>{others[0].country}</td>" in page


@pytest.mark.parametrize(
    ("status", "mark"),
    [(Status.MET, "good"), (Status.NOT_MET, "bad"), (Status.UNKNOWN, "open")],
)
def test_a_status_is_marked_by_what_it_is(status: Status, mark: str, plan: Computed) -> None:
    verdict = Practice("A rule", ("page2021",), "item 1", status, "met, it says")
    page = rendered(practice.SECTION, replace(plan, practice=(verdict,)))
    assert f'<td class="verdict {mark}">{status.value}</td>' in page
    assert "<td>met, it says</td>" in page


@pytest.mark.parametrize("verdict", engine.Verdict)
def test_every_verdict_on_a_claim_has_a_mark(verdict: engine.Verdict, plan: Computed) -> None:
    claim = engine.Claim("a", "", "", "n", "1", "2", "+1", verdict, "Abstract")
    page = rendered(claims.SECTION, replace(plan, claims=(claim,)))
    assert f'<td class="verdict {claims.TONES[verdict]}">{verdict.value}</td>' in page


def test_a_table_whose_parts_do_not_fit_its_rows_is_refused() -> None:
    table = Table("t", "T", texts("A"), (("a",), ("b",)), pages=("a.html",))
    with pytest.raises(ValueError, match="zip"):
        _ = table.lines


def test_html_and_csv_have_the_same_columns_and_cells() -> None:
    columns = (*texts("Study"), *numbers("N"), Column("Verdict", "verdict"))
    table = Table("t", "T", columns, (("a, b", "1", "yes"),), tones=("good",))
    assert list(csv.reader(io.StringIO(table.csv()))) == [
        ["Study", "N", "Verdict"],
        ["a, b", "1", "yes"],
    ]
    assert table.tsv() == "Study\tN\tVerdict\na, b\t1\tyes\n"
    (line,) = table.lines
    assert (line.cells, line.tone, line.page) == (("a, b", "1", "yes"), "good", "")
