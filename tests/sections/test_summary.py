"""The summary says what was found, how sure it is and from whom, in the right number."""

import re
from dataclasses import replace

from tests.sections.rendering import planned, rendered, said
from trdreport.engine.claims import Claim, Verdict
from trdreport.records.loading import Registry
from trdreport.sections import doubts, search, summary
from trdreport.sections.facts.computed import Computed


def claim(verdict: Verdict) -> Claim:
    return Claim("c", "vbm-both", "uncorrected-0.0001", "n", "1", "2", "also here", verdict, "p")


def test_significant_clusters_are_stated_and_lead_to_their_rows(computed: Computed) -> None:
    page = rendered(summary.SECTION, computed)
    assert 'href="analyses/vbm-both.html#cluster-vbm-both-fwe-1"' in page
    assert 'src="figures/vbm-both-fwe-1.png"' in page
    assert "survived correction for the whole brain:" in page


def test_a_review_that_finds_nothing_says_so(plan: Computed) -> None:
    page = said(summary.SECTION, plan)
    assert "No cluster survived correction for the whole brain in any analysis." in page
    assert "These are not findings" not in page


def test_values_that_differ_from_the_paper_are_named(plan: Computed) -> None:
    made = tuple(claim(v) for v in (Verdict.REPRODUCED, Verdict.MORE_FOUND, Verdict.NOT_REPRODUCED))
    page = said(summary.SECTION, replace(plan, claims=made))
    assert "2 of 3 published values were reproduced; 1 was not (n: published 1, computed 2)" in page
    assert "“Grey matter, both directions” at uncorrected p < 0.0001: also here." in page


def test_people_of_one_sample_are_counted_once_beside_the_sum(registry: Registry) -> None:
    studies = tuple(s.model_copy(update={"cohort": "one"}) for s in registry.studies)
    page = said(summary.SECTION, planned(replace(registry, studies=studies)))
    assert re.search(r"counted once they are \d+\.", page)
    assert "counted once" not in said(summary.SECTION, planned(registry))


def test_one_study_and_one_screener_are_spoken_of_in_the_singular(registry: Registry) -> None:
    review = registry.review.model_copy(update={"screeners": 1})
    alone = replace(registry, review=review, studies=registry.studies[:1])
    assert "1 study with" in said(summary.SECTION, planned(alone))
    assert "Each record was screened by 1 person." in said(search.SECTION, planned(alone))


def test_without_a_doubt_the_page_says_so(plan: Computed) -> None:
    assert "No value is in doubt." in said(doubts.SECTION, plan)
