"""Serve a site on this computer, build it again on every change, reload it in the browser.

What is added for the browser is added to the answer; the files of the site stay as they are.
"""

import errno
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from functools import partial
from html import escape, unescape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from trdreport.errors import DataError, FileError
from trdreport.publish.media import content_type
from trdreport.publish.site import MARKER

ADDRESS = "127.0.0.1"

POLL = 0.2
"""Seconds between two looks at the watched folders."""

SETTLE = 0.1
"""Seconds without a change after which a checkout or a save is taken to be complete."""

SWAP = 0.05
"""Seconds after which a site that is being replaced is there again."""

HEARTBEAT = 15.0
"""Seconds between two signs of life to a waiting page, by which a departed one is noticed."""

HEADERS = 10.0
"""Seconds in which a request must have come in whole."""

STALLED = 60.0
"""Seconds after which an answer that nobody reads is given up."""

GRACE = 1.0
"""Seconds that what runs has to tidy up after Ctrl-C."""

INTERRUPTED = 130
"""What a shell reports of a program that Ctrl-C ended."""

MOST = 64
"""Connections at a time; a browser keeps six."""

# A browser keeps six connections to a server: pages in hidden tabs give theirs back.
RELOAD_JS = """\
"use strict";
const { state, token } = document.currentScript.dataset;
let source;
function listen() {
  source?.close();
  if (document.hidden) return;
  source = new EventSource(`/-/events?${state}&${token}`);
  source.onmessage = () => { source.close(); location.reload(); };
  // Refused for good: the server was started anew, and its pages know another token.
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 1000);
  };
}
document.addEventListener("visibilitychange", listen);
listen();
"""

# Sticky, because a reloaded page keeps its place and may show its middle.
BROKEN_CSS = """\
.broken { position: sticky; top: 0; z-index: 99; max-height: 60vh; overflow: auto;
  margin: 0; padding: 1rem 1.25rem; background: #fff1ee; color: #5c1a0c;
  border-bottom: 4px solid #9c2b14; font-family: system-ui, sans-serif; }
.broken h2 { margin: 0 0 .5rem; padding: 0; border: 0; font-size: 1.2rem; }
.broken pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .9rem; }
"""

OWN = {"/-/reload.js": RELOAD_JS, "/-/broken.css": BROKEN_CSS}

_LOCAL = re.compile(r"(127\.0\.0\.1|localhost)(:\d+)?", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_POLICY = re.compile(
    r'(<meta\s+http-equiv="Content-Security-Policy"\s+content=")([^"]*)(")', re.IGNORECASE
)
_STYLE = '<link rel="stylesheet" href="/-/broken.css">'

Snapshot = Mapping[str, tuple[int, int]]
"""Time of change and size by path."""


SAFE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Vary": "Sec-Fetch-Site, Origin",
}
"""Headers of every answer: what is not published yet is for pages of this server alone."""


class PortError(Exception):
    """The port cannot be used; says so in a sentence without its full stop."""

    def __init__(self, port: int, why: str) -> None:
        super().__init__(f"port {port} {why}; name another one with --port")


def is_foreign(headers: Message) -> bool:
    """Whether a page of another origin asks, other than by a link to one of our pages.

    Browsers say so in Sec-Fetch-Site; older ones in Origin or Referer. What says nothing is no
    page: curl, or a name typed by hand.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        link = (headers.get("Sec-Fetch-Mode"), headers.get("Sec-Fetch-Dest"))
        return site not in ("same-origin", "none") and link != ("navigate", "document")
    own = f"http://{headers.get('Host', '')}".lower()
    origin = headers.get("Origin")
    if origin is not None:
        return origin.lower() != own
    referer = headers.get("Referer")
    return referer is not None and not f"{referer.lower()}/".startswith(f"{own}/")


class SupersededError(Exception):
    """What is being built is out of date, or nobody waits for it any more."""


@dataclass(frozen=True)
class State:
    """The last build: a number that grows with every attempt, and its problems, if any."""

    number: int
    problems: str


class Current:
    """The state of the last build, shared by the builder and the threads that answer."""

    def __init__(self) -> None:
        # Counts on from the clock, so that a page left open by an earlier server is reloaded.
        self._state = State(int(time.time()), "")
        self.token = secrets.token_urlsafe(16)
        self._changed = threading.Condition()
        self._closed = False

    @property
    def state(self) -> State:
        """The state now."""
        with self._changed:
            return self._state

    @property
    def closed(self) -> bool:
        """Whether the server is stopping."""
        with self._changed:
            return self._closed

    def built(self, problems: str) -> None:
        """Note that a build ended, and wake who waits for that."""
        with self._changed:
            self._state = State(self._state.number + 1, problems)
            self._changed.notify_all()

    def close(self) -> None:
        """Wake who waits, because the server stops."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def wait_for_other(self, number: str, seconds: float) -> bool:
        """Wait until the state is another than `number`; whether it is, when woken or too late."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or str(self._state.number) != number, seconds
            )
            return not self._closed and str(self._state.number) != number


def serve(
    rebuild: Callable[[Callable[[], None]], None],
    site: Path,
    watched: Sequence[Path],
    *,
    finish: Sequence[str | Path] = (),
    port: int = 8000,
    tell: Callable[[str], None] = print,
    stop: threading.Event | None = None,
) -> None:
    """Build, serve `site` on this computer, and build again when a file in `watched` changes.

    `rebuild` replaces the site or raises; what a DataError says is shown in the pages, as is any
    other error, and the last good site stays. It calls what it is given now and then, which raises
    SupersededError when a file changed meanwhile: the build is given up for the next one. The
    program `finish` then adds what the pages need not wait for; the next change ends it. Port 0
    takes a free one. Ends when `stop` is set. Raises PortError when the port cannot be used, and
    KeyboardInterrupt at Ctrl-C.
    """
    current, end = Current(), stop or threading.Event()
    with _bound(port, site, current) as server, ExitStack() as running:
        watch = _Watch(watched, site)

        def check() -> None:
            if end.is_set() or watch.differs():
                raise SupersededError

        def build() -> str:
            running.close()
            try:
                current.built(_problems(partial(rebuild, check), watched, tell))
            except SupersededError:
                return "given up, because more changed"
            if current.state.problems:
                return "the last good site stays"
            running.enter_context(_going(finish))
            return "built"

        build()
        with _answering(server, current):
            tell(f"http://{ADDRESS}:{server.server_address[1]}/")
            for changed in watch.changes(end):
                tell(f"{changed} changed: building again")
                tell(build())


@contextmanager
def _going(program: Sequence[str | Path]) -> Iterator[None]:
    """Run a program beside what is done; it is ended with all that it started, whatever it does."""
    if not program:
        yield
        return
    silent = subprocess.DEVNULL
    with subprocess.Popen(  # noqa: S603 (our own command)
        program, stdin=silent, stdout=silent, stderr=silent, start_new_session=True
    ) as process:
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def stopping() -> Iterator[None]:
    """End the program at Ctrl-C with one line and status 130, soon, also out of a computation."""

    def end() -> None:
        print("stopped", file=sys.stderr, flush=True)  # noqa: T201
        os._exit(INTERRUPTED)

    def interrupted(*_: object) -> None:
        # Threads that compute cannot be stopped from outside, and Python waits for them.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        timer = threading.Timer(GRACE, end)
        timer.daemon = True
        timer.start()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    except KeyboardInterrupt:
        end()
    finally:
        signal.signal(signal.SIGINT, before)


def _problems(
    rebuild: Callable[[], None], watched: Sequence[Path], tell: Callable[[str], None]
) -> str:
    """Build; what went wrong, for the page, or nothing."""
    try:
        rebuild()
    except SupersededError:
        raise
    except (DataError, FileError) as error:
        tell(str(error))
        return str(error)
    except OSError as error:
        told = f"{error.filename or 'a file'}: {error.strerror or error}"
        tell(told)
        return told
    except Exception as error:
        tell(traceback.format_exc())
        last = "".join(traceback.format_exception_only(error)).strip()
        return (
            f"{_place(error, watched)}{last}\n"
            "(not a mistake found in the records; the terminal says where it happened)"
        )
    return ""


def _place(error: Exception, watched: Sequence[Path]) -> str:
    """The line of the template in which an error arose, if it did in one."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if any(Path(frame.filename).is_relative_to(folder) for folder in watched):
            return f"{frame.filename}:{frame.lineno}: "
    return ""


def snapshot(folders: Sequence[Path], left_out: Path) -> Snapshot:
    """Every file below the folders, without hidden ones and the folder `left_out`.

    Editors keep hidden files of their own beside a record, and the site may lie below a folder.
    """
    left_out = left_out.absolute()
    found = {}
    for folder in folders:
        for root, names, files in os.walk(folder):
            names[:] = [
                name
                for name in names
                if not name.startswith(".") and Path(root, name).absolute() != left_out
            ]
            for path in (os.path.join(root, name) for name in files if not name.startswith(".")):
                with suppress(OSError):  # deleted meanwhile
                    status = os.stat(path)
                    found[path] = (status.st_mtime_ns, status.st_size)
    return found


class _Watch:
    """Folders, and how they were at the last change that was told of."""

    def __init__(self, folders: Sequence[Path], site: Path) -> None:
        self._look = partial(snapshot, folders, site)
        self._seen = self._look()

    def differs(self) -> bool:
        """Whether something changed since."""
        return self._look() != self._seen

    def changes(self, stop: threading.Event) -> Iterator[str]:
        """What changed, each time that something did, until `stop` is set."""
        while not stop.wait(POLL):
            now = self._look()
            if now == self._seen:
                continue
            while not stop.wait(SETTLE) and now != (later := self._look()):
                now = later
            if stop.is_set() or now == self._seen:  # or an editor moved a file away and back
                continue
            changed = sorted({path for path, _ in now.items() ^ self._seen.items()})
            self._seen = now
            more = f" and {len(changed) - 1} more" if changed[1:] else ""
            yield f"{changed[0]}{more}"


def allow_reload(policy: str) -> str:
    """A Content-Security-Policy under which our script, its connection and our style work."""
    directives: dict[str, list[str]] = {}
    for words in (text.split() for text in policy.split(";")):
        if words:
            directives.setdefault(words[0].lower(), words[1:])  # of two, the first one counts
    for name in ("script-src", "connect-src", "style-src"):
        sources = directives.get(name, directives.get("default-src"))
        if sources is not None and "'self'" not in sources:
            directives[name] = [*(each for each in sources if each != "'none'"), "'self'"]
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())


def with_reload(page: str, state: State, token: str) -> str:
    """A page of the site that reloads itself, and that shows why the last build failed."""
    page = _POLICY.sub(
        lambda found: found[1] + escape(allow_reload(unescape(found[2])), quote=False) + found[3],
        page,
    )
    page = _before("</body>", _script(state, token), page)
    if not state.problems:
        return page
    page = _before("</head>", _STYLE, page)
    section = _section("The last build failed. Below is the last good site.", state.problems)
    return _BODY.sub(lambda found: found[0] + section, page, count=1)


def _script(state: State, token: str) -> str:
    # The page says which build it shows, so that none is missed between two connections.
    return f'<script src="/-/reload.js" data-state="{state.number}" data-token="{token}"></script>'


def _section(heading: str, problems: str) -> str:
    return (
        f'<section role="alert" class="broken"><h2>{escape(heading)}</h2>'
        f"<pre>{escape(problems)}</pre></section>"
    )


def _before(mark: str, added: str, page: str) -> str:
    """The page with something added before the last `mark`."""
    start, found, end = page.rpartition(mark)
    return start + added + found + end if found else page


def _own_page(heading: str, state: State, token: str) -> str:
    """A page where the site has none."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(heading)}</title>{_STYLE}</head>"
        f"<body>{_section(heading, state.problems)}{_script(state, token)}</body></html>"
    )


def _read(site: Path, name: str) -> bytes | None:
    """A file of a site that we made; None when there is no such file in it, or only a link."""
    with suppress(OSError, ValueError, RuntimeError):  # missing, not a name, a circle of links
        root = site.resolve()
        path = Path(os.path.normpath(root / name))
        inside = path.is_relative_to(root) and path.resolve() == path  # through no link
        if (root / MARKER).is_file() and inside and path.is_file():
            return path.read_bytes()
    return None


class _Server(ThreadingHTTPServer):
    """A server that this computer alone can reach."""

    request_queue_size = MOST

    def __init__(self, port: int, site: Path, current: Current) -> None:
        self.site, self.current = site, current
        self._free = threading.BoundedSemaphore(MOST)
        self._waiting: dict[socket.socket, float] = {}
        super().__init__((ADDRESS, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own, while there are few."""
        if not self._free.acquire(blocking=False):
            with suppress(OSError):
                request.settimeout(1)
                request.sendall(b"HTTP/1.0 503 Too many connections\r\nRetry-After: 1\r\n\r\n")
            self.shutdown_request(request)
            return
        self._waiting[request] = time.monotonic() + HEADERS
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and make room for the next one."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.came_in(request)
            self._free.release()

    def came_in(self, request: socket.socket) -> None:
        """Note that a request is there whole."""
        self._waiting.pop(request, None)

    def service_actions(self) -> None:
        """Hang up on who does not send a request; a time-out of the socket starts at each byte."""
        now = time.monotonic()
        for request in [each for each, end in self._waiting.copy().items() if end < now]:
            self.came_in(request)
            with suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what went wrong, but not that a browser went away."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: _Server
    timeout = STALLED

    def parse_request(self) -> bool:
        """Read the rest of a request; whether it is one."""
        understood = super().parse_request()
        self.server.came_in(self.connection)
        return understood

    def end_headers(self) -> None:
        """Send the head, always with what keeps other pages out."""
        for name, value in SAFE.items():
            self.send_header(name, value)
        super().end_headers()

    def do_GET(self) -> None:
        """Answer with a file of the site, one of our own, or the next event."""
        # Elsewhere, a name can be made to point here, and its pages would then read ours.
        if not _LOCAL.fullmatch(self.headers.get("Host", "")):
            self.send_error(HTTPStatus.FORBIDDEN, "Only 127.0.0.1 and localhost are served")
            return
        if is_foreign(self.headers):
            self.send_error(HTTPStatus.FORBIDDEN, "Not for pages of another origin")
            return
        path, _, query = self.path.partition("?")
        if path == "/-/events":
            self._wait(query)
        elif path in OWN:
            self._answer(HTTPStatus.OK, content_type(path), OWN[path].encode())
        else:
            self._file("index.html" if path == "/" else unquote(path).lstrip("/"))

    def do_HEAD(self) -> None:
        """Answer without the content."""
        self.do_GET()

    def log_message(self, *_: Any, **__: Any) -> None:
        """Keep the terminal for what the builds say."""

    def _file(self, name: str) -> None:
        site, kind = self.server.site, content_type(name)
        # Taken before the file: a page must not claim to be newer than it is.
        state = self.server.current.state
        content = _read(site, name)
        if content is None:
            time.sleep(SWAP)
            content = _read(site, name)
        if content is None and _read(site, MARKER) is not None:
            self._own(HTTPStatus.NOT_FOUND, "There is no such file in the site.", state)
        elif content is None:
            self._own(HTTPStatus.SERVICE_UNAVAILABLE, "There is no site yet.", state)
        elif name.endswith(".html"):
            page = with_reload(content.decode(errors="replace"), state, self.server.current.token)
            self._answer(HTTPStatus.OK, kind, page.encode())
        else:
            self._answer(HTTPStatus.OK, kind, content)

    def _own(self, status: HTTPStatus, heading: str, state: State) -> None:
        page = _own_page(heading, state, self.server.current.token)
        self._answer(status, content_type("page.html"), page.encode())

    def _answer(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self._head(status, kind, {"Content-Length": str(len(content))})
        if self.command != "HEAD":
            self.wfile.write(content)

    def _head(self, status: HTTPStatus, kind: str, further: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": kind} | dict(further)).items():
            self.send_header(name, value)
        self.end_headers()

    def _wait(self, query: str) -> None:
        """Send one event as soon as the state is not the one that the page shows."""
        current = self.server.current
        number, _, token = query.partition("&")
        if not secrets.compare_digest(token.encode(), current.token.encode()):
            self.send_error(HTTPStatus.FORBIDDEN, "Only for pages of this server")
            return
        self._head(HTTPStatus.OK, "text/event-stream; charset=utf-8", {})
        if self.command == "HEAD":
            return
        while not current.closed:
            if current.wait_for_other(number, HEARTBEAT):
                self.wfile.write(f"data: {current.state.number}\n\n".encode())
                return
            self.wfile.write(b":\n\n")


def _bound(port: int, site: Path, current: Current) -> _Server:
    """A server that has its port but does not answer yet."""
    try:
        return _Server(port, site, current)
    except OSError as error:
        why = {errno.EADDRINUSE: "is taken", errno.EACCES: "is kept for the system"}
        told = why.get(error.errno or 0, f"cannot be used: {error.strerror}")
        raise PortError(port, told) from error


@contextmanager
def _answering(server: _Server, current: Current) -> Iterator[None]:
    """Answer requests in threads of their own until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield
    finally:
        current.close()
        server.shutdown()
        thread.join()
