"""Pieces of work for other processes; a process that does one imports nothing heavy for it."""

import os
import signal
import time
from pathlib import Path


def asleep(name: str, folder: Path) -> bytes:
    """A piece that takes a while, and says that it began and in which process."""
    (folder / f"{name}-{os.getpid()}").touch()
    time.sleep(0.3)
    return name.encode()


def lethal(folder: Path, times: int) -> bytes:
    """A piece that kills its process so often."""
    if len(list(folder.iterdir())) < times:
        (folder / str(os.getpid())).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return b"survived"


def failing() -> bytes:
    """A piece that raises ValueError."""
    raise ValueError("no such thing")
