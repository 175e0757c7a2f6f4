"""The command line: one module a command; each parses, calls and prints."""

import sys

from trdreport.cli import (  # noqa: F401 (importing a command adds it, in the order of the help)
    validate,
    check,
    build,
    serve,
    calibrate,
    schema,
    format,
    new,
    import_,
    export,
    edition,
    diff,
    store,
)
from trdreport.cli.options import app
from trdreport.cli.stopping import STOPPED, stoppable
from trdreport.errors import DataError, FileError, ResultsDifferError, WorkError


def main() -> None:
    """Run the command line; mistakes in the user's data go to standard error, exit status 1."""
    try:
        with stoppable(STOPPED):
            app()
    except DataError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        what = "difference" if isinstance(error, ResultsDifferError) else "mistake"
        count = len(error.problems)
        print(f"{count} {what}{'s' if count != 1 else ''}; nothing was built", file=sys.stderr)
        sys.exit(1)
    except (FileError, WorkError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
