"""`trdreport calibrate`."""

import logging
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import CacheOption, DaskOption, RegistryOption, app, cluster_at
from trdreport.cli.stopping import KEPT, stoppable


@app.command()
def calibrate(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="Run to imitate, such as all-trd-hc.mni2026.")
    ],
    registry: RegistryOption = Path("registry"),
    studies: Annotated[
        list[int], typer.Option("--studies", min=2, help="Number of studies; may be repeated.")
    ] = [5, 8, 17, 30],  # noqa: B006 (typer reads it and never changes it)
    reviews: Annotated[
        int,
        typer.Option(
            "--reviews",
            min=20,
            help="Simulated reviews with each effect; four times as many without.",
        ),
    ] = 100,
    permutations: Annotated[int, typer.Option("--permutations", min=100)] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 1,
    cache: CacheOption = Path(".trdreport-cache"),
    dask: DaskOption = None,
) -> None:
    """Simulate reviews with and without convergence; write calibration.yaml into the registry.

    Example: trdreport calibrate all-trd-hc.mni2026 --reviews 100
    """
    from trdreport.records.loading import load_registry

    loaded = load_registry(registry)
    runs = {each.id for each in loaded.plan.runs}
    if run not in runs:
        raise typer.BadParameter(f"'{run}' is not a run; there are {', '.join(sorted(runs))}.")
    logging.disable(logging.INFO)
    from trdreport.cli.progress import progress
    from trdreport.engine.calibration import Scope, calibration_text
    from trdreport.engine.selection import experiment_table
    from trdreport.work.files import rewrite
    from trdreport.work.scheduling import processes
    from trdreport.work.store import open_store

    scope = Scope(tuple(studies), reviews, permutations, seed)
    chosen = loaded.run(run)
    with (
        stoppable(KEPT),
        cluster_at(dask) as cluster,
        open_store(cache) as store,
        processes() as here,
        progress() as step,
    ):
        text = calibration_text(
            experiment_table(loaded, chosen),
            chosen,
            scope,
            store,
            scheduler=cluster or here,
            tell=partial(step, "simulated reviews"),
        )
    target = registry / "calibration.yaml"
    rewrite({target: text})
    print(f"{target} written")
