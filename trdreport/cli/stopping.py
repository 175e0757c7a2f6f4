"""End at Ctrl-C, or when the system asks, soon and with one line."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

GRACE = 1.0
"""Seconds that what runs has to tidy up."""

STOPPED = "stopped"
KEPT = "stopped; what was computed is kept"

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class _Stopped(SystemExit):
    """Leaves what runs; unlike KeyboardInterrupt, nothing on the way has an answer of its own."""


@contextmanager
def stoppable(words: str) -> Iterator[None]:
    """End the program at Ctrl-C or SIGTERM with `words` and the status that a shell gives these.

    Processes that compute end with it (`work.scheduling`).
    """

    def end(status: int) -> None:
        print(words, file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)

    def stop(number: int, _: object) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        # Something may swallow what is raised here, or take long to end.
        timer = threading.Timer(GRACE, end, [128 + number])
        timer.daemon = True
        timer.start()
        raise _Stopped(128 + number)

    before = {each: signal.signal(each, stop) for each in SIGNALS}
    try:
        yield
    except _Stopped as stopped:
        end(int(stopped.code or 0))
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
