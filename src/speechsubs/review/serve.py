"""Serve a review on localhost: show the page, save decisions, reload.

Other programs and other pages in the same browser can reach a local port too. Therefore
every URL starts with a secret token, the `Host` and `Origin` headers must name this
server (against DNS rebinding), sizes and times are bounded, and only files that were
given explicitly are served.
"""

import hashlib
import hmac
import json
import secrets
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

from speechsubs.adapters import signals
from speechsubs.adapters.files import read_bytes, remove_stale, write_atomic
from speechsubs.adapters.json_codec import Codec, Shape, parse
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.review import decisions, page
from speechsubs.review.model import Decision, Decisions, Review

LOOPBACK = "127.0.0.1"
#: Enough for 100,000 long decisions.
MAX_POST_BYTES = 64 * 1024 * 1024
#: An idle connection is closed after this time.
TIMEOUT_S = 30
_CHUNK = 256 * 1024
#: Fixed here because the MIME table of the system differs between machines.
_TYPES = {
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm",
    ".mkv": "video/x-matroska", ".ogv": "video/ogg", ".mp3": "audio/mpeg", ".m4a": "audio/mp4",
    ".aac": "audio/aac", ".wav": "audio/wav", ".flac": "audio/flac", ".ogg": "audio/ogg",
    ".oga": "audio/ogg", ".opus": "audio/ogg",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReviewSession:
    """What is served. `review` is called on every load, so that a reload shows changes.

    `path` is the decisions file; `media` maps `Item.source_id` to the recording,
    `languages` to the source language.
    """

    review: Callable[[], Review]
    path: Path
    media: Mapping[str, Path]
    languages: Mapping[str, str]


class DecisionsChangedError(SpeechsubsError):
    """The decisions file has changed since the page was loaded."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path.name} was changed in the meantime; reload the page"


class Server:
    """Serves one review at `url`; `run` blocks until Ctrl-C or `stop`.

    Port 0 selects a free port. Raises `InputError` if the port is in use or the decisions
    file belongs to another review.
    """

    def __init__(self, desk: ReviewSession, port: int = 0) -> None:
        self.desk = desk
        self.token = secrets.token_urlsafe(24)
        self._lock = threading.Lock()
        # Held while the decisions are written: ending waits for a save, not for a page.
        self._writing = threading.Lock()
        self._ended = False
        read_decisions(desk.path, desk.review())
        remove_stale(desk.path.parent)  # what a server left that was killed during a save
        try:
            self._http = _Http((LOOPBACK, port), _Handler, self)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"port {port}", f"not available ({reason})") from error

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        """The URL of the page, with the token."""
        return f"http://{LOOPBACK}:{self.port}/{self.token}/"

    def run(self) -> None:
        """Serve until `stop` or Ctrl-C; a save that has begun is completed.

        Raises `Terminated` on another signal that asks the process to end.
        """
        try:
            self._http.serve_forever(poll_interval=0.05)
        except KeyboardInterrupt as error:
            if isinstance(error, signals.Terminated) and error.signal != signal.SIGINT:
                raise
        finally:
            self._http.server_close()
            with self._writing:
                self._ended = True

    def stop(self) -> None:
        """End `run` from another thread."""
        self._http.shutdown()

    def html(self) -> bytes:
        """Render the page from the current review and decisions."""
        with self._lock:
            review = self.desk.review()
            found, revision = read_decisions(self.desk.path, review)
        media = {name: f"media/{n}" for n, name in enumerate(self.desk.media)}
        text = page.render(
            replace(review, media=media),
            languages=self.desk.languages,
            decided=found,
            save_to="decisions",
            revision=revision,
            name=self.desk.path.name,
        )
        return text.encode("utf-8")

    def save(self, body: bytes) -> str:
        """Save posted decisions and return the new revision.

        Existing decisions about items that the page does not show are kept. Raises
        `InputError` for invalid decisions, `DecisionsChangedError`, `OutputError`.
        """
        posted, revision = _parse_posted(body)
        with self._lock:
            review = self.desk.review()
            before, current = read_decisions(self.desk.path, review)
            if revision != current:
                raise DecisionsChangedError(self.desk.path)
            shown = {item.id for item in review.items}
            kept = [decision for decision in before if decision.item not in shown]
            made = Decisions(review.project, review.old, review.new, (*kept, *posted))
            text = decisions.render(made)
            # Validate with the reader, which has all the rules, before writing.
            decisions.parse(text, self.desk.path)
            data = text.encode("utf-8")
            with self._writing:
                if self._ended:
                    raise InputError("the server", "has been stopped", "Start it again")
                write_atomic(self.desk.path, data)
            return _digest(data)


def read_decisions(path: Path, review: Review) -> tuple[Sequence[Decision], str]:
    """Read the decisions in a file and its revision ("" if there is no file).

    Raises `InputError` if the decisions belong to another review, `YamlError`.
    """
    if not path.exists():
        return (), ""
    data = read_bytes(path)
    found = decisions.parse(data.decode("utf-8-sig", "replace"), path)
    if not _belongs_to(found, review):
        raise InputError(
            str(path),
            "contains decisions of another review",
            "Apply them and move the file, or specify another one (--decisions)",
        )
    return found.decisions, _digest(data)


def is_available(path: Path, review: Review) -> bool:
    """True if the file does not exist yet or holds decisions of this review.

    Raises `YamlError` if it cannot be parsed.
    """
    if not path.exists():
        return True
    data = read_bytes(path)
    return _belongs_to(decisions.parse(data.decode("utf-8-sig", "replace"), path), review)


def _belongs_to(found: Decisions, review: Review) -> bool:
    return not found.decisions or (found.old, found.new) == (review.old, review.new)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class _Posted:
    """What the page sends: all its decisions, and the revision that it was loaded with."""

    decisions: tuple[Decision, ...]
    revision: str


_CODEC = Codec(
    {
        Decision: Shape(
            optional=frozenset({"text", "lines", "author", "date", "reason", "demands"})
        ),
        _Posted: Shape(),
    }
)


def _parse_posted(body: bytes) -> tuple[list[Decision], str]:
    where = "the page"
    posted = _CODEC.load(parse(body, where), _Posted, where)
    return [_encodable(one) for one in posted.decisions], posted.revision


def _encodable(decision: Decision) -> Decision:
    """Replace lone surrogates, which a browser may send and UTF-8 cannot hold."""
    text, author, reason = (
        said.encode("utf-8", "replace").decode("utf-8")
        for said in (decision.text, decision.author, decision.reason)
    )
    return replace(decision, text=text, author=author, reason=reason)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    # A port in use must be an error, not shared with another program.
    allow_reuse_address = False

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], owner: Server
    ) -> None:
        self.owner = owner
        super().__init__(address, handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore disconnects: they are normal, and a traceback would not help."""


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"
    server_version = "speechsubs"
    sys_version = ""
    timeout = TIMEOUT_S

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the URL contains the token, and logs get shared."""

    def do_GET(self) -> None:
        """Send the page or a recording."""
        route = self._route()
        if route == "":
            try:
                self._send(HTTPStatus.OK, "text/html; charset=utf-8", self.server.owner.html())
            except SpeechsubsError as error:
                data = f"{error}\n".encode("utf-8", "replace")
                self._send(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", data)
        elif route is not None and route.startswith("media/"):
            self._media(route.removeprefix("media/"))
        elif route is not None:
            self._refuse(HTTPStatus.NOT_FOUND, "not found")

    do_HEAD = do_GET  # noqa: N815 the standard library finds it by this name

    def do_POST(self) -> None:
        """Save decisions."""
        route = self._route()
        if route is None:
            return
        if route != "decisions":
            self._refuse(HTTPStatus.NOT_FOUND, "not found")
            return
        if self.headers.get_content_type() != "application/json":
            self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "JSON expected")
            return
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 12):
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "Content-Length required")
            return
        if int(length) > MAX_POST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request too large")
            return
        body = self.rfile.read(int(length))
        try:
            self._json(HTTPStatus.OK, {"revision": self.server.owner.save(body)})
        except DecisionsChangedError as error:
            self._json(HTTPStatus.CONFLICT, {"error": str(error)})
        except SpeechsubsError as error:
            self._json(HTTPStatus.BAD_REQUEST, {"error": str(error)})

    def _route(self) -> str | None:
        """The path after the token, or None if the request was refused."""
        port = self.server.owner.port
        hosts = {f"{LOOPBACK}:{port}", f"localhost:{port}"}
        origin = self.headers.get("Origin")
        if self.headers.get("Host") not in hosts or (
            origin is not None and origin not in {f"http://{host}" for host in hosts}
        ):
            self._refuse(HTTPStatus.FORBIDDEN, "only local requests are allowed")
            return None
        _, token, *rest = (*self.path.partition("?")[0].split("/", 2), "", "")[:3]
        mine = self.server.owner.token.encode()
        if not hmac.compare_digest(token.encode("utf-8", "replace"), mine):
            self._refuse(HTTPStatus.NOT_FOUND, "not found")
            return None
        return rest[0]

    def _media(self, name: str) -> None:
        """Send a recording or a range of it."""
        paths = list(self.server.owner.desk.media.values())
        number = int(name) if name.isascii() and name.isdigit() and len(name) < 6 else -1
        if not 0 <= number < len(paths):
            self._refuse(HTTPStatus.NOT_FOUND, "not found")
            return
        try:
            with paths[number].open("rb") as stream:
                self._stream(stream, paths[number].stat().st_size, paths[number].suffix.lower())
        except OSError:
            # The file has vanished or the client has disconnected: nothing to do.
            self.close_connection = True

    def _stream(self, stream: BinaryIO, size: int, suffix: str) -> None:
        wanted = _parse_range(self.headers.get("Range", ""), size)
        start, end = wanted or (0, size)
        if wanted is not None and start >= end:
            self._head(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "text/plain", 0,
                       {"Content-Range": f"bytes */{size}"})  # fmt: skip
            return
        more = {"Accept-Ranges": "bytes"}
        if wanted is not None:
            more["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        status = HTTPStatus.OK if wanted is None else HTTPStatus.PARTIAL_CONTENT
        self._head(status, _TYPES.get(suffix, "application/octet-stream"), end - start, more)
        if self.command == "HEAD":
            return
        stream.seek(start)
        left = end - start
        while left and (data := stream.read(min(_CHUNK, left))):
            self.wfile.write(data)
            left -= len(data)

    def _json(self, status: HTTPStatus, data: Mapping[str, str]) -> None:
        self._send(status, "application/json", json.dumps(data).encode("ascii"))

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        # An unread body would be parsed as the next request.
        self.close_connection = True
        self._json(status, {"error": reason})

    def _send(self, status: HTTPStatus, kind: str, data: bytes) -> None:
        self._head(status, kind, len(data), {})
        if self.command != "HEAD":
            self.wfile.write(data)

    def _head(self, status: HTTPStatus, kind: str, length: int, more: Mapping[str, str]) -> None:
        self.send_response(status)
        headers = {
            "Content-Type": kind,
            "Content-Length": str(length),
            "Cache-Control": "no-store",
            "Content-Security-Policy": "frame-ancestors 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Connection": "close" if self.close_connection else "keep-alive",
            **more,
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


def _parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Parse a Range header into a half-open interval; None for the whole file.

    Multiple ranges are answered with the whole file, which RFC 9110 allows.

    >>> _parse_range("bytes=2-4", 10), _parse_range("bytes=-3", 10), _parse_range("bytes=8-", 10)
    ((2, 5), (7, 10), (8, 10))
    >>> _parse_range("bytes=0-1,4-5", 10), _parse_range("bytes=20-", 10)
    (None, (20, 10))
    """
    unit, _, spans = header.partition("=")
    first, dash, last = spans.partition("-")
    digits = first + last
    if unit.strip() != "bytes" or not dash or not digits.isascii() or not digits.isdigit():
        return None
    if len(digits) > 36:
        return None
    if not first:
        return max(0, size - int(last)), size
    end = min(size, int(last) + 1) if last else size
    return (int(first), end) if not last or int(last) >= int(first) else None
