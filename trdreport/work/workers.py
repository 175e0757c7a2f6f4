"""Independent pieces of work done side by side in processes."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

FEW = 4
"""Pieces that are done sooner than a further process starts."""


def side_by_side(
    make: Sequence[Callable[[], bytes]], *, few: int = FEW, done: Callable[[], None] = lambda: None
) -> list[bytes]:
    """What each of `make` gives, in order, from as many processes as there are cores.

    A piece must be a named function or a `partial` of one, so that it can be sent. No more than
    `few` are done here, one after the other. `done` is called as each piece ends.
    """
    if len(make) <= few:
        return [_counted(each, done) for each in make]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(each) for each in make]
        for _ in as_completed(futures):
            done()
        return [future.result() for future in futures]


def _counted(make: Callable[[], bytes], done: Callable[[], None]) -> bytes:
    content = make()
    done()
    return content
