"""Tables can be sorted, searched, filtered, narrowed and taken away, by mouse and by keyboard."""

import csv
import io
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.publish.browsing import (
    FLAGS,
    PATIENCE_MS,
    Heard,
    chromium,
    listen,
    on_disk,
    served,
    settled,
    violations,
)
from trdreport.sections.tables import Table, texts

SHOWN = """table => [...table.rows].filter(row => row.checkVisibility()).map(
  row => [...row.cells].filter(cell => cell.checkVisibility()).map(cell => cell.innerText.trim()))
"""

VALUES = ["10", "9", "not reported", "-3", "100.5", "<0.001", "1e-5", "not available", "−12"]
"""Numbers as the tables print them, and missing values."""

ASCENDING = ["−12", "-3", "1e-5", "<0.001", "9", "10", "100.5", "not available", "not reported"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(FLAGS) as browser:
        yield browser


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[tuple[Page, Heard]]:
    """One tab for all tests of this module, and what its pages say."""
    with browser.new_context() as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page(), listen(context)


@pytest.fixture
def page(tab: tuple[Page, Heard]) -> Iterator[Page]:
    """A tab in which nothing may go wrong."""
    page, heard = tab
    page.set_viewport_size({"width": 1280, "height": 900})
    yield page
    said = heard.said[:]
    heard.said.clear()
    assert said == []


@pytest.fixture
def search(page: Page, tiny_site: Path) -> Locator:
    """The table of the search, step by step, with a column of numbers."""
    page.goto(on_disk(tiny_site) + "studies.html")
    return page.locator("#screening")


@pytest.fixture
def claims(page: Page, tiny_site: Path) -> Locator:
    """The table of published values, with few verdicts and cells that hold commas."""
    page.goto(on_disk(tiny_site) + "methods.html")
    return page.locator("#reproduction")


def shown(block: Locator) -> list[list[str]]:
    """The texts of the cells in sight, the heading first."""
    return block.locator("table").evaluate(SHOWN)


def column(block: Locator, name: str) -> list[str]:
    """A column as it is in sight."""
    heading, *rows = shown(block)
    return [row[heading.index(name)] for row in rows]


def head(block: Locator, name: str) -> Locator:
    return block.locator("thead th").filter(has_text=re.compile(f"^{name}$"))


def sort(block: Locator, name: str) -> None:
    head(block, name).get_by_role("button").click()


def menu(block: Locator, name: str) -> Locator:
    """Open a menu of a table's tools."""
    found = block.locator("details", has=block.page.locator("summary", has_text=name))
    found.locator("summary").click()
    expect(found.locator(".choices")).to_be_visible()
    return found


def said(block: Locator) -> str:
    """What is told about the rows in sight, also to those who do not see them."""
    output = block.locator("output[aria-live=polite]")
    expect(output).to_be_visible()
    return output.inner_text()


def taken(block: Locator, kind: str) -> tuple[str, str]:
    """Name and text of the download of what is shown."""
    choices = menu(block, "Download")
    with block.page.expect_download() as download:
        choices.get_by_role("button", name=f"What is shown, {kind}").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    block.page.keyboard.press("Escape")
    return download.value.suggested_filename, text


def test_a_click_on_a_heading_sorts_and_the_third_gives_the_order_back(search: Locator) -> None:
    """Numbers follow their size, not their digits, and the heading tells the order."""
    before = column(search, "Number")
    numbers = sorted(before, key=float)
    assert numbers != sorted(before)
    sort(search, "Number")
    expect(head(search, "Number")).to_have_attribute("aria-sort", "ascending")
    assert column(search, "Number") == numbers
    assert said(search) == "14 rows, sorted by Number, ascending"
    sort(search, "Number")
    expect(head(search, "Number")).to_have_attribute("aria-sort", "descending")
    assert column(search, "Number") == numbers[::-1]
    assert said(search) == "14 rows, sorted by Number, descending"
    sort(search, "Number")
    assert search.locator("[aria-sort]").count() == 0
    assert column(search, "Number") == before
    assert said(search) == "14 rows"


def test_a_heading_is_called_by_its_name_alone(search: Locator) -> None:
    """The arrow beside it is for the eye; aria-sort tells the others."""
    for name in ("Step", "Number", "Ground"):
        expect(search.get_by_role("columnheader", name=name, exact=True)).to_be_visible()


def test_the_keyboard_sorts_one_column_at_a_time(search: Locator) -> None:
    """Headings are buttons: Tab reaches them, Enter and the space bar press them."""
    keyboard = search.page.keyboard
    search.get_by_role("region").focus()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(head(search, "Step")).to_have_attribute("aria-sort", "ascending")
    assert column(search, "Step") == sorted(column(search, "Step"), key=str.casefold)
    keyboard.press("Tab")
    keyboard.press("Space")
    expect(head(search, "Number")).to_have_attribute("aria-sort", "ascending")
    assert search.locator("[aria-sort]").count() == 1
    assert column(search, "Number") == sorted(column(search, "Number"), key=float)


def test_rows_stay_whole_when_they_are_sorted(claims: Locator) -> None:
    """A value keeps its neighbours."""
    before = shown(claims)
    sort(claims, "Computed")
    assert shown(claims) != before
    assert sorted(shown(claims)) == sorted(before)


def test_values_that_are_missing_come_last_both_ways(
    page: Page, tiny_site: Path, tmp_path: Path
) -> None:
    """Nobody scrolls past them to the values, and they count neither as large nor as small."""
    rows = "".join(f"<tr><th scope=row>{n}</th><td>{escape(v)}</td>" for n, v in enumerate(VALUES))
    path = tmp_path / "page.html"
    path.write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Values</title>"
        f"<script src='{on_disk(tiny_site)}assets/tables.js' defer></script>"
        "<section class=table-block id=values><div class=scroll><table><caption>Values</caption>"
        "<thead><tr><th scope=col>Row</th><th scope=col class=number>Value</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div></section></html>"
    )
    page.goto(path.as_uri())
    block = page.locator("#values")
    sort(block, "Value")
    assert column(block, "Value") == ASCENDING
    sort(block, "Value")
    assert column(block, "Value")[:-2] == ASCENDING[-3::-1]
    assert set(column(block, "Value")[-2:]) == {"not available", "not reported"}


def test_the_search_finds_rows_that_hold_every_word(claims: Locator) -> None:
    """Words count in any case, order and column, and the number of rows found is told."""
    every = shown(claims)
    claims.get_by_role("searchbox").fill("HC  participants")
    assert column(claims, "Quantity") == ["participants, HC"]
    assert said(claims) == "1 of 12 rows"
    claims.get_by_role("searchbox").fill("no such words")
    assert column(claims, "Quantity") == []
    assert said(claims) == "0 of 12 rows"
    claims.get_by_role("searchbox").fill("")
    assert shown(claims) == every
    assert said(claims) == "12 rows"


def test_a_filter_narrows_and_joins_with_the_search(claims: Locator) -> None:
    """A column with few values can be held to one of them."""
    wanted = menu(claims, "Filter").get_by_label("Verdict")
    assert wanted.locator("option").all_inner_texts() == ["all", "not reproduced", "reproduced"]
    wanted.select_option("not reproduced")
    assert set(column(claims, "Verdict")) == {"not reproduced"}
    assert said(claims) == "3 of 12 rows"
    claims.get_by_role("searchbox").fill("volume")
    assert column(claims, "Quantity") == ["volume, mm3"]
    claims.get_by_role("searchbox").fill("")
    wanted.select_option("all")
    assert said(claims) == "12 rows"


def test_columns_can_be_left_out_and_brought_back(claims: Locator) -> None:
    """All but the first, which names the row."""
    every = shown(claims)
    boxes = menu(claims, "Columns")
    assert [name.strip() for name in boxes.locator("label").all_inner_texts()] == every[0][1:]
    boxes.get_by_label("Readout").uncheck()
    at = every[0].index("Readout")
    assert shown(claims) == [[*row[:at], *row[at + 1 :]] for row in every]
    boxes.get_by_label("Readout").check()
    assert shown(claims) == every


@pytest.mark.parametrize("where", ["disk", "server"])
def test_what_is_shown_can_be_taken_as_csv_and_tsv(where: str, page: Page, tiny_site: Path) -> None:
    """Rows found, in their order, columns kept; commas and quotes survive."""
    with served(tiny_site) as address:
        page.goto((on_disk(tiny_site) if where == "disk" else address) + "methods.html")
        claims = page.locator("#reproduction")
        claims.get_by_role("searchbox").fill("grey matter")
        menu(claims, "Columns").get_by_label("Readout").uncheck()
        sort(claims, "Quantity")
        rows = shown(claims)
        assert len(rows) == 12
        for kind, separator in (("CSV", ","), ("TSV", "\t")):
            name, text = taken(claims, kind)
            assert name == f"reproduction-shown.{kind.lower()}"
            assert list(csv.reader(io.StringIO(text), delimiter=separator)) == rows


def test_all_of_a_table_taken_as_shown_is_the_file_beside_it(
    claims: Locator, tiny_site: Path
) -> None:
    """The script writes CSV and TSV as the build does, byte for byte."""
    for kind in ("CSV", "TSV"):
        file = tiny_site / "data" / "tables" / f"reproduction.{kind.lower()}"
        assert taken(claims, kind)[1].encode() == file.read_bytes()


def test_the_menu_leads_to_the_files_of_the_whole_table(claims: Locator, tiny_site: Path) -> None:
    """Narrowing a table does not narrow its files."""
    claims.get_by_role("searchbox").fill("volume")
    choices = menu(claims, "Download")
    for kind in ("CSV", "TSV"):
        link = choices.get_by_role("link", name=f"All rows, {kind}")
        expect(link).to_have_attribute("href", f"data/tables/reproduction.{kind.lower()}")
        assert (tiny_site / "data" / "tables" / f"reproduction.{kind.lower()}").is_file()
    expect(claims.locator(".files")).to_be_hidden()


def test_escape_closes_a_menu_and_goes_back_to_its_name(claims: Locator) -> None:
    """And opening one menu closes the other, so that none covers the table for good."""
    keyboard = claims.page.keyboard
    summary = claims.locator("summary", has_text="Columns")
    summary.focus()
    keyboard.press("Enter")
    expect(claims.get_by_label("Readout").last).to_be_visible()
    keyboard.press("Tab")
    keyboard.press("Escape")
    expect(claims.locator("details[open]")).to_have_count(0)
    expect(summary).to_be_focused()
    menu(claims, "Columns")
    menu(claims, "Download")
    expect(claims.locator("details[open]")).to_have_count(1)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", ["Filter", "Columns", "Download"])
def test_an_open_menu_is_accessible_and_within_the_page(
    name: str, width: int, claims: Locator
) -> None:
    claims.page.set_viewport_size({"width": width, "height": 900})
    settled(claims.page)
    choices = menu(claims, name).locator(".choices")
    assert violations(claims.page) == []
    box = choices.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_a_short_table_keeps_its_links_and_needs_no_tools(page: Page, tiny_site: Path) -> None:
    """Two rows need no search, but can be sorted."""
    page.goto(on_disk(tiny_site) + "studies.html")
    block = page.locator("#definitions")
    expect(block.locator(".tools")).to_have_count(0)
    expect(block.get_by_role("link", name="CSV")).to_be_visible()
    sort(block, "Study")
    assert column(block, "Study") == ["Alpha 2018", "Beta 2019"]


def test_without_scripts_the_tables_are_whole(browser: Browser, tiny_site: Path) -> None:
    """Every row is there and the links to the files are in sight."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(on_disk(tiny_site) + "methods.html")
        block = page.locator("#reproduction")
        expect(block.locator("tbody tr:visible")).to_have_count(12)
        expect(block.get_by_role("link", name="CSV")).to_be_visible()
        expect(block.get_by_role("link", name="TSV")).to_be_visible()
        assert block.get_by_role("button").count() == 0


def test_texts_that_a_spreadsheet_would_compute_are_taken_away_as_text(
    page: Page, tmp_path: Path, tiny_site: Path
) -> None:
    """In the browser as in the build; numbers stay numbers."""
    cells = ["=1+1", "+A1", "-2+3", "@SUM(A1)", "＝1", "'=1", "-12", "+1.5e-3", "-1, 2, -3", "a=b"]
    kept = ["-12", "+1.5e-3", "-1, 2, -3", "a=b"]
    rows = "".join(f"<tr><th scope=row>{n}</th><td>{escape(c)}</td>" for n, c in enumerate(cells))
    path = tmp_path / "page.html"
    path.write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Values</title>"
        f"<script src='{on_disk(tiny_site)}assets/tables.js' defer></script>"
        "<section class=table-block id=values><div class=scroll><table><caption>Values</caption>"
        "<thead><tr><th scope=col>Row</th><th scope=col>=Value</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div></section></html>"
    )
    page.goto(path.as_uri())
    table = Table("a", "a", texts("Row", "=Value"), tuple((str(n), c) for n, c in enumerate(cells)))
    for kind, made in (("CSV", table.csv()), ("TSV", table.tsv())):
        assert taken(page.locator("#values"), kind)[1] == made
    found = [row[1] for row in csv.reader(io.StringIO(table.csv()))]
    assert found == ["'=Value", *(f"'{cell}" for cell in cells if cell not in kept), *kept]
