"""Permutations against NiMARE: the same correction, end to end, side by side in one run.

NiMARE's FWECorrector and our null, each with two workers, on the largest analysis of the review.
The ratio is NiMARE's time over ours, medians of three rounds after a warm-up.
"""

import logging
import os
import statistics
import sys
import time
import warnings
from pathlib import Path

os.environ["TQDM_DISABLE"] = "1"

import nibabel as nib
import numpy as np
from nimare.correct import FWECorrector
from nimare.meta.cbma.ale import ALE

from benchmarks.recording import machine, record
from trdreport.brain.search_volume import analysis_mask
from trdreport.engine.estimators.ale import ExactALEKernel, FittedALE
from trdreport.engine.estimators.nimads import studyset
from trdreport.engine.selection import experiment_table
from trdreport.records.loading import load_registry
from trdreport.work.scheduling import Spread, processes

PERMUTATIONS = 1000
ROUNDS = 3
WORKERS = 2


def main() -> None:
    """Print the times and the ratio, and record the ratio in results.json."""
    logging.disable(logging.INFO)
    warnings.simplefilter("ignore")
    registry = load_registry(Path(__file__).parent.parent / "registry")
    run = registry.run("all-trd-hc")
    mask, affine = analysis_mask(run.profile)
    image = nib.Nifti1Image(mask.astype(np.uint8), affine)
    table = experiment_table(registry, run)
    collection = studyset(table, run.profile.space, image)
    result = ALE(kernel_transformer=ExactALEKernel(), mask=image).fit(collection)
    profile = run.profile.model_copy(update={"permutations": PERMUTATIONS})
    fitted = FittedALE(table, profile, mask, affine)
    forming = float(profile.cluster_forming_p)
    correctors = {
        n: FWECorrector(method="montecarlo", n_iters=n, n_cores=WORKERS) for n in (20, PERMUTATIONS)
    }
    with processes() as here:
        ways = {
            "NiMARE": lambda: correctors[PERMUTATIONS].transform(result),
            "ours": lambda: fitted.test(forming, stop_early=False, spread=Spread(here)),
        }
        correctors[20].transform(result)
        ways["ours"]()
        times: dict[str, list[float]] = {}
        for name, correct in ways.items():
            for _ in range(ROUNDS):
                started = time.perf_counter()
                correct()
                times.setdefault(name, []).append(time.perf_counter() - started)
    nimare, ours = (statistics.median(times[name]) for name in ("NiMARE", "ours"))
    sys.stdout.write(
        f"{PERMUTATIONS} permutations, {table.n_foci} foci, {WORKERS} workers ({machine()})\n"
        f"NiMARE {nimare:.2f} s, ours {ours:.3f} s, ratio {nimare / ours:.0f}\n"
    )
    record(permutation_ratio=round(nimare / ours, 1))


if __name__ == "__main__":
    main()
