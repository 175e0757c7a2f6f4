"""`trdreport diff`."""

import logging
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import CacheOption, RegistryOption, app
from trdreport.cli.stopping import KEPT, stoppable
from trdreport.errors import visible


class DiffFormat(StrEnum):
    """How a difference is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="REV", help="Revision to compare with.")],
    new: Annotated[
        str | None, typer.Argument(metavar="[REV]", help="The other one; else the working tree.")
    ] = None,
    registry: RegistryOption = Path("registry"),
    form: Annotated[
        DiffFormat, typer.Option("--format", help="For a terminal or a pull request.")
    ] = DiffFormat.TEXT,
    page: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", help="Write a page with the maps too; computes what changed."
        ),
    ] = None,
    cache: CacheOption = Path(".trdreport-cache"),
) -> None:
    """Say what changed in the records and, by results.lock.json, in the results.

    Example: trdreport diff main --format markdown --html diff.html
    """
    from trdreport.engine.diff import diff as compare
    from trdreport.records.checkout import HistoryError

    try:
        found = compare(registry, old, new)
        print(found.text() if form is DiffFormat.TEXT else found.markdown())
        if page is not None:
            _write(page, registry, old, new, cache)
    except HistoryError as error:
        raise typer.BadParameter(f"{visible(str(error))}.") from error


def _write(page: Path, registry: Path, old: str, new: str | None, cache: Path) -> None:
    from trdreport.cli.progress import progress
    from trdreport.figures.templates import default_templates
    from trdreport.publish.editions import diff_page, version_at
    from trdreport.work.files import rewrite
    from trdreport.work.scheduling import processes
    from trdreport.work.store import open_store

    before, after = version_at(registry, old), version_at(registry, new)
    logging.disable(logging.INFO)
    with stoppable(KEPT), open_store(cache) as store, processes() as here, progress() as step:
        rewrite({page: diff_page(before, after, default_templates(), store, here, step)})
