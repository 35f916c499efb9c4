"""HTTP with suspicion: what may be asked for, how long to wait, how much to take.

Only http and https, and never from https down to http; few redirections; no files, no
FTP, no data URLs, whatever a server or an index says. Proxies come from HTTPS_PROXY,
HTTP_PROXY and NO_PROXY, certificates from the system, as Python's urllib has it.
"""

import http.client
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from speechsubs import __version__
from speechsubs.errors import InputError

_MAX_URL: Final = 2_000
_BLOCK: Final = 1 << 16


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


def request(
    url: str, limits: Limits, *, headers: Mapping[str, str] | None = None, method: str = "GET"
) -> Any:
    """Ask for a URL; the response, to be used with `with`. Status 206 and 416 come through.

    Raises `InputError`, and what `failure` names.
    """
    # Handlers one by one: urllib's own list would also open files and FTP.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        _Redirects(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    asked = urllib.request.Request(  # noqa: S310 checked() lets only http and https pass
        checked(url),
        headers={
            "User-Agent": f"speechsubs/{__version__}",
            "Accept-Encoding": "identity",
            **(headers or {}),
        },
        method=method,
    )
    response: Any = opener.open(asked, timeout=limits.timeout_s)
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
    # read1 hands over what is there; read would wait for a full block.
    while block := response.read1(_BLOCK):
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
