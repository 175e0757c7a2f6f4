"""An update stands beside the paper, and takes nothing of it away."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.sections.rendering import rendered, said, site
from trdreport.checks import check
from trdreport.engine.lock import Lock, differences
from trdreport.exchange import prisma
from trdreport.publish.assembling import data_files
from trdreport.records.loading import Registry, load_registry
from trdreport.sections import search, summary, update
from trdreport.sections.facts.computed import Computed
from trdreport.work.store import Store


def data(computed: Computed, name: str) -> list[dict[str, str]]:
    (file,) = [file for file in data_files(computed) if file.name == name]
    return list(csv.DictReader(file.make(Store(None)).decode().splitlines()))


def test_published_values_are_compared_with_the_studies_of_the_paper(
    computed: Computed, updated: Computed
) -> None:
    assert updated.claims == computed.claims
    assert data(updated, "claims.csv") == data(computed, "claims.csv")


def test_both_states_are_in_the_files_of_results(computed: Computed, updated: Computed) -> None:
    for name in ("analyses.csv", "clusters.csv"):
        before = data(computed, name)
        rows = data(updated, name)
        assert {row["as_of"] for row in before} == {"original"}
        leading = [row for row in before if row["profile"] == "plain"]
        assert [row for row in rows if row["as_of"] == "original"] == leading
        assert {row["as_of"] for row in rows} == {"original", "update"}
    sizes = {(r["analysis"], r["as_of"]): r["experiments"] for r in data(updated, "analyses.csv")}
    assert (sizes["vbm-both", "original"], sizes["vbm-both", "update"]) == ("2", "3")


def test_published_reproduced_and_updated_stand_side_by_side(updated: Computed) -> None:
    rows = {row["claim"]: row for row in data(updated, "states.csv")}
    count = rows["vbm-both.cluster-fwe.experiments"]
    assert (count["published"], count["reproduced"], count["updated"]) == ("2", "2", "3")
    assert set(rows) == {claim.claim for claim in updated.claims}
    text = said(update.SECTION, updated)
    assert "searched up to 2019-12-31 and pooled 2 studies with 90 participants" in text
    assert "“update”, up to 2024-01-01, added 1 study (" in text
    assert "2 experiments before, 3 now" in text
    _, pages, _ = site(updated)
    assert 'id="states-vbm-both"' in pages["analyses/vbm-both.html"]
    assert 'id="clusters-vbm-both-as-of-original-cluster-fwe"' in pages["analyses/vbm-both.html"]


def test_what_is_the_same_is_not_shown_twice(computed: Computed) -> None:
    assert rendered(update.SECTION, computed) == ""
    assert "Since the paper" not in said(summary.SECTION, computed)
    _, pages, _ = site(computed)
    assert not any("as-of" in text or "(new)" in text for text in pages.values())


def test_new_studies_are_marked_in_the_tables_of_studies(updated: Computed) -> None:
    _, pages, _ = site(updated)
    assert "Gamma 2023 (new)" in pages["studies.html"]
    assert "Alpha 2018 (new)" not in pages["studies.html"]


def test_the_lock_of_an_update_tells_what_it_changed_and_nothing_else(
    computed: Computed, updated: Computed
) -> None:
    before, after = (Lock.model_validate_json(each.lock) for each in (computed, updated))
    assert "vbm-both@original" in after.runs
    told = differences(before, after)
    assert any(line.startswith("vbm-both: 2 experiments before, 3 now") for line in told)
    assert not any("@" in line or "published value" in line for line in told)
    assert not any("@" in line for line in differences(after, before))


def test_an_update_search_has_a_flow_of_its_own(updated: Computed) -> None:
    page = rendered(search.SECTION, updated)
    for text in (
        "New studies included in review (n = 1)", "Studies in previous version (n = 2)",
        "Total studies in review (n = 3)", 'id="screening-original"',
    ):  # fmt: skip
        assert text in page
    assert "searched again up to 2024-01-01" in said(search.SECTION, updated)
    rows = {
        line.split(",")[0]: line.rsplit(",", 1)[1]
        for line in prisma.write(updated.registry).text.splitlines()
    }
    assert (rows["previous_studies"], rows["new_studies"], rows["total_studies"]) == ("2", "1", "3")


def test_counts_of_the_paper_are_not_blamed_for_the_update(
    computed: Computed, updated: Computed
) -> None:
    def told(registry: Registry) -> list[str]:
        return [d.message for d in check(registry) if d.file == "published.yaml"]

    assert told(updated.registry) == told(computed.registry)


def test_a_study_that_an_earlier_search_should_have_found_is_a_doubt(
    overlaid: Callable[[str], Path],
) -> None:
    root = overlaid("updated")
    for name, old, new in (
        ("studies/gamma2023.yaml", "year: 2023", "year: 2018"),
        ("references.bib", "{2023}", "{2018}"),
    ):
        file = root / name
        file.write_text(file.read_text().replace(old, new))
    (found,) = [doubt for doubt in check(load_registry(root)) if doubt.code == "SEARCH"]
    assert found.message == (
        "Gamma 2023 is of 2018 and was found by update; original ends on 2019-12-31 and did not"
        " find it"
    )


def test_as_many_clusters_at_other_places_are_not_the_same(updated: Computed) -> None:
    number = next(c for c in updated.claims if c.claim == "vbm-both.cluster-fwe.clusters")
    table = update.states_table(updated, "vbm-both")
    (row,) = [row for row in table.rows if row[2] == number.quantity]
    assert (row[4], row[5], row[-1]) == ("2", "2", "others")
    moved = replace(number, difference="also (1, 2, 3), 4 mm3")
    claims = tuple(moved if c is number else c for c in updated.claims)
    table = update.states_table(replace(updated, claims=claims), "vbm-both")
    (row,) = [row for row in table.rows if row[2] == number.quantity]
    assert row[-1] in ("others", "changed")
