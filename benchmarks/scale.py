"""Growth with the number of studies: synthetic registries of ten foci a study.

For each size a process of its own validates and checks the registry and runs its one analysis with
1,000 permutations; it says how long each took and how much memory it had at most.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.recording import machine, record
from benchmarks.synthetic import write_registry

SIZES = (125, 250, 500, 1000)
PERMUTATIONS = 1000


def measure(root: Path) -> dict[str, float]:
    """Seconds to validate, check and analyse the registry in `root`, and peak memory in GiB."""
    program = Path(sys.executable).with_name("trdreport")
    seconds = {}
    for command in ("validate", "check"):
        started = time.perf_counter()
        subprocess.run([program, command, "--registry", root], check=True, capture_output=True)  # noqa: S603
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
    """Print the curve; record the largest size."""
    sys.stdout.write(f"One analysis, {PERMUTATIONS} permutations ({machine()})\n")
    sys.stdout.write("studies   foci  validate    check  analysis  s/1000 foci  peak GiB\n")
    curve = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name) / "registry"
            write_registry(root, size, permutations=PERMUTATIONS)
            command = [sys.executable, "-m", "benchmarks.scale", str(root)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        found = json.loads(done.stdout)
        foci = int(found["foci"])
        sys.stdout.write(
            f"{size:7d} {foci:6d} {found['validate']:7.2f} s {found['check']:6.2f} s"
            f" {found['analyse']:7.1f} s {found['analyse'] / foci * 1000:10.1f} s"
            f" {found['peak']:9.2f}\n"
        )
        sys.stdout.flush()
        curve.append(
            {
                "studies": size,
                "validate_s": round(found["validate"], 2),
                "check_s": round(found["check"], 2),
                "analysis_s": round(found["analyse"], 1),
                "peak_gib": round(found["peak"], 2),
            }
        )
    last = curve[-1]
    record(
        scale_curve=curve,
        scale_1000_s=last["analysis_s"],
        scale_1000_peak_gib=last["peak_gib"],
        scale_1000_validate_s=last["validate_s"],
        scale_1000_check_s=last["check_s"],
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(measure(Path(sys.argv[1]))))
    else:
        main()
