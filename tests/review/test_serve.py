"""The server of a review: who may read and write, and what is written."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from speechsubs.errors import InputError
from speechsubs.review import decisions, serve
from speechsubs.review.model import Decision, Decisions, Item, ItemCue, Review, Verdict
from speechsubs.review.serve import ReviewSession, Server

RECORDING = bytes(range(256)) * 2_048


def review() -> Review:
    items = tuple(
        Item("talk", "talk.srt", "es", n, f"Sentence {n}.", f"Frase {n}.", f"Oración {n}.",
             (ItemCue(n + 1, n * 2_000, n * 2_000 + 1_900, (f"Frase {n}.",), (), 1.0, 1.0),))
        for n in range(3)
    )  # fmt: skip
    return Review("Title", "project", (), items, (), "a" * 64, "b" * 64)


def decided(item: Item, verdict: str = "accept", **more: Any) -> dict[str, Any]:
    return {"item": item.id, "verdict": verdict, "source_hash": item.source_hash,
            "text_hash": item.text_hash, "text": "", "lines": [], "author": "Ana",
            "date": "2026-10-01T12:00:00+00:00", "reason": "", **more}  # fmt: skip


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Client:
    server: Server

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection(serve.LOOPBACK, self.server.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        result = Answer(answer.status, answer.headers, answer.read())
        connection.close()
        return result

    def get(self, path: str = "", **headers: str) -> Answer:
        return self.ask("GET", f"/{self.server.token}/{path}", **headers)

    def revision(self) -> str:
        page = self.get().body.decode()
        data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
        return str(data["revision"])

    def post(self, taken: list[Any], revision: str | None = None, **headers: str) -> Answer:
        body = json.dumps(
            {"revision": self.revision() if revision is None else revision, "decisions": taken}
        )
        headers = {"Content_Type": "application/json", **headers}
        return self.ask("POST", f"/{self.server.token}/decisions", body.encode(), **headers)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    recording = tmp_path / "talk.mp3"
    recording.write_bytes(RECORDING)
    desk = ReviewSession(review, tmp_path / "decisions.yml", {"talk": recording}, {"talk": "en"})
    server = Server(desk)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield Client(server)
    server.stop()
    thread.join(30)
    assert not thread.is_alive()


def test_it_listens_on_this_machine_only(client: Client) -> None:
    assert client.server.url.startswith("http://127.0.0.1:")
    assert client.server._http.server_address[0] == "127.0.0.1"


def test_the_page_is_behind_the_token(client: Client) -> None:
    assert client.get().status == 200
    assert client.get().headers["Referrer-Policy"] == "no-referrer"
    assert client.get().headers["Cache-Control"] == "no-store"
    wrong = "x" * len(client.server.token)
    for path in ("/", "/decisions", "/media/0", f"/{wrong}/", f"/{wrong}/media/0", "//", "/%00/"):
        answer = client.ask("GET", path)
        assert answer.status == 404
        assert client.server.token.encode() not in answer.body


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1", "127.0.0.1:1", "", "localhost"])
def test_a_foreign_name_for_this_machine_is_refused(client: Client, host: str) -> None:
    assert client.get(Host=host).status == 403
    assert client.post([], "", Host=host).status == 403


def test_another_page_in_the_browser_cannot_save(client: Client) -> None:
    assert client.post([], "", Origin="http://example.org").status == 403
    assert client.post([], "", Origin="null").status == 403
    # A form cannot send JSON, and a script of another page would have to ask first.
    assert client.post([], "", Content_Type="text/plain").status == 415
    assert client.ask("OPTIONS", f"/{client.server.token}/decisions").status == 501
    own = f"http://127.0.0.1:{client.server.port}"
    assert client.post([], Origin=own).status == 200


def test_decisions_are_saved_and_shown_again(client: Client) -> None:
    one, two, three = review().items
    said = '"; rm: <script>\u2028 שלום 小米'
    answer = client.post([
        decided(one, text="Oración 0.", lines=[["Oración 0."]]),
        decided(two, "reject", reason=said),
        decided(three, "edit", text=f"{said} y", lines=[[said, "y"]]),
    ])  # fmt: skip
    assert answer.status == 200, answer.body
    path = client.server.desk.path
    found = decisions.load(path)
    assert (found.project, found.old, found.new) == ("project", "a" * 64, "b" * 64)
    assert [d.verdict for d in found.decisions] == [Verdict.ACCEPT, Verdict.REJECT, Verdict.EDIT]
    assert found.decisions[0].lines == (("Oración 0.",),)
    assert found.decisions[1].reason == said
    assert found.decisions[2].lines == ((said, "y"),)
    page = client.get().body.decode()
    data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    assert [d["verdict"] for d in data["decisions"]] == ["accept", "reject", "edit"]
    assert data["revision"] == answer.json["revision"]
    assert data["media"] == {"talk": "media/0"}


def test_decisions_about_what_is_not_shown_stay(client: Client) -> None:
    other = Decision("0" * 16, Verdict.REJECT, "1" * 16, "2" * 16, author="Bo")
    old = Decision(review().items[0].id, Verdict.REJECT, "1" * 16, "2" * 16)
    decisions.save(Decisions("project", "a" * 64, "b" * 64, (other, old)), client.server.desk.path)
    assert client.post([decided(review().items[1])]).status == 200
    found = decisions.load(client.server.desk.path).decisions
    assert [d.item for d in found] == [other.item, review().items[1].id]


def test_a_file_that_changed_meanwhile_is_not_overwritten(client: Client) -> None:
    before = client.revision()
    assert client.post([decided(review().items[0])], before).status == 200
    data = client.server.desk.path.read_bytes()
    answer = client.post([], before)
    assert answer.status == 409
    assert "reload" in answer.json["error"]
    assert client.server.desk.path.read_bytes() == data


@pytest.mark.parametrize(
    "taken",
    [
        [{"item": "x"}],
        ["text"],
        [None],
        [{**decided(review().items[0]), "verdict": "maybe"}],
        [{**decided(review().items[0]), "item": 5}],
        [{**decided(review().items[0]), "item": "../../etc"}],
        [{**decided(review().items[0], "edit"), "text": ""}],
        [{**decided(review().items[0], "edit"), "text": "a\x00b"}],
        [{**decided(review().items[0], "edit"), "text": "a", "lines": "a"}],
        [{**decided(review().items[0], "edit"), "text": "a", "lines": [[]]}],
        [{**decided(review().items[0], "edit"), "text": "a" * 30_000}],
        [decided(review().items[0]), decided(review().items[0])],
    ],
)
def test_what_is_no_decision_is_refused_whole(client: Client, taken: list[Any]) -> None:
    answer = client.post(taken)
    assert answer.status == 400
    assert answer.json["error"]
    assert not client.server.desk.path.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"decisions": []}', b"[" * 100_000,
                                  b"\xff\xfe", b'{"decisions": 5, "revision": ""}'])  # fmt: skip
def test_a_broken_body_is_a_message(client: Client, body: bytes) -> None:
    path = f"/{client.server.token}/decisions"
    answer = client.ask("POST", path, body, Content_Type="application/json")
    assert answer.status == 400
    assert client.get().status == 200


def test_sizes_are_bounded(client: Client) -> None:
    path = f"/{client.server.token}/decisions"
    kind = {"Content_Type": "application/json"}
    too_large = str(serve.MAX_POST_BYTES + 1)
    assert client.ask("POST", path, Content_Length=too_large, **kind).status == 413
    for length in ("-1", "x", "9" * 5_000):
        assert client.ask("POST", path, Content_Length=length, **kind).status == 411
    with socket.create_connection((serve.LOOPBACK, client.server.port), 30) as raw:
        raw.sendall(b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n")
        assert b" 414 " in raw.recv(1_000)


@pytest.mark.parametrize(
    ("wanted", "status", "start", "end"),
    [
        ("", 200, 0, len(RECORDING)),
        ("bytes=0-", 206, 0, len(RECORDING)),
        ("bytes=10-19", 206, 10, 20),
        ("bytes=-7", 206, len(RECORDING) - 7, len(RECORDING)),
        (f"bytes=100-{10**9}", 206, 100, len(RECORDING)),
        ("bytes=5-2", 200, 0, len(RECORDING)),
        ("bytes=0-1,5-6", 200, 0, len(RECORDING)),
        ("lines=0-1", 200, 0, len(RECORDING)),
        ("bytes=" + "9" * 5_000 + "-", 200, 0, len(RECORDING)),
    ],
)
def test_recordings_in_parts(
    client: Client, wanted: str, status: int, start: int, end: int
) -> None:
    answer = client.get("media/0", **({"Range": wanted} if wanted else {}))
    assert answer.status == status
    assert answer.body == RECORDING[start:end]
    assert answer.headers["Content-Type"] == "audio/mpeg"
    if status == 206:
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(RECORDING)}"


def test_a_range_behind_the_end_cannot_be_had(client: Client) -> None:
    answer = client.get("media/0", Range=f"bytes={len(RECORDING)}-")
    assert answer.status == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(RECORDING)}"


@pytest.mark.parametrize("path", ["media/1", "media/", "media/-1", "media/..%2fdecisions.yml",
                                  "media/../../x", "decisions.yml", "media/99999999999",
                                  "media/٠"])  # fmt: skip
def test_only_named_files_are_given_out(client: Client, path: str) -> None:
    from urllib.parse import quote

    assert client.get(quote(path, safe="/%.")).status == 404


def test_head_has_no_body(client: Client) -> None:
    answer = client.ask("HEAD", f"/{client.server.token}/media/0")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(RECORDING))


def test_decisions_of_another_review_are_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "decisions.yml"
    taken = Decision("0" * 16, Verdict.REJECT, "1" * 16, "2" * 16)
    decisions.save(Decisions("project", "c" * 64, "d" * 64, (taken,)), path)
    with pytest.raises(InputError, match="another review"):
        Server(ReviewSession(review, path, {}, {}))


def test_a_taken_port_is_an_error_in_words(client: Client) -> None:
    desk = replace(client.server.desk)
    with pytest.raises(InputError, match=f"port {client.server.port}: not available"):
        Server(desk, client.server.port)
