"""Simulated reviews are the same for the same seed, and find what is there to find."""

import numpy as np
import pytest

from trdreport.engine.calibration import SPREAD_MM, Setting, calibrate, simulated_table
from trdreport.engine.selection import experiment_table
from trdreport.records.loading import Registry


def test_a_review_is_the_same_for_the_same_seed(miola: Registry) -> None:
    run = miola.run("all-trd-hc.mni2026")
    model = experiment_table(miola, run)
    setting = Setting(studies=8, reported=0.5, reviews=2, seed=1)
    one, centre = simulated_table(model, run.profile, setting, review=0)
    assert (one, centre) == simulated_table(model, run.profile, setting, review=0)
    assert one != simulated_table(model, run.profile, setting, review=1)[0]
    assert one != simulated_table(model, run.profile, Setting(8, 0.5, 2, seed=2), review=0)[0]


def test_studies_have_the_sizes_of_the_run_and_report_the_centre_as_often_as_said(
    miola: Registry,
) -> None:
    run = miola.run("all-trd-hc.mni2026")
    model = experiment_table(miola, run)
    sizes = {(e.sample_size, len(e.foci)) for e in model.experiments}
    near = []
    for review in range(20):
        table, (centre,) = simulated_table(model, run.profile, Setting(20, 0.5, 20, 1), review)
        assert {(e.sample_size, len(e.foci)) for e in table.experiments} <= sizes
        near += [
            bool((np.linalg.norm(e.positions() - centre, axis=1) < 4 * SPREAD_MM).any())
            for e in table.experiments
        ]
    assert 0.45 < np.mean(near) < 0.65  # half, and a few foci that are near by chance


@pytest.mark.slow
def test_what_all_studies_report_is_found_where_it_is(miola: Registry) -> None:
    run = miola.run("all-trd-hc.mni2026")
    profile = run.profile.model_copy(update={"permutations": 200})
    model = experiment_table(miola, run)
    settings = [Setting(25, 1.0, 5, seed=1), Setting(25, 0.0, 5, seed=1)]
    planted, nothing = calibrate(model, profile, settings)
    assert planted.found == 5
    assert len(planted.errors_mm) == 5
    assert max(planted.errors_mm) < 10
    assert nothing.found <= 2
    assert nothing.errors_mm == ()
