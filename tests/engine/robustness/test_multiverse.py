"""Every meaningful specification is run once, and judged by the claim as it was published."""

from dataclasses import replace

import pytest

from trdreport.engine.results import CLUSTER_FWE
from trdreport.engine.robustness.multiverse import outcomes
from trdreport.engine.robustness.results import ClaimCurve, Outcome
from trdreport.engine.robustness.specifications import Cell, Claimed, cells, choices, other_cells
from trdreport.engine.selection import experiment_table
from trdreport.model.plan import Multiverse
from trdreport.records.loading import Registry

UNCORRECTED = "uncorrected-0.0001"
PEAK_MNI = (-11.0, -9.0, 66.0)


@pytest.fixture(scope="module")
def multiverse(miola: Registry) -> Multiverse:
    assert miola.plan.multiverse is not None
    return miola.plan.multiverse


def grid(registry: Registry, multiverse: Multiverse, run_id: str) -> list[Cell]:
    return list(cells(registry, registry.run(run_id), multiverse))


def published_cell(registry: Registry, multiverse: Multiverse, run_id: str) -> Cell:
    wanted = choices(registry.run(run_id).profile)
    matches = [
        replace(cell, profiles=own)
        for cell in grid(registry, multiverse, run_id)
        if (own := tuple(p for p in cell.profiles if choices(p) == wanted))
    ]
    assert len(matches) == 1
    return matches[0]


def test_every_combination_is_there_once(miola: Registry, multiverse: Multiverse) -> None:
    found = [choices(p) for c in grid(miola, multiverse, "all-trd-hc") for p in c.profiles]
    assert len(found) == 4 * 2 * 3 * 2 * 3 * 3
    assert len({tuple(each.values()) for each in found}) == len(found)


def test_a_unit_that_changes_nothing_is_no_specification(
    miola: Registry, multiverse: Multiverse
) -> None:
    """Ma 2012 and Guo 2012 fALFF share people, but not a modality."""
    found = grid(miola, multiverse, "vbm-any")
    assert {profile.unit for cell in found for profile in cell.profiles} == {"study"}
    others = list(other_cells(miola, miola.run("vbm-any"), multiverse))
    assert len(others) == len(multiverse.other_estimators)


def test_the_published_specification_gives_the_published_result(
    miola: Registry, multiverse: Multiverse
) -> None:
    cell = published_cell(miola, multiverse, "all-trd-hc")
    profile = miola.run("all-trd-hc").profile
    far = Claimed(CLUSTER_FWE, ((40.0, 20.0, 0.0),))
    none = Claimed(CLUSTER_FWE, ())
    claims = [Claimed(CLUSTER_FWE, (PEAK_MNI,)), far, none]
    (headline,), (elsewhere,), (nothing,) = outcomes([cell], claims, profile)
    assert headline.published
    assert headline.holds
    assert headline.p < 0.05
    assert not elsewhere.holds
    assert elsewhere.p == 1.0
    assert not nothing.holds
    assert nothing.p == headline.p


def test_the_uncorrected_readout_knows_no_cluster_forming_p(
    miola: Registry, multiverse: Multiverse
) -> None:
    found = grid(miola, multiverse, "fmri-trd-hc")[:1]
    profile = miola.run("fmri-trd-hc").profile
    claims = [Claimed(UNCORRECTED, ((-10.0, -40.0, -36.0),)), Claimed(CLUSTER_FWE, ())]
    uncorrected, corrected = outcomes(found, claims, profile)
    assert len(uncorrected) == 1
    assert "cluster-forming p" not in uncorrected[0].choices
    assert uncorrected[0].p < 0.0001
    assert len(corrected) == len(multiverse.cluster_forming_p)


def test_an_experiment_without_patients_cannot_be_sized_by_them(
    miola: Registry, multiverse: Multiverse
) -> None:
    cell = published_cell(miola, multiverse, "all-trd-hc")
    first, *rest = cell.table.experiments
    nobody = replace(cell.table, experiments=(replace(first, sample_size=0), *rest))
    profile = miola.run("all-trd-hc").profile
    ((outcome,),) = outcomes([replace(cell, table=nobody)], [Claimed(CLUSTER_FWE, ())], profile)
    assert outcome.reason == f"no participants by this rule in {first.unit}"
    assert not outcome.holds


def test_one_experiment_is_listed_as_not_runnable(miola: Registry, multiverse: Multiverse) -> None:
    cell = published_cell(miola, multiverse, "vbm-trd-tsd")
    alone = replace(cell, table=replace(cell.table, experiments=cell.table.experiments[:1]))
    profile = miola.run("vbm-trd-tsd").profile
    ((outcome,),) = outcomes([alone], [Claimed(CLUSTER_FWE, ())], profile)
    assert outcome.reason == "fewer than two experiments"


@pytest.mark.slow
def test_nimares_density_estimators_run(miola: Registry, multiverse: Multiverse) -> None:
    run = miola.run("all-trd-hc")
    found = list(other_cells(miola, run, multiverse))
    claims = [Claimed(CLUSTER_FWE, (PEAK_MNI,)), Claimed(UNCORRECTED, ())]
    corrected, uncorrected = outcomes(found, claims, run.profile)
    assert [o.choices["estimator"] for o in corrected[::2]] == ["MKDADensity", "KDA"]
    assert all(0 < outcome.p <= 1 and not outcome.reason for outcome in corrected)
    assert len(uncorrected) == len(found)
    assert len(experiment_table(miola, run).experiments) == 7


def curve(*held: tuple[str, str, bool]) -> ClaimCurve:
    made = tuple(
        Outcome({"estimator": "ALE", "a": a, "b": b}, published=False, holds=h, p=0.5)
        for a, b, h in held
    )
    return ClaimCurve("x", CLUSTER_FWE, (), made)


def test_the_factor_that_decides_is_named() -> None:
    decided = curve(
        ("1", "1", True), ("1", "2", True), ("2", "1", False), ("2", "2", False)
    )  # fmt: skip
    first, second = decided.influences
    assert (first.factor, first.explained, dict(first.share)) == ("a", 1.0, {"1": 1.0, "2": 0.0})
    assert (second.factor, second.explained) == ("b", 0.0)


def test_a_claim_that_always_holds_has_no_deciding_factor() -> None:
    assert {i.explained for i in curve(("1", "1", True), ("2", "2", True)).influences} == {0.0}
