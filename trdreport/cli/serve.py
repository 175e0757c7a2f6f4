"""`trdreport serve`."""

import logging
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import (
    CacheOption,
    QuickOption,
    RegistryOption,
    SiteOption,
    TemplatesOption,
    app,
)


@app.command()
def serve(
    registry: RegistryOption = Path("registry"),
    site: SiteOption = Path("site"),
    templates: TemplatesOption = None,
    cache: CacheOption = Path(".trdreport-cache"),
    quick: QuickOption = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port on 127.0.0.1; 0 for a free one.")
    ] = 8000,
) -> None:
    """Show the site in a browser, and build it again whenever a record or a template changes.

    Mistakes are shown in the page, above the last good site. The PDFs follow when the pages are
    there. Ctrl-C ends it.

    Example: trdreport serve --quick --port 8000
    """
    logging.disable(logging.INFO)  # libraries report each of their steps
    from trdreport.figures.templates import default_templates
    from trdreport.publish.serving import PortError, stopping
    from trdreport.publish.serving import serve as serve_site
    from trdreport.work.scheduling import processes

    folder = templates or default_templates()

    def rebuild(check: Callable[[], None]) -> None:
        from trdreport.cli.progress import progress
        from trdreport.publish.build import build as build_site
        from trdreport.records.loading import load_registry

        loaded = load_registry(registry)
        with progress() as show:

            def step(what: str, done: int = 0, total: int = 0, stored: int = 0) -> None:
                check()
                show(what, done, total, stored)

            build_site(
                loaded, site, folder,
                cache=cache, here=here, quick=quick, pdf=False, step=step,
            )  # fmt: skip

    # The PDFs take longer than the pages. They are set by a process that can be ended: a build of
    # its own, which finds all else in the store.
    finish: list[str | Path] = [sys.executable, "-m", "trdreport", "build"]
    finish += ["--registry", registry, "--site", site, "--templates", folder, "--cache", cache]
    finish += ["--quick"] * quick
    say = partial(print, flush=True)  # the address is needed at once, also through a pipe
    with stopping(), processes() as here:
        try:
            serve_site(rebuild, site, [registry, folder], finish=finish, port=port, tell=say)
        except PortError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(2) from error
