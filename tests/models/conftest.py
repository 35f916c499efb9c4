"""A server on loopback that behaves well or badly, and folders of one's own."""

import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

TINY = Path(__file__).parents[1] / "data" / "translate-en_es-tiny.argosmodel"

#: What a path answers when it is not simply a file.
Route = Callable[["Answer"], None]


class Site:
    """Files by path, routes that do as they like, and what was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.routes: dict[str, Route] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.url = ""
        #: Set when the test ends, so that a route that waits can stop.
        self.over = threading.Event()

    def asked_for(self, path: str, method: str = "GET") -> list[dict[str, str]]:
        """The headers of every request for a path."""
        return [headers for m, p, headers in self.asked if (m, p) == (method, path)]

    def offer(self, path: str, data: bytes) -> str:
        """Put a file there; its URL."""
        self.files[path] = data
        return self.url + path

    def index(self, *entries: Any) -> None:
        """Offer packages in the list of models."""
        self.files["/index.json"] = json.dumps(list(entries)).encode()


class Answer(BaseHTTPRequestHandler):
    """One request. Ranges are served as RFC 9110 has it, with an ETag of the length."""

    protocol_version = "HTTP/1.1"
    site: Site

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.site.asked.append((self.command, self.path, dict(self.headers)))
        route = self.site.routes.get(self.path)
        try:
            if route:
                route(self)
            elif self.path in self.site.files:
                self.file(self.site.files[self.path])
            else:
                self.send_error(404)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def file(self, data: bytes, *, etag: str = "", send: int | None = None) -> None:
        """A file, or the part of it that was asked for; with `send` the line breaks off."""
        tag = etag or f'"{len(data)}"'
        start = 0
        wanted = self.headers.get("Range", "")
        if wanted and self.headers.get("If-Range") in (None, tag):
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(data):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(data)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        body = data[start:]
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", tag)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[:send])
        if send is not None:
            self.close_connection = True

    def plain(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Any answer; underscores in the names of headers are hyphens."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server for one test. No proxy of the machine comes between."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    made = Site()
    handler = type("Handler", (Answer,), {"site": made})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", made.url + "/")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of packages for one test; downloads wait in another one."""
    from argostranslate import settings

    monkeypatch.setattr(settings, "package_dirs", [tmp_path / "data" / "packages"])
    monkeypatch.setattr(settings, "downloads_dir", tmp_path / "downloads")
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "packages"


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the trial of models out, which takes a second each and has its own tests."""
    from speechsubs.engines import install

    monkeypatch.setattr(install, "run_smoke_test", lambda package: ())


def package_bytes(
    source: str = "en",
    target: str = "es",
    version: str = "1.0",
    members: dict[str, bytes] | None = None,
    **metadata: Any,
) -> bytes:
    """The tiny model as a package of another pair or version, with other members."""
    root = f"translate-{source}_{target}-{version.replace('.', '_')}"
    said = {"package_version": version, "from_code": source, "to_code": target, **metadata}
    sink = io.BytesIO()
    with zipfile.ZipFile(TINY) as tiny, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as file:
        data = {n.partition("/")[2]: tiny.read(n) for n in tiny.namelist()}
        data["metadata.json"] = json.dumps(said).encode()
        for name, content in (data | (members or {})).items():
            file.writestr(f"{root}/{name}", content)
    return sink.getvalue()


@pytest.fixture
def made() -> Callable[..., bytes]:
    """`package_bytes`, for tests that are imported without a package around them."""
    return package_bytes


def entry_for(*links: str, source: str = "en", target: str = "es", version: str = "1.0") -> Any:
    """An entry of the index as Argos writes it."""
    return {
        "package_version": version,
        "argos_version": "1.0",
        "from_code": source,
        "from_name": source.upper(),
        "to_code": target,
        "to_name": target.upper(),
        "links": list(links),
    }


@pytest.fixture
def entry() -> Callable[..., Any]:
    """`entry_for`, likewise."""
    return entry_for


@pytest.fixture
def tiny() -> Path:
    """The good package."""
    return TINY
