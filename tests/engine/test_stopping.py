"""Drawing stops only when the answer is clear, and the interval says how clear."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trdreport.brain.search_volume import analysis_mask
from trdreport.engine.estimators import fit
from trdreport.engine.selection import experiment_table
from trdreport.engine.stopping import confidence_sequence, decided, exact_interval, looks
from trdreport.records.loading import Registry


@given(st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_intervals_hold_the_estimate_and_the_sequence_is_wider(counts: tuple[int, int]) -> None:
    extreme, n = counts
    low, high = exact_interval(extreme, n)
    wide_low, wide_high = confidence_sequence(extreme, n)
    assert 0 <= wide_low <= low <= extreme / n <= high <= wide_high <= 1


def test_the_exact_interval_is_the_textbooks() -> None:
    """With no success in n the upper limit is 1 - 0.025^(1/n)."""
    assert exact_interval(0, 100) == pytest.approx((0, 1 - 0.025**0.01))


def test_the_sequence_rarely_misses_the_true_p_at_any_look() -> None:
    """Looked at after every draw of 2,000, it misses in about one of a thousand runs at most."""
    generator = np.random.default_rng(3)
    missed, limits = 0, cache(confidence_sequence)
    for _ in range(300):
        extreme = np.cumsum(generator.random(2000) < 0.05)
        for n in (10, 30, 100, 300, 1000, 2000):
            low, high = limits(int(extreme[n - 1]), n)
            missed += not low <= 0.05 <= high
    assert missed <= 3


@given(st.integers(100, 50_000))
def test_looks_cover_every_permutation_once(permutations: int) -> None:
    assert [i for part in looks(permutations) for i in part] == list(range(permutations))


def test_a_clear_answer_is_decided_and_a_close_one_is_not() -> None:
    null = np.arange(1000.0)
    assert decided(null, np.array([500.0, 20.0]), 0.05)
    assert not decided(null, np.array([500.0, 950.0]), 0.05)
    assert decided(null, np.array([]), 0.05)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_it_is_decided_where_the_sequence_leaves_alpha_out(counts: tuple[int, int]) -> None:
    extreme, n = counts
    low, high = confidence_sequence(extreme, n)
    null = np.repeat([2.0, 1.0], [extreme, n - extreme])
    assert decided(null, np.array([2.0]), 0.05) == (not low <= 0.05 <= high)


def test_an_early_stop_keeps_the_decision_and_the_seeds(miola: Registry) -> None:
    """The permutations drawn are the first of the full run; p lies in the interval given."""
    run = miola.run("fmri-trd-hc")
    mask, affine = analysis_mask(run.profile)
    table = experiment_table(miola, run)
    fitted = fit(table, run.profile.model_copy(update={"permutations": 4000}), mask, affine)
    (stopped,), (full,) = (fitted.test([0.001], stop_early=early) for early in (True, False))
    drawn = len(stopped.null_sizes)
    assert drawn < 4000
    np.testing.assert_array_equal(stopped.null_sizes, full.null_sizes[:drawn])
    sizes = np.bincount(stopped.labels[stopped.labels > 0])[1:]
    for size, p in zip(sizes, full.p_fwe, strict=True):
        low, high = confidence_sequence(int((stopped.null_sizes >= size).sum()), drawn)
        assert low <= p <= high
        assert not low <= 0.05 <= high
