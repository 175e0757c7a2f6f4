"""`trdreport validate`."""

import gc
from pathlib import Path

from trdreport.cli.options import RegistryOption, app
from trdreport.errors import visible


@app.command()
def validate(registry: RegistryOption = Path("registry")) -> None:
    """Check every record and report every mistake at once.

    Example: trdreport validate --registry registry
    """
    gc.disable()  # what is read stays until the end, which is soon; looking through it takes time
    from trdreport.records.loading import load_registry

    loaded = load_registry(registry)
    print(
        f"{visible(str(registry))}: {len(loaded.studies)} studies,"
        f" {loaded.participants} participants, {len(loaded.plan.analyses)} analyses:"
        " no mistakes found"
    )
