"""The permutation null and the fit against NiMARE's, side by side in one run.

`permutation_ratio`: NiMARE's FWECorrector over our null, end to end, two workers each, on the
largest analysis of the review; medians of three rounds after a warm-up. `scale_ratio`: the same per
permutation, on generated studies with 300, 3,000 and 20,000 foci; NiMARE's permutations are few,
and what a correction takes beside them is taken off on both sides. `fit_ratio`: NiMARE's ALE of
3,000 foci over ours, which has the foci where they are.
"""

import argparse
import logging
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ["TQDM_DISABLE"] = "1"

import nibabel as nib
import numpy as np
from nimare.correct import FWECorrector
from nimare.meta.cbma.ale import ALE

from benchmarks.recording import ROOT, machine, record
from benchmarks.synthetic import write_registry
from trdreport.brain.search_volume import analysis_mask
from trdreport.engine.estimators.ale import FittedALE
from trdreport.engine.estimators.nimads import studyset
from trdreport.engine.selection import experiment_table
from trdreport.records.loading import Registry, load_registry
from trdreport.work.scheduling import Scheduler, Spread, processes

PERMUTATIONS = 1000
ROUNDS = 3
WORKERS = 2
SIZES = (30, 300, 2000)
FOCI = 10
NIMARE_FEW = (4, 12)
OURS_FEW = (500, 1500)
FIT_STUDIES = 300


class Sides:
    """One run of a registry, to be estimated and corrected by NiMARE and by us."""

    def __init__(self, registry: Registry, run_id: str) -> None:
        run = registry.run(run_id)
        self.profile = run.profile
        self.mask, self.affine = analysis_mask(run.profile)
        self.image = nib.Nifti1Image(self.mask.astype(np.uint8), self.affine)
        self.table = experiment_table(registry, run)
        self.collection = studyset(self.table, run.profile.space, self.image)
        self.forming = float(run.profile.cluster_forming_p)

    def fit_nimare(self) -> None:
        """NiMARE's estimate with its own kernel."""
        ALE(mask=self.image).fit(self.collection)

    def fit_ours(self) -> None:
        """Our estimate."""
        FittedALE(self.table, self.profile, self.mask, self.affine)

    def nimare(self, numbers: tuple[int, ...]) -> list[Callable[[], object]]:
        """NiMARE's correction of one estimate, with each number of permutations."""
        result = ALE(mask=self.image).fit(self.collection)
        return [
            lambda n=n: FWECorrector(method="montecarlo", n_iters=n, n_cores=WORKERS).transform(
                result
            )
            for n in numbers
        ]

    def ours(self, numbers: tuple[int, ...], here: Scheduler) -> list[Callable[[], object]]:
        """Our correction of one estimate, with each number of permutations, in processes."""
        fitted = FittedALE(self.table, self.profile, self.mask, self.affine)

        def correct(number: int) -> None:
            fitted.profile = self.profile.model_copy(update={"permutations": number})
            fitted.test([self.forming], stop_early=False, spread=Spread(here))

        return [lambda n=n: correct(n) for n in numbers]


def seconds(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def synthetic(studies: int) -> Sides:
    """A generated registry with this number of studies."""
    with tempfile.TemporaryDirectory() as name:
        write_registry(Path(name) / "registry", studies, foci=FOCI)
        return Sides(load_registry(Path(name) / "registry"), "increases")


def permutation_ratio(permutations: int) -> None:
    """Record the ratio of whole corrections."""
    sides = Sides(load_registry(ROOT / "registry"), "all-trd-hc")
    times = {}
    with processes() as here:
        ours = partial(sides.ours, here=here)
        for name, ways, few in (("NiMARE", sides.nimare, 20), ("ours", ours, 1000)):
            warm_up, correct = ways((few, permutations))
            warm_up()
            times[name] = statistics.median(seconds(correct) for _ in range(ROUNDS))
    sys.stdout.write(
        f"{permutations} permutations, {sides.table.n_foci} foci, {WORKERS} workers ({machine()}):"
        f" NiMARE {times['NiMARE']:.2f} s, ours {times['ours']:.3f} s\n"
    )
    record(permutation_ratio=round(times["NiMARE"] / times["ours"], 1))


def scale_ratio(sizes: tuple[int, ...]) -> None:
    """Record the ratios per permutation by size."""
    ratios = []
    for size in sizes:
        sides = synthetic(size)
        each = {}
        with processes() as here:
            ours = partial(sides.ours, here=here)
            for name, ways, numbers in (
                ("NiMARE", sides.nimare, NIMARE_FEW),
                ("ours", ours, OURS_FEW),
            ):
                few, more = ways(numbers)
                few()  # compiles, and fills what is kept
                each[name] = (seconds(more) - seconds(few)) / (numbers[1] - numbers[0])
        sys.stdout.write(
            f"{sides.table.n_foci} foci, one permutation: NiMARE {each['NiMARE'] * 1000:.1f} ms,"
            f" ours {each['ours'] * 1000:.2f} ms\n"
        )
        ratios.append(round(each["NiMARE"] / each["ours"], 1))
    record(scale_ratio=ratios)


def fit_ratio(studies: int) -> None:
    """Record the ratio of whole fits."""
    sides = synthetic(studies)
    times = {}
    for name, fit in (("NiMARE", sides.fit_nimare), ("ours", sides.fit_ours)):
        fit()
        times[name] = statistics.median(seconds(fit) for _ in range(ROUNDS))
    sys.stdout.write(
        f"fit of {sides.table.n_foci} foci: NiMARE {times['NiMARE']:.2f} s,"
        f" ours {times['ours']:.2f} s\n"
    )
    record(fit_ratio=round(times["NiMARE"] / times["ours"], 2))


def main() -> None:
    """Parse the command line and record the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a trial with tiny studies")
    small = parser.parse_args().small
    logging.disable(logging.INFO)
    warnings.simplefilter("ignore")
    permutation_ratio(100 if small else PERMUTATIONS)
    fit_ratio(20 if small else FIT_STUDIES)
    scale_ratio((10, 20) if small else SIZES)


if __name__ == "__main__":
    main()
