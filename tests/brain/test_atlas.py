"""Known places get their names, on their side."""

from itertools import product

import pytest

from trdreport.brain.atlas import ATLASES, load_atlas
from trdreport.brain.regions import MIDLINE


@pytest.mark.parametrize(
    ("mni", "name"),
    [
        ((28, 4, -20), "right amygdala"),
        ((-28, -18, -16), "left hippocampus"),
        ((-12, 12, 10), "left caudate nucleus"),
        ((12, -18, 8), "right thalamus"),
        ((0, -30, -30), "brainstem"),
        ((-39, -66, -42), "left cerebellum"),
        ((20, -60, -45), "right cerebellum"),
        ((0, -70, -20), "cerebellar vermis"),
        ((40, -22, 58), "right precentral gyrus"),
        ((-36, 4, 2), "left insula"),
    ],
)
def test_names(mni: tuple[int, int, int], name: str) -> None:
    label = load_atlas().label((float(mni[0]), float(mni[1]), float(mni[2])))
    assert label.name == name
    assert label.distance_mm <= 3


def test_outside_every_region_the_distance_is_said() -> None:
    label = load_atlas().label((0.0, 0.0, 105.0))
    assert label.distance_mm > 15
    assert str(label).startswith(f"{label.distance_mm:.0f} mm from ")


def test_occipital_cortex_is_not_cerebellum() -> None:
    for mni in ((-30.0, -93.0, 0.0), (15.0, -102.0, -3.0), (40.0, -50.0, -18.0)):
        assert "cerebell" not in load_atlas().label(mni).name


@pytest.mark.parametrize("name", ATLASES)
def test_an_atlas_names_every_place_from_its_list_on_the_places_side(name: str) -> None:
    atlas = load_atlas(name)
    for x, y, z in product((-40.0, 40.0), (-70.0, -20.0, 30.0), (-40.0, 0.0, 40.0)):
        label = atlas.label((x, y, z))
        assert label.name in atlas.names
        assert atlas.side(label.name) in ("", "left" if x < 0 else "right")
        near = atlas.within((x, y, z), label.distance_mm + 2)
        assert label.name in near
        assert set(near) <= set(atlas.names)


def test_what_has_no_side_lies_on_the_midline() -> None:
    atlas = load_atlas()
    assert {name for name in atlas.names if not atlas.side(name)} == set(MIDLINE)
