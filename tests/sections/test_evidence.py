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
    response_table,
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


def test_evidence_changes_no_experiment(real_registry: Registry) -> None:
    assert real_registry.evidence
    bare = replace(real_registry, evidence=(), screened=())
    for run in real_registry.plan.runs:
        assert experiment_table(real_registry, run) == experiment_table(bare, run)


def test_every_statement_is_in_table_csv_and_map(real_registry: Registry) -> None:
    view = evidence_view(real_registry)
    count = sum(len(record.statements) for record in real_registry.evidence)
    assert (
        len(view.statements) == len(evidence_table(view).rows) == len(evidence_rows(view)) == count
    )
    assert all(len(row) == len(CSV_COLUMNS) for row in evidence_rows(view))
    assert len({each.id for each in view.statements}) == count
    on_map = {t.id for r in view.regions for m in view.modalities for t in view.marks(r, m)}
    assert on_map == {each.id for each in view.statements if each.atlas}


def test_the_conflicts_of_the_review_are_shown(real_registry: Registry) -> None:
    """Wang 2025 sets two trials of ECT against each other, and two of the default mode network."""
    view = evidence_view(real_registry)
    pairs = {frozenset((c.one[0].record.id, c.other[0].record.id)) for c in view.conflicts}
    assert frozenset(("wang2025-31", "wang2025-32")) in pairs
    assert frozenset(("wang2025-34", "wang2025-35")) in pairs
    table = response_table(view)
    assert {row[-1] for row in table.rows} == {"yes", "no"}


def test_a_name_without_its_side() -> None:
    assert plain("left insula") == plain("insula") == "insula"
    assert np.all([plain(name) in PLAIN for name in region_names()])
