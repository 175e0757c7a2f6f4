"""`trdreport store`."""

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import CacheOption, app


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
    from trdreport.work.store import open_store

    if not os.path.lexists(cache):
        print(f"{cache}: nothing is stored")
        return
    with open_store(cache, new=False) as opened:
        if prune_days is not None:
            count = opened.prune(time.time() - prune_days * 86_400)
            print(f"{count} entries deleted")
        for kind, (number, size) in opened.entries().items():
            print(f"{kind}: {number} entries, {size / 1e6:.1f} MB")
