"""`trdreport import`."""

from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import (
    CountOption,
    ReferenceOption,
    RegistryOption,
    SearchIdOption,
    app,
    one_of,
)
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
    search: SearchIdOption = None,
    reference: ReferenceOption = None,
    count: CountOption = False,
) -> None:
    """Begin a record for each study of another tool's file.

    Foci and sample sizes are taken over; the rest says TODO. Nothing is overwritten, and nothing is
    written when anything is wrong. What is left to do in other files is said with its lines.

    Example: trdreport import csv foci.csv --reference wu2011.bib --count
    """
    from trdreport.exchange.importing import import_file
    from trdreport.records.begun import begin
    from trdreport.records.new_reference import read_work

    paths, left = import_file(
        begin(registry), registry, file, form, contrast,
        search=search, work=read_work(reference) if reference else None, count=count,
    )  # fmt: skip
    for path in paths:
        print(f"{path} written; fill in what says TODO")
    for lines in left:
        print(lines)
