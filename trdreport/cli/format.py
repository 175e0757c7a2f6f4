"""`trdreport format`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import RegistryOption, app
from trdreport.errors import visible


@app.command("format")
def format_records(
    registry: RegistryOption = Path("registry"),
    check_only: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit status 1 when a record would.")
    ] = False,
) -> None:
    """Put the records into canonical form: fields in order, comments kept.

    Example: trdreport format --check
    """
    from trdreport.records.formatting import format_registry

    changed = format_registry(registry, write=not check_only)
    for path in changed:
        print(f"{visible(str(path))}: {'is not canonical' if check_only else 'rewritten'}")
    if check_only and changed:
        print(f"{len(changed)} to format; run trdreport format", file=sys.stderr)
        raise typer.Exit(1)
