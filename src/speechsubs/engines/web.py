"""JSON from and to one server: bounded in time and size, and never to another server."""

import email.utils
import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Final

from speechsubs.errors import EngineError

#: Seconds until a server must have said something, and until it must have said all.
TIMEOUT_S: Final = 120
DEADLINE_S: Final = 600
#: An answer of more is no translation of what we send.
MAX_BYTES: Final = 16 * 1024**2
#: Tries of one request, and the longest wait between two in seconds.
TRIES: Final = 4
MAX_WAIT_S: Final = 60.0
_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_REDIRECTS: Final = frozenset({301, 302, 307, 308})


class RefusedError(Exception):
    """The server answered with an error that another try will not change."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Server:
    """A server at a base URL, without a slash at its end.

    `secret` is never shown: where a message would hold it, there are stars. `sleep`
    waits between tries.
    """

    url: str
    secret: str = ""
    sleep: Callable[[float], object] = field(default=time.sleep)

    def ask(self, path: str, body: Mapping[str, Any] | None = None, *, first: bool = False) -> Any:
        """The JSON that the server answers with; a `body` is posted as JSON.

        A busy server is asked again after the time it names, or after 1, 2 and 4
        seconds; so is one that does not answer, but for the `first` question of all, when
        the address is more likely wrong than the server down. Raises `RefusedError` for
        other errors of the server, `EngineError` where no sound answer is to be had.
        """
        data = None if body is None else json.dumps(body).encode()
        url = self.url + path
        for attempt in range(TRIES):
            try:
                return self._once(url, data)
            except _AgainError as again:
                wait = 2.0**attempt if again.wait is None else again.wait
                if attempt == TRIES - 1 or wait > MAX_WAIT_S or (first and not again.busy):
                    raise self._unreachable(again, wait) from again
                self.sleep(wait)
        raise AssertionError("unreachable")

    def shown(self, text: object) -> str:
        """A server's words for a message: short, printable, without the secret."""
        words = str(text)[:2_000]
        if self.secret:
            words = words.replace(self.secret, "***")
        return " ".join("".join(c if c.isprintable() else " " for c in words).split())[:200]

    def _unreachable(self, again: "_AgainError", wait: float) -> EngineError:
        problem = f"the server at {self.url} does not answer ({self.shown(again)})"
        if wait > MAX_WAIT_S:
            return EngineError(problem, f"It asks to be left alone for {wait:.0f} seconds")
        return EngineError(problem, "See that it runs and that the address is right, or try later")

    def _once(self, url: str, data: bytes | None) -> Any:
        for _ in range(3):
            try:
                status, content, where = self._fetch(url, data)
            except (OSError, http.client.HTTPException, ValueError) as error:
                # A reason may be an exception of its own, as for a name that is not found.
                raise _AgainError(getattr(error, "reason", None) or error) from error
            if status not in _REDIRECTS:
                return self._parsed(content)
            url = self._moved(url, where)
        raise EngineError(f"the server at {self.url} sends us in circles")

    def _fetch(self, url: str, data: bytes | None) -> tuple[int, bytes, str]:
        """Status, content, and where a redirect leads."""
        headers = {"Accept": "application/json", "User-Agent": "speechsubs"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        # Only http and https get here: `address` looked at it, and `_moved` does.
        request = urllib.request.Request(url, data, headers)  # noqa: S310 see above
        opener = urllib.request.build_opener(_NoRedirects)
        try:
            with opener.open(request, timeout=TIMEOUT_S) as response:
                return response.status, self._read(response), ""
        except urllib.error.HTTPError as error:
            with error:
                if error.code in _REDIRECTS:
                    return error.code, b"", error.headers.get("Location") or ""
                message = _message(self._read(error), error.reason)
                if error.code in _BUSY:
                    wait = _seconds(error.headers.get("Retry-After"))
                    raise _AgainError(f"{error.code} {message}", wait, busy=True) from None
                raise RefusedError(error.code, self.shown(message)) from None

    def _read(self, response: IO[bytes]) -> bytes:
        """All of an answer. A server that drips does not hold us for ever."""
        end = time.monotonic() + DEADLINE_S
        blocks: list[bytes] = []
        size = 0
        # One read of the socket at a time: `read` alone would wait for a whole block.
        read: Callable[[int], bytes] = getattr(response, "read1", response.read)
        while block := read(1 << 16):
            blocks.append(block)
            size += len(block)
            if size > MAX_BYTES:
                raise EngineError(f"the server at {self.url} answers with more than 16 MB")
            if time.monotonic() > end:
                raise EngineError(
                    f"the server at {self.url} gave no whole answer in {DEADLINE_S} seconds"
                )
        return b"".join(blocks)

    def _moved(self, url: str, where: str) -> str:
        """Where a redirect leads, if that is the same server."""
        old = urllib.parse.urlsplit(url)
        try:
            new = urllib.parse.urlsplit(urllib.parse.urljoin(url, where))
            same = new.hostname == old.hostname and (
                (new.scheme, new.port) == (old.scheme, old.port)
                # From http to https of one host, where each is at its own port.
                or (
                    (old.scheme, new.scheme) == ("http", "https")
                    and old.port in (None, 80)
                    and new.port in (None, 443)
                )
            )
        except ValueError:
            same = False
        if not same or not where:
            raise EngineError(
                f"the server at {self.url} sends us elsewhere ({self.shown(where)})",
                "Texts go to the named server only; name the other one if you trust it",
            )
        return urllib.parse.urlunsplit(new)

    def _parsed(self, content: bytes) -> Any:
        try:
            return json.loads(content.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise EngineError(
                f"the server at {self.url} does not answer in JSON",
                "Is it a LibreTranslate server? The address ends before /translate",
            ) from error


def address(text: str) -> str:
    """A base URL as we use it. Raises `EngineError` for what is none.

    >>> address("http://127.0.0.1:5000/")
    'http://127.0.0.1:5000'
    """
    advice = "Write it as http://127.0.0.1:5000"
    try:
        parts = urllib.parse.urlsplit(text.strip())
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not text.isprintable() or " " in text.strip():
        raise EngineError(f"{text!r:.100} is no address of a server", advice)
    if parts.username or parts.password:
        # It would stand in every report.
        raise EngineError("the address of a server holds a name or a password", advice)
    if parts.query or parts.fragment:
        raise EngineError(f"{text!r:.100} has more than an address: ? or #", advice)
    return urllib.parse.urlunsplit(parts).rstrip("/")


class _AgainError(Exception):
    """Another try may help, after `wait` seconds if the server said so.

    `busy` where the server answered, if only to say that.
    """

    def __init__(self, problem: object, wait: float | None = None, busy: bool = False) -> None:
        super().__init__(str(problem))
        self.wait, self.busy = wait, busy


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    # The library would follow to any host, and turn what is posted into a mere question.
    def http_error_302(self, *args: Any, **kwargs: Any) -> None:
        """Follow nothing."""

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _message(content: bytes, reason: object) -> str:
    """What a server says is wrong: LibreTranslate's `error`, else the status line."""
    try:
        found = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return str(reason)
    message = found.get("error") if isinstance(found, dict) else None
    return message if isinstance(message, str) and message else str(reason)


def _seconds(header: str | None) -> float | None:
    """What Retry-After says: seconds, or a date (RFC 9110, 10.2.3)."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        then = email.utils.parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0.0, then - time.time())
