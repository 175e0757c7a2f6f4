"""Permutations against NiMARE: the same correction, end to end, side by side in one run.

Both go through NiMARE's FWECorrector with two workers on the largest analysis of the review. The
ratio is NiMARE's time over ours, medians of three rounds after a warm-up.
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
from trdreport.engine.estimators.ale import ExactALEKernel, IndexedALE, studyset
from trdreport.engine.selection import experiment_table
from trdreport.records.loading import load_registry

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
    collection = studyset(table, run.profile, image)
    times: dict[str, list[float]] = {}
    for kind in (ALE, IndexedALE):
        estimator = kind(kernel_transformer=ExactALEKernel(), mask=image, random_state=1)
        result = estimator.fit(collection)
        corrector = FWECorrector(method="montecarlo", n_iters=20, n_cores=WORKERS)
        corrector.transform(result)
        corrector = FWECorrector(method="montecarlo", n_iters=PERMUTATIONS, n_cores=WORKERS)
        for _ in range(ROUNDS):
            started = time.perf_counter()
            corrector.transform(result)
            times.setdefault(kind.__name__, []).append(time.perf_counter() - started)
    nimare, ours = (statistics.median(times[name]) for name in ("ALE", "IndexedALE"))
    sys.stdout.write(
        f"{PERMUTATIONS} permutations, {table.n_foci} foci, {WORKERS} workers ({machine()})\n"
        f"NiMARE {nimare:.2f} s, ours {ours:.3f} s, ratio {nimare / ours:.0f}\n"
    )
    record(permutation_ratio=round(nimare / ours, 1))


if __name__ == "__main__":
    main()
