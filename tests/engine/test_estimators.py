"""Every method of a profile is an estimator that answers the same questions."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from trdreport.engine.estimators import ESTIMATORS, Fitted, decide, estimator, fit
from trdreport.engine.results import Experiment, ExperimentTable, SourcedFocus
from trdreport.model.plan import Method, Profile
from trdreport.records.loading import Registry

GRID = (np.ones((24, 24, 24), bool), np.diag([2.0, 2.0, 2.0, 1.0]))


def experiment(unit: str, *foci: tuple[float, float, float]) -> Experiment:
    return Experiment(unit, 20, {}, (unit,), tuple(SourcedFocus(f, f, unit, "") for f in foci))


TABLE = ExperimentTable(
    (
        experiment("b", (20, 20, 20), (4, 40, 4)),
        experiment("a", (21, 20, 20), (40, 4, 40)),
        experiment("a-1", (20, 22, 20), (40, 40, 4)),
        experiment("away", (40, 40, 40)),
    )
)


@pytest.fixture(scope="module")
def profile(miola: Registry) -> Profile:
    return miola.run("all-trd-hc.mni2026").profile


@pytest.fixture(params=ESTIMATORS)
def fitted(request: pytest.FixtureRequest, profile: Profile) -> Fitted:
    update = {"method": request.param, "permutations": 100}
    return fit(TABLE, profile.model_copy(update=update), *GRID)


def test_the_methods_of_a_profile_are_those_of_the_registry() -> None:
    assert set(get_args(Method)) == set(ESTIMATORS)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_method_is_found_by_its_name(name: str) -> None:
    assert isinstance(estimator(name).sized, bool)


def test_where_three_experiments_meet_is_a_cluster(fitted: Fitted) -> None:
    clusters = fitted.clusters(0.001)
    (number,) = {int(clusters.labels[10, 10, 10])}
    assert number > 0
    assert (fitted.p[clusters.labels > 0] < 0.001).all()
    above = fitted.stat > fitted.threshold(0.001)
    np.testing.assert_array_equal(above, clusters.labels > 0)


@pytest.mark.parametrize(("method", "statistic"), [("MKDADensity", 3), ("KDA", 5)])
def test_a_density_counts_experiments_or_foci(
    method: str, statistic: int, profile: Profile
) -> None:
    """As its words in `engine/methods.py` say: of experiments, each once; of foci, every one."""
    near = experiment("near", (20, 20, 18), (18, 20, 20), (20, 18, 20))
    table = replace(TABLE, experiments=(near, *TABLE.experiments[1:]))
    fitted = fit(table, profile.model_copy(update={"method": method}), *GRID)
    assert fitted.stat[10, 10, 10] == statistic
    assert fitted.stat.max() == statistic


def test_every_cluster_gets_a_family_wise_p_from_all_permutations(fitted: Fitted) -> None:
    (test,) = fitted.test([0.001], stop_early=False)
    assert len(test.null_sizes) == 100
    assert len(test.p_fwe) == test.labels.max()
    assert ((test.p_fwe >= 0.01) & (test.p_fwe <= 1)).all()
    assert test.p_fwe[test.labels[10, 10, 10] - 1] < 0.5


def test_shares_are_of_the_experiments_in_the_tables_order(fitted: Fitted) -> None:
    labels = fitted.clusters(0.001).labels
    shares = fitted.shares(labels)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    at_meeting = shares[labels[10, 10, 10] - 1]
    assert at_meeting[3] < 0.01
    assert (at_meeting[:3] > 0.2).all()


def test_where_there_is_nothing_to_test_nothing_is_drawn(fitted: Fitted) -> None:
    assert len(decide(fitted, [1e-12])[0].null_sizes) == 0


def test_one_experiment_is_refused(profile: Profile) -> None:
    with pytest.raises(ValueError, match="at least two"):
        fit(ExperimentTable(TABLE.experiments[:1]), profile, *GRID)
