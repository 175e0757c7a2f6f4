"""A rating is told by a sign and a word as well as by its colour."""

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.text import Text

from tests.figures.legible import assert_legible, texts, words
from trdreport.figures.canvas import drawn
from trdreport.figures.palette import INK
from trdreport.figures.quality_grid import MARKS, quality_grid
from trdreport.figures.sheet import contrast
from trdreport.records.loading import Registry

RATINGS = list(MARKS)


def signs(figure: Figure) -> list[tuple[Circle, Text]]:
    """Circles with the sign in each, in the order drawn: the grid by row, then the key."""
    found = []
    for circle in figure.axes[0].patches:
        assert isinstance(circle, Circle)
        box = circle.get_window_extent()
        inside = [
            text
            for text in texts(figure)
            if box.contains(*text.get_transform().transform(text.get_position()))
        ]
        assert len(inside) == 1
        found.append((circle, inside[0]))
    return found


@pytest.mark.parametrize("columns", [5, 10])  # words beside the signs, and below
def test_a_rating_never_depends_on_colour_alone(columns: int) -> None:
    own = (RATINGS * 2)[:columns]
    figure = quality_grid(["Alpha"], [f"item {i}" for i in range(columns)], [own])
    grid = signs(figure)[:columns]
    assert [sign.get_text() for _, sign in grid] == [MARKS[rating].sign for rating in own]
    told = [word for word in words(figure) if word in {mark.word for mark in MARKS.values()}]
    assert told[:columns] == [MARKS[rating].word for rating in own]


def test_ratings_differ_in_sign_or_word() -> None:
    assert len({(mark.sign, mark.word) for mark in MARKS.values()}) == len(MARKS)
    known = [MARKS[rating] for rating in ("yes", "partly", "no")]
    assert len({mark.sign for mark in known}) == 3
    assert "?" not in {mark.sign for mark in known}


def test_what_is_not_known_is_white_and_outlined() -> None:
    figure = quality_grid(["Alpha"], RATINGS, [RATINGS])
    for rating, (circle, _) in zip(RATINGS, signs(figure), strict=False):
        assert (to_hex(circle.get_facecolor()) == "#ffffff") == rating.startswith("not ")
        assert to_hex(circle.get_edgecolor()) == INK
        assert circle.get_linewidth() > 0


def test_signs_can_be_read_on_their_circles() -> None:
    for circle, sign in signs(quality_grid(["Alpha"], RATINGS, [RATINGS])):
        fill = to_hex(circle.get_facecolor())
        assert contrast(to_hex(sign.get_color()), fill) >= 4.5
        assert sign.get_fontfamily() == ["DejaVu Sans"]


def test_ratings_are_where_they_belong() -> None:
    ratings = [["yes", "no"], ["partly", "not reported"]]
    figure = quality_grid(["Alpha", "Beta"], ["one", "two"], ratings)
    places = [circle.center for circle, _ in signs(figure)[:4]]
    height = {text.get_text(): text.get_position()[1] for text in texts(figure)}
    assert places[0][1] == places[1][1] == pytest.approx(height["Alpha"], abs=0.06)
    assert places[2][1] == places[3][1] == pytest.approx(height["Beta"], abs=0.06)
    assert places[0][0] == places[2][0] < places[1][0] == places[3][0]


def test_the_key_has_what_occurs_and_nothing_else() -> None:
    figure = quality_grid(["Alpha"], ["one", "two"], [["yes", "not available"]])
    assert [sign.get_text() for _, sign in signs(figure)[2:]] == ["✓", "?"]
    told = words(figure)
    assert "NA: not available" in told
    assert not {"NR: not reported", "partly", "no"} & set(told)


def test_an_unknown_rating_is_refused() -> None:
    with pytest.raises(ValueError, match="no such rating: maybe"):
        quality_grid(["Alpha"], ["one"], [["maybe"]])


@pytest.mark.parametrize("ratings", [[["yes"]], [["yes"] * 3], [["yes"] * 2] * 2])
def test_ratings_that_do_not_fit_the_names_are_refused(ratings: list[list[str]]) -> None:
    with pytest.raises(ValueError, match=r"zip\(\)"):
        quality_grid(["Alpha"], ["one", "two"], ratings)


@pytest.mark.parametrize("columns", [1, 4, 7, 12])
def test_the_grid_of_the_review_can_be_read(miola: Registry, columns: int) -> None:
    studies = [study.label for study in miola.studies]
    items = [f"Criterion number {i} was met" for i in range(columns)]
    own = (RATINGS * 3)[:columns]
    figure = quality_grid(studies, items, [own] * len(studies))
    assert_legible(figure)
    assert set(studies) <= set(words(figure))


def test_the_same_bytes_twice() -> None:
    once, again = (quality_grid(["Alpha"], RATINGS, [RATINGS]) for _ in range(2))
    assert drawn(once) == drawn(again)
