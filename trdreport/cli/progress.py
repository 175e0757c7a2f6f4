"""Show what a build is doing: a live bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(steps: int) -> Iterator[Callable[[str], None]]:
    """A function to call as each of `steps` begins; it shows the step and the time so far."""
    started = time.monotonic()
    if not sys.stderr.isatty():
        yield lambda what: print(f"[{time.monotonic() - started:5.1f} s] {what}", file=sys.stderr)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=steps, completed=-1)
        yield lambda what: bar.update(task, description=what, advance=1)
