"""What all tests share: nothing of the machine leaks in, nothing is written to it."""

import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import settings

# A slow machine is no failure, and a seed that changes is no regression test.
settings.register_profile("speechsubs", deadline=None)
settings.load_profile("speechsubs")

ROOT = Path(__file__).parents[1]


def pytest_configure(config: pytest.Config) -> None:
    """Look at the skips of the whole run where that is asked for."""
    if os.environ.get("SPEECHSUBS_STRICT_SKIPS") and not hasattr(config, "workerinput"):
        from .skips import StrictSkips

        config.pluginmanager.register(StrictSkips())


#: What a command may take from its surroundings, and so what a test must set.
_OWN_FOLDERS = {
    "HOME": "home",
    "USERPROFILE": "home",
    "XDG_DATA_HOME": "data",
    "XDG_CONFIG_HOME": "config",
    "XDG_CACHE_HOME": "cache",
    "XDG_STATE_HOME": "state",
    "ARGOS_PACKAGES_DIR": "argos",
}
_FOREIGN = ("PYTHONPATH", "PYTHONSTARTUP", "FORCE_COLOR", "COLUMNS", "LINES", "LANGUAGE")


@pytest.fixture(scope="session", autouse=True)
def own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders of our own. For the whole session, because argostranslate reads them once."""
    base = tmp_path_factory.mktemp("surroundings")
    with pytest.MonkeyPatch.context() as patch:
        for name, folder in _OWN_FOLDERS.items():
            patch.setenv(name, str(base / folder))
        patch.setenv("NO_COLOR", "1")
        # What an engine test finds must not depend on the models that come with us.
        patch.setenv("SPEECHSUBS_NO_STARTER", "1")
        for name in _FOREIGN:
            if name != "PYTHONPATH":
                patch.delenv(name, raising=False)
        yield base


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts and corpora that is handed around beside the checkout."""
    named = os.environ.get("SPEECHSUBS_SHARED")
    for place in [Path(named)] if named else [ROOT.parent / "shared"]:
        if place.is_dir():
            return place
    pytest.skip("the shared folder is not here; SPEECHSUBS_SHARED names it")


@dataclass(frozen=True)
class Ran:
    """What a person sees of a command that ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of standard output."""
        return self.out.splitlines()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that commands run in, away from the sample glossary."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def cli(here: Path) -> Callable[..., Ran]:
    """Run a command in this process, in an empty folder. A traceback fails the test."""
    from speechsubs.cli import main

    def run(*arguments: object, stdin: str | bytes | None = None) -> Ran:
        result = CliRunner().invoke(
            main, [str(a) for a in arguments], input=stdin, prog_name="speechsubs"
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise AssertionError(f"{arguments} ended in a traceback") from result.exception
        assert "Traceback" not in result.output
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def shell(here: Path) -> Callable[..., Ran]:
    """Run a command as a process of its own, as a person does.

    `blocked` are modules whose import fails, `env` changes the environment. What a
    test has to look at after the import of the program can be given as `after`,
    Python code that runs when the command has ended.
    """

    def run(
        *arguments: object,
        blocked: tuple[str, ...] = (),
        env: Mapping[str, str] | None = None,
        after: str = "",
        stdin: bytes = b"",
    ) -> Ran:
        code = (
            "import sys\n"
            f"sys.modules.update(dict.fromkeys({blocked!r}))\n"
            "from speechsubs.cli import main\n"
            "try:\n    main(prog_name='speechsubs')\n"
            f"finally:\n    pass\n    {after or 'pass'}\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, *[str(a) for a in arguments]],
            input=stdin,
            capture_output=True,
            timeout=120,
            cwd=here,
            env={**os.environ, **(env or {})},
            check=False,
        )
        err = done.stderr.decode("utf-8")
        assert "Traceback" not in err, err
        return Ran(done.returncode, done.stdout.decode("utf-8"), err)

    return run


# ---- Model packages, and a server for them ------------------------------------------

TINY = ROOT / "tests" / "data" / "translate-en_es-tiny.argosmodel"

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
