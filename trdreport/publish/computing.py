"""Work out everything that the report shows, before anything is shown."""

from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Protocol

from trdreport.checks import check
from trdreport.checks.living import LIVING
from trdreport.checks.practice import PRACTICES, Work, judge
from trdreport.engine.claims import check_claims
from trdreport.engine.living.run import run_living
from trdreport.engine.lock import Lock, make_lock
from trdreport.engine.robustness.run import run_robustness
from trdreport.engine.run import pooling, run_plan
from trdreport.engine.versions import history, with_maps
from trdreport.records.bibliography import read_bibliography
from trdreport.records.loading import Registry
from trdreport.sections.facts.computed import Computed
from trdreport.sections.facts.nearby import nearby
from trdreport.sections.facts.reported import reported
from trdreport.sections.facts.statements import evidence_view
from trdreport.work.scheduling import Scheduler, one_by_one
from trdreport.work.store import Store

METHODS = "methods.bib"
"""The bibliography of the methods, in the folder of templates."""

COMPUTED_WITH = ("trdreport", "nimare", "nilearn", "nibabel", "numpy", "scipy", "matplotlib")


class Step(Protocol):
    """Is told what is at work, and where it comes in pieces how many are done (`Tell`)."""

    def __call__(self, what: str, done: int = 0, total: int = 0, stored: int = 0, /) -> None:
        """Show it."""


def compute(
    registry: Registry,
    templates: Path,
    store: Store,
    *,
    scheduler: Scheduler = one_by_one,
    quick: bool = False,
    repository: str = "",
    accept: Callable[[Lock], None] = lambda _: None,
    step: Step = lambda *_: None,
) -> Computed:
    """Results, claims, robustness unless `quick`, and what is said around them.

    `accept` is shown the results' lock as soon as there is one, and may raise. Raises DataError
    for a bibliography of methods that cannot be read.
    """
    found = run_plan(registry, store, scheduler=scheduler, tell=partial(step, "analyses"))
    results = {result.run: result for result in found}
    reproduced = {}
    if registry.updated:
        leading = [run for run in registry.plan.runs if run.leading]
        found = run_plan(
            registry.as_published, store, scheduler=scheduler,
            tell=partial(step, "analyses as published"), only=leading,
        )  # fmt: skip
        reproduced = {result.run: result for result in found}
    claims = check_claims(registry.as_published, reproduced or results)
    lock = make_lock(registry, results, reproduced, claims)
    accept(lock)
    robustness, living = None, None
    if not quick:
        robustness = run_robustness(
            registry, results, store, scheduler=scheduler, tell=partial(step, "robustness")
        )
        known = [(registry.as_published, reproduced), (registry, results)]
        living = run_living(
            registry, known, store, scheduler=scheduler, tell=partial(step, "through time")
        )
    evidence = evidence_view(registry)
    work = Work(registry, results, robustness)
    return Computed(
        registry=registry,
        results=results,
        claims=claims,
        evidence=evidence,
        methods=read_bibliography(templates / METHODS),
        versions=versions(),
        robustness=robustness,
        doubts=check(registry),
        practice=judge(work, PRACTICES),
        living_practice=judge(work, LIVING),
        nearby={id_: nearby(registry, evidence, r, store) for id_, r in results.items()},
        reported={name: reported(registry, name, store) for name in registry.review.modalities},
        lock=lock.text(),
        repository=repository,
        reproduced=reproduced,
        history=with_maps(
            history(registry, lock),
            store,
            [(pooling(registry, run), results[run.id]) for run in registry.plan.runs],
            scheduler=scheduler,
            tell=partial(step, "analyses of editions"),
        ),
        living=living,
    )


def versions() -> dict[str, str]:
    """What the report is computed with."""
    return {name: version(name) for name in COMPUTED_WITH} | {"python": python_version()}
