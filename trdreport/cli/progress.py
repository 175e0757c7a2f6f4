"""Show what a build is doing: a live bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trdreport.publish.computing import Step


@contextmanager
def progress() -> Iterator["Step"]:
    """A function to call with what is at work, and with how much of it is done.

    It shows this with the time so far; where there is no terminal, about every tenth of the work.
    """
    started = time.monotonic()
    shown: tuple[str, int] | None = None

    def line(what: str, done: int = 0, total: int = 0, stored: int = 0) -> None:
        nonlocal shown
        tenth = (what, 10 * done // total if total else 0)
        if tenth != shown:
            seconds = time.monotonic() - started
            print(f"[{seconds:5.1f} s] {_words(what, done, total, stored)}", file=sys.stderr)
        shown = tenth

    if not sys.stderr.isatty():
        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting")

        def update(what: str, done: int = 0, total: int = 0, stored: int = 0) -> None:
            words = _words(what, done, total, stored)
            bar.update(task, description=words, completed=done, total=total or 1)

        yield update


def _words(what: str, done: int, total: int, stored: int) -> str:
    count = f": {done} of {total}" if total else ""
    return f"{what}{count}{f', {stored} from the store' if stored else ''}"
