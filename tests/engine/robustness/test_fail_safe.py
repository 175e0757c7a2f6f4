"""Fail-safe N: the search finds the least number, the noise is noise and can be repeated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import apply
from trdreport.engine.clusters import voxels_of
from trdreport.engine.robustness.fail_safe import (
    fail_safe_draw,
    fewest_removed,
    least_that_erases,
    noise_experiment,
)
from trdreport.engine.robustness.results import FewestRemoved
from trdreport.engine.selection import experiment_table
from trdreport.records.loading import Registry


@given(least=st.integers(1, 400), most=st.integers(1, 300))
def test_the_search_finds_the_least_number(least: int, most: int) -> None:
    asked = []

    def significant(count: int) -> bool:
        asked.append(count)
        return count < least

    found = least_that_erases(significant, most)
    assert found.erased_by == (least if least <= most else None)
    assert len(asked) <= 2 * most.bit_length() + 2
    assert max(asked) <= most


def test_noise_has_the_sizes_of_a_real_experiment_and_lies_in_the_mask(
    miola: Registry,
) -> None:
    run = miola.run("all-trd-hc")
    table = experiment_table(miola, run)
    mask, affine = analysis_mask(run.profile)
    real = {(e.sample_size, len(e.foci)) for e in table.experiments}
    drawn = [noise_experiment(table, voxels_of(mask), affine, (1, 0, i)) for i in range(60)]
    assert {(e.sample_size, len(e.foci)) for e in drawn} <= real
    assert len({(e.sample_size, len(e.foci)) for e in drawn}) > 3
    at = np.rint(apply(np.linalg.inv(affine), np.vstack([e.positions() for e in drawn])))
    assert mask[tuple(at.astype(int).T)].all()


def test_noise_is_the_same_for_the_same_key_and_no_other(miola: Registry) -> None:
    run = miola.run("all-trd-hc")
    table = experiment_table(miola, run)
    mask, affine = analysis_mask(run.profile)
    grid = voxels_of(mask), affine
    one = noise_experiment(table, *grid, (1, 0, 4))
    assert one == noise_experiment(table, *grid, (1, 0, 4))
    assert one.foci != noise_experiment(table, *grid, (1, 1, 4)).foci
    assert one.foci != noise_experiment(table, *grid, (2, 0, 4)).foci


def test_the_headline_is_erased_by_little(miola: Registry) -> None:
    run = miola.run("all-trd-hc")
    table = experiment_table(miola, run)
    settings = miola.plan.fail_safe
    assert settings is not None
    (found,) = fail_safe_draw(table, run.profile, [1], settings, draw=0)
    assert found.tried == 10 * 7
    assert found.erased_by is not None
    assert (found,) == fail_safe_draw(table, run.profile, [1], settings, draw=0)
    assert fewest_removed(table, run.profile, 1, settings) == FewestRemoved(0, 1, 3)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (FewestRemoved(0, 1, 3), "1"),
        (FewestRemoved(2, 3, 25), "3"),
        (FewestRemoved(1, 8, 25), "2 to 8"),
        (FewestRemoved(1, None, 25), ">1"),
        (FewestRemoved(3, None, 3), "none"),
    ],
)
def test_what_is_not_known_is_not_said(found: FewestRemoved, said: str) -> None:
    assert str(found) == said


def test_a_search_that_may_not_try_everything_gives_bounds(miola: Registry) -> None:
    """Without any trial but by falling share, one removal is enough, and no fewer is none."""
    run = miola.run("all-trd-hc")
    table, settings = experiment_table(miola, run), miola.plan.fail_safe
    assert settings is not None
    found = fewest_removed(table, run.profile, 1, settings, removals=0)
    assert found == FewestRemoved(0, 1, 3)


def test_clusters_of_a_run_share_their_noise(miola: Registry) -> None:
    """Asked together or alone, a cluster gets the same answer."""
    run = miola.run("fmri-trd-hc")
    table, settings = experiment_table(miola, run), miola.plan.fail_safe
    assert settings is not None
    both = fail_safe_draw(table, run.profile, [1, 2], settings, draw=0)
    alone = [fail_safe_draw(table, run.profile, [n], settings, draw=0) for n in (1, 2)]
    assert both == (*alone[0], *alone[1])
