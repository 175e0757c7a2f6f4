"""Leaving one out shows which studies a result hangs on."""

import pytest

from trdreport.engine.results import CLUSTER_FWE, ExperimentTable
from trdreport.engine.robustness.leave_one_out import leave_one_out
from trdreport.engine.robustness.results import Retest, Target
from trdreport.engine.selection import experiment_table
from trdreport.model.plan import Profile
from trdreport.records.loading import Registry

HEADLINE = Target(CLUSTER_FWE, 1)


def table_of(registry: Registry, run_id: str) -> tuple[ExperimentTable, Profile]:
    run = registry.run(run_id)
    return experiment_table(registry, run), run.profile


def units(table: ExperimentTable) -> list[str]:
    return [experiment.unit for experiment in table.experiments]


@pytest.fixture(scope="module")
def retests(miola: Registry) -> dict[str, Retest]:
    table, profile = table_of(miola, "all-trd-hc")
    return {
        retest.unit: retest for retest in leave_one_out(table, profile, [HEADLINE], units(table))
    }


def test_the_headline_is_lost_without_each_of_its_three_studies(retests: dict[str, Retest]) -> None:
    found = {unit: retest.again(HEADLINE) for unit, retest in retests.items()}
    assert len(found) == 7
    assert {unit for unit, again in found.items() if again and not again.found} == {
        "guo2012-reho",
        "wu2011",
        "serra-blasco2013",
    }


def test_a_study_far_away_leaves_the_cluster_as_it_is(retests: dict[str, Retest]) -> None:
    again = retests["machino2014"].again(HEADLINE)
    assert again is not None
    assert again.dice == 1.0
    assert again.shift_mm == 0.0
    assert again.p_fwe is not None
    assert again.p_fwe < 0.05


def test_what_is_left_of_a_lost_cluster_is_described(retests: dict[str, Retest]) -> None:
    again = retests["serra-blasco2013"].again(HEADLINE)
    assert again is not None
    assert 0 < again.dice < 1
    assert again.p_fwe is not None
    assert again.p_fwe >= 0.05


def test_two_experiments_cannot_lose_one(miola: Registry) -> None:
    table, profile = table_of(miola, "vbm-trd-tsd")
    retests = leave_one_out(table, profile, [], units(table))
    assert len(retests) == 2
    assert {r.reason for r in retests} == {"one experiment is left; a meta-analysis needs two"}


def test_a_cluster_that_emerges_is_counted(miola: Registry) -> None:
    """Without Wu 2011 the resting-state analysis has a significant cluster that it lacks."""
    table, profile = table_of(miola, "fmri-trd-hc")
    emerged = {
        retest.unit: retest.emerged for retest in leave_one_out(table, profile, [], units(table))
    }
    assert emerged == {"guo2012-falff": 0, "guo2012-reho": 0, "wu2011": 1, "yamamura2016": 0}
