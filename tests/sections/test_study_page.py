"""The page of a study leads to its record and says where it stands in the results."""

from dataclasses import replace

from tests.sections.rendering import site
from trdreport.sections.facts.computed import Computed


def test_a_study_links_to_its_record_where_it_can_be_edited(plan: Computed) -> None:
    address = "https://example.org/me/review"
    _, pages, _ = site(replace(plan, repository=address))
    link = f'href="{address}/edit/main/registry/studies/alpha2018.yaml"'
    assert link in pages["studies/alpha2018.html"]
    _, pages, _ = site(plan)
    assert "open a pull request" in pages["studies/alpha2018.html"]


def test_its_share_of_each_finding_is_stated(computed: Computed) -> None:
    _, pages, _ = site(computed)
    assert "% of the cluster at" in pages["studies/alpha2018.html"]
