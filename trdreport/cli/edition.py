"""`trdreport edition`."""

import logging
import re
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import CacheOption, RegistryOption, app
from trdreport.cli.stopping import KEPT, stoppable


@app.command()
def edition(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, such as 2026-1.")],
    date: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Its day.")
    ],
    note: Annotated[str, typer.Option(metavar="TEXT", help="What readers should know.")] = "",
    registry: RegistryOption = Path("registry"),
    cache: CacheOption = Path(".trdreport-cache"),
) -> None:
    """Record what the review says as an edition that stays; commit the two files that it writes.

    Example: trdreport edition 2026-1 --date 2026-07-01 --note "One study more."
    """
    from trdreport.model.fields import ID, fault_of
    from trdreport.records.loading import load_registry

    if not re.fullmatch(ID, name):
        message = "use small letters, digits and hyphens, 64 at most."
        raise typer.BadParameter(message, param_hint="NAME")
    if note and (fault := fault_of(note)):
        raise typer.BadParameter(f"{fault}.", param_hint="--note")
    loaded = load_registry(registry)
    logging.disable(logging.INFO)
    from trdreport.cli.progress import progress
    from trdreport.figures.templates import default_templates
    from trdreport.publish.editions import Announced, check_recordable, record
    from trdreport.work.files import write_new
    from trdreport.work.scheduling import processes
    from trdreport.work.store import open_store

    announced = Announced(name, date.date(), note)
    check_recordable(loaded, announced)
    with stoppable(KEPT), open_store(cache) as store, processes() as here, progress() as step:
        texts = record(loaded, announced, default_templates(), store, here, step)
    write_new(texts)
    print("\n".join(f"{path} written" for path in texts))
