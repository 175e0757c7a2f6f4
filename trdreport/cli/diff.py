"""`trdreport diff`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import RegistryOption, app
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
) -> None:
    """Say what changed in the records and, by results.lock.json, in the results.

    Example: trdreport diff main --format markdown
    """
    from trdreport.engine.diff import diff as compare
    from trdreport.records.checkout import HistoryError

    try:
        found = compare(registry, old, new)
    except HistoryError as error:
        raise typer.BadParameter(f"{visible(str(error))}.") from error
    print(found.text() if form is DiffFormat.TEXT else found.markdown())
