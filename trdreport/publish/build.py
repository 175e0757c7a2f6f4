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
from trdreport.publish.computing import STEPS_OF_ROBUSTNESS, Step, compute
from trdreport.publish.drawing import Gallery, drawn
from trdreport.publish.packing import packaged
from trdreport.publish.pdf import FILES, write_pdf
from trdreport.publish.rendering import assets, environment, render_pages, render_print
from trdreport.publish.site import check_replaceable, mend, staged, write_files
from trdreport.publish.viewer import viewer_files
from trdreport.records.loading import Registry
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import DataFile
from trdreport.work.scheduling import Scheduler
from trdreport.work.store import Store, open_store

ARCHIVED = {"report.pdf": False, "report-archive.pdf": True}
"""The PDFs, and whether they are made for archives."""

STEPS_AROUND = 3
"""Steps of a build beside the analyses and robustness."""


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


def build(  # noqa: PLR0913 (choices of the command line)
    registry: Registry,
    site: Path,
    templates: Path,
    *,
    cache: Path | None = None,
    scheduler: Scheduler | None = None,
    quick: bool = False,
    repository: str = "",
    pdf: bool = True,
    accept: Callable[[Lock], None] = lambda _: None,
    step: Step = lambda _: None,
) -> Built:
    """Build `site` from a registry; `step` is told what is at work.

    What the store in the folder `cache` has is read from there; without a folder everything is
    computed. Permutations run in threads, or where `scheduler` runs them. A `quick` build leaves
    the robustness analyses out. Study pages link to their records in the `repository`, a URL,
    where one is given. Without `pdf` those of the old site are taken over. `accept` is shown the
    results' lock before anything is published and may raise. Raises DataError when `site` may not
    be replaced; the old site then stays as it was.
    """
    mend(site)
    check_replaceable(site, [path for path in (registry.root, templates, cache) if path])
    with open_store(cache) as store:
        computed = compute(
            registry,
            templates,
            store,
            scheduler=scheduler,
            quick=quick,
            repository=repository,
            accept=accept,
            step=step,
        )
        files = published(computed, templates, store, step, pdfs=None if pdf else _pdfs_of(site))
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
    step: Step = lambda _: None,
    *,
    pdfs: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Every file of the site by its path; the PDFs are set unless there are others to take."""
    step("drawing figures")
    env, style = environment(templates), assets(templates)
    data = data_files(computed)
    report = assembled(computed, data)
    gallery = drawn(report.sketches, env, templates, style, store)
    step("setting the pages")
    files = style | site_files(computed, report, data, gallery, env, store)
    article = render_print(env, report, gallery.figures, FILES)
    if pdfs is None:
        step("setting the PDF")
        pdfs = {n: _pdf(article, files, store, archive=a) for n, a in ARCHIVED.items()}
    files |= pdfs
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


def _pdfs_of(site: Path) -> dict[str, bytes]:
    """The PDFs that a site has."""
    return {name: (site / name).read_bytes() for name in ARCHIVED if (site / name).is_file()}


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
