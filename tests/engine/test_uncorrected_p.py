"""Uncorrected p values agree with an independent convolution on a finer grid."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from nimare.meta.cbma.ale import ALE
from nimare.studyset import Studyset
from scipy import stats

from trdreport.engine.uncorrected import BINS, uncorrected

BIN = 2e-6


def fine_tail(activations: np.ndarray) -> np.ndarray:
    """P(ALE >= k * BIN) by bin k, from the experiments' activations (experiments, voxels).

    In the domain of -log(1 - MA) the union over experiments is a sum, so the null is a
    convolution of histograms, here by FFT (Eickhoff 2012 for the null itself).
    """
    logs = -np.log1p(-activations)
    length = 2 ** int(np.ceil(np.log2(logs.max(axis=1).sum() / BIN + 2)))
    spectrum = np.ones(length // 2 + 1, dtype=complex)
    for experiment in logs:
        counts = np.bincount(np.rint(experiment / BIN).astype(int), minlength=length)
        spectrum *= np.fft.rfft(counts / len(experiment))
    return np.clip(np.fft.irfft(spectrum, length)[::-1].cumsum()[::-1], 0, 1)


@pytest.mark.parametrize(("number", "share"), [(8, 0.01), (16, 0.01), (16, 0.001)])
def test_few_experiments_that_are_active_in_equally_many_voxels_are_binomial(
    number: int, share: float
) -> None:
    """Down to the rarest p of all, where each of them is active."""
    histograms = np.zeros((number, BINS // 100 + 1))
    histograms[:, [0, -1]] = 1 - share, share
    active = np.arange(number + 1)
    ale = 1 - 0.99**active
    null = uncorrected(histograms, float(ale[-1]))
    expected = stats.binom.sf(active - 1, number, share)
    a_bin_less = np.maximum(ale - 1 / BINS, 0)  # ALE itself may be where two bins meet
    np.testing.assert_allclose(null.p(a_bin_less), expected, rtol=2e-3)


def test_three_experiments_that_meet_in_one_place_keep_the_rest_of_the_null() -> None:
    """Where they meet, p is 1e-14; at the common thresholds it is that of a plain convolution."""
    share = 5e-5 * np.exp(-np.arange(1000) / 100)
    one = np.append(1 - share[1:].sum(), share[1:])
    null = uncorrected(np.stack([one] * 3), 1 - (1 - 999 / BINS) ** 3)
    values = -np.log1p(-np.arange(1000) / BINS)
    fine = np.bincount(np.rint(values / BIN).astype(int), weights=one, minlength=2**15)
    tail = np.clip(np.fft.irfft(np.fft.rfft(fine) ** 3), 0, 1)[::-1].cumsum()[::-1]
    bins = np.arange(1, 1500)
    expected = tail[np.ceil(-np.log1p(-(bins - 0.5) / BINS) / BIN).astype(int)]
    seen = expected > 1e-9
    assert seen.sum() > 900
    np.testing.assert_allclose(null.tail[bins][seen], expected[seen], rtol=0.05)


@pytest.mark.slow
def test_experiments_that_are_active_in_equally_many_voxels_are_binomial() -> None:
    """Many are added in steps; where all 80 have an activation of 0.4, their ALE rounds to 1."""
    histograms = np.zeros((80, BINS * 2 // 5 + 1))
    histograms[:, [0, -1]] = 0.99, 0.01
    active = np.arange(6)
    null = uncorrected(histograms, 1 - 0.6**80)
    expected = stats.binom.sf(active - 1, 80, 0.01)
    np.testing.assert_allclose(null.p(1 - 0.6**active), expected, rtol=1e-4)
    assert 0 < null.p(np.array(1.0)) < 1e-16


@pytest.mark.slow
def test_a_p_that_no_number_is_small_enough_for_is_not_0() -> None:
    histograms = np.zeros((400, 1001))
    histograms[:, [0, -1]] = 0.999, 0.001
    largest = 1 - 0.99**400
    assert 0 < uncorrected(histograms, largest).p(np.array(largest)) < 1e-300


@pytest.mark.slow
def test_nimares_bundled_pain_studies() -> None:
    """Within 1 % for p from 0.01 to 0.00001; NiMARE's own bins are five times as wide."""
    spec = find_spec("nimare")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "resources"
    estimator = ALE()
    result = estimator.fit(Studyset(str(folder / "nidm_pain_studyset.json")))
    maps = estimator._collect_ma_maps().toarray().astype(float)
    tail = fine_tail(maps)
    ale = 1 - np.prod(1 - maps, axis=0)
    # centre of NiMARE's bin of each voxel, on the fine grid of -log(1 - ALE)
    fine = tail[np.rint(-np.log1p(-np.round(ale, 5)) / BIN).astype(int)]
    p = result.get_map("p", return_type="array")
    in_tail = (fine < 0.01) & (fine > 1e-5)
    ratio = p[in_tail] / fine[in_tail]
    assert in_tail.sum() > 1000
    assert np.abs(ratio - 1).max() < 0.01
