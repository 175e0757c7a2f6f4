"""Simulated studies: the same for the same seed, around their centres, inside the brain."""

from pathlib import Path

import numpy as np

from benchmarks.synthetic import write_registry, write_review
from trdreport.brain.extent import mm_outside_brain, mni_brain
from trdreport.engine.selection import experiment_table
from trdreport.engine.simulation import Truth, simulated_foci, voxel_tree
from trdreport.records.loading import load_registry

BRAIN = voxel_tree(*mni_brain())


def test_foci_depend_on_seed_and_study_alone() -> None:
    truth = Truth(10, ((-44.0, 24.0, 30.0),))
    first = simulated_foci(truth, BRAIN, 1, 5)
    np.testing.assert_array_equal(first, simulated_foci(truth, BRAIN, 1, 5))
    assert not np.array_equal(first, simulated_foci(truth, BRAIN, 2, 5))
    assert not np.array_equal(first, simulated_foci(truth, BRAIN, 1, 6))


def test_centres_are_reported_as_often_and_as_near_as_said() -> None:
    centre = np.array((-44.0, 24.0, 30.0))
    truth = Truth(10, (tuple(centre),), reported=0.5, spread_mm=3.0)
    near = [
        np.linalg.norm(simulated_foci(truth, BRAIN, 1, study) - centre, axis=1).min() < 9
        for study in range(400)
    ]
    assert 0.4 < np.mean(near) < 0.65


def test_every_focus_lies_in_the_brain() -> None:
    edge = Truth(10, ((-68.0, -20.0, 0.0),), reported=1.0, spread_mm=8.0)
    foci = np.vstack([simulated_foci(edge, BRAIN, 1, study) for study in range(100)])
    assert foci.shape == (1000, 3)
    assert mm_outside_brain(foci).max() <= 2.0


def test_a_synthetic_registry_is_valid_and_repeatable(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_registry(tmp_path / name, 12, foci=4)
    registry = load_registry(tmp_path / "one")
    assert registry.digest == load_registry(tmp_path / "two").digest
    table = experiment_table(registry, registry.run("increases"))
    assert (len(table.experiments), table.n_foci) == (12, 48)


def test_a_synthetic_review_has_all_that_robustness_asks_for(tmp_path: Path) -> None:
    write_review(tmp_path / "review")
    registry = load_registry(tmp_path / "review")
    table = experiment_table(registry, registry.run("all-trd-hc"))
    assert (len(table.experiments), table.n_foci) == (50, 700)
    cohorts = experiment_table(registry, registry.run("all-trd-hc.mni"))
    assert len(cohorts.experiments) == 45
    claims = {claim.analysis: claim for claim in registry.published.results if claim.clusters}
    contributors = [len(cluster.contributing) for cluster in claims["all-trd-hc"].clusters]
    assert len(contributors) == 6
    assert min(contributors) >= 10
    assert max(contributors) <= 25
    assert registry.plan.multiverse
    assert registry.plan.fail_safe
