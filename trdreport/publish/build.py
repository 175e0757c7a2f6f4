"""Build the site: work out everything, put the report together, then write and swap in."""

from collections.abc import Callable, Iterable, Mapping
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
from trdreport.publish.packing import packaged
from trdreport.publish.pdf import FILES, write_pdf
from trdreport.publish.rendering import assets, environment, render_pages, render_print
from trdreport.publish.site import check_replaceable, mend, staged, write_files
from trdreport.publish.viewer import viewer_files
from trdreport.records.loading import Registry
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import DataFile
from trdreport.work.scheduling import Scheduler, one_by_one, processes
from trdreport.work.store import Store, open_store


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
    repository: str = "",
    accept: Callable[[Lock], None] = lambda _: None,
    step: Step = lambda *_: None,
) -> Built:
    """Build `site` from a registry; `step` is told what is at work.

    What the store in the folder `cache` has is read from there; without a folder everything is
    computed. Analyses and robustness run where `scheduler` runs them, else in processes here, as
    drawing always does: how text is set is up to the system. A `quick` build leaves the robustness
    analyses out. Study pages link to their records in the `repository`, a URL, where one is given.
    `accept` is shown the results' lock before anything is published and may raise. Raises DataError
    when `site` may not be replaced, FileError when it cannot be written; the old site then stays as
    it was.
    """
    mend(site)
    check_replaceable(site, [path for path in (registry.root, templates, cache) if path])
    with open_store(cache) as store, processes() as here:
        computed = compute(
            registry,
            templates,
            store,
            scheduler=scheduler or here,
            quick=quick,
            repository=repository,
            accept=accept,
            step=step,
        )
        files = published(computed, templates, store, here, step)
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
) -> dict[str, bytes]:
    """Every file of the site by its path."""
    env, style = environment(templates), assets(templates)
    data = data_files(computed)
    report = assembled(computed, data)
    gallery = drawn(
        report.sketches, env, templates, style, store, scheduler, partial(step, "figures")
    )
    step("setting the pages")
    files = style | site_files(computed, report, data, gallery, env, store)
    step("setting the PDF")
    article = render_print(env, report, gallery.figures, FILES)
    for name, archive in (("report.pdf", False), ("report-archive.pdf", True)):
        files[name] = _pdf(article, files, store, archive=archive)
    return files | packaged(computed.registry, files, version("trdreport"))


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
        **{f"data/{f.name}": f.make(store) for f in (*data, *tables_as_files(report))},
    }


def _pdf(page: str, files: Mapping[str, bytes], store: Store, *, archive: bool) -> bytes:
    """The article; for archives with the data that are text attached."""
    used = {n: files[n] for n in sorted(files) if n.startswith(("assets/", "fonts/", "figures/"))}
    attached = {
        name: content
        for name, content in sorted(files.items())
        if archive and name.startswith("data/") and not name.endswith((".gz", ".tsv"))
    }
    inputs = (page, *(part for pair in (*used.items(), *attached.items()) for part in pair))
    return store.remember("pdf", inputs, partial(write_pdf, page, files, attached), bytes)
