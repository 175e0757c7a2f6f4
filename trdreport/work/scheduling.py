"""Where heavy work is done: in processes of this machine, or on a Dask cluster.

Work comes in pieces that do not need each other, and each gives the same everywhere. A piece is a
named function or a `partial` of one, so that it can be sent; when its worker dies another does it.
"""

import logging
import os
import pickle
import signal
import sys
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from trdreport.errors import WorkError
from trdreport.work.fingerprints import fingerprint

if TYPE_CHECKING:
    from distributed import Client

S = TypeVar("S")
T = TypeVar("T")

MOST_LOST = 3
"""How often processes may be killed before it is given up; Dask says the same of its workers."""


class Scheduler(Protocol):
    """Does pieces of work."""

    def __call__(self, pieces: Sequence[Callable[[], T]]) -> Iterator[tuple[int, T]]:
        """The index of each piece and what it gives, as they end.

        Raises what a piece raises, and WorkError when the workers are lost.
        """


def one_by_one(pieces: Sequence[Callable[[], T]]) -> Iterator[tuple[int, T]]:
    """Pieces done here, one after the other (`Scheduler`)."""
    return ((index, piece()) for index, piece in enumerate(pieces))


@dataclass(frozen=True)
class Spread:
    """`map` for work that is itself a piece: each of its items is done by a scheduler."""

    scheduler: Scheduler

    def __call__(self, work: Callable[[S], T], items: Iterable[S]) -> list[T]:
        """What `work` gives for each item, in order."""
        made = dict(self.scheduler([partial(work, item) for item in items]))
        return [made[index] for index in range(len(made))]


@contextmanager
def processes() -> Iterator[Scheduler]:
    """As many processes as there are cores, from the first time that they are worth it on."""
    pool = _Processes()
    try:
        yield pool
    finally:
        pool.end()


class _Processes:
    """Processes that stay, so that each imports the heavy libraries once (`Scheduler`)."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        # Python's own helper would report what killed processes did not give back; it does that.
        sys.warnoptions.append("ignore:resource_tracker")

    def __call__(self, pieces: Sequence[Callable[[], T]]) -> Iterator[tuple[int, T]]:
        if len(pieces) == 1 and self._pool is None:
            yield from one_by_one(pieces)
            return
        left, lost = dict(enumerate(pieces)), 0
        while left:
            try:
                futures = self._submitted(left)
                for future in as_completed(futures):
                    index = futures.pop(future)
                    made = future.result()
                    del left[index]
                    yield index, made
            except BrokenProcessPool as error:
                lost += 1
                self.end()
                if lost == MOST_LOST:
                    message = (
                        f"{lost} times a process that computes was killed; is there too little"
                        " memory?"
                    )
                    raise WorkError(message) from error

    def _submitted(self, pieces: dict[int, Callable[[], T]]) -> "dict[Future[T], int]":
        self._pool = self._pool or ProcessPoolExecutor(
            os.cpu_count(), mp_context=get_context("spawn"), initializer=_begin
        )
        # Ctrl-C reaches every process of a terminal. Ours inherit that they do not hear it, from
        # their first moment on: this one ends them.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            return {self._pool.submit(piece): index for index, piece in pieces.items()}
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def end(self) -> None:
        """End the processes, also out of a computation."""
        pool, self._pool = self._pool, None
        if pool is not None:
            for process in list((pool._processes or {}).values()):
                process.kill()
            pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Make a process quiet, and end it when the one that it works for is gone, even if killed."""

    def wait() -> None:
        if parent := parent_process():
            parent.join()
            os._exit(1)

    logging.disable(logging.INFO)  # libraries report each of their steps
    threading.Thread(target=wait, daemon=True).start()


@dataclass(frozen=True)
class DaskCluster:
    """Workers of a Dask cluster (`Scheduler`)."""

    client: "Client"

    def __call__(self, pieces: Sequence[Callable[[], T]]) -> Iterator[tuple[int, T]]:
        """The index of each piece and what it gives, as they end."""
        from distributed import as_completed

        futures = {
            self.client.submit(_done, _packed(piece), fingerprint(piece), pure=False): index
            for index, piece in enumerate(pieces)
        }
        try:
            ended = as_completed([*futures], loop=self.client.loop, with_results=True)
            for future, made in ended:
                yield futures.pop(future), made
        except Exception as error:  # what a worker raises comes back as it was raised there
            first = (str(error) or type(error).__name__).splitlines()[0]
            raise WorkError(f"the Dask cluster gave up: {first}") from error


def _packed(piece: Callable[[], Any]) -> bytes:
    return zlib.compress(pickle.dumps(piece))


def _done(packed: bytes, digest: str) -> Any:
    """What a piece gives; raises WorkError where other code would do it."""
    piece = pickle.loads(zlib.decompress(packed))  # noqa: S301 (our own, from the scheduler)
    if fingerprint(piece) != digest:
        raise WorkError("a worker runs another version of trdreport or of its libraries")
    return piece()


@contextmanager
def dask_cluster(address: str, *, timeout_s: float = 10) -> Iterator[DaskCluster]:
    """The cluster whose scheduler listens at `address`, such as tcp://host:8786.

    Raises WorkError when no scheduler or no worker answers there in time.
    """
    from distributed import Client

    try:
        client = Client(address, timeout=timeout_s, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise WorkError(f"no Dask scheduler answers at {address}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=timeout_s)
        except TimeoutError as error:
            raise WorkError(f"the Dask scheduler at {address} has no workers") from error
        yield DaskCluster(client)
