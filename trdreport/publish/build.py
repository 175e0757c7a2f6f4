"""Build the site: gather and check everything, compute, then write and swap in."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from platform import python_version

from trdreport.checks import check
from trdreport.checks.doubt import Finding
from trdreport.engine.claims import Claim, Verdict, check_claims
from trdreport.engine.lock import LOCK_FILE, Lock, make_lock
from trdreport.engine.robustness.results import Robustness
from trdreport.engine.robustness.run import run_robustness
from trdreport.engine.run import Result, run_plan
from trdreport.exchange.citing import citation, citation_files, linked_data
from trdreport.exchange.delimited import to_csv
from trdreport.publish.downloads import data_files
from trdreport.publish.packing import archive_name, packaged
from trdreport.publish.pdf import FILES, write_pdf
from trdreport.publish.pictures import pictures
from trdreport.publish.rendering import (
    assets,
    figure_numbers,
    prisma_flow,
    render_pages,
    render_print,
)
from trdreport.publish.site import check_replaceable, staged, write_files
from trdreport.publish.viewer import viewer_files
from trdreport.records.bibliography import Reference, read_bibliography
from trdreport.records.loading import Registry
from trdreport.records.yamlfile import dotted
from trdreport.sections.downloads import download_groups
from trdreport.sections.evidence import (
    CSV_COLUMNS,
    Beside,
    EvidenceView,
    beside,
    evidence_rows,
    evidence_view,
)
from trdreport.sections.gallery import draw_gallery
from trdreport.sections.news import News, news
from trdreport.sections.sketch import Gallery
from trdreport.sections.views import (
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
from trdreport.work.scheduling import Local, Scheduler
from trdreport.work.store import Store, open_store

COMPUTED_WITH = ("trdreport", "nimare", "nilearn", "nibabel", "numpy", "scipy", "matplotlib")

STEPS_AROUND = 3
"""Steps of a build beside the analyses and robustness."""

STEPS_OF_ROBUSTNESS = 10

Step = Callable[[str], None]


@dataclass(frozen=True)
class Computed:
    """All that was worked out before anything is shown."""

    registry: Registry
    results: Mapping[str, Result]
    robustness: Robustness | None
    claims: tuple[Claim, ...]
    findings: tuple[Finding, ...]
    evidence: EvidenceView


@dataclass(frozen=True)
class Built:
    """What a build made, for the summary on the terminal."""

    site: Path
    studies: int
    analyses: int
    significant: int
    claims: tuple[Claim, ...]


def steps_of(registry: Registry, *, quick: bool) -> int:
    """How often a build says what is at work."""
    return len(registry.plan.runs) + STEPS_AROUND + (0 if quick else STEPS_OF_ROBUSTNESS)


def build(
    registry: Registry,
    site: Path,
    templates: Path,
    *,
    cache: Path | None = None,
    scheduler: Scheduler | None = None,
    quick: bool = False,
    repository: str = "",
    accept: Callable[[Lock], None] = lambda _: None,
    step: Step = lambda _: None,
) -> Built:
    """Build `site` from a registry; `step` is told what is at work.

    What the store in the folder `cache` has is read from there; without a folder everything is
    computed. Permutations run in threads, or where `scheduler` runs them. A `quick` build leaves
    the robustness analyses out. Study pages link to their records in the `repository`, a URL,
    where one is given. `accept` is shown the results' lock before anything is published
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
        evidence = evidence_view(registry)
        gallery = draw_gallery(registry, results, robustness, evidence, store, templates)
        findings = check(registry)
        methods = read_bibliography(templates / "methods.bib")
        recent = news(registry.root, store) if registry.root else ()
        computed = Computed(registry, results, robustness, claims, findings, evidence)
        around = {id_: beside(registry, evidence, result, store) for id_, result in results.items()}
        report = _report(computed, around, gallery, methods, recent, repository)
        step("setting the pages")
        numbers = figure_numbers(templates, report)
        flow = prisma_flow(templates, report)
        own = assets(templates)
        files = {
            **own,
            **gallery.files,
            "figures/prisma.svg": flow,
            **viewer_files(registry, results, store),
            **render_pages(templates, report, numbers),
            **_data(computed, report, store),
            f"data/{LOCK_FILE}": lock.text().encode(),
        }
        files |= pictures(files, store)
        step("setting the PDF")
        article = render_print(templates, report, numbers, FILES)
        files |= {
            "report.pdf": _pdf(article, files, store, archive=False),
            "report-archive.pdf": _pdf(article, files, store, archive=True),
        }
        files |= packaged(registry, files, version("trdreport"))
    with staged(site) as stage:
        write_files(stage, files)
    return Built(site, len(registry.studies), len(report.analyses), len(report.significant), claims)


def _pdf(page: str, files: Mapping[str, bytes], store: Store, *, archive: bool) -> bytes:
    """The article; for archives with the data that are text attached."""
    used = [name for name in sorted(files) if name.startswith(("assets/", "fonts/", "figures/"))]
    attached = {
        name: content
        for name, content in files.items()
        if archive and name.startswith("data/") and not name.endswith((".gz", ".tsv"))
    }
    parts = (*((name, files[name]) for name in used), *sorted(attached.items()))
    inputs = (page, *(part for pair in parts for part in pair))
    return store.remember("pdf", inputs, lambda: write_pdf(page, files, attached))


def _tenths(step: Step) -> Callable[[int, int], None]:
    """Tell of robustness as each tenth of its pieces is done."""

    def done(count: int, total: int) -> None:
        if count * STEPS_OF_ROBUSTNESS // total > (count - 1) * STEPS_OF_ROBUSTNESS // total:
            step(f"robustness: {count} of {total} pieces done")

    return done


def _data(computed: Computed, report: Report, store: Store) -> dict[str, bytes]:
    tables = [*report.tables.values()]
    for analysis in report.analyses:
        for run in (analysis.lead, *analysis.further):
            tables += [*run.tables, *run.all_tables, *run.trust_tables]
    tables += [view.foci for view in report.studies if view.foci.rows]
    registry = computed.registry
    files = data_files(
        registry, computed.results, computed.claims, computed.robustness, tables, store
    )
    columns = ("code", "severity", "studies", "message", "file", "field", "acknowledged")
    rows = [
        (f.code, f.severity, ";".join(f.studies), f.message, f.file, dotted(f.loc), f.acknowledged)
        for f in computed.findings
    ]
    files["checks.csv"] = to_csv(columns, rows).encode()
    files["evidence.csv"] = to_csv(CSV_COLUMNS, evidence_rows(computed.evidence)).encode()
    files |= citation_files(registry, version("trdreport"))
    return {f"data/{name}": content for name, content in files.items()}


def _report(
    computed: Computed,
    around: Mapping[str, tuple[Beside, ...]],
    gallery: Gallery,
    methods: Mapping[str, Reference],
    recent: tuple[News, ...],
    repository: str,
) -> Report:
    registry, results = computed.registry, computed.results
    robustness, claims, findings = computed.robustness, computed.claims, computed.findings
    significant = cluster_lines(registry, leading(registry), results, corrected=True)
    return Report(
        review=registry.review,
        reference=registry.references[registry.review.citation],
        search=registry.searches[-1],
        previous_studies=sum(s.prisma.studies_included for s in registry.searches[:-1]),
        previous_reports=sum(s.prisma.reports_included for s in registry.searches[:-1]),
        news=recent,
        profiles={run.profile_id: run.profile for run in registry.plan.runs},
        studies=tuple(
            study_view(registry, s, results, findings, repository) for s in registry.studies
        ),
        groups={name: registry.total(name) for name in registry.review.groups},
        participants=registry.participants,
        distinct_participants=distinct_participants(registry),
        significant=significant,
        exploratory=cluster_lines(registry, leading(registry), results, corrected=False),
        further=further_profiles(registry, results),
        analyses=tuple(
            analysis_view(registry, a, results, robustness, gallery) for a in registry.plan.analyses
        ),
        tables={
            **report_tables(registry, results, claims, computed.evidence),
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
        evidence=computed.evidence,
        beside=around,
        references=tuple(
            reference for _, reference in sorted({**methods, **registry.references}.items())
        ),
        versions={name: version(name) for name in COMPUTED_WITH} | {"python": python_version()},
        digest=registry.digest,
        citation=citation(registry, version("trdreport")),
        linked_data=linked_data(registry, len(significant)),
        archive=archive_name(registry),
        downloads=download_groups(registry, results),
        figure_ids=gallery.ids,
    )
