"""Permutations against NiMARE: the same correction, end to end, side by side in one run.

Both go through NiMARE's FWECorrector with two workers on the largest analysis of the review. The
ratio is NiMARE's time over ours, medians of three rounds after a warm-up.
"""

import json
import logging
import os
import platform
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

from trdreport.cbma.ale import ExactALEKernel, IndexedALE, studyset
from trdreport.cbma.mask import analysis_mask
from trdreport.cbma.selection import experiment_table
from trdreport.registry.loading import load_registry

PERMUTATIONS = 1000
ROUNDS = 3
WORKERS = 2


def main() -> None:
    """Print the times and the ratio, and record the ratio in results.json."""
    logging.disable(logging.INFO)
    warnings.simplefilter("ignore")
    root = Path(__file__).parent
    registry = load_registry(root.parent / "registry")
    analysis = registry.analysis("all-trd-hc")
    profile = registry.profile_of(analysis)
    mask, affine = analysis_mask(profile)
    image = nib.Nifti1Image(mask.astype(np.uint8), affine)
    collection = studyset(experiment_table(registry, analysis), profile, image)
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
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    sys.stdout.write(
        f"{PERMUTATIONS} permutations, 42 foci, {WORKERS} workers ({machine})\n"
        f"NiMARE {nimare:.2f} s, ours {ours:.3f} s, ratio {nimare / ours:.0f}\n"
    )
    path = root / "results.json"
    results = json.loads(path.read_text()) if path.exists() else {}
    results |= {"permutation_ratio": round(nimare / ours, 1), "machine": machine}
    path.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
