"""Every page of this review can be rendered, also with what only its records have."""

from tests.sections.rendering import planned, site, words
from trdreport.records.loading import Registry


def test_every_study_of_this_review_has_its_page(real_registry: Registry) -> None:
    _, pages, _ = site(planned(real_registry))
    for study in real_registry.studies:
        page = words(pages[f"studies/{study.id}.html"])
        for result in study.other_contrasts:
            assert result.reason in page
            for focus in result.foci:
                assert f"{focus.x}, {focus.y}, {focus.z}" in page
