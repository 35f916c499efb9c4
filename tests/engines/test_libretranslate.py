"""A LibreTranslate server on loopback: what it may say, and what it must not do to us."""

import contextlib
import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from speechsubs import engines, pipeline
from speechsubs.adapters import http_client
from speechsubs.engines import libretranslate
from speechsubs.engines.libretranslate import LibreTranslateEngine
from speechsubs.errors import EngineError
from speechsubs.language import locales
from speechsubs.model import MethodKind

KEY = "s3cret-key"
LANGUAGES = [
    {"code": "en", "name": "English", "targets": ["en", "es", "zh-Hans", "pb"]},
    {"code": "es", "name": "Spanish", "targets": ["en"]},
]
#: Status, headers, body: a text, or something that becomes JSON.
Answer = tuple[int, dict[str, str], Any]
Behave = Callable[[dict[str, Any]], Answer | Any]


def upper(body: dict[str, Any]) -> Any:
    return {"translatedText": [text.upper() for text in body["q"]]}


class Fake:
    """What the server does, and what it was asked."""

    def __init__(self) -> None:
        self.translate: Behave = upper
        self.languages: Any = LANGUAGES
        self.spec: Any = {"info": {"version": "1.6.5"}}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.waits: list[float] = []
        self.url = ""

    def engine(self, source: str = "en", target: str = "es") -> LibreTranslateEngine:
        return LibreTranslateEngine(self.url, source, target, sleep=self.waits.append)

    @property
    def posts(self) -> list[dict[str, Any]]:
        return [body for path, body in self.asked if path == "/translate"]

    def answer(self, path: str, body: dict[str, Any]) -> Answer:
        self.asked.append((path, body))
        found = {
            "/languages": lambda: self.languages,
            "/spec": lambda: self.spec,
            "/translate": lambda: self.translate(body),
        }[path]()
        return found if isinstance(found, tuple) else (200, {}, found)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.delenv(libretranslate.KEY_VARIABLE, raising=False)
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply({})

        def do_POST(self) -> None:
            self.reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def reply(self, body: dict[str, Any]) -> None:
            status, headers, content = fake.answer(self.path, body)
            data = content if isinstance(content, bytes) else (
                content if isinstance(content, str) else json.dumps(content)
            ).encode()  # fmt: skip
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(data)))
            # Some tests have the client hang up before it is answered.
            with contextlib.suppress(OSError):
                self.end_headers()
                self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, args=(0.02,))
    thread.start()
    yield fake
    http.shutdown()
    http.server_close()
    thread.join()


def test_texts_go_in_batches_and_come_back_in_order(server: Fake) -> None:
    engine = server.engine()
    texts = [f"Sentence number {n} has some words in it." for n in range(120)]
    answers = engine.translate([*texts, "", " ", texts[0]])
    assert answers == [[t.upper()] for t in texts] + [[""], [""], [texts[0].upper()]]
    assert len(server.posts) == -(-sum(map(len, texts)) // libretranslate.BATCH_CHARACTERS)
    assert sum(len(body["q"]) for body in server.posts) == 120  # equal ones once
    assert all(
        (b["source"], b["target"], b["format"]) == ("en", "es", "text") for b in server.posts
    )
    assert "api_key" not in server.posts[0]
    assert (engine.name, engine.source, engine.target) == ("libretranslate", "en", "es")
    assert engine.signature == f"libretranslate 1.6.5 en-es {server.url}"
    assert server.url in engine.quality


def test_the_server_is_asked_for_its_languages_first(server: Fake) -> None:
    server.engine()
    assert server.asked[0] == ("/languages", {})
    assert server.posts == []


@pytest.mark.parametrize(
    ("target", "code"), [("zh-CN", "zh-Hans"), ("pt-BR", "pb"), ("es-MX", "es")]
)
def test_codes_of_new_and_old_servers(server: Fake, target: str, code: str) -> None:
    engine = engines.load(f"libretranslate:{server.url}/", "en", target)
    engine.translate(["Yes."])
    assert server.posts[-1]["target"] == code


def test_a_pair_that_the_server_lacks_is_named_with_what_it_has(server: Fake) -> None:
    with pytest.raises(EngineError) as caught:
        server.engine(target="ja")
    assert f"server at {server.url} does not translate en to ja" in str(caught.value)
    assert "it translates en to es, pb, zh-Hans" in str(caught.value)
    with pytest.raises(EngineError, match="de to es; it translates from en, es"):
        server.engine(source="de")


@pytest.mark.parametrize("languages", [[], {}, 5, None, [1, {"code": 5}, {"targets": []}]])
def test_languages_that_are_none(server: Fake, languages: object) -> None:
    server.languages = languages
    with pytest.raises(EngineError, match="offers no languages"):
        server.engine()


@pytest.mark.parametrize(
    "spec", [(404, {}, "no"), {}, {"info": 3}, {"info": {"version": 7}}, [], "{"]
)
def test_a_server_that_does_not_say_its_version_is_used(server: Fake, spec: object) -> None:
    server.spec = spec
    engine = server.engine()
    assert "of unknown version" in engine.signature
    assert engine.translate(["Yes."]) == [["YES."]]


def test_alternatives_are_further_hypotheses(server: Fake) -> None:
    server.translate = lambda body: {
        "translatedText": ["uno", "dos"],
        "alternatives": [["un", "uno", 5], "odd"],
    }
    assert server.engine().translate(["a", "b"], hypotheses=3) == [["uno", "un"], ["dos"]]
    assert server.posts[-1]["alternatives"] == 2


def test_a_server_without_alternatives_gives_one(server: Fake) -> None:
    def picky(body: dict[str, Any]) -> Any:
        return (400, {}, {"error": "no"}) if "alternatives" in body else upper(body)

    server.translate = picky
    engine = server.engine()
    assert engine.translate(["a"], hypotheses=9) == [["A"]]
    engine.translate(["b"], hypotheses=9)
    assert len(server.posts) == 3  # it is not asked for them again


# ---- The key ---------------------------------------------------------------------


def test_the_key_goes_to_the_server_and_nowhere_else(
    server: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(libretranslate.KEY_VARIABLE, KEY)
    engine = server.engine()
    engine.translate(["Yes."])
    assert server.posts[0]["api_key"] == KEY
    assert KEY not in engine.signature + engine.quality
    server.translate = lambda body: (403, {}, {"error": f"Invalid API key {KEY}"})
    with pytest.raises(EngineError) as caught:
        engine.translate(["No."])
    assert "403 Invalid API key ***" in str(caught.value)
    assert libretranslate.KEY_VARIABLE in str(caught.value)
    server.translate = lambda body: (500, {}, {"error": f"crash with {KEY}"})
    with pytest.raises(EngineError) as caught:
        engine.translate(["No."])
    assert KEY not in str(caught.value)
    assert "***" in str(caught.value)


def test_a_server_that_wants_a_key_says_how_to_give_it(server: Fake) -> None:
    server.languages = (401, {}, {"error": "Please contact the server operator"})
    with pytest.raises(EngineError, match=libretranslate.KEY_VARIABLE):
        server.engine()


# ---- Busy, slow and gone ---------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again_with_patience(server: Fake, status: int) -> None:
    engine = server.engine()
    answers = iter([(status, {}, "busy"), (status, {}, "busy")])
    server.translate = lambda body: next(answers, None) or upper(body)
    assert engine.translate(["Yes."]) == [["YES."]]
    assert server.waits == [1, 2]


def test_the_wait_is_what_the_server_says(server: Fake) -> None:
    engine = server.engine()
    answers = iter([(429, {"Retry-After": "7"}, ""), (503, {"Retry-After": "soon"}, "")])
    server.translate = lambda body: next(answers, None) or upper(body)
    assert engine.translate(["Yes."]) == [["YES."]]
    assert server.waits == [7, 2]


@pytest.mark.parametrize("value", ["3600", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_a_server_that_wants_to_be_left_alone_is(server: Fake, value: str) -> None:
    engine = server.engine()
    server.translate = lambda body: (429, {"Retry-After": value}, {"error": "Slowdown"})
    with pytest.raises(EngineError, match=r"429 Slowdown\). It asks clients to wait"):
        engine.translate(["Yes."])
    assert server.waits == []


def test_patience_ends(server: Fake) -> None:
    engine = server.engine()
    server.translate = lambda body: (503, {}, {"error": "starting"})
    with pytest.raises(EngineError, match=r"503 starting\). Check that it is running"):
        engine.translate(["Yes."])
    assert len(server.posts) == http_client.TRIES
    assert server.waits == [1, 2, 4]


def test_nobody_there(server: Fake) -> None:
    """At the first question the address is wrong; nobody waits to be told so."""
    with pytest.raises(EngineError, match=r"http://127\.0\.0\.1:1 is not responding"):
        LibreTranslateEngine("http://127.0.0.1:1", "en", "es", sleep=server.waits.append)
    assert server.waits == []


def test_a_server_that_starts_is_waited_for(server: Fake) -> None:
    answers = iter([(503, {}, "starting"), LANGUAGES])

    class Slow(Fake):
        languages = property(lambda self: next(answers))  # type: ignore[assignment] # changes

    server.__class__ = Slow
    assert server.engine().translate(["Yes."]) == [["YES."]]
    assert server.waits == [1]


def test_a_server_that_says_nothing_is_left(server: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = server.engine()
    monkeypatch.setattr(http_client, "TIMEOUT_S", 0.05)
    monkeypatch.setattr(http_client, "TRIES", 2)
    hold = threading.Event()
    server.translate = lambda body: hold.wait(5) and None
    with pytest.raises(EngineError, match=r"is not responding \(timed out\)"):
        engine.translate(["Yes."])
    hold.set()


def test_a_server_that_hangs_up_is_asked_again(server: Fake) -> None:
    engine = server.engine()
    answers = iter([(200, {"Content-Length": "500"}, '{"translatedText": ["')])
    server.translate = lambda body: next(answers, None) or upper(body)
    with pytest.raises(EngineError, match="returned a response that is not valid JSON"):
        engine.translate(["Yes."])
    assert engine.translate(["Yes."]) == [["YES."]]


# ---- Hostile and broken answers --------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        {}, [], 7, "null", {"translatedText": None}, {"translatedText": {"0": "a"}},
        {"translatedText": ["a"]}, {"translatedText": ["a", "b", "c"]},
        {"translatedText": ["a", 5]}, {"translatedText": "one text"}, {"error": "x"},
    ],
)  # fmt: skip
def test_a_bad_answer_for_many_is_asked_for_again_one_by_one(server: Fake, answer: object) -> None:
    server.translate = lambda body: upper(body) if len(body["q"]) == 1 else answer
    assert server.engine().translate(["yes", "no"]) == [["YES"], ["NO"]]
    assert [len(body["q"]) for body in server.posts] == [2, 1, 1]


@pytest.mark.parametrize("answer", [{}, {"translatedText": []}, {"translatedText": [None]}])
def test_a_bad_answer_for_one_is_an_error_with_the_address(server: Fake, answer: object) -> None:
    server.translate = lambda body: answer
    with pytest.raises(EngineError) as caught:
        server.engine().translate(["Yes.", "No."])
    assert f"the server at {server.url} cannot translate a sentence of 4 char" in str(caught.value)
    assert "use another engine" in str(caught.value)


def test_a_server_with_a_limit_is_asked_in_smaller_batches(server: Fake) -> None:
    def limited(body: dict[str, Any]) -> Any:
        size = sum(map(len, body["q"]))
        return (400, {}, {"error": f"exceeds text limit ({size})"}) if size > 500 else upper(body)

    server.translate = limited
    texts = [f"Sentence number {n} has some words in it." for n in range(200)]
    assert server.engine().translate(texts) == [[t.upper()] for t in texts]
    refused = [b for b in server.posts if sum(map(len, b["q"])) > 500]
    assert len(refused) < 8  # it learns


def test_a_text_that_is_long_goes_in_parts(server: Fake) -> None:
    text = "We have many cars, and they drove them home. " * 100
    (answer,) = server.engine().translate([text])
    assert answer == [text.strip().upper()]
    assert max(len(q) for body in server.posts for q in body["q"]) <= 600


@pytest.mark.parametrize(
    "content",
    ["<html>", "", b"\xff\xfe", "[" * 100_000, '{"translatedText": [' + "9" * 5_000 + "]}"],
)
def test_what_is_no_json_is_said_to_be_none(server: Fake, content: object) -> None:
    engine = server.engine()
    server.translate = lambda body: content
    with pytest.raises(
        EngineError, match=r"returned a response that is not valid JSON.*Is it a LibreTranslate"
    ):
        engine.translate(["Yes."])


def test_control_characters_and_broken_surrogates_do_not_get_through(server: Fake) -> None:
    server.translate = lambda body: '{"translatedText": ["a\\u0000b\\ud800\\r\\n c"]}'
    assert server.engine().translate(["x\ud800y\0"]) == [["a b c"]]
    assert server.posts[0]["q"] == ["x y"]


def test_an_answer_without_end_is_refused(server: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = server.engine()
    monkeypatch.setattr(http_client, "MAX_BYTES", 100_000)
    server.translate = lambda body: {"translatedText": ["x" * 200_000]}
    with pytest.raises(EngineError, match="sent a response of more than 16 MB"):
        engine.translate(["Yes."])


def test_an_error_message_of_a_server_is_shortened(server: Fake) -> None:
    engine = server.engine()
    server.translate = lambda body: (400, {}, {"error": "x\x1b[31m\n" * 5_000})
    with pytest.raises(EngineError) as caught:
        engine.translate(["Yes."])
    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


# ---- Redirects and addresses -----------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_on_the_same_server_keeps_the_question(server: Fake, status: int) -> None:
    engine = server.engine()
    answers = iter([(status, {"Location": "/translate"}, "")])
    server.translate = lambda body: next(answers, None) or upper(body)
    assert engine.translate(["Yes."]) == [["YES."]]
    assert [body["q"] for body in server.posts] == [["Yes."], ["Yes."]]


@pytest.mark.parametrize(
    "where",
    ["http://example.org/translate", "//example.org/", "http://127.0.0.1:1/translate",
     "file:///etc/passwd", "ftp://127.0.0.1/x", "", "http://[bad"],
)  # fmt: skip
def test_texts_do_not_follow_to_another_server(server: Fake, where: str) -> None:
    engine = server.engine()
    server.translate = lambda body: (307, {"Location": where}, "")
    with pytest.raises(EngineError, match="redirects to another server"):
        engine.translate(["Yes."])
    assert len(server.posts) == 1


def test_circles_end(server: Fake) -> None:
    engine = server.engine()
    server.translate = lambda body: (307, {"Location": "/translate"}, "")
    with pytest.raises(EngineError, match="redirects in a loop"):
        engine.translate(["Yes."])


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://host/", "host:5000", "http://", "http://host:99999",
     "http://user:pw@host", "http://host/?a=b", "http://host/#x", "http://[::1", "", "http://a b"],
)  # fmt: skip
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(EngineError) as caught:
        LibreTranslateEngine(url, "en", "es")
    assert "pw" not in str(caught.value)


def test_an_address_with_a_path_is_kept() -> None:
    assert (
        http_client.normalize_url("https://example.org/translate-api/")
        == "https://example.org/translate-api"
    )


# ---- Masks, and that nothing is asked unasked ------------------------------------


def test_masks_are_measured_and_remembered_by_server_and_version(server: Fake) -> None:
    def loses_most(body: dict[str, Any]) -> Any:
        return {"translatedText": [text.replace("Q", "O") for text in body["q"]]}

    server.translate = loses_most
    families = server.engine().masks
    assert len(families) >= 3
    assert "Q" not in "".join(families[0].words)
    asked = len(server.posts)
    assert server.engine().masks == families
    assert len(server.posts) == asked
    server.spec = {"info": {"version": "2.0.0"}}
    assert server.engine().masks == families
    assert len(server.posts) > asked


def test_no_other_engine_opens_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", never)
    monkeypatch.setenv(libretranslate.KEY_VARIABLE, KEY)
    assert engines.load("echo", "en", "es").translate(["Yes."]) == [["Yes."]]
    engines.available("en", "es")
    with pytest.raises(AssertionError, match="the network was used"):
        engines.load("libretranslate:http://127.0.0.1:1", "en", "es")


def test_an_answer_that_drips_is_left(server: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = server.engine()
    monkeypatch.setattr(http_client, "DEADLINE_S", -1)
    with pytest.raises(EngineError, match="did not complete its response"):
        engine.translate(["Yes."])


def test_terms_are_kept_by_a_server_that_spoils_masks(server: Fake) -> None:
    """The first family fails after the server was probed; the ladder climbs to another."""
    engine = server.engine()
    first = engine.masks[0].words

    def spoils(body: dict[str, Any]) -> Any:
        texts = []
        for text in body["q"]:
            for word in first:
                text = text.replace(word, "something")
            texts.append(text.replace("showed", "mostró"))
        return {"translatedText": texts}

    server.translate = spoils
    (line,) = pipeline.translate_lines(
        ["Lei Jun showed the SU7."],
        engine,
        pipeline.make_settings(locales.load("en")),
        locales.load("es"),
        terms=[{"Lei Jun": "Lei Jun", "SU7": "SU7"}],
    )
    assert line.translation.finished.text == "Lei Jun mostró the SU7."
    assert line.translation.method.kind is not MethodKind.MASKED
    assert line.translation.problems == ()
