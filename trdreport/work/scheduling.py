"""Where chunks of permutations are computed: on this machine or on a Dask cluster.

A chunk is a range of permutation indices. Each permutation is seeded by its index, so every
scheduler gives the same numbers.
"""

import pickle
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from trdreport.work.fingerprints import fingerprint

if TYPE_CHECKING:
    from distributed import Client

Chunk = NDArray[np.float64]
Work = Callable[[range], Chunk]


class ClusterError(Exception):
    """A Dask cluster that cannot be reached or used; the message is a plain sentence."""


class Scheduler(Protocol):
    """Computes chunks and returns them in order."""

    def map(self, work: Work, chunks: Sequence[range]) -> list[Chunk]:
        """`work` of every chunk."""


@dataclass(frozen=True)
class Local:
    """Threads of this process; the compiled loops release Python's lock."""

    workers: int = 1

    def map(self, work: Work, chunks: Sequence[range]) -> list[Chunk]:
        """`work` of every chunk."""
        with ThreadPoolExecutor(max(1, self.workers)) as pool:
            return list(pool.map(work, chunks))


@dataclass(frozen=True)
class DaskCluster:
    """Workers of a Dask cluster; a chunk whose worker dies is computed by another."""

    client: "Client"

    def map(self, work: Work, chunks: Sequence[range]) -> list[Chunk]:
        """`work` of every chunk; raises ClusterError when no worker could do it."""
        packed = zlib.compress(pickle.dumps(work))
        futures = self.client.map(
            _remote, chunks, packed=packed, digest=fingerprint(work), pure=False, key="permutations"
        )
        try:
            done: list[Chunk] = self.client.gather(futures)
        except Exception as error:  # what a worker raises comes back as it was raised there
            first = (str(error) or type(error).__name__).splitlines()[0]
            raise ClusterError(f"the Dask cluster gave up: {first}") from error
        return done


def _remote(chunk: range, packed: bytes, digest: str) -> Chunk:
    return _unpack(packed, digest)(chunk)


@lru_cache(maxsize=2)
def _unpack(packed: bytes, digest: str) -> Work:
    work: Work = pickle.loads(zlib.decompress(packed))  # noqa: S301 (our own, from the scheduler)
    if fingerprint(work) != digest:
        raise ClusterError("a worker runs another version of trdreport or of its libraries")
    return work


@contextmanager
def dask_cluster(address: str, *, timeout_s: float = 10) -> Iterator[DaskCluster]:
    """The cluster whose scheduler listens at `address`, such as tcp://host:8786.

    Raises ClusterError when no scheduler or no worker answers there in time.
    """
    from distributed import Client

    try:
        client = Client(address, timeout=timeout_s, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(f"no Dask scheduler answers at {address}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=timeout_s)
        except TimeoutError as error:
            raise ClusterError(f"the Dask scheduler at {address} has no workers") from error
        yield DaskCluster(client)
