"""An HTTP client that distrusts servers: restricted URLs, timeouts, size limits, retries.

Only http and https URLs are opened, wherever a URL comes from; never files, FTP or data
URLs. Like Python's urllib, it takes proxies from HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and
certificates from the system. Downloads (`request`, `fetch`) follow a few redirects, but
never from https to http. A `Server` receives the user's texts and answers in JSON;
redirects to other servers are refused.
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
#: Seconds until a response must start, and until it must be complete.
TIMEOUT_S: Final = 120
DEADLINE_S: Final = 600
#: Maximum size of a response; translations of the texts sent are far smaller.
MAX_BYTES: Final = 16 * 1024**2
#: Maximum attempts per request, and seconds between two attempts.
TRIES: Final = 4
MAX_WAIT_S: Final = 60.0
_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_REDIRECTS: Final = frozenset({301, 302, 307, 308})


@dataclass(frozen=True, slots=True)
class Limits:
    """The time and size limits of a download.

    `timeout_s` limits the wait for a connection or for the next byte. At least
    `stall_bytes` must arrive in every `stall_s` seconds. `max_bytes` is the maximum size.
    `tries` is the number of consecutive attempts that may fail without receiving a byte,
    and `pause_s` the pause before each new attempt.
    """

    timeout_s: float = 30.0
    stall_s: float = 60.0
    stall_bytes: int = 16_384
    max_bytes: int = 2 * 1024**3
    tries: int = 3
    pause_s: float = 1.0


def check_url(url: str) -> str:
    """Return the URL if it may be opened. Raises `InputError` with the reason."""
    shown = url[:100]
    if len(url) > _MAX_URL or not url.isprintable() or not url.isascii() or " " in url:
        raise InputError(repr(shown), "invalid URL")
    try:
        parts = urllib.parse.urlsplit(url)
        good = bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        good = False
    if not good:
        raise InputError(repr(shown), "invalid URL")
    if parts.scheme not in ("http", "https"):
        raise InputError(repr(shown), "only http and https are supported")
    return url


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects, each to a URL that may be opened."""

    max_redirections = 5

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """Return the next request; refuse other schemes and a downgrade to http."""
        try:
            check_url(newurl)
        except InputError as error:
            fp.close()
            raise urllib.error.URLError(
                f"it redirects to {error.where}: {error.problem}"
            ) from error
        if req.type == "https" and not newurl.startswith("https:"):
            fp.close()
            raise urllib.error.URLError(f"it redirects from https to {newurl[:100]!r}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(redirects: urllib.request.HTTPRedirectHandler) -> urllib.request.OpenerDirector:
    # Only these handlers: urllib's default ones would also open files and FTP.
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


def _iter_blocks(response: IO[bytes]) -> Iterator[bytes]:
    # read1 returns what has arrived; read would wait for a full block.
    read: Callable[[int], bytes] = getattr(response, "read1", response.read)
    while block := read(_BLOCK):
        yield block


def request(
    url: str, limits: Limits, *, headers: Mapping[str, str] | None = None, method: str = "GET"
) -> Any:
    """Send a request. Returns the response, to be used in a `with` statement.

    Raises `InputError` for a URL that may not be opened, and `FAILURES`.
    """
    prepared = urllib.request.Request(  # noqa: S310 check_url() only accepts http and https
        check_url(url),
        headers={
            "User-Agent": f"speechsubs/{__version__}",
            "Accept-Encoding": "identity",
            **(headers or {}),
        },
        method=method,
    )
    response: Any = _opener(_Redirects()).open(prepared, timeout=limits.timeout_s)
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        response.close()
        raise urllib.error.URLError(
            f"the server sent compressed data ({coding[:20]}) which was not requested"
        )
    return response


#: Exceptions raised by `request` and while reading its response; `failure` describes them.
FAILURES: Final = (OSError, http.client.HTTPException, ValueError)


def failure(error: BaseException, limits: Limits) -> str:
    """Describe one of `FAILURES` for a message."""
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code} {error.reason}"[:120].rstrip()
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return f"no answer within {limits.timeout_s:g} seconds"
    if isinstance(reason, socket.gaierror):
        return "the server's name cannot be resolved: is there a network connection?"
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted ({reason.verify_message})"
    if isinstance(reason, ConnectionRefusedError):
        return "connection refused"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return f"{reason!s:.150}" or type(reason).__name__


def blocks(response: Any, limits: Limits) -> Iterator[bytes]:
    """Yield the body as it arrives. Raises `FAILURES`, also if it arrives too slowly."""
    window, got = time.monotonic(), 0
    for block in _iter_blocks(response):
        yield block
        got += len(block)
        now = time.monotonic()
        if now - window >= limits.stall_s:
            if got < limits.stall_bytes:
                raise urllib.error.URLError(
                    f"the download is too slow: {got:,} bytes in {limits.stall_s:g} seconds"
                )
            window, got = now, 0


def fetch(url: str, limits: Limits) -> bytes:
    """Read a whole, small body into memory. Raises `InputError` and `FAILURES`."""
    with request(url, limits) as response:
        data = bytearray()
        for block in blocks(response, limits):
            data += block
            if len(data) > limits.max_bytes:
                raise urllib.error.URLError(
                    f"the response is larger than {limits.max_bytes / 1e6:g} MB"
                )
        claimed = response.headers.get("Content-Length", "")
        if claimed.isdigit() and len(claimed) < 12 and len(data) < int(claimed):
            raise urllib.error.URLError("the connection was lost")
    return bytes(data)


class RefusedError(Exception):
    """The server answered with an error that a retry would not change."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Server:
    """A JSON API at a base URL without a trailing slash.

    `secret` is replaced by asterisks in messages. `sleep` waits between attempts.
    """

    url: str
    secret: str = ""
    sleep: Callable[[float], object] = field(default=time.sleep)

    def ask(self, path: str, body: Mapping[str, Any] | None = None, *, first: bool = False) -> Any:
        """Send a GET request, or POST a `body` as JSON. Returns the decoded JSON.

        A busy server is tried again after the time in its Retry-After header, or after
        1, 2 and 4 seconds. So is one that cannot be reached, except for the `first`
        request: then the address is probably wrong. Raises `RefusedError` for other errors
        that the server reports, and `EngineError` if there is no valid response.
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
        """Prepare text from a server for a message: short, printable, without the secret."""
        words = str(text)[:2_000]
        if self.secret:
            words = words.replace(self.secret, "***")
        return " ".join("".join(c if c.isprintable() else " " for c in words).split())[:200]

    def _unreachable(self, again: "_AgainError", wait: float) -> EngineError:
        problem = f"the server at {self.url} is not responding ({self.shown(again)})"
        if wait > MAX_WAIT_S:
            return EngineError(problem, f"It asks clients to wait {wait:.0f} seconds")
        return EngineError(
            problem, "Check that it is running and that its URL is correct, or try again later"
        )

    def _once(self, url: str, data: bytes | None) -> Any:
        for _ in range(3):
            try:
                status, content, location = self._open(url, data)
            except (OSError, http.client.HTTPException, ValueError) as error:
                # URLError.reason may itself be an exception, such as socket.gaierror.
                raise _AgainError(getattr(error, "reason", None) or error) from error
            if status not in _REDIRECTS:
                return self._decode(content)
            url = self._follow(url, location)
        raise EngineError(f"the server at {self.url} redirects in a loop")

    def _open(self, url: str, data: bytes | None) -> tuple[int, bytes, str]:
        """Return the status, the content, and the target of a redirect."""
        headers = {"Accept": "application/json", "User-Agent": "speechsubs"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        # `normalize_url` and `_follow` only accept http and https.
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
        """Read a whole response, with a deadline for servers that send slowly."""
        end = time.monotonic() + DEADLINE_S
        blocks: list[bytes] = []
        size = 0
        for block in _iter_blocks(response):
            blocks.append(block)
            size += len(block)
            if size > MAX_BYTES:
                raise EngineError(f"the server at {self.url} sent a response of more than 16 MB")
            if time.monotonic() > end:
                raise EngineError(
                    f"the server at {self.url} did not complete its response "
                    f"within {DEADLINE_S} seconds"
                )
        return b"".join(blocks)

    def _follow(self, url: str, location: str) -> str:
        """Return the target of a redirect. Raises `EngineError` if it is another server."""
        old = urllib.parse.urlsplit(url)
        try:
            new = urllib.parse.urlsplit(urllib.parse.urljoin(url, location))
            same = new.hostname == old.hostname and (
                (new.scheme, new.port) == (old.scheme, old.port)
                # From http to https on the same host, both at their default ports.
                or (
                    (old.scheme, new.scheme) == ("http", "https")
                    and old.port in (None, 80)
                    and new.port in (None, 443)
                )
            )
        except ValueError:
            same = False
        if not same or not location:
            raise EngineError(
                f"the server at {self.url} redirects to another server ({self.shown(location)})",
                "Texts are only sent to the server that you specify; specify the other one if you "
                "trust it",
            )
        return urllib.parse.urlunsplit(new)

    def _decode(self, content: bytes) -> Any:
        try:
            return json.loads(content.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise EngineError(
                f"the server at {self.url} returned a response that is not valid JSON",
                "Is it a LibreTranslate server? Specify its URL without /translate",
            ) from error


def normalize_url(text: str) -> str:
    """Normalize a server's base URL. Raises `EngineError` if it is invalid.

    >>> normalize_url("http://127.0.0.1:5000/")
    'http://127.0.0.1:5000'
    """
    advice = "Write it as http://127.0.0.1:5000"
    try:
        parts = urllib.parse.urlsplit(text.strip())
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    if not valid or not text.isprintable() or " " in text.strip():
        raise EngineError(f"{text!r:.100} is not a server address", advice)
    if parts.username or parts.password:
        # It would appear in every report.
        raise EngineError("a server address must not contain a user name or a password", advice)
    if parts.query or parts.fragment:
        raise EngineError(f"{text!r:.100} contains a query or a fragment (? or #)", advice)
    return urllib.parse.urlunsplit(parts).rstrip("/")


class _AgainError(Exception):
    """A retry may succeed, after `wait` seconds if the server named a time.

    `busy` is True if the server answered at all.
    """

    def __init__(self, problem: object, wait: float | None = None, busy: bool = False) -> None:
        super().__init__(str(problem))
        self.wait, self.busy = wait, busy


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    # urllib would follow redirects to any host and turn a POST into a GET.
    def http_error_302(self, *args: Any, **kwargs: Any) -> None:
        """Return nothing, so that the response is reported as an `HTTPError`."""

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _message(content: bytes, reason: object) -> str:
    """Return the server's error message: LibreTranslate's `error`, else the status line."""
    try:
        found = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return str(reason)
    message = found.get("error") if isinstance(found, dict) else None
    return message if isinstance(message, str) and message else str(reason)


def _seconds(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header, a number or a date (RFC 9110, 10.2.3)."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        then = email.utils.parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0.0, then - time.time())
