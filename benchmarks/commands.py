"""The commands that people wait for many times a day: `trdreport validate`, and the fast tests."""

import argparse
import statistics
import sys

from benchmarks.recording import PROGRAM, ROOT, record, seconds, timed

ROUNDS = 5
PARALLEL = ("-n", "auto", "--dist", "loadfile")
LIMIT_S = 1800.0


def main() -> None:
    """Parse the command line and record the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", nargs="*", default=[], help="a trial with these tests alone")
    asked = parser.parse_args()
    validate = [PROGRAM, "validate", "--registry", ROOT / "registry"]
    runs = [timed(validate, limit_s=60) for _ in range(ROUNDS + 1)][1:]
    record(validate_s=round(statistics.median(run.seconds for run in runs if run), 2))
    tests = [sys.executable, "-m", "pytest", "-q", *PARALLEL, "-m", "not slow", *asked.tests]
    record(test_s=seconds(timed(tests, limit_s=LIMIT_S, silent=False)), limit_s=LIMIT_S)


if __name__ == "__main__":
    main()
