"""Build the site: work out everything, put the report together, then write and swap in."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment

from trdreport.engine.claims import Claim
from trdreport.engine.lock import Lock
from trdreport.publish.assembling import Report, assembled, data_files, tables_as_files
from trdreport.publish.computing import Step, compute
from trdreport.publish.drawing import Gallery, drawn
from trdreport.publish.editions import edition_files
from trdreport.publish.packing import attached, packaged
from trdreport.publish.pdf import FILES, write_pdf
from trdreport.publish.rendering import assets, environment, render_pages, render_print
from trdreport.publish.site import check_replaceable, mend, staged, write_files
from trdreport.publish.viewer import viewer_files
from trdreport.records.loading import Registry
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import DataFile
from trdreport.work.scheduling import Scheduler, one_by_one, processes
from trdreport.work.store import Store, Wanted, open_store


@dataclass(frozen=True)
class Built:
    """What a build made, for the summary on the terminal."""

    site: Path
    studies: int
    analyses: int
    significant: int
    claims: tuple[Claim, ...]


def build(  # noqa: PLR0913 (as many options as a build has)
    registry: Registry,
    site: Path,
    templates: Path,
    *,
    cache: Path | None = None,
    scheduler: Scheduler | None = None,
    here: Scheduler | None = None,
    quick: bool = False,
    pdf: bool = True,
    archive: bool = False,
    repository: str = "",
    accept: Callable[[Lock], None] = lambda _: None,
    step: Step = lambda *_: None,
) -> Built:
    """Build `site` from a registry; `step` is told what is at work.

    What the store in the folder `cache` has is read from there; without a folder everything is
    computed. Analyses and robustness run where `scheduler` runs them, else in processes here, as
    drawing always does: how text is set is up to the system. `here` may be such processes that stay
    longer than one build. A `quick` build leaves the robustness analyses out; without `pdf` the
    PDFs of the old site are taken over; with `archive` there are a PDF for archives and a ZIP too.
    Study pages link to their records in the `repository`, a URL, where one is given. `accept` is
    shown the results' lock before anything is published and may raise. Raises DataError when `site`
    may not be replaced, FileError when it cannot be written; the old site then stays as it was.
    """
    mend(site)
    check_replaceable(site, [path for path in (registry.root, templates, cache) if path])
    with open_store(cache) as store, nullcontext(here) if here else processes() as pool:
        computed = compute(
            registry,
            templates,
            store,
            scheduler=scheduler or pool,
            quick=quick,
            repository=repository,
            accept=accept,
            step=step,
        )
        kept = None if pdf else _pdfs_of(site)
        files = published(computed, templates, store, pool, step, kept=kept, archive=archive)
    with staged(site) as stage:
        write_files(stage, files)
    significant = sum(
        cluster.significant
        for run in computed.leading
        if (result := computed.done(run))
        for cluster in result.corrected.clusters
    )
    analyses = len(registry.plan.analyses)
    return Built(site, len(registry.studies), analyses, significant, computed.claims)


def published(
    computed: Computed,
    templates: Path,
    store: Store,
    scheduler: Scheduler = one_by_one,
    step: Step = lambda *_: None,
    *,
    kept: Mapping[str, bytes] | None = None,
    archive: bool = False,
) -> dict[str, bytes]:
    """Every file of the site by its path; PDFs are set unless there are `kept` ones."""
    env, style = environment(templates), assets(templates)
    data = data_files(computed)
    report = assembled(computed, data, archive=archive)
    draw = partial(drawn, env=env, templates=templates, assets=style, store=store,
                   scheduler=scheduler)  # fmt: skip
    printed, others = report.printed, report.sketches[len(report.printed) :]
    shown = draw(printed, tell=partial(step, "figures of the PDF"))
    article = render_print(env, report, shown.figures, FILES)
    with ThreadPoolExecutor(1) as beside:
        # the longest piece of a build, from the moment that it can begin
        set_pdf = partial(_pdf, article, {**style, **shown.files}, {}, store, scheduler)
        pdf = beside.submit(set_pdf) if kept is None else None
        gallery = shown | draw(others, tell=partial(step, "other figures"))
        step("pages")
        files = style | site_files(computed, report, data, gallery, env, store)
        step("PDF")
        files |= {"report.pdf": pdf.result()} if pdf else kept or {}
    if archive and kept is None:
        files["report-archive.pdf"] = _pdf(article, files, attached(files), store, scheduler)
    step("packing and writing")
    return files | packaged(computed.registry, files, version("trdreport"), archive=archive)


def _pdfs_of(site: Path) -> dict[str, bytes]:
    """The PDFs that a site has."""
    names = ("report.pdf", "report-archive.pdf")
    return {name: (site / name).read_bytes() for name in names if (site / name).is_file()}


def site_files(
    computed: Computed,
    report: Report,
    data: Iterable[DataFile],
    gallery: Gallery,
    env: Environment,
    store: Store,
) -> dict[str, bytes]:
    """Figures, pages, data and what the brain viewer shows, by path in the site."""
    return {
        **gallery.files,
        **viewer_files(computed.registry, computed.results, store),
        **render_pages(env, report, gallery.figures),
        **edition_files(computed),
        **{f"data/{f.name}": f.make(store) for f in (*data, *tables_as_files(report))},
    }


def _pdf(
    article: str,
    files: Mapping[str, bytes],
    attachments: Mapping[str, bytes],
    store: Store,
    scheduler: Scheduler,
) -> bytes:
    """The article in print; with attachments it is the one for archives.

    It depends on the files that it names, and on the fonts that its style names.
    """
    used = {
        name: content
        for name, content in sorted(files.items())
        if name.startswith("fonts/") or f'"{FILES}{name}"' in article
    }
    make = partial(write_pdf, article, used, attachments)
    named = (*used.items(), *attachments.items())
    inputs: tuple[bytes | str, ...] = (article, *(part for pair in named for part in pair))
    (pdf,) = store.remember_all([Wanted("pdf", inputs, make, bytes)], scheduler)
    return pdf
