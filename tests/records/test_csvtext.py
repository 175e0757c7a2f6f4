"""No cell is computed by a spreadsheet, and every cell comes back as it was."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trdreport.exchange.delimited import guarded, to_csv, unguarded

CELLS = st.text(st.sampled_from("='+-@\t\r\n＝,\"1.a ")) | st.text()


@given(CELLS)
def test_every_cell_comes_back(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=4), st.sampled_from(",\t"))
def test_a_table_comes_back(rows: list[list[str]], delimiter: str) -> None:
    text = to_csv(("a", "b"), rows, delimiter)
    back = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[1:]
    assert [[unguarded(cell) for cell in row] for row in back] == rows


@pytest.mark.parametrize(
    "cell",
    ["=1", "+A1", "-2+3", "@a", "\t=1", "\r=1", "\n=1", "＝1", "-", "-1-1", "'=1", "-1, =A1"],
)
def test_a_text_that_would_be_computed_has_an_apostrophe(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["-12", "+3", "-.5", "-1e-05", "-12, 4.5, -3", "a", "", "−3", "it's"]
)
def test_numbers_and_other_texts_stay(cell: str) -> None:
    assert guarded(cell) == cell
