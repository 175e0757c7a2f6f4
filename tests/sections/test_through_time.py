"""What is said of the evidence through time is what was computed, and no more."""

import csv
from dataclasses import replace

from tests.sections.rendering import rendered, said, site, words
from trdreport.sections import summary, through_time
from trdreport.sections.facts.computed import Computed
from trdreport.work.store import Store


def data(computed: Computed, name: str) -> list[dict[str, str]]:
    (file,) = [file for file in through_time.files(computed) if file.name == name]
    return list(csv.DictReader(file.make(Store(None)).decode().splitlines()))


def test_each_analysis_is_told_after_each_search_and_each_study(living: Computed) -> None:
    rows = [r for r in data(living, "through_time.csv") if r["analysis"] == "vbm-both"]
    told = [(r["step"], r["added"], r["experiments"], r["as_of"]) for r in rows]
    assert told == [
        ("search", "original", "2", "original"),
        ("search", "update", "3", "update"),
        ("study", "alpha2018", "1", "update"),
        ("study", "beta2019", "2", "update"),
        ("study", "gamma2023", "3", "update"),
    ]
    last = [row["smallest_p_fwe"] for row in rows if row["experiments"] == "3"]
    assert len(set(last)) == 1
    assert rows[2]["run"] == "false"


def test_the_rule_that_spends_alpha_is_shown_and_decides_nothing(living: Computed) -> None:
    text = said(through_time.SECTION, living)
    assert "The review has searched 2 times." in text
    assert "are shown and decide nothing" in text
    rows = [r for r in data(living, "through_time.csv") if r["analysis"] == "vbm-both"]
    spent = [row["alpha_spent"] for row in rows if row["alpha_spent"]]
    assert spent == ["0.000687", "0.0164"]  # 2 - 2 Phi(1.96 / sqrt(t)) at a third and two thirds
    plan = living.registry.plan.model_copy(update={"looks": None})
    without = replace(living, registry=replace(living.registry, plan=plan))
    assert "Alpha spent up to here" not in said(through_time.SECTION, without)


def test_futures_are_told_with_their_number_and_assumptions(living: Computed) -> None:
    rows = data(living, "settle.csv")
    assert {(row["studies_added"], row["rate"], row["futures"]) for row in rows} == {
        ("2", "0", "4"), ("2", "0.5", "4"),
    }  # fmt: skip
    assert all(float(r["low"]) <= int(r["significant"]) / 4 <= float(r["high"]) for r in rows)
    assert "Share of 4 simulated futures" in said(through_time.SECTION, living)


def test_a_quick_build_says_nothing_of_it(computed: Computed) -> None:
    assert rendered(through_time.SECTION, computed) == ""


def test_what_further_studies_would_do_stands_beside_the_answer(living: Computed) -> None:
    _, pages, _ = site(living)
    places = living.living.settled["vbm-both"] if living.living else ()
    assert places
    for settled in places:
        zero, half = (future.significant for future in settled.futures)
        verb = "stays" if settled.place.significant else "becomes"
        sentence = f"{verb} significant in {zero / 4:.0%} and {half / 4:.0%} of 4 simulated futures"
        assert sentence in said(summary.SECTION, living)
        assert sentence in words(pages["analyses/vbm-both.html"])
