"""The command line: parse, call, print."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trdreport.errors import DataError

if TYPE_CHECKING:
    from trdreport.cbma.scheduling import Scheduler

app = typer.Typer(
    help="Study records in, published report out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

RegistryOption = Annotated[
    Path, typer.Option("--registry", metavar="DIR", help="Folder of the records.")
]
SiteOption = Annotated[Path, typer.Option("--site", metavar="DIR", help="Folder of the site.")]

CacheOption = Annotated[Path, typer.Option("--cache", metavar="DIR", help="Folder of the store.")]


@app.callback()
def _root() -> None:
    """Study records in, published report out."""


@app.command()
def validate(registry: RegistryOption = Path("registry")) -> None:
    """Check every record and report every mistake at once.

    Example: trdreport validate --registry registry
    """
    from trdreport.registry.loading import load_registry

    loaded = load_registry(registry)
    print(
        f"{registry}: {len(loaded.studies)} studies, {loaded.participants} participants,"
        f" {len(loaded.plan.analyses)} analyses: no mistakes found"
    )


@app.command()
def build(
    registry: RegistryOption = Path("registry"),
    site: SiteOption = Path("site"),
    templates: Annotated[
        Path | None, typer.Option("--templates", metavar="DIR", help="Folder of the templates.")
    ] = None,
    cache: CacheOption = Path(".trdreport-cache"),
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Compute everything anew and keep nothing.")
    ] = False,
    dask: Annotated[
        str | None,
        typer.Option(
            "--dask", metavar="ADDRESS", help="Send the permutations to this Dask scheduler."
        ),
    ] = None,
) -> None:
    """Check the records, run every analysis, and write the site.

    Example: trdreport build --registry registry --site site
    """
    from trdreport.registry.loading import load_registry

    loaded = load_registry(registry)  # fast: says what is wrong before the heavy imports
    logging.disable(logging.INFO)  # libraries report each of their steps
    from trdreport.progress import progress
    from trdreport.report.build import STEPS_AROUND
    from trdreport.report.build import build as build_site
    from trdreport.report.pages import default_templates
    from trdreport.report.summary import summary

    with _scheduler(dask) as scheduler, progress(len(loaded.plan.runs) + STEPS_AROUND) as step:
        built = build_site(
            loaded,
            site,
            templates or default_templates(),
            cache=None if no_cache else cache,
            scheduler=scheduler,
            step=step,
        )
    print(summary(built))


@contextmanager
def _scheduler(dask: str | None) -> Iterator["Scheduler | None"]:
    """The Dask cluster at an address; None, the threads of this process, without one."""
    if dask is None:
        yield None
        return
    from trdreport.cbma.scheduling import ClusterError, dask_cluster

    try:
        with dask_cluster(dask) as cluster:
            yield cluster
    except ClusterError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--dask") from error


@app.command()
def store(
    cache: CacheOption = Path(".trdreport-cache"),
    prune_days: Annotated[
        int | None,
        typer.Option(
            "--prune", min=0, metavar="DAYS", help="Delete what was not used for so long."
        ),
    ] = None,
) -> None:
    """Show what the result store keeps, or prune it.

    Example: trdreport store --prune 30
    """
    from trdreport.cbma.store import open_store

    with open_store(cache if cache.is_dir() else None) as opened:
        if prune_days is not None:
            count = opened.prune(time.time() - prune_days * 86_400)
            print(f"{count} entries deleted")
        for kind, (number, size) in opened.entries().items():
            print(f"{kind}: {number} entries, {size / 1e6:.1f} MB")


def main() -> None:
    """Run the command line; mistakes in the user's data go to standard error, exit status 1."""
    try:
        app()
    except DataError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        count = len(error.problems)
        print(f"{count} mistake{'s' if count != 1 else ''}; nothing was built", file=sys.stderr)
        sys.exit(1)
