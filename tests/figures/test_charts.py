"""Charts can be read: on a page, on a phone, in print, without colour, and as a file alone."""

import re
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.figures.reading import NS, Drawn, overlap
from tests.publish.browsing import chromium, served
from trdreport.figures.bars import (
    GROUP_COLOURS,
    PATTERNS,
    contributions,
    quality_scores,
    samples,
)
from trdreport.figures.chart import SHAPES, Chart
from trdreport.figures.data import Bar, Cell, HeatCell, Mark, Sample
from trdreport.figures.grids import (
    FOUND,
    LOST,
    MISSING,
    RATINGS,
    evidence_map,
    heat_map,
    leave_one_out,
    quality_grid,
    shared_out,
)
from trdreport.figures.palette import (
    BOTH,
    LESS,
    MORE,
    THEME,
    contrast,
    luminance,
    shade_colour,
    text_colour,
)
from trdreport.figures.text import SIZE, text_width
from trdreport.records.loading import load_registry
from trdreport.sections.evidence import map_sketch
from trdreport.sections.facts.statements import evidence_view
from trdreport.sections.figures.studies import study_sketches

PRINTED = (174 / 25.4 * 96, 235 / 25.4 * 96)
"""CSS pixels that a print page has for a chart."""

SMALLEST_PRINTED = 7.0
"""Points."""

GROUPS = {"TRD": "resistant (TRD)", "TSD": "sensitive (TSD)", "HC": "controls (HC)"}

STUDIES = (
    Sample("Alpha", "China", {"TRD": 20, "TSD": 10, "HC": 40}),
    Sample("Beta", "Spain", {"TRD": 31, "HC": 32}),
    Sample("Gamma", "China", {"TRD": 18, "TSD": 17, "HC": 16}),
)

CLUSTERS = ["left precentral gyrus (−42, 2, 50; p FWE 0.012)", "right cerebellum (not corrected)"]


def value(shade: float | None, text: str = "") -> HeatCell:
    return HeatCell(text or f"{shade}", shade, "value")


def missing(kind: str, shade: float | None = None) -> HeatCell:
    return HeatCell("", shade, kind)


def rated(columns: int) -> Chart:
    items = [f"Criterion number {i} was met" for i in range(columns)]
    return quality_grid(["Alpha", "Beta"], items, [(list(RATINGS) * 3)[:columns]] * 2)


def without(columns: int) -> Chart:
    cells = [
        [Cell(True, "found, p FWE 0.031\noverlap 0.92, shift 0 mm"), Cell(False, "gone")] * columns,
        [Cell(None, "cannot be run"), Cell(None, "")] * columns,
    ]
    return leave_one_out(["Alpha 2012", "Beta 2014"], CLUSTERS * columns, cells)


@cache
def charts() -> dict[str, Chart]:
    """Those of the living review, and what it has not."""
    registry = load_registry(ROOT / "registry")
    sketches = [*study_sketches(registry), map_sketch(evidence_view(registry))]
    small = [Sample("Large", "China", {"HC": 5000}), Sample("Small", "China", {"TRD": 1, "HC": 2})]
    many = {f"G{index}": f"group {index}" for index in range(12)}
    bars = [Bar("Alpha 2012", 0.6, 2, 1), Bar("Beta 2014", 0.3, 0, 1), Bar("Gamma", 0.0, 0, 0)]
    long = [
        value(1, "6"),
        value(1, "Thase-Rush, patients in stage 2 and 3 given by the study " * 3),
    ]
    return {
        **{s.id: s.draw for s in sketches if isinstance(s.draw, Chart)},
        **{f"rated-{columns}": rated(columns) for columns in (1, 4, 7, 12)},
        **{f"without-{columns}": without(columns) for columns in (1, 3)},
        "contributions": contributions(bars),
        "none": contributions([Bar("Alpha", 0.0, 0, 0)]),
        "small": samples(small, GROUPS),
        "many": samples([Sample("Alpha", "China", {"G0": 9})], many),
        "long": heat_map(["Alpha " * 20], ["weeks", "stage"], [long], "x"),
        "signs": heat_map(["A<b> & 'c'"], ["≥ 2 µg"], [[value(0.5, "$5 to $6")]], "\"x\""),
        "kinds": heat_map(["Alpha"], list(MISSING), [[missing(kind) for kind in MISSING]], "x"),
    }  # fmt: skip


NAMES = sorted(charts())


@cache
def drawn(name: str) -> Drawn:
    return Drawn(charts()[name])


@pytest.mark.parametrize("name", NAMES)
def test_no_words_lie_over_others_or_leave_the_picture(name: str) -> None:
    it = drawn(name)
    for one, other in combinations(it.texts, 2):
        assert not overlap(one.corners, other.corners), f"{one.words!r} lies over {other.words!r}"
    for text in it.texts:
        assert text.corners.min() >= -1, f"{text.words!r} is cut off"
        assert (text.corners.max(axis=0) <= (it.width - 8, it.height - 8)).all(), text.words


@pytest.mark.parametrize("name", NAMES)
def test_words_stay_in_their_box_and_can_be_read_on_it(name: str) -> None:
    it = drawn(name)
    for text in it.texts:
        if boxes := it.under(text):
            outer, top = boxes[0], boxes[-1]
            assert all(outer.holds(*corner) for corner in text.corners), text.words
            assert not top.fill.startswith("url("), f"a pattern runs through {text.words!r}"
            assert contrast(text.fill, top.fill) >= 4.5
        else:
            assert contrast(text.fill, "#ffffff") >= 4.5


@pytest.mark.parametrize("name", NAMES)
def test_print_is_at_least_7_points(name: str) -> None:
    it = drawn(name)
    scale = min(1.0, PRINTED[0] / it.width, PRINTED[1] / it.height)
    assert SIZE * 0.75 * scale >= SMALLEST_PRINTED


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_stands_alone_and_in_a_page_with_a_strict_policy(name: str) -> None:
    it = Drawn(charts()[name], "the-id", "Less < more & “most”.")
    assert it.root.findtext(f"{NS}title") == "A title"
    assert it.root.findtext(f"{NS}desc") == "Less < more & “most”."
    ids = [element.get("id", "") for element in it.root.iter() if "id" in element.attrib]
    assert all(id_.startswith("the-id-") for id_ in ids)
    assert len(ids) == len(set(ids))
    for element in it.root.iter():
        assert element.tag not in {f"{NS}script", f"{NS}style", f"{NS}image"}
        assert not {name for name in element.attrib if name == "style" or name.startswith("on")}
        for reference in re.findall(r"url\(#([^)]+)\)", element.get("fill", "")):
            assert reference in ids
    assert Drawn(charts()[name]).source == Drawn(charts()[name]).source


def test_the_page_sets_every_colour_that_has_a_name() -> None:
    css = (ROOT / "templates" / "assets" / "charts.css").read_text()
    classes = {element.get("class") for name in NAMES for element in drawn(name).root.iter()}
    assert classes - {None} <= set(THEME)
    assert all(f".chart .{name}" in css for name in THEME)


def test_words_are_as_wide_in_a_browser_as_we_think(tmp_path: Path) -> None:
    for folder in ("assets", "fonts"):
        (tmp_path / folder).symlink_to(ROOT / "templates" / folder)
    page = '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="assets/fonts.css">'
    page += "".join(drawn(name).source.decode() for name in NAMES)
    (tmp_path / "index.html").write_text(page)
    with served(tmp_path) as address, chromium() as browser:
        tab = browser.new_page()
        tab.goto(f"{address}index.html")
        tab.evaluate("document.fonts.ready")
        measured = tab.evaluate(
            """[...document.querySelectorAll("text")].map(text => [
              text.textContent, +(text.getAttribute("font-weight") ?? 400),
              text.getComputedTextLength()])"""
        )
    assert len(measured) > 500
    for words, weight, width in measured:
        assert width < text_width(words, SIZE, weight) + 0.5, words
        assert text_width(words, SIZE, weight) < 1.07 * width + 1, words


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.005)
    for grey in range(256):  # neither ink nor white can be read on a middle grey
        background = f"#{grey:02x}{grey:02x}{grey:02x}"
        assert contrast(text_colour(background), background) >= 4.5
    for step in range(201):
        assert contrast(text_colour(shade_colour(step / 200)), shade_colour(step / 200)) >= 4.5


def test_more_is_darker() -> None:
    lightness = [luminance(shade_colour(step / 200)) for step in range(201)]
    assert lightness == sorted(lightness, reverse=True)
    assert lightness[0] > 4 * lightness[-1]


@pytest.mark.parametrize("kind", list(MISSING))
@pytest.mark.parametrize("shade", [None, 0.0, 1.0])
def test_missing_is_never_shaded(kind: str, shade: float | None) -> None:
    it = Drawn(heat_map(["Alpha"], ["one", "two"], [[value(0.5), missing(kind, shade)]], "x"))
    fills = [box.fill for box in it.under(it.text(MISSING[kind].text))]
    assert fills[0] == THEME["tint" if kind == "not applicable" else "paper"]
    assert any(fill.startswith("url(") for fill in fills) == (kind != "not applicable")


def test_kinds_of_missing_differ_in_pattern_and_word() -> None:
    assert len({(content.pattern, content.fill) for content in MISSING.values()}) == 3
    assert len({content.text for content in MISSING.values()}) == 3


def test_the_key_has_what_occurs_and_nothing_else() -> None:
    words = Drawn(heat_map(["Alpha"], ["one"], [[missing("not available")]], "percent")).words
    assert "not available" in words
    assert not {"not reported", "not applicable", "less to more (percent)"} & set(words)
    words = Drawn(heat_map(["Alpha"], ["one"], [[value(0.5)]], "percent")).words
    assert "less to more (percent)" in words
    assert not set(MISSING) & set(words)
    words = Drawn(quality_grid(["Alpha"], ["one", "two"], [["yes", "not available"]])).words
    assert "NA: not available" in words
    assert not {"NR: not reported", "partly", "no"} & set(words)


def test_a_line_between_studies_of_several_rows() -> None:
    def lines(rows: list[str]) -> int:
        it = Drawn(heat_map(rows, ["one"], [[value(0.5)]] * len(rows), "x"))
        return len([path for path in it.content.iter(f"{NS}path") if "H" in path.get("d", "")])

    assert lines(["Ma 2012, TRD", "Ma 2012, TSD", "Wu 2011, TRD"]) == 1
    assert lines(["Ma 2012", "Wu 2011", "Machino 2014"]) == 0


def test_cells_are_where_they_belong() -> None:
    cells = [[value(0.1, "upper left"), value(0.2, "upper right")], [value(0.3, "lower left")] * 2]
    it = Drawn(heat_map(["Alpha", "Beta"], ["one", "two"], cells, "x"))
    left, right = it.text("upper left"), it.text("upper right")
    assert left.x < right.x
    assert it.text("one").x == left.x
    assert it.text("two").x == right.x
    assert it.text("Alpha").y == left.y < it.text("Beta").y == it.text("lower left").y


def test_headings_are_turned_only_if_they_would_overlap() -> None:
    for count, turned in ((3, False), (12, True)):
        cells = [[value(0.5)] * count]
        it = Drawn(heat_map(["Alpha"], ["antipsychotics"] * count, cells, "x"))
        assert {bool(t.turn) for t in it.texts if t.words == "antipsychotics"} == {turned}


def test_columns_share_the_room() -> None:
    assert shared_out(6, [0.5, 0.5], [1, 2]) == [2, 2]
    assert shared_out(6, [0.5, 0.5], [1, 4]) == [1, 4]
    assert shared_out(6, [0.5, 0.5, 1], [1, 4, 9]) == pytest.approx([1, 2.5, 2.5])
    assert shared_out(6, [4, 4], [5, 5]) == [4, 4]


@pytest.mark.parametrize(
    "cell", [missing("unknown"), value(1.2), value(-0.1), value(float("nan"), "x")]
)
def test_impossible_cells_are_refused(cell: HeatCell) -> None:
    with pytest.raises(ValueError, match=r"no such kind|between 0 and 1"):
        heat_map(["Alpha"], ["one"], [[cell]], "x")


@pytest.mark.parametrize("cells", [[["yes"]], [["yes"] * 3], [["yes"] * 2] * 2])
def test_a_grid_that_does_not_fit_its_names_is_refused(cells: list[list[str]]) -> None:
    with pytest.raises(ValueError, match=r"zip\(\)"):
        quality_grid(["Alpha"], ["one", "two"], cells)


def test_what_there_is_no_look_for_is_refused() -> None:
    with pytest.raises(ValueError, match="no such rating: maybe"):
        quality_grid(["Alpha"], ["one"], [["maybe"]])
    with pytest.raises(ValueError, match="Alpha has a group without words: BD"):
        samples([Sample("Alpha", "China", {"TRD": 9, "BD": 4})], GROUPS)


def test_ratings_and_directions_differ_in_shape() -> None:
    known = [SHAPES[name] for name in ("yes", "partly", "no", "unknown")]
    assert len({shape.inside for shape in known}) == 4
    ways = [
        SHAPES[n] for n in ("increase", "decrease", "no change", "association with improvement")
    ]
    assert len({shape.outline for shape in ways}) == 4
    assert len({(content.signs, content.text) for content in RATINGS.values()}) == len(RATINGS)


def test_a_statement_is_a_sign_in_its_cell() -> None:
    marks = [Mark("insula", "MRS", "increase")] * 12 + [Mark("cuneus", "MRS", "decrease")]
    it = Drawn(evidence_map(["cuneus", "insula"], ["PET", "MRS"], marks))
    paths = [path.get("d") for path in it.content.iter(f"{NS}path") if path.get("fill") != "none"]
    assert paths.count(SHAPES["increase"].outline) == 12 + 1  # and the key
    assert paths.count(SHAPES["decrease"].outline) == 1 + 1
    assert SHAPES["no change"].outline not in paths


def test_found_and_lost_are_where_they_belong() -> None:
    cells = [[Cell(True, "found"), Cell(False, "lost")], [Cell(None, ""), Cell(True, "again")]]
    it = Drawn(leave_one_out(["Alpha", "Beta"], ["one", "two"], cells))
    fills = {words: it.under(it.text(words))[0].fill for words in ("found", "lost", "again")}
    assert fills == {"found": FOUND, "lost": LOST, "again": FOUND}
    assert it.text("without Alpha").y == it.text("lost").y < it.text("again").y


def segments(it: Drawn) -> list[tuple[float, float]]:
    """Where the bars' parts begin and how long they are, without the key's and patterns."""
    parts = {(b.x, b.y, b.width): b for b in it.boxes if b.height == 21 and b.fill[0] == "#"}
    return [(box.x, box.width) for box in parts.values()]


def test_segments_are_as_long_as_the_groups_and_touch() -> None:
    parts = segments(Drawn(samples(STUDIES, GROUPS)))
    sizes = [20, 10, 40, 18, 17, 16, 31, 32]  # by country
    unit = (parts[0][1] + 1) / 20
    assert [width + 1 for _, width in parts] == pytest.approx([s * unit for s in sizes], abs=0.2)
    assert parts[0][0] + parts[0][1] + 1 == pytest.approx(parts[1][0], abs=0.2)


def test_bars_are_as_long_as_the_shares_and_scores() -> None:
    for chart in (
        contributions([Bar("Alpha", 0.6, 2, 1), Bar("Beta", 0.3, 1, 0)]),
        quality_scores(["Alpha", "Beta"], [9.0, 4.5], "Checklist"),
    ):
        (_, long), (_, short) = segments(Drawn(chart))
        assert (long + 1) / (short + 1) == pytest.approx(2, abs=0.01)


def test_every_size_is_written_in_its_segment_or_behind() -> None:
    it = drawn("small")
    line = [t.words for t in it.texts if t.y == it.text("Small").y]
    assert line == ["Small", "3 (TRD 1, HC 2)"]
    words = Drawn(samples(STUDIES, GROUPS)).words
    for study in STUDIES:
        sizes = [*study.sizes.values(), sum(study.sizes.values())]
        assert {str(size) for size in sizes} <= set(words)
    assert {"2 studies, 121 people", "1 study, 63 people", *GROUPS.values()} <= set(words)


def test_studies_stand_under_their_country() -> None:
    it = Drawn(samples(STUDIES, GROUPS))
    order = sorted(("China", "Alpha", "Gamma", "Spain", "Beta"), key=lambda name: it.text(name).y)
    assert order == ["China", "Alpha", "Gamma", "Spain", "Beta"]


def test_groups_differ_without_colour_and_never_look_alike() -> None:
    looks = [(GROUP_COLOURS[i % 4], PATTERNS[i % 3]) for i in range(12)]
    assert len(set(looks)) == 12
    assert len(set(PATTERNS)) == 3
    assert not {MORE, LESS, BOTH} & set(GROUP_COLOURS)


def test_an_empty_group_is_no_segment() -> None:
    it = Drawn(samples([Sample("Alpha", "China", {"TRD": 9, "TSD": 0})], GROUPS))
    assert len(segments(it)) == 1
