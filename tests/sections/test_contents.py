"""One list of sections and one of pages: everything else about them follows."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sections.rendering import TEMPLATES, nothing_pooled, planned, rendered, said, site
from trdreport.publish import assembling
from trdreport.records.loading import Registry
from trdreport.sections import changes, claims, evidence, overview, practice
from trdreport.sections.contents import PAGES, SECTIONS
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import Heading, Section, ready

NUMBER = re.compile(r"<b>(Table|Figure) (S?)(\d+)\.</b>")


def by_name(section: Section) -> str:
    return section.id


@pytest.mark.parametrize("section", SECTIONS, ids=by_name)
def test_a_section_is_a_module_and_a_template_of_one_name(section: Section) -> None:
    assert section.view.__module__ == f"trdreport.sections.{section.id}"
    assert section.template == f"sections/{section.id}.html"


def test_every_section_has_an_anchor_of_its_own_and_stands_on_a_page() -> None:
    assert len({section.place for section in SECTIONS}) == len(SECTIONS)
    assert {s.page for s in SECTIONS} == {page.file for page in PAGES}


@pytest.mark.parametrize("section", SECTIONS, ids=by_name)
def test_a_section_shows_each_of_its_tables_and_figures_in_the_order_declared(
    section: Section, living: Computed
) -> None:
    page = rendered(section, living)
    assert f'<section id="{section.place}">' in page
    tables = [table.id for table in section.tables(living) if table.rows]
    assert re.findall(r'<section class="table-block[^"]*" id="([^"]+)"', page) == tables
    figures = [sketch.place for sketch in section.figures(living)]
    assert re.findall(r'<figure id="([^"]+)"', page) == figures


def test_numbers_are_counted_in_reading_order_on_the_site_and_in_print(living: Computed) -> None:
    report, pages, article = site(living)
    for word in ("Table", "Figure"):
        printed = [(s, int(n)) for kind, s, n in NUMBER.findall(article) if kind == word]
        assert printed == [("", n) for n in range(1, len(printed) + 1)]
        for page in PAGES:
            here = [int(n) for kind, _, n in NUMBER.findall(pages[page.file]) if kind == word]
            assert here == sorted(here), page.file
        apart = {
            int(n)
            for text in pages.values()
            for kind, s, n in NUMBER.findall(text)
            if kind == word and s
        }
        assert apart == set(range(1, len(apart) + 1))
        assert apart
    assert len(set(report.numbers.values())) == len(report.numbers)


def test_a_table_has_one_number_wherever_it_stands(computed: Computed) -> None:
    _, pages, article = site(computed)
    found: dict[str, set[str]] = {}
    for text in (*pages.values(), article):
        for id_, number in re.findall(
            r'<section class="table-block[^"]*" id="([^"]+)">.*?<b>(Table S?\d+)\.</b>', text, re.S
        ):
            found.setdefault(id_, set()).add(number)
    assert len(found) > 15
    assert all(len(numbers) == 1 for numbers in found.values())


def test_navigation_cards_and_contents_follow_the_two_lists(living: Computed) -> None:
    _, pages, article = site(living)
    front = pages["index.html"]
    links = re.findall(r'<li><a href="(\w+\.html)"', front)
    files = [page.file for page in PAGES]
    assert links == [*files, *files[1:]]  # the navigation, then a card each
    count = f"{len(living.doubts)} thing{'s' * (len(living.doubts) != 1)} that we could not"
    assert count in front
    contents = article[article.index('class="contents"') : article.index("</nav>")]
    assert re.findall(r'href="#([^"]+)"', contents) == [s.place for s in SECTIONS]


def test_a_section_with_nothing_to_say_is_left_out(plan: Computed) -> None:
    assert rendered(changes.SECTION, plan) == ""
    assert rendered(practice.SECTION, plan) == ""
    _, _, article = site(plan)
    assert 'href="#what-changed"' not in article
    assert 'href="#practice"' not in article


def test_every_section_names_itself_as_the_contents_do(living: Computed) -> None:
    for section in SECTIONS:
        text = rendered(section, living, printed=True)
        assert f"<h2>{section.title}</h2>" in text, section.id


def test_a_section_is_added_by_a_module_a_template_and_a_line(
    plan: Computed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its page, the article and the contents have it, and its files are among the data."""
    templates = tmp_path / "templates"
    shutil.copytree(TEMPLATES, templates)
    (templates / "sections" / "hello.html").write_text(
        '<section id="{{ section.place }}"><h2>{{ section.title }}</h2>{{ view }}</section>'
    )
    hello = Section(
        id="hello",
        place="greeting",
        title="A greeting",
        view=lambda computed: f"Hello, {computed.registry.review.short_title} & all",
        page="quality.html",
        files=lambda _: (ready("hello.csv", "a,b\n", Heading.TABLES, "a greeting"),),
    )
    monkeypatch.setattr(assembling, "SECTIONS", (*SECTIONS, hello))
    _, pages, article = site(plan, templates)
    for text in (pages["quality.html"], article):
        assert "<h2>A greeting</h2>Hello, Tiny review &amp; all</section>" in text
    assert '<li><a href="#greeting">A greeting</a></li>' in article
    assert 'href="data/hello.csv">hello.csv</a> a greeting' in pages["downloads.html"]
    assert "archive" not in pages["downloads.html"]  # files for archives are made on request only


def changed(registry: Registry, **update: object) -> Registry:
    return replace(registry, review=registry.review.model_copy(update=update))


def no_patients(registry: Registry) -> Registry:
    groups = {
        name: group.model_copy(update={"patients": False})
        for name, group in registry.review.groups.items()
    }
    return changed(registry, groups=groups)


def one_study_lacks_a_group(registry: Registry) -> Registry:
    first, *others = registry.studies
    groups = {"HC": first.groups["HC"]}
    contrasts = ()
    without = first.model_copy(update={"groups": groups, "contrasts": contrasts})
    return replace(registry, studies=(without, *others))


def no_focus_anywhere(registry: Registry) -> Registry:
    studies = tuple(
        study.model_copy(
            update={"contrasts": tuple(r.model_copy(update={"foci": ()}) for r in study.contrasts)}
        )
        for study in registry.studies
    )
    return replace(registry, studies=studies)


def one_analysis_and_nothing_else(registry: Registry) -> Registry:
    alone = registry.plan.analyses[0].model_copy(update={"also_under": ()})
    update = {"analyses": (alone,), "multiverse": None, "fail_safe": None, "comparisons": ()}
    published = registry.published.model_copy(update={"totals": (), "results": ()})
    plan = registry.plan.model_copy(update=update)
    return replace(registry, plan=plan, published=published, evidence=(), screened=())


def groups_named_oddly(registry: Registry) -> Registry:
    names = {"TRD": "non-responders <2 trials/3 %>", "HC": "figure"}
    groups = {names[name]: group for name, group in registry.review.groups.items()}
    studies = tuple(
        s.model_copy(update={"groups": {names[n]: g for n, g in s.groups.items()}, "contrasts": ()})
        for s in registry.studies
    )
    return replace(changed(registry, groups=groups), studies=studies)


VARIANTS = (
    no_patients,
    one_study_lacks_a_group,
    no_focus_anywhere,
    one_analysis_and_nothing_else,
    groups_named_oddly,
)


@pytest.mark.parametrize("variant", VARIANTS)
def test_any_valid_registry_makes_a_whole_report(variant: object, registry: Registry) -> None:
    """Every page and the article, each link to a place that is there."""
    assert callable(variant)
    varied = variant(registry)
    _, pages, article = site(planned(varied))
    assert {page.file for page in PAGES} - set(pages) == {"changes.html"}  # there is no edition
    for text in (*pages.values(), article):
        assert not re.search(r">None<|\bNone,", text)
    ids = set(re.findall(r'\bid="([^"]+)"', article))
    assert set(re.findall(r'href="#([^"]+)"', article)) <= ids


def test_a_plan_that_no_study_fits_makes_a_whole_report(registry: Registry) -> None:
    nothing = planned(registry, results=nothing_pooled(registry))
    _, pages, _ = site(nothing)
    assert "Not run: no experiment." in pages["analyses/vbm-both.html"]
    assert "not run" in said(overview.SECTION, nothing)
    assert "No cluster survived correction" in pages["index.html"]


def test_a_review_without_claims_or_evidence_says_so(registry: Registry) -> None:
    alone = planned(one_analysis_and_nothing_else(registry))
    assert "No published value is recorded." in said(claims.SECTION, alone)
    assert "No statement is recorded." in said(evidence.SECTION, alone)
    assert not re.search(r"<table", rendered(evidence.SECTION, alone))
