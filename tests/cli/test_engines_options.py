"""How commands are told which engine to take, and where it is."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from speechsubs import models

TINY = Path(__file__).parents[1] / "data" / "translate-en_es-tiny.argosmodel"


@pytest.fixture(autouse=True)
def own_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(here / "cache"))
    (here / "lines.txt").write_text("I have a house.\n", "utf-8")


@pytest.mark.parametrize("short", [True, False])
def test_a_model_by_its_folder(cli: Callable[..., Any], tmp_path: Path, short: bool) -> None:
    folder = models.install_file(TINY, tmp_path / "m").path
    engine = ("--engine", f"ct2:{folder}") if short else ("--engine", "ct2", "--model", folder)
    ran = cli("translate", "lines.txt", "--to", "es", "--lines", *engine)
    assert "casa" in ran.out
    assert "argos en-es 0.1 sha256:" in ran.err


def test_a_server_by_its_address(cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = b'[{"code": "en", "targets": ["fr"]}]'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        Path("talk.txt").write_text("I have a house.\n", "utf-8")
        ran = cli("subtitle", "talk.txt", "--to", "es", "--engine", "libretranslate", "--url", url)
        server.shutdown()
        thread.join()
    assert ran.code == 1
    assert f"the server at {url} does not translate en to es; it translates en to fr" in " ".join(
        ran.err.split()
    )
    assert asked == ["/languages"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--url", "http://127.0.0.1:1"), "--url requires --engine libretranslate, not auto"),
        (("--model", "m"), "--model requires --engine ct2, not auto"),
        (("--engine", "argos", "--model", "m"), "--model requires --engine ct2, not argos"),
        (("--engine", "ct2:m", "--model", "m"), "--model requires --engine ct2, not ct2:m"),
        (("--engine", "deepl"), "unknown engine 'deepl'"),
        (("--engine", "echo:here"), "unknown engine 'echo:here'"),
    ],
)
def test_wishes_that_do_not_fit(
    cli: Callable[..., Any], arguments: tuple[str, ...], message: str
) -> None:
    ran = cli("translate", "lines.txt", "--to", "es", "--lines", *arguments)
    assert ran.code == 2
    assert message in " ".join(ran.err.split())


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        ("ct2", "Specify the model's folder: --engine ct2 --model DIR"),
        ("libretranslate", "Specify the server: --engine libretranslate --url"),
        ("ct2:nowhere", "no such folder: nowhere"),
        ("libretranslate:nowhere", "'nowhere' is not a server address"),
        ("libretranslate:http://127.0.0.1:1", "the server at http://127.0.0.1:1 is not responding"),
    ],
)
def test_places_that_are_none(cli: Callable[..., Any], engine: str, message: str) -> None:
    ran = cli("translate", "lines.txt", "--to", "es", "--lines", "--engine", engine)
    assert ran.code == 1
    assert message in " ".join(ran.err.split())
