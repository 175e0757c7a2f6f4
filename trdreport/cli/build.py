"""`trdreport build`."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trdreport.cli.options import (
    CacheOption,
    QuickOption,
    RegistryOption,
    SiteOption,
    TemplatesOption,
    app,
)

if TYPE_CHECKING:
    from trdreport.work.scheduling import Scheduler


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
            "--archive", help="Write report-archive.pdf too: PDF/A-3 with the data attached."
        ),
    ] = False,
    locked: Annotated[
        bool, typer.Option("--locked", help="Fail when results differ from results.lock.json.")
    ] = False,
    update_lock: Annotated[
        bool, typer.Option("--update-lock", help="Write the results into results.lock.json.")
    ] = False,
    dask: Annotated[
        str | None,
        typer.Option(
            "--dask", metavar="ADDRESS", help="Send the permutations to this Dask scheduler."
        ),
    ] = None,
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
    from trdreport.publish.build import steps_of
    from trdreport.publish.locking import LockKeeper

    keeper = LockKeeper(registry, locked=locked)
    with _scheduler(dask) as scheduler, progress(steps_of(loaded, quick=quick)) as step:
        built = build_site(
            loaded,
            site,
            templates or default_templates(),
            cache=None if no_cache else cache,
            scheduler=scheduler,
            quick=quick,
            archive=archive,
            repository=repository.rstrip("/"),
            accept=keeper.accept,
            step=step,
        )
    print(summary(built))
    print(keeper.settle(update=update_lock))


@contextmanager
def _scheduler(dask: str | None) -> Iterator["Scheduler | None"]:
    """The Dask cluster at an address; None, the threads of this process, without one."""
    if dask is None:
        yield None
        return
    from trdreport.work.scheduling import ClusterError, dask_cluster

    try:
        with dask_cluster(dask) as cluster:
            yield cluster
    except ClusterError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--dask") from error
