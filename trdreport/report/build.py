"""Build the site: gather and check everything, compute, then write and swap in."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from platform import python_version

from trdreport.cbma.claims import Claim, Verdict, check_claims
from trdreport.cbma.lock import LOCK_FILE, Lock, make_lock
from trdreport.cbma.robustness.results import Robustness
from trdreport.cbma.robustness.run import run_robustness
from trdreport.cbma.run import Result, run_plan
from trdreport.cbma.scheduling import Local, Scheduler
from trdreport.cbma.store import Store, open_store
from trdreport.registry.bibliography import Reference, read_bibliography
from trdreport.registry.checks import check
from trdreport.registry.checks.finding import Finding
from trdreport.registry.loading import Registry
from trdreport.registry.yamlfile import dotted
from trdreport.report.downloads import data_files
from trdreport.report.gallery import draw_gallery
from trdreport.report.news import News, news
from trdreport.report.pages import assets, render_pages, render_print
from trdreport.report.pdf import FILES, write_pdf
from trdreport.report.site import check_replaceable, staged, write_files
from trdreport.report.sketch import Gallery
from trdreport.report.tables import to_csv
from trdreport.report.views import (
    Report,
    analysis_view,
    cluster_lines,
    distinct_participants,
    further_profiles,
    leading,
    report_tables,
    review_trust_figures,
    review_trust_tables,
    study_view,
    verdict_counts,
)

COMPUTED_WITH = ("trdreport", "nimare", "nilearn", "nibabel", "numpy", "scipy", "matplotlib")

STEPS_AROUND = 3
"""Steps of a build beside the analyses and robustness."""

STEPS_OF_ROBUSTNESS = 10

Step = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """What a build made, for the summary on the terminal."""

    site: Path
    studies: int
    analyses: int
    significant: int
    claims: tuple[Claim, ...]


def build(
    registry: Registry,
    site: Path,
    templates: Path,
    *,
    cache: Path | None = None,
    scheduler: Scheduler | None = None,
    quick: bool = False,
    accept: Callable[[Lock], None] = lambda _: None,
    step: Step = lambda _: None,
) -> Built:
    """Build `site` from a registry; `step` is told what is at work.

    What the store in the folder `cache` has is read from there; without a folder everything is
    computed. Permutations run in threads, or where `scheduler` runs them. A `quick` build leaves
    the robustness analyses out. `accept` is shown the results' lock before anything is published
    and may raise. Raises DataError when `site` may not be replaced; the old site then stays as it
    was.
    """
    check_replaceable(site)
    with open_store(cache) as store:
        results = {
            result.run: result
            for result in run_plan(
                registry,
                store,
                scheduler=scheduler or Local(os.cpu_count() or 1),
                started=lambda run: step(f"{run.id}: {run.analysis.title}"),
            )
        }
        claims = check_claims(registry, results)
        lock = make_lock(registry, results, claims)
        accept(lock)
        robustness = None
        if not quick:
            robustness = run_robustness(registry, results, store, done=_tenths(step))
        step("drawing figures")
        gallery = draw_gallery(registry, results, robustness, store)
        findings = check(registry)
        methods = read_bibliography(templates / "methods.bib")
        recent = news(registry.root, store) if registry.root else ()
        report = _report(registry, results, robustness, claims, findings, gallery, methods, recent)
        step("setting the pages")
        files = {
            **assets(templates),
            **gallery.files,
            **render_pages(templates, report),
            **_data(registry, results, robustness, claims, findings, report, store),
            f"data/{LOCK_FILE}": lock.text().encode(),
        }
        step("setting the PDF")
        files["report.pdf"] = _pdf(render_print(templates, report, FILES), files, store)
    with staged(site) as stage:
        write_files(stage, files)
    return Built(site, len(registry.studies), len(report.analyses), len(report.significant), claims)


def _pdf(page: str, files: Mapping[str, bytes], store: Store) -> bytes:
    used = [name for name in sorted(files) if name.startswith(("assets/", "fonts/", "figures/"))]
    inputs = (page, *(part for name in used for part in (name, files[name])))
    return store.remember("pdf", inputs, lambda: write_pdf(page, files))


def _tenths(step: Step) -> Callable[[int, int], None]:
    """Tell of robustness as each tenth of its pieces is done."""

    def done(count: int, total: int) -> None:
        if count * STEPS_OF_ROBUSTNESS // total > (count - 1) * STEPS_OF_ROBUSTNESS // total:
            step(f"robustness: {count} of {total} pieces done")

    return done


def _data(
    registry: Registry,
    results: Mapping[str, Result],
    robustness: Robustness | None,
    claims: tuple[Claim, ...],
    findings: Iterable[Finding],
    report: Report,
    store: Store,
) -> dict[str, bytes]:
    tables = [*report.tables.values()]
    for analysis in report.analyses:
        for run in (analysis.lead, *analysis.further):
            tables += [*run.tables, *run.all_tables, *run.trust_tables]
    files = data_files(registry, results, claims, robustness, tables, store)
    columns = ("code", "severity", "studies", "message", "file", "field", "acknowledged")
    rows = [
        (f.code, f.severity, ";".join(f.studies), f.message, f.file, dotted(f.loc), f.acknowledged)
        for f in findings
    ]
    files["checks.csv"] = to_csv(columns, rows).encode()
    return {f"data/{name}": content for name, content in files.items()}


def _report(
    registry: Registry,
    results: Mapping[str, Result],
    robustness: Robustness | None,
    claims: tuple[Claim, ...],
    findings: tuple[Finding, ...],
    gallery: Gallery,
    methods: Mapping[str, Reference],
    recent: tuple[News, ...],
) -> Report:
    return Report(
        review=registry.review,
        reference=registry.references[registry.review.citation],
        search=registry.searches[-1],
        previous_studies=sum(s.prisma.studies_included for s in registry.searches[:-1]),
        previous_reports=sum(s.prisma.reports_included for s in registry.searches[:-1]),
        news=recent,
        profiles={run.profile_id: run.profile for run in registry.plan.runs},
        studies=tuple(study_view(registry, s, results, findings) for s in registry.studies),
        groups={name: registry.total(name) for name in registry.review.groups},
        participants=registry.participants,
        distinct_participants=distinct_participants(registry),
        significant=cluster_lines(registry, leading(registry), results, corrected=True),
        exploratory=cluster_lines(registry, leading(registry), results, corrected=False),
        further=further_profiles(registry, results),
        analyses=tuple(
            analysis_view(registry, a, results, robustness, gallery) for a in registry.plan.analyses
        ),
        tables={
            **report_tables(registry, results, claims),
            **review_trust_tables(registry, results, robustness, methods),
        },
        trusted=robustness is not None,
        trust_figures=review_trust_figures(results, leading(registry), gallery),
        figures=gallery.general,
        claims=claims,
        verdicts=verdict_counts(claims),
        failed_claims=tuple(c for c in claims if c.verdict is Verdict.NOT_REPRODUCED),
        more_found=tuple(c for c in claims if c.verdict is Verdict.MORE_FOUND),
        findings=findings,
        references=tuple(
            reference for _, reference in sorted({**methods, **registry.references}.items())
        ),
        versions={name: version(name) for name in COMPUTED_WITH} | {"python": python_version()},
        digest=registry.digest,
    )
