"""Each limitation follows from the data: there where it holds, and nowhere else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.sections.rendering import planned, said
from trdreport.engine.results import AnalysisResult
from trdreport.records.loading import Registry
from trdreport.sections import limitations
from trdreport.sections.facts.computed import Computed

Change = Callable[[Registry], Registry]


def studied(**update: object) -> Change:
    return lambda r: replace(r, studies=tuple(s.model_copy(update=update) for s in r.studies))


def imaged(**update: object) -> Change:
    return lambda r: replace(
        r,
        studies=tuple(
            s.model_copy(update={"imaging": s.imaging.model_copy(update=update)}) for s in r.studies
        ),
    )


def rated(**update: object) -> Change:
    return lambda r: replace(
        r,
        studies=tuple(
            s.model_copy(update={"quality": s.quality.model_copy(update=update)}) for s in r.studies
        ),
    )


def analysed(**update: object) -> Change:
    return lambda r: replace(
        r,
        plan=r.plan.model_copy(
            update={"analyses": tuple(a.model_copy(update=update) for a in r.plan.analyses)}
        ),
    )


def only_the_first(r: Registry) -> Registry:
    update = {"analyses": r.plan.analyses[:1], "comparisons": ()}
    return replace(r, plan=r.plan.model_copy(update=update))


KNOWN = {
    "software": "SPM12", "smoothing_fwhm_mm": 8, "height_threshold_p": 0.001, "correction": "FWE",
}  # fmt: skip

OTHERS = ("scanner", "sequence", "extent_threshold", "covariates")

CASES = [
    (limitations.shared_participants, studied(cohort="one"), "share participants"),
    (limitations.pooled_directions, analysed(pools_directions=True), "pool directions"),
    (limitations.post_hoc_analyses, analysed(post_hoc=True), "2 of 2 analyses are post hoc"),
    (limitations.documents_not_in_hand, imaged(software="not_available"), "For 2 of 2 studies"),
    (limitations.imaging_not_reported, imaged(software="not_reported"), "2 of 2 studies do not"),
    (limitations.quality_totals_only, rated(items="not_available"), "as a total only"),
]


@pytest.mark.parametrize(
    ("limitation", "change", "told"), CASES, ids=lambda x: getattr(x, "__name__", "")
)
def test_it_is_stated_where_it_holds(
    limitation: Callable[[Computed], object], change: Change, told: str, registry: Registry
) -> None:
    (sentence,) = limitation(planned(change(registry)))  # type: ignore[attr-defined]
    assert told in sentence.text
    assert f"{sentence.text}." in said(limitations.SECTION, planned(change(registry)))


NOT_SO = [
    (limitations.shared_participants, lambda r: r),
    (limitations.pooled_directions, analysed(pools_directions=False)),
    (limitations.post_hoc_analyses, analysed(post_hoc=False)),
    (limitations.several_analyses, only_the_first),
    (limitations.documents_not_in_hand, imaged(**KNOWN, **dict.fromkeys(OTHERS, "not_reported"))),
    (limitations.imaging_not_reported, imaged(**KNOWN)),
    (limitations.quality_totals_only, rated(items={"item": 1})),
]


@pytest.mark.parametrize(("limitation", "change"), NOT_SO, ids=lambda x: getattr(x, "__name__", ""))
def test_it_is_not_stated_elsewhere(
    limitation: Callable[[Computed], object], change: Change, registry: Registry
) -> None:
    assert list(limitation(planned(change(registry)))) == []  # type: ignore[attr-defined]


def test_few_experiments_are_a_limitation_and_many_are_not(
    plan: Computed, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sentence,) = limitations.few_experiments(plan)
    assert "2 of 2 analyses have fewer than 17 experiments" in sentence.text
    assert sentence.citations == ("eickhoff2016",)
    monkeypatch.setattr(limitations, "ADVISED_EXPERIMENTS", 2)
    assert list(limitations.few_experiments(plan)) == []


def test_several_analyses_are_not_corrected_for(plan: Computed) -> None:
    (sentence,) = limitations.several_analyses(plan)
    assert "No correction was made" in sentence.text


def test_studies_that_disagree_within_a_cluster_are_named(computed: Computed) -> None:
    result = computed.results["vbm-both"]
    assert isinstance(result, AnalysisResult)
    corrected, exploratory = result.readouts
    cluster = next(c for c in corrected.clusters if c.significant)
    turned = tuple(
        replace(
            part,
            inside=tuple(
                replace(focus, contrast=("TRD>HC", "HC>TRD")[index % 2]) for focus in part.inside
            ),
        )
        for index, part in enumerate(cluster.contributions)
    )
    both = replace(corrected, clusters=(replace(cluster, contributions=turned),))
    opposed = replace(
        computed,
        results={**computed.results, "vbm-both": replace(result, readouts=(both, exploratory))},
    )
    assert not any("HC > TRD" in s.text for s in limitations.opposed_directions(computed))
    told = [sentence.text for sentence in limitations.opposed_directions(opposed)]
    assert any("come from HC>TRD and TRD>HC: the studies disagree" in text for text in told)


def test_the_end_of_the_search_is_always_stated(plan: Computed) -> None:
    (sentence,) = limitations.end_of_search(plan)
    assert str(plan.registry.searches[-1].date) in sentence.text


def test_words_of_other_columns_are_not_counted(registry: Registry) -> None:
    """What a paper does not report is no document that is missing."""
    silent = planned(imaged(**dict.fromkeys(KNOWN, "not_reported"))(registry))
    assert list(limitations.documents_not_in_hand(silent)) == []
