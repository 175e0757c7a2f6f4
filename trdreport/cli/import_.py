"""`trdreport import`."""

from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import RegistryOption, app, one_of
from trdreport.exchange.formats import READ


@app.command("import")
def import_records(
    form: Annotated[
        str,
        typer.Argument(metavar="FORMAT", help=f"One of {', '.join(READ)}.", callback=one_of(READ)),
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file.")],
    registry: RegistryOption = Path("registry"),
    contrast: Annotated[
        str | None,
        typer.Option("--contrast", help="Contrast of experiments that do not name theirs."),
    ] = None,
) -> None:
    """Begin a record for each study of another tool's file.

    Foci and sample sizes are taken over; the rest says TODO. Nothing is overwritten, and nothing is
    written when anything is wrong.

    Example: trdreport import sleuth foci.txt --contrast "TRD>HC"
    """
    from trdreport.exchange.importing import import_file
    from trdreport.records.loading import load_registry

    for path in import_file(load_registry(registry), registry, file, form, contrast):
        print(f"{path} written; fill in what says TODO")
