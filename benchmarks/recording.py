"""Where measured figures go: results.json, with the machine that gave them."""

import json
import os
import platform
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"


def machine() -> str:
    """Processor, cores, memory and Python."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def record(**figures: object) -> None:
    """Add figures to results.json."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results |= {**figures, "machine": machine()}
    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
