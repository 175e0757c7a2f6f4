"""`trdreport export`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import RegistryOption, app, one_of
from trdreport.errors import visible
from trdreport.exchange.formats import FORMATS, WRITTEN


@app.command("export")
def export_records(
    form: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT", help=f"One of {', '.join(WRITTEN)}.", callback=one_of(WRITTEN)
        ),
    ],
    registry: RegistryOption = Path("registry"),
    run: Annotated[
        str | None, typer.Option("--run", help="For sleuth: the run, such as all-trd-hc.")
    ] = None,
) -> None:
    """Print the registry for another tool.

    What the format cannot say is listed on standard error.

    Example: trdreport export sleuth --run all-trd-hc > all-trd-hc.txt
    """
    from trdreport.records.loading import load_registry

    loaded = load_registry(registry)
    chosen = FORMATS[form]
    arguments: tuple[str, ...] = ()
    if chosen.per_run:
        runs = [each.id for each in loaded.plan.runs]
        if run not in runs:
            message = f"name a run: {', '.join(runs)}."
            raise typer.BadParameter(message, param_hint="--run")
        arguments = (run,)
    made = chosen.load().write(loaded, *arguments)
    print(made.text, end="")
    for lost in made.lost:
        print(f"not carried over: {visible(lost)}", file=sys.stderr)
