"""The robustness of results: what is shown of it, and what a build without it says."""

from dataclasses import replace

import pytest

from tests.sections.rendering import planned, rendered, said, site, words
from trdreport.engine.results import CLUSTER_FWE, NotRun
from trdreport.engine.robustness.results import (
    Again,
    ClaimCurve,
    Difference,
    FailSafeDraw,
    FailSafeN,
    FewestRemoved,
    NotCompared,
    Outcome,
    Retest,
    Robustness,
    Target,
)
from trdreport.engine.robustness.specifications import choices
from trdreport.records.loading import Registry
from trdreport.sections import robustness, summary
from trdreport.sections.facts.computed import Computed
from trdreport.sections.tables.claims import units_table
from trdreport.sections.tables.robustness_rows import robustness_rows

FIRST = Target(CLUSTER_FWE, 1)
COMPARED = Difference("both-more", (2, 2), (), 6, 100, 0.4, (), (), ())


def answers(registry: Registry, **update: object) -> Robustness:
    """Every kind of answer, for every run of the tiny registry."""
    retests = tuple(
        Retest(unit, "", (Again(FIRST, unit == "beta2019", 0.1, 0.5, 2.0),), 0)
        for unit in ("alpha2018", "beta2019")
    )
    n = FailSafeN(
        FIRST, (FailSafeDraw(1, 20), FailSafeDraw(None, 20)), 2, 2, FewestRemoved(0, 1, 2)
    )
    outcomes = tuple(
        Outcome(choices(profile), published=index == 0, holds=index == 0, p=0.1)
        for index, profile in enumerate(
            registry.run("vbm-both").profile.model_copy(update={"mask": mask})
            for mask in registry.plan.multiverse.mask  # type: ignore[union-attr]
        )
    )
    curve = ClaimCurve("vbm-both", CLUSTER_FWE, ((-30.0, 2.0, -18.0),), outcomes)
    found = Robustness(
        {run.id: retests for run in registry.plan.runs if "rough" not in run.id}
        | {"vbm-both.rough": ()},
        {"vbm-both": (n,)},
        (curve,),
        (COMPARED,),
    )
    return replace(found, **update)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def full(computed: Computed) -> Computed:
    """The tiny registry with robustness that nobody had to wait for."""
    return replace(computed, robustness=answers(computed.registry))


def test_claims_and_clusters_are_shown_put_to_the_test(full: Computed) -> None:
    page = rendered(robustness.SECTION, full)
    for table in ("claims-robustness", "fail-safe", "units", "comparisons"):
        assert f'id="{table}"' in page
    assert "in plain words." in page
    for figure in ("vbm-both-without", "vbm-both-fwe-specifications", "vbm-both-fwe-1-shares"):
        assert f'id="figure-{figure}"' in page


def test_only_what_is_about_significant_clusters_stands_with_the_whole(full: Computed) -> None:
    shown = [sketch.id for sketch in robustness.figures(full)]
    assert shown
    assert not [id_ for id_ in shown if "exploratory" in id_]
    corrected = full.done(full.registry.run("vbm-both"))
    assert corrected
    readout, exploratory = corrected.readouts
    bare = replace(corrected, readouts=(replace(readout, clusters=()), exploratory))
    none = replace(full, results=dict.fromkeys(full.results, bare))
    assert list(robustness.figures(none)) == []


def test_each_result_ends_in_plain_words(full: Computed) -> None:
    _, pages, _ = site(full)
    page = pages["analyses/vbm-both.html"]
    assert page.count(">In plain words<") == 2  # under either profile
    first = words(page[page.index(">In plain words<") :])
    assert "This rests on two of two experiments" in first
    assert ">How well it holds<" in page
    assert 'id="without-vbm-both"' in page
    assert "Without Alpha 2018 it is no longer significant." in said(summary.SECTION, full)


def test_a_quick_build_says_what_it_leaves_out(computed: Computed) -> None:
    page = said(robustness.SECTION, computed)
    assert "left the robustness analyses out" in page
    _, pages, _ = site(computed)
    assert "left the robustness analyses out" in pages["analyses/vbm-both.html"]
    assert "claims-robustness" not in pages["robustness.html"]
    rows = robustness_rows(computed.registry, computed.results, None)
    assert {row[1] for row in rows} == {"contribution"}


def test_an_analysis_with_too_few_experiments_is_said_not_to_run(full: Computed) -> None:
    reason = "1 experiment with foci; a meta-analysis needs two"
    result = full.results["vbm-more"]
    one = replace(result.table, experiments=result.table.experiments[:1])
    missing = NotCompared("both-more", "vbm-more was not run")
    few = replace(
        full,
        results={**full.results, "vbm-more": NotRun("vbm-more", one, reason)},
        robustness=answers(full.registry, differences=(missing,)),
    )
    _, pages, _ = site(few)
    assert f"Not run: {reason}." in pages["analyses/vbm-more.html"]
    assert "cannot be answered yet" in pages["analyses/vbm-more.html"]
    assert "Not compared: vbm-more was not run" in pages["robustness.html"]
    assert "1 of 2 analyses has fewer than" not in pages["methods.html"]
    assert "2 of 2 analyses have fewer than" in pages["methods.html"]


def test_a_unit_outside_of_the_multiverse_is_not_said_to_be_run(full: Computed) -> None:
    """Where pooling by cohort changes nothing, both rows are one result."""
    registry = full.registry
    assert full.robustness
    alone = [row[-2:] for row in units_table(registry, full.results, full.robustness).rows]
    assert alone[:2] == [("0.1", "holds"), ("0.1", "holds")]
    joined = replace(
        registry,
        studies=tuple(s.model_copy(update={"cohort": "one"}) for s in registry.studies),
    )
    apart = [row[-2:] for row in units_table(joined, full.results, full.robustness).rows]
    assert apart[:2] == [("0.1", "holds"), ("not applicable", "not run")]


def test_a_further_profile_with_another_exploratory_threshold_is_compared(full: Computed) -> None:
    """Readouts are named after their threshold; a claim is compared with the same kind of one."""
    assert full.robustness
    (curve,) = full.robustness.curves
    uncorrected = replace(curve, readout="uncorrected-0.0001")
    table = units_table(
        full.registry, full.results, replace(full.robustness, curves=(uncorrected,))
    )
    assert [row[2] for row in table.rows][-1] == "cohort, profile rough"


def test_robustness_of_a_plan_that_is_not_run_shows_no_table(registry: Registry) -> None:
    nothing = Robustness({run.id: () for run in registry.plan.runs}, {}, (), ())
    page = rendered(robustness.SECTION, planned(registry, robustness=nothing))
    assert "<table" not in page
    assert "Each result page says the same" in page
