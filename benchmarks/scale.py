"""Growth with the number of studies: synthetic registries of ten foci a study.

For each size a process of its own validates and checks the registry and runs its one analysis with
1,000 permutations; it says how long each took and how much memory it had at most.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.recording import PROGRAM, machine, record
from benchmarks.synthetic import write_registry

SIZES = (125, 250, 500, 1000)
PERMUTATIONS = 1000
MEASURE = "--measure"


def measure(root: Path) -> dict[str, float]:
    """Seconds to validate, check and analyse the registry in `root`, and peak memory in GiB."""
    seconds = {}
    for command in ("validate", "check"):
        started = time.perf_counter()
        subprocess.run([PROGRAM, command, "--registry", root], check=True, capture_output=True)  # noqa: S603
        seconds[command] = time.perf_counter() - started

    from trdreport.engine.run import run_plan
    from trdreport.records.loading import load_registry
    from trdreport.work.scheduling import processes
    from trdreport.work.store import Store

    started = time.perf_counter()
    with processes() as here:
        (result,) = run_plan(load_registry(root), Store(None), scheduler=here)
    analysed = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"foci": result.table.n_foci, **seconds, "analyse": analysed, "peak": peak}


def main() -> None:
    """Parse the command line, print the curve, and record it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="numbers of studies")
    sys.stdout.write(f"One analysis, {PERMUTATIONS} permutations ({machine()})\n")
    curve = []
    for size in parser.parse_args().sizes:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name) / "registry"
            write_registry(root, size, permutations=PERMUTATIONS)
            command = [sys.executable, "-m", "benchmarks.scale", MEASURE, str(root)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        found = json.loads(done.stdout)
        curve.append(
            {
                "studies": size,
                "foci": found["foci"],
                "validate_s": round(found["validate"], 2),
                "check_s": round(found["check"], 2),
                "analysis_s": round(found["analyse"], 1),
                "peak_gib": round(found["peak"], 2),
            }
        )
        sys.stdout.write(f"{json.dumps(curve[-1])}\n")
        sys.stdout.flush()
    last = curve[-1]
    record(
        scale_curve=curve,
        scale_1000_s=last["analysis_s"],
        scale_1000_peak_gib=last["peak_gib"],
        scale_1000_validate_s=last["validate_s"],
        scale_1000_check_s=last["check_s"],
    )


if __name__ == "__main__":
    if sys.argv[1:2] == [MEASURE]:
        sys.stdout.write(json.dumps(measure(Path(sys.argv[2]))))
    else:
        main()
