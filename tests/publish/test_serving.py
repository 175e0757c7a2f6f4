"""A served site is built again on every change, reloads itself, and shows what is wrong."""

import http.client
import os
import queue
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.conftest import ROOT
from tests.publish.browsing import FLAGS, chromium
from tests.publish.browsing import served as elsewhere
from trdreport.errors import DataError, file_problem
from trdreport.publish import serving
from trdreport.publish.rendering import environment
from trdreport.publish.serving import PortError, State, allow_reload, serve, snapshot, with_reload
from trdreport.publish.site import staged, write_files

PATIENCE = 20
"""Seconds after which a test gives up; none takes that long when all is well."""

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Ä</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'">
</head><body class="wide"><h1>{}</h1>
<p><img alt="a long page" width="9" height="5000"></p></body></html>
"""

BROKEN = "broken: <script>alert(1)</script> & more"


@dataclass(frozen=True)
class Served:
    """A site that is being served, the record that it is made from, and what was said."""

    root: Path
    told: "queue.Queue[str]" = field(default_factory=queue.Queue)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def record(self) -> Path:
        return self.root / "registry" / "record.txt"

    @property
    def site(self) -> Path:
        return self.root / "site"

    def rebuild(self, _check: Callable[[], None] = lambda: None) -> None:
        text = self.record.read_text()
        if text.startswith("broken"):
            raise DataError([file_problem(self.record.name, text)])
        if text == "fault":
            raise ZeroDivisionError("by <zero>")
        if text == "template":
            environment(self.record.parent).get_template("page.html").render()
        files = {"index.html": PAGE.format(text), "data/a.csv": "ä\n", "map.nii.gz": "", "x.js": ""}
        with staged(self.site) as stage:
            write_files(stage, {name: content.encode() for name, content in files.items()})

    def hear(self, start: str) -> str:
        """Wait until something is said that starts so."""
        while not (said := self.told.get(timeout=PATIENCE)).startswith(start):
            pass
        return said


@dataclass(frozen=True)
class Answer:
    """What came back for one request."""

    status: int
    headers: http.client.HTTPMessage
    text: str


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "POLL", 0.05)
    monkeypatch.setattr(serving, "SETTLE", 0.02)
    monkeypatch.setattr(serving, "HEARTBEAT", 10 * PATIENCE)


@contextmanager
def running(
    root: Path,
    text: str,
    rebuild: Callable[[Served, Callable[[], None]], None],
    finish: Sequence[str] = (),
) -> Iterator[Served]:
    """Serve a site whose record holds `text` at first."""
    made = Served(root)
    made.record.parent.mkdir()
    made.record.write_text(text)
    thread = threading.Thread(
        target=serve,
        args=(lambda check: rebuild(made, check), made.site, [made.record.parent]),
        kwargs={"port": 0, "tell": made.told.put, "stop": made.stop, "finish": finish},
    )
    thread.start()
    try:
        yield made
    finally:
        made.stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with running(tmp_path, "one", Served.rebuild) as made:
        yield made


@pytest.fixture
def url(served: Served) -> str:
    return served.hear("http://")


def port_of(url: str) -> int:
    return int(url.rstrip("/").rpartition(":")[2])


def ask(
    url: str,
    path: str = "/",
    host: str = "localhost",
    method: str = "GET",
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Answer:
    with closing(http.client.HTTPConnection("127.0.0.1", port_of(url), timeout=PATIENCE)) as line:
        line.putrequest(method, path, skip_host=True)
        for name, value in {"Host": host, **headers}.items():
            line.putheader(name, value)
        line.endheaders()
        response = line.getresponse()
        return Answer(response.status, response.headers, response.read().decode())


def shown(page: str) -> str:
    """The number of the build that a page shows."""
    found = re.search(r'data-state="(\d+)"', page)
    assert found
    return found[1]


def events(url: str, number: str) -> str:
    """The path of the stream of events, as a page knows it."""
    found = re.search(r'data-token="([^"]+)"', ask(url).text)
    assert found
    return f"/-/events?{number}&{found[1]}"


def listen(url: str, number: str) -> Callable[[], bytes]:
    """Open the stream of events as a page would; the function waits for all that is sent."""
    line = http.client.HTTPConnection("127.0.0.1", port_of(url), timeout=PATIENCE)
    line.request("GET", events(url, number))
    response = line.getresponse()
    assert response.headers["Content-Type"].startswith("text/event-stream")

    def read() -> bytes:
        with closing(line):
            return response.read()

    return read


def write_and_wait(served: Served, url: str, text: str) -> str:
    """Change the record; the page as it is after the event."""
    read = listen(url, shown(ask(url).text))
    served.record.write_text(text)
    assert read().startswith(b"data: ")
    return ask(url).text


def test_a_page_is_served_with_the_reload_script_and_unchanged_otherwise(
    served: Served, url: str
) -> None:
    answer = ask(url)
    token = events(url, "").partition("&")[2]
    number = shown(answer.text)
    script = f'<script src="/-/reload.js" data-state="{number}" data-token="{token}"></script>'
    assert f"{script}</body>" in answer.text
    more = "; script-src 'self'; connect-src 'self'"
    assert more in answer.text
    on_disk = (served.site / "index.html").read_text()
    assert answer.text.replace(script, "").replace(more, "") == on_disk == PAGE.format("one")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html?a=b", "text/html; charset=utf-8"),
        ("/data/a.csv", "text/csv; charset=utf-8"),
        ("/data/%61.csv", "text/csv; charset=utf-8"),
        ("/map.nii.gz", "application/gzip"),
        ("/x.js", "text/javascript; charset=utf-8"),
        ("/-/reload.js", "text/javascript; charset=utf-8"),
        ("/-/broken.css", "text/css; charset=utf-8"),
    ],
)
def test_a_file_comes_with_its_type(path: str, kind: str, url: str) -> None:
    answer = ask(url, path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)


def test_a_file_can_be_asked_for_without_its_content(url: str) -> None:
    answer = ask(url, "/data/a.csv", method="HEAD")
    assert (answer.status, answer.headers["Content-Length"], answer.text) == (200, "3", "")


@pytest.mark.parametrize(
    "path",
    [
        "/../registry/record.txt",
        "/%2e%2e/registry/record.txt",
        "/data/..%2f..%2fregistry/record.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/secret.txt",
        "/secrets/record.txt",
        "/circle",
        "/inside.html",
        "/folder/a.csv",
        "/pipe",
        "/data",
        "/data/",
        "/%00",
        "/" + "a" * 5000,
    ],
)
def test_nothing_outside_the_site_is_served_and_no_folder_listed(
    path: str, served: Served, url: str
) -> None:
    (served.site / "secret.txt").symlink_to(served.record)
    (served.site / "secrets").symlink_to(served.record.parent)
    (served.site / "circle").symlink_to("circle")
    (served.site / "inside.html").symlink_to("index.html")
    (served.site / "folder").symlink_to("data")
    os.mkfifo(served.site / "pipe")
    answer = ask(url, path)
    assert answer.status == 404
    assert "There is no such file" in answer.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "10.0.0.1", ""])
@pytest.mark.parametrize("path", ["/", "/-/events?0", "/-/reload.js"])
def test_another_host_is_refused(host: str, path: str, url: str) -> None:
    assert ask(url, path, host).status == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "LOCALHOST"])
def test_this_host_is_not_refused(host: str, url: str) -> None:
    assert ask(url, host=host).status == 200


@pytest.mark.parametrize("address", ["127.0.0.2", "::1"])
def test_the_port_is_open_on_one_address_only(address: str, url: str) -> None:
    with pytest.raises(OSError, match=r"."):
        socket.create_connection((address, port_of(url)), timeout=PATIENCE).close()


def test_a_change_builds_the_site_again_and_sends_an_event(served: Served, url: str) -> None:
    before = shown(ask(url).text)
    read = listen(url, before)
    served.record.write_text("another")
    number = int(before) + 1
    assert read() == f"data: {number}\n\n".encode()
    page = ask(url).text
    assert "<h1>another</h1>" in page
    assert shown(page) == str(number)
    assert "record.txt changed" in served.hear(str(served.record.parent))


def test_a_page_that_is_already_old_hears_so_at_once(url: str) -> None:
    assert listen(url, "0")().startswith(b"data: ")


def test_a_broken_record_shows_its_problem_above_the_last_good_page_until_it_is_mended(
    served: Served, url: str
) -> None:
    page = write_and_wait(served, url, BROKEN)
    problem = "record.txt:1:1: broken: &lt;script&gt;alert(1)&lt;/script&gt; &amp; more"
    assert f"<pre>{problem}</pre></section><h1>one</h1>" in page
    assert '<body class="wide"><section role="alert" class="broken">' in page
    assert '<link rel="stylesheet" href="/-/broken.css"></head>' in page
    assert "last good site" in page
    assert served.hear("record.txt:1:1") == f"record.txt:1:1: {BROKEN}"
    page = write_and_wait(served, url, "mended")
    assert "<h1>mended</h1>" in page
    assert "broken" not in page


def test_a_fault_of_the_program_is_shown_and_told_and_does_not_end_the_server(
    served: Served, url: str
) -> None:
    page = write_and_wait(served, url, "fault")
    assert "<pre>ZeroDivisionError: by &lt;zero&gt;\n" in page
    assert "<h1>one</h1>" in page
    assert "in rebuild" in served.hear("Traceback")
    assert "<h1>two</h1>" in write_and_wait(served, url, "two")


def test_a_faulty_template_is_shown_with_its_line(served: Served, url: str) -> None:
    (served.record.parent / "page.html").write_text("{% set a = 1 %}\n{{ a.b.c }}")
    page = write_and_wait(served, url, "template")
    assert f"<pre>{served.record.parent}/page.html:2: jinja2.exceptions.UndefinedError: " in page


def test_without_a_good_site_there_is_a_page_with_the_problems(tmp_path: Path) -> None:
    with running(tmp_path, BROKEN, Served.rebuild) as made:
        url = made.hear("http://")
        answer = ask(url)
        assert answer.status == 503
        assert "There is no site yet" in answer.text
        assert "record.txt:1:1: broken: &lt;script&gt;" in answer.text
        assert "<h1>two</h1>" in write_and_wait(made, url, "two")


def test_a_folder_that_is_not_ours_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "thesis.html").write_text("years of work")
    assert serving._read(tmp_path, "thesis.html") is None


def test_the_old_site_answers_while_a_build_runs(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(made: Served, _check: Callable[[], None]) -> None:
        if made.site.exists():
            begun.set()
            assert go_on.wait(PATIENCE)
        made.rebuild()

    with running(tmp_path, "one", slow) as made:
        url = made.hear("http://")
        read = listen(url, shown(ask(url).text))
        made.record.write_text("two")
        assert begun.wait(PATIENCE)
        assert "<h1>one</h1>" in ask(url).text
        go_on.set()
        assert read().startswith(b"data: ")
        assert "<h1>two</h1>" in ask(url).text


def test_a_build_is_given_up_when_more_changes_meanwhile(tmp_path: Path) -> None:
    begun: queue.Queue[str] = queue.Queue()

    def slow(made: Served, check: Callable[[], None]) -> None:
        text = made.record.read_text()
        begun.put(text)
        until = time.monotonic() + PATIENCE
        while text == "two" and time.monotonic() < until:
            check()
        made.rebuild()

    with running(tmp_path, "one", slow) as made:
        url = made.hear("http://")
        before = shown(ask(url).text)
        read = listen(url, before)
        made.record.write_text("two")
        assert [begun.get(timeout=PATIENCE) for _ in range(2)] == ["one", "two"]
        made.record.write_text("three")
        assert made.hear("given up") == "given up, because more changed"
        assert read() == f"data: {int(before) + 1}\n\n".encode()
        assert "<h1>three</h1>" in ask(url).text


def test_what_pages_need_not_wait_for_follows_and_is_ended_by_the_next_change(
    tmp_path: Path,
) -> None:
    """The program notes its process beside the site and then takes for ever, as its child does."""
    noted = tmp_path / "noted"
    program = f"echo $$ >> {noted}; sleep 1000 & echo $! >> {noted}; wait"

    def processes(number: int) -> list[int]:
        until = time.monotonic() + PATIENCE
        while not noted.exists() or len(noted.read_text().split()) < number:
            assert time.monotonic() < until
            time.sleep(0.01)
        return [int(line) for line in noted.read_text().split()]

    def gone(process: int) -> bool:
        """Whether it ended; a child that nobody waited for yet is a zombie."""
        status = Path(f"/proc/{process}/stat")
        return not status.exists() or status.read_text().rpartition(")")[2].split()[0] in "ZX"

    with running(tmp_path, "one", Served.rebuild, finish=["sh", "-c", program]) as made:
        url = made.hear("http://")
        first = processes(2)
        assert not any(map(gone, first))
        assert "broken" in write_and_wait(made, url, BROKEN)
        assert all(map(gone, first))
        assert "<h1>two</h1>" in write_and_wait(made, url, "two")
        second = processes(4)[2:]
        assert not any(map(gone, second))
    assert all(map(gone, second))


def test_a_taken_port_is_a_plain_sentence_before_anything_is_built(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = f"^port {port} is taken; name another one with --port$"
        with pytest.raises(PortError, match=sentence):
            serve(lambda _: pytest.fail("built"), tmp_path / "site", [tmp_path], port=port)


def test_the_end_of_the_server_ends_its_threads(served: Served, url: str) -> None:
    read = listen(url, shown(ask(url).text))
    served.stop.set()
    assert b"data" not in read()


def test_a_page_that_went_away_leaves_no_error(
    served: Served, url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = events(url, shown(ask(url).text))
    before = set(threading.enumerate())
    with socket.create_connection(("127.0.0.1", port_of(url)), timeout=PATIENCE) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert line.recv(1)
        # Closing throws away what is under way, as a killed browser does.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    write_and_wait(served, url, "two")
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE)
    assert capfd.readouterr() == ("", "")


def test_a_waiting_page_hears_signs_of_life(
    served: Served, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "HEARTBEAT", 0.01)
    path = events(url, shown(ask(url).text))
    with socket.create_connection(("127.0.0.1", port_of(url)), timeout=PATIENCE) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        heard = b""
        while b"\r\n\r\n:\n\n:\n\n" not in heard:
            heard += (part := line.recv(4096))
            assert part
        served.stop.set()


def test_ctrl_c_during_a_build_ends_the_server(tmp_path: Path) -> None:
    def interrupted(_check: Callable[[], None]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serve(interrupted, tmp_path / "site", [tmp_path], port=0)


def test_hidden_files_and_the_site_itself_are_not_watched(tmp_path: Path) -> None:
    for name in ("a.yaml", ".a.yaml.swp", ".cache/b", "site/index.html", "studies/c.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = snapshot([tmp_path], tmp_path / "site")
    assert sorted(found) == [str(tmp_path / "a.yaml"), str(tmp_path / "studies/c.yaml")]


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        (
            "default-src 'none'; style-src 'self'",
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'",
        ),
        (
            "default-src 'none'; script-src 'none'; connect-src blob:; style-src 'self' data:",
            "default-src 'none'; script-src 'self'; connect-src blob: 'self'; "
            "style-src 'self' data:",
        ),
        ("default-src 'self'", "default-src 'self'"),
        ("img-src 'none';", "img-src 'none'"),
        (
            "default-src a.example",
            "default-src a.example; script-src a.example 'self'; "
            "connect-src a.example 'self'; style-src a.example 'self'",
        ),
    ],
)
def test_a_policy_allows_our_script_and_connection_and_nothing_else_more(
    policy: str, allowed: str
) -> None:
    assert allow_reload(policy) == allowed


def test_every_page_of_a_real_site_can_reload_and_show_problems(tiny_site: Path) -> None:
    for file in tiny_site.rglob("*.html"):
        page = with_reload(file.read_text(), State(7, "x < y"), "t")
        assert 'data-state="7" data-token="t"></script></body>' in page, file.name
        assert page.count('<section role="alert"') == 1
        assert "x &lt; y</pre></section>\n<a class=" in page
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
        assert policy
        for name in ("script-src", "connect-src", "style-src"):
            assert f"{name} 'self'" in policy[1]


def test_a_browser_reloads_by_itself_and_shows_problems(served: Served, url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        expect.set_options(timeout=PATIENCE * 1000)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(url)
        expect(page.get_by_role("heading", level=1)).to_have_text("one")
        served.record.write_text("two")
        expect(page.get_by_role("heading", level=1)).to_have_text("two")
        page.evaluate("window.scrollTo(0, 3000)")
        served.record.write_text(BROKEN)
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text(BROKEN)
        expect(alert).to_be_in_viewport()
        expect(alert).to_have_css("background-color", "rgb(255, 241, 238)")
        expect(page.get_by_role("heading", level=1)).to_have_text("two")
        served.record.write_text("three")
        expect(page.get_by_role("heading", level=1)).to_have_text("three")
        expect(alert).to_have_count(0)
        browser.close()
    assert said == []


FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://localhost:1"},
    {"Origin": "null"},
    {"Referer": "http://localhost:1/page.html"},
    {"Referer": "http://localhost.evil.example/"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/", "/x.js", "/-/reload.js"])
def test_a_page_of_another_origin_is_refused(path: str, headers: dict[str, str], url: str) -> None:
    answer = ask(url, path, headers=headers)
    assert answer.status == 403
    assert "data-token" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
        {
            "Sec-Fetch-Site": "cross-site",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        },
        {"Origin": "http://localhost"},
        {"Referer": "http://localhost/page.html"},
    ],
)
def test_our_pages_and_links_to_them_are_not_refused(headers: dict[str, str], url: str) -> None:
    assert ask(url, headers=headers).status == 200


@pytest.mark.parametrize("path", ["/", "/x.js", "/none", "/-/events?0&wrong"])
def test_every_answer_keeps_other_origins_out(path: str, url: str) -> None:
    headers = ask(url, path).headers
    for name, value in serving.SAFE.items():
        assert headers.get_all(name) == [value]
    assert not [name for name in headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("query", ["0", "0&", "0&wrong", "0&%00"])
def test_the_stream_is_for_pages_that_know_the_token(query: str, url: str) -> None:
    assert ask(url, f"/-/events?{query}").status == 403


def test_a_browser_keeps_a_page_of_another_port_from_scripts_stream_and_frames(
    url: str, tmp_path: Path
) -> None:
    stream = f"{url.rstrip('/')}{events(url, '0')}"
    other = tmp_path / "other"
    other.mkdir()
    (other / "index.html").write_text(
        "<!doctype html><title>other</title><script>var heard = {};"
        "const note = (what) => (event) => { heard[what] = event.type; };</script>"
        f"<script src='{url}x.js' onload='note(`script`)(event)' onerror='note(`script`)(event)'>"
        f"</script><script>const source = new EventSource('{stream}');"
        "source.onmessage = source.onerror = note('stream');"
        f"fetch('{url}', {{mode: 'no-cors'}}).then(() => (heard.fetch = 'load'),"
        " () => (heard.fetch = 'error'));</script>"
        f"<iframe src='{url}'></iframe><a href='{url}'>link</a>"
    )
    with elsewhere(other) as address, chromium() as browser:
        for host in ("127.0.0.1", "localhost"):
            page = browser.new_page()
            answers: dict[str, int] = {}
            page.on("response", lambda r, into=answers: into.update({r.url: r.status}))
            page.goto(address.replace("127.0.0.1", host))
            page.wait_for_function("heard.script && heard.stream && heard.fetch")
            assert page.evaluate("heard") == dict.fromkeys(("script", "stream", "fetch"), "error")
            frames = [frame for frame in page.frames if frame != page.main_frame]
            assert not any("data-token" in frame.content() for frame in frames)
            assert answers[url] == 403
            page.get_by_role("link").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("one")
            page.close()


def test_who_sends_no_request_is_hung_up_on_also_if_he_dribbles(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "HEADERS", 0.3)
    with socket.create_connection(("127.0.0.1", port_of(url)), timeout=PATIENCE) as line:
        line.settimeout(0.05)
        started, ended = time.monotonic(), False
        while not ended:
            assert time.monotonic() - started < PATIENCE
            try:
                line.sendall(b"G")
                ended = line.recv(1) == b""
            except TimeoutError:
                continue
            except ConnectionError:
                ended = True
    assert time.monotonic() - started >= 0.3


def test_beyond_so_many_connections_an_answer_says_so_and_later_there_is_room(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "HEADERS", 3.0)
    before = threading.active_count()
    with ExitStack() as opened:
        lines = [
            opened.enter_context(socket.create_connection(("127.0.0.1", port_of(url)), PATIENCE))
            for _ in range(serving.MOST)
        ]
        assert ask(url).status == 503
        assert threading.active_count() - before <= serving.MOST
        assert [line.recv(1) for line in lines] == [b""] * serving.MOST
    until = time.monotonic() + PATIENCE
    while ask(url).status == 503:
        assert time.monotonic() < until
    assert ask(url).status == 200


def test_a_waiting_page_is_not_hung_up_on(
    served: Served, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "HEADERS", 0.1)
    read = listen(url, shown(ask(url).text))
    time.sleep(0.5)
    served.record.write_text("two")
    assert read().startswith(b"data: ")


def test_a_registry_that_is_deleted_and_comes_back(served: Served, url: str) -> None:
    read = listen(url, shown(ask(url).text))
    served.record.parent.rename(served.root / "away")
    assert read().startswith(b"data: ")
    assert f"{served.record}: No such file or directory</pre>" in ask(url).text
    assert served.hear(str(served.record) + ":").endswith("No such file or directory")
    read = listen(url, shown(ask(url).text))
    (served.root / "away").rename(served.record.parent)
    assert read().startswith(b"data: ")
    assert 'role="alert"' not in ask(url).text


@pytest.mark.parametrize("busy", [False, True])
def test_ctrl_c_is_one_line_and_status_130_within_two_seconds(busy: bool, tmp_path: Path) -> None:
    """Also while threads compute, for which Python would wait."""
    compute = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def rebuild(_check):\n"
        "    print('begun', flush=True)\n"
        "    with ThreadPoolExecutor(1) as pool:\n"
        f"        pool.submit(time.sleep, {PATIENCE * busy}).result()\n"
    )
    code = (
        "import time, sys\nfrom pathlib import Path\nfrom functools import partial\n"
        f"from trdreport.publish.serving import serve, stopping\n{compute}"
        "with stopping():\n"
        "    tell = partial(print, flush=True)\n"
        "    serve(rebuild, Path(sys.argv[1]) / 'site', [], port=0, tell=tell)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        if not busy:
            assert process.stdout.readline().startswith("http://")
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE)
    assert time.monotonic() - started < 2
    assert (process.returncode, told) == (130, "stopped\n")
