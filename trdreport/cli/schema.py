"""`trdreport schema`."""

from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import RegistryOption, app


@app.command()
def schema(
    registry: RegistryOption = Path("registry"),
    reference: Annotated[
        bool, typer.Option("--reference", help="Print the field reference instead.")
    ] = False,
) -> None:
    """Write the JSON Schemas of the records, by which editors complete and explain fields.

    Example: trdreport schema
    """
    from trdreport.records.schema import FOLDER, field_reference, schema_files
    from trdreport.work.files import rewrite

    if reference:
        print(field_reference(), end="")
        return
    folder = registry / FOLDER
    rewrite({folder / name: text for name, text in schema_files().items()})
    print(f"{len(schema_files())} schemas written to {folder}")
