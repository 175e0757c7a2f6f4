"""`trdreport check`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import RegistryOption, app


class CheckFormat(StrEnum):
    """How doubts are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


@app.command()
def check(
    registry: RegistryOption = Path("registry"),
    form: Annotated[
        CheckFormat, typer.Option("--format", help="For a terminal, a program or a pull request.")
    ] = CheckFormat.TEXT,
    rules: Annotated[
        bool, typer.Option("--rules", help="List the checks and their codes instead.")
    ] = False,
) -> None:
    """Look for values that cannot be right, or that disagree between places.

    Doubts are not mistakes of the records: values stay as printed, and the exit status is 0.

    Example: trdreport check --format json
    """
    from trdreport.checks import check as check_registry
    from trdreport.checks import formats, rules_table
    from trdreport.records.loading import load_registry

    if rules:
        print(rules_table())
        return
    loaded = load_registry(registry)
    found = check_registry(loaded)
    shown = {
        CheckFormat.TEXT: formats.as_text,
        CheckFormat.JSON: formats.as_json,
        CheckFormat.GITHUB: formats.as_github,
    }[form](loaded, found)
    if shown:
        print(shown)
    if form is CheckFormat.TEXT:
        count = len(found)
        told = sum(bool(doubt.acknowledged) for doubt in found)
        print(f"{count} doubt{'s' * (count != 1)}, {told} acknowledged")
