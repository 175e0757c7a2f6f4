"""`trdreport build`."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import (
    CacheOption,
    DaskOption,
    QuickOption,
    RegistryOption,
    SiteOption,
    TemplatesOption,
    app,
    cluster_at,
)
from trdreport.cli.stopping import KEPT, STOPPED, stoppable


@app.command()
def build(
    registry: RegistryOption = Path("registry"),
    site: SiteOption = Path("site"),
    templates: TemplatesOption = None,
    cache: CacheOption = Path(".trdreport-cache"),
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Compute everything anew and keep nothing.")
    ] = False,
    quick: QuickOption = False,
    archive: Annotated[
        bool,
        typer.Option(
            "--archive",
            help="Write for archives too: a PDF/A-3 with the data attached, and a ZIP of all.",
        ),
    ] = False,
    locked: Annotated[
        bool, typer.Option("--locked", help="Fail when results differ from results.lock.json.")
    ] = False,
    update_lock: Annotated[
        bool, typer.Option("--update-lock", help="Write the results into results.lock.json.")
    ] = False,
    dask: DaskOption = None,
    repository: Annotated[
        str,
        typer.Option(
            metavar="URL", help="Where the records can be edited, such as https://github.com/me/it."
        ),
    ] = "",
) -> None:
    """Check the records, run every analysis, and write the site.

    Example: trdreport build --registry registry --site site
    """
    from trdreport.records.loading import load_registry

    if repository and not repository.startswith("https://"):
        raise typer.BadParameter("give an address with https://", param_hint="--repository")
    loaded = load_registry(registry)  # fast: says what is wrong before the heavy imports
    logging.disable(logging.INFO)  # libraries report each of their steps
    from trdreport.cli.progress import progress
    from trdreport.cli.summary import summary
    from trdreport.figures.templates import default_templates
    from trdreport.publish.build import build as build_site
    from trdreport.publish.locking import LockKeeper

    keeper = LockKeeper(registry, locked=locked)
    with stoppable(STOPPED if no_cache else KEPT), cluster_at(dask) as cluster, progress() as step:
        built = build_site(
            loaded,
            site,
            templates or default_templates(),
            cache=None if no_cache else cache,
            scheduler=cluster,
            quick=quick,
            archive=archive,
            repository=repository.rstrip("/"),
            accept=keeper.accept,
            step=step,
        )
    print(summary(built))
    print(keeper.settle(update=update_lock))
