"""Shades say how much, never that something is missing; every number on them can be read."""

from collections.abc import Sequence

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from tests.figures.legible import assert_legible, texts, words
from trdreport.figures.canvas import drawn
from trdreport.figures.heat_map import SIGNS, HeatCell, heat_map, shade_colour
from trdreport.figures.sheet import contrast, luminance, shared_out, text_colour
from trdreport.model.fields import UNKNOWN_WORDS
from trdreport.records.loading import Registry

SHADES = [index / 200 for index in range(201)]

ROWS = ("Ma 2012, TRD", "Ma 2012, TSD", "Wu 2011, TRD")


def value(shade: float | None, text: str = "") -> HeatCell:
    return HeatCell(text or f"{shade}", shade, "value")


def missing(kind: str, shade: float | None = None) -> HeatCell:
    return HeatCell("", shade, kind)


def under(figure: Figure, text: Text) -> Rectangle:
    """The cell that a word stands in."""
    x, y = text.get_transform().transform(text.get_position())
    cells = [p for p in figure.axes[0].patches if p.get_window_extent().contains(x, y)]
    assert len(cells) == 1
    return cells[0]


def labelled(figure: Figure, word: str) -> Text:
    """The first of these words, which is in the grid: the key comes after it."""
    return next(text for text in texts(figure) if text.get_text() == word)


def medication(registry: Registry) -> tuple[list[str], list[str], list[list[HeatCell]]]:
    """Groups, classes of drugs, and cells of the real review."""
    drugs = registry.review.medication_classes
    rows: list[str] = []
    cells: list[list[HeatCell]] = []
    for study in registry.studies:
        for name, group in study.groups.items():
            if group.clinical is None:
                continue
            percent = group.clinical.medication_percent
            found = {} if isinstance(percent, str) else percent
            rows.append(f"{study.label}, {name}")
            values = [found.get(drug, "not_reported") for drug in drugs]
            cells.append(
                [
                    missing(v.replace("_", " "))
                    if v in UNKNOWN_WORDS
                    else value(float(v) / 100, f"{v:f}")
                    for v in values
                ]
            )
    return rows, [drug.short for drug in drugs.values()], cells


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.005)
    assert contrast("#777777", "#ffffff") < 4.5


def test_text_on_every_shade_can_be_read() -> None:
    row = [value(shade, f"{shade}") for shade in SHADES]
    figure = heat_map([f"{index}" for index in range(201)], [""], [[c] for c in row], scale="x")
    grid = [text for text in texts(figure) if "." in text.get_text()]
    assert len(grid) == 201
    for text in grid:
        fill = to_hex(under(figure, text).get_facecolor())
        assert contrast(to_hex(text.get_color()), fill) >= 4.5


def test_text_on_any_grey_can_be_read() -> None:
    """Neither ink nor white can be read on a middle grey."""
    for grey in range(256):
        background = f"#{grey:02x}{grey:02x}{grey:02x}"
        assert contrast(text_colour(background), background) >= 4.5


def test_more_is_darker() -> None:
    lightness = [luminance(shade_colour(shade)) for shade in SHADES]
    assert lightness == sorted(lightness, reverse=True)
    assert lightness[0] > 4 * lightness[-1]


@pytest.mark.parametrize("kind", list(SIGNS))
@pytest.mark.parametrize("shade", [None, 0.0, 1.0])
def test_missing_is_never_shaded(kind: str, shade: float | None) -> None:
    figure = heat_map(["Alpha"], ["one", "two"], [[value(0.5), missing(kind, shade)]], scale="x")
    cell = under(figure, labelled(figure, SIGNS[kind]))
    fill = to_hex(cell.get_facecolor())
    assert fill not in {shade_colour(shade) for shade in SHADES}
    assert bool(cell.get_hatch()) == (kind != "not applicable")
    assert fill == ("#e9edf0" if kind == "not applicable" else "#ffffff")


def test_kinds_of_missing_differ_in_pattern_and_sign() -> None:
    cells = [[missing(kind) for kind in SIGNS]]
    figure = heat_map(["Alpha"], ["one", "two", "three"], cells, scale="x")
    drawn_as = {under(figure, labelled(figure, sign)).get_hatch() for sign in SIGNS.values()}
    assert len(drawn_as) == len(set(SIGNS.values())) == 3


def test_the_key_has_what_occurs_and_nothing_else() -> None:
    told = words(heat_map(["Alpha"], ["one"], [[missing("not available")]], scale="percent"))
    assert "not available" in told
    assert not {"not reported", "not applicable", "(percent)", "more"} & set(told)
    told = words(heat_map(["Alpha"], ["one"], [[value(0.5)]], scale="percent"))
    assert {"(percent)", "less", "more"} <= set(told)
    assert not set(SIGNS) & set(told)


def test_a_value_without_an_order_is_white() -> None:
    figure = heat_map(["Alpha"], ["one"], [[value(None, "stage 3")]], scale="x")
    assert to_hex(under(figure, labelled(figure, "stage 3")).get_facecolor()) == "#ffffff"
    assert "(x)" not in words(figure)


@pytest.mark.parametrize(
    "cell", [missing("unknown"), value(1.2), value(-0.1), value(float("nan"), "x")]
)
def test_impossible_cells_are_refused(cell: HeatCell) -> None:
    with pytest.raises(ValueError, match=r"no such kind|between 0 and 1"):
        heat_map(["Alpha"], ["one"], [[cell]], scale="x")


@pytest.mark.parametrize("cells", [[[value(0.5)]], [[value(0.5)] * 2] * 2, [[value(0.5)] * 3]])
def test_a_grid_that_does_not_fit_its_names_is_refused(cells: list[list[HeatCell]]) -> None:
    with pytest.raises(ValueError, match=r"zip\(\)"):
        heat_map(["Alpha"], ["one", "two"], cells, scale="x")


def lines(rows: Sequence[str]) -> int:
    return len(heat_map(rows, ["one"], [[value(0.5)]] * len(rows), scale="x").axes[0].lines)


def test_a_line_between_studies_of_several_rows() -> None:
    assert lines(ROWS) == 1
    assert lines(("Ma 2012", "Wu 2011", "Machino 2014")) == 0


def test_cells_are_where_they_belong() -> None:
    cells = [[value(0.1, "upper left"), value(0.2, "upper right")], [value(0.3, "lower left")] * 2]
    figure = heat_map(["Alpha", "Beta"], ["one", "two"], cells, scale="x")
    places = {text.get_text(): text.get_position() for text in texts(figure)}
    assert places["upper left"][0] < places["upper right"][0]
    assert places["upper left"][1] < places["lower left"][1]  # inches from the top
    assert places["one"][0] == pytest.approx(places["upper left"][0])
    assert places["Alpha"][1] == pytest.approx(places["upper left"][1], abs=0.01)


def test_headings_are_turned_only_if_they_would_overlap() -> None:
    few, many = ["antipsychotics"] * 3, ["antipsychotics"] * 12
    for columns, turned in ((few, False), (many, True)):
        figure = heat_map(["Alpha"], columns, [[value(0.5)] * len(columns)], scale="x")
        found = [text for text in texts(figure) if text.get_text() == "antipsychotics"]
        assert {bool(text.get_rotation()) for text in found} == {turned}
        assert_legible(figure)


def test_columns_share_the_room() -> None:
    assert shared_out(6, [0.5, 0.5], [1, 1]) == pytest.approx([3, 3])
    assert shared_out(6, [0.5, 0.5], [1, 4]) == pytest.approx([2, 4])
    assert shared_out(6, [0.5, 0.5], [1, 9]) == pytest.approx([1, 5])
    assert shared_out(6, [4, 4], [9, 9]) == pytest.approx([4, 4])


def test_long_words_are_wrapped_and_stay_in_their_cells() -> None:
    long = "Thase-Rush, share of patients in stage 2 and 3 given by the study " * 3
    figure = heat_map(
        ["Alpha"], ["weeks", "staging"], [[value(1.0, "6"), value(1.0, long)]], scale="x"
    )
    told = [text for text in texts(figure) if "stage" in text.get_text()]
    assert " ".join(text.get_text() for text in told) == long.strip()
    for text in told:
        box, word = under(figure, text).get_window_extent(), text.get_window_extent()
        assert box.x0 <= word.x0
        assert word.x1 <= box.x1
        assert box.y0 <= word.y0
        assert word.y1 <= box.y1


def test_dollar_signs_are_no_mathematics() -> None:
    figure = heat_map(["$5 to $6"], ["a"], [[value(0.5)]], scale="x")
    assert not labelled(figure, "$5 to $6").get_parse_math()


def test_the_medication_of_the_review_can_be_read(miola: Registry) -> None:
    rows, columns, cells = medication(miola)
    figure = heat_map(rows, columns, cells, scale="percent of the group, as printed")
    assert_legible(figure)
    told = words(figure)
    assert {*rows, "68.75", "0.5", "NR"} <= set(told)


def test_the_same_bytes_twice() -> None:
    cells = [[value(0.3)], [missing("not reported")], [missing("not available")]]
    assert drawn(heat_map(ROWS, ["one"], cells, scale="x")) == drawn(
        heat_map(ROWS, ["one"], cells, scale="x")
    )
