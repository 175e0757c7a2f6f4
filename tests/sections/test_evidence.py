"""Evidence stands beside the results and never enters them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trdreport.brain.atlas import load_atlas
from trdreport.brain.regions import MIDLINE, SIDES, region_names, sided_regions
from trdreport.engine.selection import experiment_table
from trdreport.records.loading import Registry
from trdreport.sections.evidence import (
    CSV_COLUMNS,
    evidence_rows,
    evidence_table,
)
from trdreport.sections.facts.statements import evidence_view, plain

PLAIN = [name for name in region_names() if name.partition(" ")[0] not in SIDES]


@given(st.sets(st.sampled_from(PLAIN), min_size=1))
def test_a_side_of_an_area_is_that_side_of_its_regions(names: set[str]) -> None:
    areas = {"somewhere": sorted(names)}
    both = sided_regions("somewhere", areas)
    left, right = (sided_regions(f"{side} somewhere", areas) for side in SIDES)
    assert left | right == both
    assert all(name in MIDLINE for name in left & right)
    assert both == frozenset().union(*(sided_regions(name, {}) for name in names))


def test_every_sided_name_of_the_atlas_is_a_known_region() -> None:
    known = frozenset().union(*(sided_regions(name, {}) for name in PLAIN))
    assert {region.name for region in load_atlas().regions} <= known
    with pytest.raises(KeyError):
        sided_regions("left superor frontal gyrus", {})


@pytest.mark.parametrize(
    "place", [(-11.0, -9.0, 66.0), (-10.0, -40.0, -36.0), (30.0, -60.0, -40.0)]
)
def test_regions_near_a_place_have_the_nearest_first(place: tuple[float, float, float]) -> None:
    atlas = load_atlas()
    near = atlas.within(place, 10)
    label = atlas.label(place)
    assert near[label.name] == min(near.values())
    assert near[label.name] == pytest.approx(label.distance_mm, abs=1.0)
    assert max(near.values()) <= 10
    assert set(near) <= set(atlas.within(place, 14))


def test_evidence_changes_no_experiment(miola: Registry) -> None:
    assert miola.evidence
    bare = replace(miola, evidence=(), screened=())
    for run in miola.plan.runs:
        assert experiment_table(miola, run) == experiment_table(bare, run)


def test_every_statement_is_in_table_csv_and_map(miola: Registry) -> None:
    view = evidence_view(miola)
    count = sum(len(record.statements) for record in miola.evidence)
    assert (
        len(view.statements) == len(evidence_table(view).rows) == len(evidence_rows(view)) == count
    )
    assert all(len(row) == len(CSV_COLUMNS) for row in evidence_rows(view))
    assert len({each.id for each in view.statements}) == count
    on_map = {t.id for r in view.regions for m in view.modalities for t in view.marks(r, m)}
    assert on_map == {each.id for each in view.statements if each.atlas}


def test_records_set_against_each_other_are_a_conflict(miola: Registry) -> None:
    (conflict,) = evidence_view(miola).conflicts
    pair = {conflict.one[0].record.id, conflict.other[0].record.id}
    assert pair == {"gamma2021-4", "gamma2021-9"}


def test_a_name_without_its_side() -> None:
    assert plain("left insula") == plain("insula") == "insula"
    assert np.all([plain(name) in PLAIN for name in region_names()])
