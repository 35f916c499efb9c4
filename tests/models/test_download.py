"""Downloads: they go on where they broke off, try every link, and trust no server."""

import io
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speechsubs.adapters import http_client
from speechsubs.adapters.http_client import Limits
from speechsubs.errors import InputError
from speechsubs.models import download

DATA = bytes(range(256)) * 2_000
QUICK = Limits(timeout_s=5.0, tries=2, pause_s=0.0)


def get(link: str, place: Path, limits: Limits = QUICK, **more: Any) -> bytes:
    with download.fetch(link, place, limits=limits, **more) as path:
        return path.read_bytes()


def parts(place: Path) -> list[str]:
    return sorted(p.suffix for p in place.iterdir()) if place.exists() else []


def test_a_file_arrives_whole_and_nothing_stays(site: Any, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    link = site.offer("/a", DATA)
    assert get(link, tmp_path / "d", progress=lambda d, t: seen.append((d, t))) == DATA
    assert seen[0] == (0, len(DATA))
    assert seen[-1] == (len(DATA), len(DATA))
    assert parts(tmp_path / "d") == []


def test_a_broken_line_goes_on_where_it_was(site: Any, tmp_path: Path) -> None:
    def broken(answer: Any) -> None:
        answer.file(DATA, send=1_000 if len(site.asked) == 1 else None)

    site.routes["/a"] = broken
    assert get(site.url + "/a", tmp_path / "d") == DATA
    ranges = [headers.get("Range") for headers in site.asked_for("/a")]
    assert ranges == [None, "bytes=1000-"]
    assert site.asked_for("/a")[1]["If-Range"] == f'"{len(DATA)}"'


def test_a_second_command_goes_on_where_the_first_broke_off(site: Any, tmp_path: Path) -> None:
    site.routes["/a"] = lambda answer: answer.file(
        DATA, send=300_000 if len(site.asked) == 1 else 0
    )
    with pytest.raises(
        InputError,
        match=r"the connection was lost.* 0\.3 MB are kept; run the same command again to resume",
    ):
        get(site.url + "/a", tmp_path / "d")
    assert parts(tmp_path / "d") == [".json", ".part"]
    del site.routes["/a"]
    site.asked.clear()
    assert get(site.offer("/a", DATA), tmp_path / "d") == DATA
    assert [h.get("Range") for h in site.asked_for("/a")] == ["bytes=300000-"]
    assert parts(tmp_path / "d") == []


def test_a_file_that_changed_meanwhile_starts_again(site: Any, tmp_path: Path) -> None:
    other = DATA[::-1] + b"newer"
    site.routes["/a"] = lambda answer: (
        answer.file(DATA, send=5_000) if len(site.asked) == 1 else answer.file(other)
    )
    assert get(site.url + "/a", tmp_path / "d") == other
    assert site.asked_for("/a")[1]["Range"] == "bytes=5000-"


def test_a_server_without_ranges_starts_again(site: Any, tmp_path: Path) -> None:
    def deaf(answer: Any) -> None:
        if len(site.asked) == 1:
            answer.file(DATA, send=5_000)
        else:
            answer.plain(200, DATA)

    site.routes["/a"] = deaf
    assert get(site.url + "/a", tmp_path / "d") == DATA


def test_a_server_without_tags_is_not_asked_for_a_part(site: Any, tmp_path: Path) -> None:
    def plain(answer: Any) -> None:
        answer.send_response(200)
        answer.send_header("Content-Length", str(len(DATA)))
        answer.send_header("ETag", 'W/"weak"')
        answer.end_headers()
        answer.wfile.write(DATA[:5_000] if len(site.asked) == 1 else DATA)
        answer.close_connection = True

    site.routes["/a"] = plain
    assert get(site.url + "/a", tmp_path / "d") == DATA
    assert ["Range" in headers for headers in site.asked_for("/a")] == [False, False]


def test_a_wrong_part_is_not_taken(site: Any, tmp_path: Path) -> None:
    def wrong(answer: Any) -> None:
        if len(site.asked) == 1:
            answer.file(DATA, send=5_000)
        elif "Range" in answer.headers:
            answer.plain(206, DATA[7:], Content_Range=f"bytes 7-{len(DATA) - 1}/{len(DATA)}")
        else:
            answer.file(DATA)

    site.routes["/a"] = wrong
    assert get(site.url + "/a", tmp_path / "d") == DATA


def test_what_was_whole_already_is_not_fetched_again(site: Any, tmp_path: Path) -> None:
    link = site.offer("/a", DATA)
    with (
        pytest.raises(KeyboardInterrupt),
        download.fetch(link, tmp_path / "d", limits=QUICK),
    ):
        raise KeyboardInterrupt
    site.asked.clear()
    assert get(link, tmp_path / "d") == DATA
    (asked,) = site.asked_for("/a")
    assert asked["Range"] == f"bytes={len(DATA)}-"


def test_an_error_in_its_use_throws_the_file_away(site: Any, tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="bad"),
        download.fetch(site.offer("/a", DATA), tmp_path / "d", limits=QUICK),
    ):
        raise ValueError("bad")
    assert parts(tmp_path / "d") == []


def test_a_body_of_unknown_length(site: Any, tmp_path: Path) -> None:
    def endless(answer: Any) -> None:
        answer.send_response(200)
        answer.send_header("Connection", "close")
        answer.end_headers()
        answer.wfile.write(DATA)
        answer.close_connection = True

    site.routes["/a"] = endless
    seen: list[int | None] = []
    assert get(site.url + "/a", tmp_path / "d", progress=lambda _, t: seen.append(t)) == DATA
    assert set(seen) == {None}
    with pytest.raises(InputError, match="the server sent more data than it announced"):
        get(site.url + "/a", tmp_path / "d", Limits(max_bytes=1_000, tries=1))


def test_a_file_too_large_is_not_begun(site: Any, tmp_path: Path) -> None:
    link = site.offer("/a", DATA)
    with pytest.raises(InputError, match="1 MB is too large for a model"):
        get(link, tmp_path / "d", Limits(max_bytes=1_000))
    assert [p.stat().st_size for p in (tmp_path / "d").glob("*.part")] == [0]


def test_a_full_disk(site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage._replace(free=1_000_000))
    with pytest.raises(InputError, match="MB are needed here and 1 MB are free"):
        get(site.offer("/a", DATA), tmp_path / "d")


def test_a_folder_that_cannot_be_written(site: Any, tmp_path: Path) -> None:
    (tmp_path / "d").write_text("a file")
    with pytest.raises(InputError, match=r"cannot be saved in .*d \("):
        get(site.offer("/a", DATA), tmp_path / "d")


def test_a_server_that_says_nothing(site: Any, tmp_path: Path) -> None:
    site.routes["/a"] = lambda answer: site.over.wait(10)
    with pytest.raises(InputError, match=r"no answer within 0\.2 seconds"):
        get(site.url + "/a", tmp_path / "d", Limits(timeout_s=0.2, tries=1))


def test_a_server_that_only_trickles(site: Any, tmp_path: Path) -> None:
    def trickle(answer: Any) -> None:
        answer.send_response(200)
        answer.send_header("Content-Length", "100000")
        answer.end_headers()
        while not site.over.wait(0.02):
            answer.wfile.write(b"x")

    site.routes["/a"] = trickle
    with pytest.raises(InputError, match=r"too slow: \d+ bytes in 0\.2 seconds"):
        get(site.url + "/a", tmp_path / "d", Limits(stall_s=0.2, tries=1))


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("file:///etc/passwd", "not allowed"),
        ("ftp://127.0.0.1/x", "only http and https"),
        ("data:text/plain,x", "not allowed"),
        ("/a", "redirect"),
        ("http://user:secret@127.0.0.1/", "invalid URL"),
    ],
)
def test_where_redirections_do_not_lead(site: Any, tmp_path: Path, to: str, words: str) -> None:
    site.routes["/a"] = lambda answer: answer.plain(302, Location=to)
    with pytest.raises(InputError, match=words):
        get(site.url + "/a", tmp_path / "d")
    assert len(site.asked) <= 12


def test_a_redirection_is_followed_and_keeps_the_part(site: Any, tmp_path: Path) -> None:
    site.routes["/a"] = lambda answer: answer.plain(302, Location="/b")
    site.routes["/b"] = lambda answer: answer.file(
        DATA, send=1_000 if len(site.asked) == 2 else None
    )
    assert get(site.url + "/a", tmp_path / "d") == DATA
    assert site.asked_for("/b")[1]["Range"] == "bytes=1000-"


def test_encryption_is_not_given_up() -> None:
    import urllib.error
    import urllib.request

    handler = http_client._Redirects()
    request = urllib.request.Request("https://example.invalid/a")
    with pytest.raises(urllib.error.URLError, match="from https to"):
        handler.redirect_request(
            request, io.BytesIO(), 302, "Found", {}, "http://example.invalid/b"
        )


def test_an_answer_that_says_no_is_not_asked_twice(site: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the server answered 404 Not Found"):
        get(site.url + "/none", tmp_path / "d")
    assert len(site.asked) == 1
    site.routes["/busy"] = lambda answer: answer.plain(503)
    with pytest.raises(InputError, match="the server answered 503"):
        get(site.url + "/busy", tmp_path / "d")
    assert len(site.asked) == 3


def test_compressed_data_is_refused(site: Any, tmp_path: Path) -> None:
    site.routes["/a"] = lambda answer: answer.plain(200, b"x", Content_Encoding="gzip")
    with pytest.raises(InputError, match=r"compressed data \(gzip\)"):
        get(site.url + "/a", tmp_path / "d")


def test_what_is_no_http_at_all(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def talk() -> None:
            for _ in range(2):
                line, _ = server.accept()
                with line:
                    line.recv(1_000)
                    line.sendall(b"\x00\xff SSH-2.0 \r\n\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        with pytest.raises(InputError, match=f"127.0.0.1:{port}"):
            get(f"http://127.0.0.1:{port}/a", tmp_path / "d")
        thread.join()
    with pytest.raises(InputError, match="connection refused"):
        get(f"http://127.0.0.1:{port}/a", tmp_path / "d")


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd", "ftp://x/y", "ipfs://x", "data:,x", "//x/y", "x", "", "http://",
        "http:///x", "http://x:99999/", "http://x:0/", "http://a b/", "http://x/\n", "http://é/",
        "http://user@x/", "http://[::1", "http://x/" + "a" * 3_000,
    ],
)  # fmt: skip
def test_links_that_are_not_asked_for(link: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"invalid URL|only http and https"):
        get(link, tmp_path / "d")
    assert not (tmp_path / "d").exists()


def test_proxies_are_used_and_left_out(
    site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", site.url)
    site.routes["http://models.invalid/a"] = lambda answer: answer.file(DATA)
    assert get("http://models.invalid/a", tmp_path / "d") == DATA
    assert site.asked[0][1] == "http://models.invalid/a"
    monkeypatch.setenv("NO_PROXY", "models.invalid")
    with pytest.raises(InputError, match="name cannot be resolved"):
        get("http://models.invalid/a", tmp_path / "d")


def test_https_goes_through_the_proxys_tunnel(
    site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", site.url)
    # The server knows no CONNECT, so the tunnel fails: what counts is who was asked.
    with pytest.raises(InputError, match="501"):
        get("https://models.invalid/a", tmp_path / "d", Limits(tries=1))


def test_the_size_is_asked_for_without_the_file(site: Any) -> None:
    link = site.offer("/a", DATA)
    assert download.size((site.url + "/none", "file:///x", link), QUICK) == len(DATA)
    assert site.asked_for("/a") == []
    assert download.size((site.url + "/none",), QUICK) is None


def test_a_file_that_another_process_downloads(site: Any, tmp_path: Path) -> None:
    link = site.offer("/a", DATA)
    with download.fetch(link, tmp_path / "d", limits=QUICK) as one:
        with download.fetch(link, tmp_path / "d", limits=QUICK) as other:
            assert one != other
            assert other.read_bytes() == DATA
        assert one.read_bytes() == DATA
    assert parts(tmp_path / "d") == []


def test_parts_that_nobody_came_back_to_are_cleared(site: Any, tmp_path: Path) -> None:
    place = tmp_path / "d"
    place.mkdir()
    for name, age in (("old.part", 40), ("young.part", 2)):
        (place / name).write_bytes(b"x")
        then = (place / name).stat().st_mtime - age * 86_400
        os.utime(place / name, (then, then))
    get(site.offer("/a", DATA), place)
    assert [p.name for p in place.iterdir()] == ["young.part"]


@pytest.mark.parametrize("notes", [b"", b"[1]", b"{", b'{"link": 5}', b"[" * 100_000])
def test_notes_that_are_damaged_mean_a_new_start(
    site: Any, tmp_path: Path, notes: bytes, made: Callable[..., bytes]
) -> None:
    site.routes["/a"] = lambda answer: answer.file(DATA, send=4_000 if len(site.asked) < 3 else 0)
    with pytest.raises(InputError):
        get(site.url + "/a", tmp_path / "d")
    (path,) = (tmp_path / "d").glob("*.json")
    path.write_bytes(notes)
    del site.routes["/a"]
    site.asked.clear()
    assert get(site.offer("/a", DATA), tmp_path / "d") == DATA
    assert "Range" not in site.asked_for("/a")[0]
