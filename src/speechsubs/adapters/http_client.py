"""HTTP with suspicion: what may be asked for, how long to wait, how much to take.

Only http and https; no files, no FTP, no data URLs, whatever a server or an index says.
Proxies come from HTTPS_PROXY, HTTP_PROXY and NO_PROXY, certificates from the system, as
Python's urllib has it. Downloads (`request`, `small`) follow few redirections, and never
from https down to http. A `Server`, to which people's texts go, is asked for JSON and
leads to no other server.
"""

import email.utils
import http.client
import json
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Final

from speechsubs import __version__
from speechsubs.errors import EngineError, InputError

_MAX_URL: Final = 2_000
_BLOCK: Final = 1 << 16
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


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient a download is.

    `timeout_s` is how long to wait for a connection or for the next byte, and in every
    `stall_s` seconds at least `stall_bytes` must arrive. `max_bytes` is the most that
    is taken. `tries` is how often a link may fail without a new byte; before each new
    try there is a pause of `pause_s` seconds.
    """

    timeout_s: float = 30.0
    stall_s: float = 60.0
    stall_bytes: int = 16_384
    max_bytes: int = 2 * 1024**3
    tries: int = 3
    pause_s: float = 1.0


def checked(url: str) -> str:
    """The URL if it may be asked for. Raises `InputError` with the reason."""
    shown = url[:100]
    if len(url) > _MAX_URL or not url.isprintable() or not url.isascii() or " " in url:
        raise InputError(repr(shown), "is no sound web address")
    try:
        parts = urllib.parse.urlsplit(url)
        good = bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        good = False
    if not good:
        raise InputError(repr(shown), "is no sound web address")
    if parts.scheme not in ("http", "https"):
        raise InputError(repr(shown), "only http and https are used")
    return url


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirections, to where a download may come from."""

    max_redirections = 5

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """The next request; refuses what is not http(s) and what drops encryption."""
        try:
            checked(newurl)
        except InputError as error:
            raise urllib.error.URLError(f"it leads to {error.where}: {error.problem}") from error
        if req.type == "https" and not newurl.startswith("https:"):
            raise urllib.error.URLError(f"it leads from https to {newurl[:100]!r}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(redirects: urllib.request.HTTPRedirectHandler) -> urllib.request.OpenerDirector:
    # Handlers one by one: urllib's own list would also open files and FTP.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        redirects,
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _arriving(response: IO[bytes]) -> Iterator[bytes]:
    # read1 hands over what is there; read would wait for a full block.
    read: Callable[[int], bytes] = getattr(response, "read1", response.read)
    while block := read(_BLOCK):
        yield block


def request(
    url: str, limits: Limits, *, headers: Mapping[str, str] | None = None, method: str = "GET"
) -> Any:
    """Ask for a URL; the response, to be used with `with`. Status 206 and 416 come through.

    Raises `InputError`, and what `failure` names.
    """
    asked = urllib.request.Request(  # noqa: S310 checked() lets only http and https pass
        checked(url),
        headers={
            "User-Agent": f"speechsubs/{__version__}",
            "Accept-Encoding": "identity",
            **(headers or {}),
        },
        method=method,
    )
    response: Any = _opener(_Redirects()).open(asked, timeout=limits.timeout_s)
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        response.close()
        raise urllib.error.URLError(f"it sends compressed data ({coding[:20]}) unasked")
    return response


#: What `request` and reading its response may raise; `failure` has the words.
FAILURES: Final = (OSError, http.client.HTTPException, ValueError)


def failure(error: BaseException, limits: Limits) -> str:
    """What went wrong, in words that a person can do something with."""
    if isinstance(error, urllib.error.HTTPError):
        return f"the server says {error.code} {error.reason}"[:120].rstrip()
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return f"no answer within {limits.timeout_s:g} seconds"
    if isinstance(reason, socket.gaierror):
        return "the server's name is not known here: is there a network?"
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted ({reason.verify_message})"
    if isinstance(reason, ConnectionRefusedError):
        return "nothing answers there"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return f"{reason!s:.150}" or type(reason).__name__


def blocks(response: Any, limits: Limits) -> Iterator[bytes]:
    """The body as it arrives. Raises `TimeoutError` where it only trickles, `OSError`."""
    window, got = time.monotonic(), 0
    for block in _arriving(response):
        yield block
        got += len(block)
        now = time.monotonic()
        if now - window >= limits.stall_s:
            if got < limits.stall_bytes:
                raise urllib.error.URLError(
                    f"it is too slow: {got:,} bytes in {limits.stall_s:g} seconds"
                )
            window, got = now, 0


def small(url: str, limits: Limits) -> bytes:
    """A whole small body. Raises `InputError`, and what `failure` names."""
    with request(url, limits) as response:
        data = bytearray()
        for block in blocks(response, limits):
            data += block
            if len(data) > limits.max_bytes:
                raise urllib.error.URLError(f"it sends more than {limits.max_bytes / 1e6:g} MB")
        claimed = response.headers.get("Content-Length", "")
        if claimed.isdigit() and len(claimed) < 12 and len(data) < int(claimed):
            raise urllib.error.URLError("the connection broke off")
    return bytes(data)


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
        request = urllib.request.Request(url, data, headers)  # noqa: S310
        try:
            with _opener(_NoRedirects()).open(request, timeout=TIMEOUT_S) as response:
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
        for block in _arriving(response):
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
