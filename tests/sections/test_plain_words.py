"""Plain words say what was found, and no more."""

from dataclasses import replace

import pytest

from trdreport.engine.results import CLUSTER_FWE, AnalysisResult
from trdreport.engine.robustness.results import (
    Again,
    ClaimCurve,
    FailSafeDraw,
    FailSafeN,
    FewestRemoved,
    Outcome,
    Retest,
    Robustness,
    Target,
)
from trdreport.records.loading import Registry
from trdreport.sections.facts.computed import Computed
from trdreport.sections.words.plain import plain_words

FIRST = Target(CLUSTER_FWE, 1)


@pytest.fixture(scope="module")
def result(computed: Computed) -> AnalysisResult:
    """`vbm-both` with its first cluster alone significant; both experiments are in it."""
    found = computed.results["vbm-both"]
    assert isinstance(found, AnalysisResult)
    corrected, exploratory = found.readouts
    one = replace(corrected, clusters=corrected.clusters[:1])
    return replace(found, readouts=(one, exploratory))


def robustness(
    lost: set[str], *, emerged: int = 0, draws: tuple[int | None, ...] = ()
) -> Robustness:
    retests = tuple(
        Retest(unit, "", (Again(FIRST, unit not in lost, 0.1, 0.5, 2.0),), emerged)
        for unit in ("alpha2018", "beta2019")
    )
    n = FailSafeN(FIRST, tuple(FailSafeDraw(d, 20) for d in draws), 2, 2, FewestRemoved(0, 1, 2))
    curve = ClaimCurve(
        "vbm-both",
        CLUSTER_FWE,
        ((0.0, 0.0, 0.0),),
        tuple(
            Outcome({"estimator": "ALE", "mask": mask}, published=False, holds=held, p=0.1)
            for mask, held in (("brain", True), ("grey matter", False))
        ),
    )
    return Robustness({"vbm-both": retests}, {"vbm-both": (n,)} if draws else {}, (curve,), ())


def words(registry: Registry, result: AnalysisResult, found: Robustness | None) -> str:
    return plain_words(registry, registry.run("vbm-both"), result, found)


def test_what_it_rests_on(registry: Registry, result: AnalysisResult) -> None:
    text = words(registry, result, None)
    assert "rests on two of two experiments: Beta 2019 and Alpha 2018" in text
    assert "no longer significant" not in text
    assert "defensible ways" not in text


def test_lost_without_any_that_carries_it(registry: Registry, result: AnalysisResult) -> None:
    text = words(registry, result, robustness({"alpha2018", "beta2019"}))
    assert "Without any one of them it is no longer significant" in text


def test_lost_without_one(registry: Registry, result: AnalysisResult) -> None:
    text = words(registry, result, robustness({"beta2019"}))
    assert "Without Beta 2019 it is no longer significant." in text
    assert "Alpha 2018 it" not in text


def test_never_lost(registry: Registry, result: AnalysisResult) -> None:
    assert "whichever study is left out" in words(registry, result, robustness(set()))


def test_how_many_null_studies_erase_it(registry: Registry, result: AnalysisResult) -> None:
    text = words(registry, result, robustness(set(), draws=(1, 2, 9)))
    assert "About two unpublished studies" in text
    assert "(in simulated cases 1 to 9)" in text
    never = words(registry, result, robustness(set(), draws=(None, None)))
    assert "Even 20 unpublished studies" in never


def test_the_choice_that_matters(registry: Registry, result: AnalysisResult) -> None:
    text = words(registry, result, robustness(set()))
    assert "holds in 1 of 2 defensible ways" in text
    assert "what matters most is the choice of mask" in text


def test_nothing_found_is_not_evidence_of_nothing(
    registry: Registry, result: AnalysisResult
) -> None:
    corrected, exploratory = result.readouts
    nothing = replace(result, readouts=(replace(corrected, clusters=()), exploratory))
    text = words(registry, nothing, robustness(set()))
    assert "not evidence that the groups are alike" in text
    assert "That does not change when any one study is left out." in text
    emerging = words(registry, nothing, robustness(set(), emerged=1))
    assert "hangs on a single study" in emerging
    assert "That does not change" not in emerging
