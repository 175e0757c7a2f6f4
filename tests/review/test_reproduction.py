"""The published claims come out of the records of the published review."""

import pytest

from tests.conftest import ROOT
from trdreport.engine.claims import Claim, Verdict, check_claims
from trdreport.engine.results import AnalysisResult, Cluster
from trdreport.engine.run import Result, run_plan
from trdreport.records.loading import Registry
from trdreport.work.scheduling import processes
from trdreport.work.store import open_store

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(published_review: Registry) -> dict[str, Result]:
    """From the store of the checkout: what a build here computed by the same code is not again."""
    with open_store(ROOT / ".trdreport-cache") as store, processes() as here:
        return {r.run: r for r in run_plan(published_review, store, scheduler=here)}


@pytest.fixture(scope="module")
def claims(published_review: Registry, results: dict[str, Result]) -> tuple[Claim, ...]:
    return check_claims(published_review, results)


def first_cluster(result: Result, readout: str) -> Cluster:
    assert isinstance(result, AnalysisResult)
    return result.readout(readout).clusters[0]


def test_the_precentral_cluster(results: dict[str, Result]) -> None:
    cluster = first_cluster(results["all-trd-hc"], "cluster-fwe")
    assert cluster.peak == (-12, -16, 62)
    assert cluster.volume_mm3 == 576
    assert round(cluster.ale, 4) == 0.0135
    assert round(cluster.p_uncorrected, 5) == 0.00001
    assert cluster.significant
    assert set(cluster.contributing) == {"guo2012-reho", "wu2011", "serra-blasco2013"}


def test_the_cerebellar_cluster(results: dict[str, Result]) -> None:
    cluster = first_cluster(results["fmri-trd-hc"], "uncorrected-0.0001")
    assert cluster.peak == (-10, -36, -32)
    assert abs(cluster.volume_mm3 - 232) <= 16
    assert round(cluster.ale, 3) == 0.013
    assert round(cluster.p_uncorrected, 7) == 0.0000041
    assert set(cluster.contributing) == {"yamamura2016", "guo2012-reho"}


def test_nothing_else_is_significant(results: dict[str, Result]) -> None:
    significant = {
        name
        for name, result in results.items()
        if isinstance(result, AnalysisResult)
        and any(cluster.significant for cluster in result.readout("cluster-fwe").clusters)
    }
    assert significant == {"all-trd-hc", "all-trd-hc.mni2026"}


def test_only_the_papers_own_contradiction_is_left(claims: tuple[Claim, ...]) -> None:
    left = [claim.claim for claim in claims if claim.verdict is Verdict.NOT_REPRODUCED]
    assert left == ["total-vbm-hc-in-text"]


def test_the_second_uncorrected_cluster_is_reported(claims: tuple[Claim, ...]) -> None:
    (more,) = [claim for claim in claims if claim.verdict is Verdict.MORE_FOUND]
    assert more.analysis == "fmri-trd-hc"
    assert more.difference == "also (-14, -18, 62), 144 mm3"
