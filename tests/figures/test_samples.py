"""Every group's size can be read, and bars are as long as the groups are large."""

from itertools import combinations, pairwise

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tests.figures.legible import assert_legible, texts, words
from trdreport.figures.canvas import drawn
from trdreport.figures.palette import BOTH, LESS, MORE
from trdreport.figures.samples import GROUP_COLOURS, Sample, samples_figure
from trdreport.figures.sheet import contrast
from trdreport.records.loading import Registry

GROUPS = {"TRD": "resistant (TRD)", "TSD": "sensitive (TSD)", "HC": "controls (HC)"}

STUDIES = (
    Sample("Alpha", "China", {"TRD": 20, "TSD": 10, "HC": 40}),
    Sample("Beta", "Spain", {"TRD": 31, "HC": 32}),
    Sample("Gamma", "China", {"TRD": 18, "TSD": 17, "HC": 16}),
)


def segments(figure: Figure) -> list[Rectangle]:
    """The bars' parts in the order drawn, without the key's."""
    return figure.axes[0].patches[len(GROUPS) :]


def test_every_size_and_total_is_written() -> None:
    told = words(samples_figure(STUDIES, GROUPS))
    for study in STUDIES:
        assert {str(size) for size in study.sizes.values()} <= set(told)
        assert str(sum(study.sizes.values())) in told


def test_every_size_of_the_review_is_written_and_legible(miola: Registry) -> None:
    groups = {name: f"{g.label} ({name})" for name, g in miola.review.groups.items()}
    samples = [
        Sample(study.label, study.country, {name: group.n for name, group in study.groups.items()})
        for study in miola.studies
    ]
    figure = samples_figure(samples, groups)
    assert_legible(figure)
    told = words(figure)
    for sample in samples:
        line = {text.get_text() for text in on_line_of(figure, sample.label)}
        sizes = [*sample.sizes.values(), sum(sample.sizes.values())]
        assert line == {sample.label, *map(str, sizes)}
    assert set(groups.values()) <= set(told)


def on_line_of(figure: Figure, label: str) -> list:
    place = next(t.get_position()[1] for t in texts(figure) if t.get_text() == label)
    return [t for t in texts(figure) if abs(t.get_position()[1] - place) < 0.05]


@pytest.mark.parametrize("sizes", [{"TRD": 1, "TSD": 2, "HC": 3000}, {"TRD": 4, "HC": 1}])
def test_a_size_too_small_for_its_segment_is_written_behind(sizes: dict[str, int]) -> None:
    studies = [Sample("Alpha", "China", {"HC": 5000}), Sample("Beta", "China", sizes)]
    figure = samples_figure(studies, GROUPS)
    assert_legible(figure)
    last = on_line_of(figure, "Beta")[-1].get_text()
    assert last.startswith(str(sum(sizes.values())))
    inside = {text.get_text() for text in on_line_of(figure, "Beta")[1:-1]}
    for group, size in sizes.items():
        assert str(size) in inside or f"{group} {size}" in last


def test_segments_are_as_long_as_the_groups() -> None:
    figure = samples_figure(STUDIES, GROUPS)
    widths = [segment.get_width() for segment in segments(figure)]
    sizes = [20, 10, 40, 18, 17, 16, 31, 32]  # by country
    assert [width / widths[0] for width in widths] == pytest.approx([s / 20 for s in sizes])


def test_segments_touch_and_do_not_overlap() -> None:
    first = segments(samples_figure(STUDIES, GROUPS))[:3]
    for one, following in pairwise(first):
        assert one.get_x() + one.get_width() == pytest.approx(following.get_x())


def test_studies_stand_under_their_country() -> None:
    figure = samples_figure(STUDIES, GROUPS)
    height = {text.get_text(): text.get_position()[1] for text in texts(figure)}
    order = sorted(("China", "Alpha", "Gamma", "Spain", "Beta"), key=lambda name: height[name])
    assert order == ["China", "Alpha", "Gamma", "Spain", "Beta"]
    told = words(figure)
    assert "2 studies, 121 people" in told
    assert "1 study, 63 people" in told


def test_groups_differ_without_colour() -> None:
    hatches = {segment.get_hatch() for segment in segments(samples_figure(STUDIES, GROUPS))[:3]}
    assert len(hatches) == 3


def test_a_group_looks_the_same_everywhere_and_as_in_the_key() -> None:
    """Also in a study that lacks another group."""
    figure = samples_figure(STUDIES, GROUPS)
    key = {group: look(p) for group, p in zip(GROUPS, figure.axes[0].patches, strict=False)}
    beta = [look(segment) for segment in segments(figure)[-2:]]
    assert beta == [key["TRD"], key["HC"]]


def look(segment: Rectangle) -> tuple[str, str | None]:
    return to_hex(segment.get_facecolor()), segment.get_hatch()


def test_many_groups_never_look_alike() -> None:
    groups = {f"G{index}": f"group {index}" for index in range(12)}
    figure = samples_figure([Sample("Alpha", "China", {"G0": 9})], groups)
    assert len({look(patch) for patch in figure.axes[0].patches[:12]}) == 12
    assert_legible(figure)


def test_no_group_has_the_colour_of_a_direction() -> None:
    assert not {MORE, LESS, BOTH} & set(GROUP_COLOURS)


def test_numbers_can_be_read_on_their_segments() -> None:
    groups = {f"G{index}": f"group {index}" for index in range(4)}
    sizes = dict.fromkeys(groups, 25)
    figure = samples_figure([Sample("Alpha", "China", sizes)], groups)
    numbers = [text for text in texts(figure) if text.get_text() == "25"]
    fills = [to_hex(text.get_bbox_patch().get_facecolor()) for text in numbers]
    assert fills == [to_hex(colour) for colour in GROUP_COLOURS]
    for text, fill in zip(numbers, fills, strict=True):
        assert contrast(to_hex(text.get_color()), fill) >= 4.5
    assert all(one != other for one, other in combinations(fills, 2))


def test_an_empty_group_is_no_segment() -> None:
    figure = samples_figure([Sample("Alpha", "China", {"TRD": 9, "TSD": 0})], GROUPS)
    assert len(segments(figure)) == 1
    assert [text.get_text() for text in on_line_of(figure, "Alpha")] == ["Alpha", "9", "9"]


def test_a_group_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="Alpha has a group without words: BD"):
        samples_figure([Sample("Alpha", "China", {"TRD": 9, "BD": 4})], GROUPS)


def test_the_same_bytes_twice() -> None:
    assert drawn(samples_figure(STUDIES, GROUPS)) == drawn(samples_figure(STUDIES, GROUPS))
