"""The HTTP client against a local server: limits, retries, redirects and hostile responses."""

import contextlib
import email.utils
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.adapters import http_client
from speechsubs.adapters.http_client import Limits, RefusedError, Server
from speechsubs.errors import EngineError, InputError

Reply = tuple[int, dict[str, str], bytes]
LIMITS = Limits(timeout_s=5.0, max_bytes=1_000)


class Site:
    """A web server whose replies a test sets; `requests` are method and path."""

    def __init__(self) -> None:
        self.reply: Callable[[str], Reply] = lambda path: (200, {}, b"{}")
        self.requests: list[tuple[str, str]] = []
        self.url = ""


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            made.requests.append((self.command, self.path))
            status, headers, body = made.reply(self.path)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  # the name that http.server calls

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        server.shutdown()
        thread.join()


def failure(url: str) -> str:
    """The description of a download that must fail."""
    with pytest.raises(http_client.FAILURES) as caught:
        http_client.fetch(url, LIMITS)
    if isinstance(caught.value, urllib.error.HTTPError):
        caught.value.close()
    return http_client.failure(caught.value, LIMITS)


@pytest.mark.parametrize(
    "url",
    ["", "x", "file:///etc/passwd", "ftp://host/a", "data:,x", "http://", "http://user:pw@host/",
     "http://host:0/", "http://host:99999/", "http://a b/", "http://h\u00f6st/", "http://[::1",
     "http://host/\n", "http://host/" + "a" * 2_000],
)  # fmt: skip
def test_urls_that_may_not_be_opened(url: str) -> None:
    with pytest.raises(InputError):
        http_client.check_url(url)


@given(text=st.text(max_size=40))
def test_any_text_is_a_url_or_rejected(text: str) -> None:
    for prefix in ("", "http://"):
        with contextlib.suppress(InputError):
            assert http_client.check_url(prefix + text).startswith(("http", "HTTP"))
        try:
            url = http_client.normalize_url(prefix + text)
        except EngineError:
            continue
        assert http_client.normalize_url(url) == url


def test_a_small_body_is_fetched(site: Site) -> None:
    site.reply = lambda path: (200, {}, path.encode())
    assert http_client.fetch(f"{site.url}/a", LIMITS) == b"/a"


@pytest.mark.parametrize(
    "reply",
    [
        (200, {}, b"x" * 1_001),
        (200, {"Content-Length": "9"}, b"x"),
        (200, {"Content-Encoding": "gzip"}, b"x"),
        (404, {}, b""),
        (302, {"Location": "file:///etc/passwd"}, b""),
        (302, {"Location": "http://user:pw@127.0.0.1/"}, b""),
    ],
    ids=["too long", "cut off", "compressed", "missing", "redirect to file", "password"],
)
def test_hostile_downloads_are_rejected(site: Site, reply: Reply) -> None:
    site.reply = lambda path: reply
    assert failure(site.url)


def test_a_slow_download_is_rejected(site: Site) -> None:
    site.reply = lambda path: (200, {}, b"x")
    slow = Limits(stall_s=0.0, stall_bytes=10)
    with pytest.raises(urllib.error.URLError):
        http_client.fetch(site.url, slow)


def test_a_download_follows_redirects(site: Site) -> None:
    site.reply = lambda path: (302, {"Location": "/b"}, b"") if path == "/a" else (200, {}, b"x")
    assert http_client.fetch(f"{site.url}/a", LIMITS) == b"x"
    site.reply = lambda path: (302, {"Location": f"{path}a"}, b"")
    assert failure(f"{site.url}/a")


def test_a_body_is_posted_as_json(site: Site) -> None:
    site.reply = lambda path: (200, {}, b'{"a": 1}')
    server = Server(site.url)
    assert server.ask("/x") == server.ask("/x", {"q": "text"}) == {"a": 1}
    assert site.requests == [("GET", "/x"), ("POST", "/x")]


def test_a_busy_server_is_retried_after_the_time_it_names(site: Site) -> None:
    replies: list[Reply] = [(429, {"Retry-After": "7"}, b""), (503, {}, b""), (200, {}, b"[]")]
    site.reply = lambda path: replies.pop(0)
    waits: list[float] = []
    assert Server(site.url, sleep=waits.append).ask("/x") == []
    assert waits == [7.0, 2.0]
    site.reply = lambda path: (503, {}, b"")
    with pytest.raises(EngineError):
        Server(site.url, sleep=waits.append).ask("/x")
    assert len(site.requests) == 3 + http_client.TRIES
    site.reply = lambda path: (503, {"Retry-After": "3600"}, b"")
    with pytest.raises(EngineError):
        Server(site.url, sleep=waits.append).ask("/x")
    assert max(waits) < http_client.MAX_WAIT_S


def test_an_unreachable_server_is_not_retried_on_the_first_request() -> None:
    waits: list[float] = []
    with pytest.raises(EngineError):
        Server("http://127.0.0.1:1", sleep=waits.append).ask("/x", first=True)
    assert waits == []


def test_an_error_of_the_server_is_reported_without_the_secret(site: Site) -> None:
    site.reply = lambda path: (403, {}, b'{"error": "key hunter2\\u001b[2J is invalid"}')
    with pytest.raises(RefusedError) as caught:
        Server(site.url, "hunter2").ask("/x")
    assert (caught.value.status, caught.value.message) == (403, "key *** [2J is invalid")


@pytest.mark.parametrize(
    "location", ["http://example.invalid/", "file:///etc/passwd", "", "http://[::1", "//other/"]
)
def test_texts_are_never_sent_to_another_server(site: Site, location: str) -> None:
    site.reply = lambda path: (302, {"Location": location}, b"")
    with pytest.raises(EngineError):
        Server(site.url).ask("/x", {"q": "text"})
    assert len(site.requests) == 1


def test_redirects_on_one_server_are_followed_with_their_body(site: Site) -> None:
    site.reply = lambda path: (307, {"Location": "/b"}, b"") if path == "/a" else (200, {}, b"1")
    assert Server(site.url).ask("/a", {}) == 1
    assert site.requests == [("POST", "/a"), ("POST", "/b")]
    site.reply = lambda path: (302, {"Location": "/a"}, b"")
    with pytest.raises(EngineError):
        Server(site.url).ask("/a")


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 100_000])
def test_responses_other_than_json_are_rejected(site: Site, body: bytes) -> None:
    site.reply = lambda path: (200, {}, body)
    with pytest.raises(EngineError):
        Server(site.url).ask("/x")


@given(seconds=st.integers(0, 10**9))
def test_retry_after_is_read_as_seconds_or_a_date(seconds: int) -> None:
    assert http_client._seconds(str(seconds)) == (seconds if seconds < 10**9 else None)
    past = email.utils.formatdate(time.time() - seconds - 1, usegmt=True)
    assert http_client._seconds(past) == 0.0


@given(header=st.none() | st.text(max_size=30))
def test_any_retry_after_header_is_accepted(header: str | None) -> None:
    wait = http_client._seconds(header)
    assert wait is None or wait >= 0
