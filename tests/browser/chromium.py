"""A real headless Chromium, driven over a pipe by the DevTools protocol.

No driver program, no port and no further package: Chromium reads commands from file
descriptor 3 and answers on 4 (`--remote-debugging-pipe`), JSON texts that end with NUL.
"""

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage", "--mute-audio",
    "--autoplay-policy=no-user-gesture-required", "--hide-scrollbars", "--lang=en",
    # Every name resolves to nothing: a page that asks the network for something fails.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--remote-debugging-pipe",
)  # fmt: skip
#: A machine under load takes long to start a browser. It is a limit, not a measure.
PATIENCE_S = 60.0

#: Keys that are no characters: code, key code, text.
_KEYS = {"Enter": ("Enter", 13, "\r"), "Escape": ("Escape", 27, ""), "Tab": ("Tab", 9, "")}
CTRL, SHIFT = 2, 8


def program() -> str | None:
    """Chromium on this machine, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class PageError(Exception):
    """JavaScript failed, or the browser refused a command."""


class Chromium:
    """One browser with one page. A context manager; the profile folder must be new."""

    def __init__(self, profile: Path) -> None:
        path = program()
        assert path is not None
        self.exceptions: list[str] = []
        self.requests: list[str] = []
        self._buffer = b""
        self._number = 0
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        # Away from 3 and 4, so that neither is overwritten by the other.
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20) for fd in (theirs_in, theirs_out)]
        null = os.open(os.devnull, os.O_RDWR)
        actions = [(os.POSIX_SPAWN_DUP2, high[0], 3), (os.POSIX_SPAWN_DUP2, high[1], 4)]
        self._in = fcntl.fcntl(ours_in, fcntl.F_DUPFD_CLOEXEC, 20)
        self._out = fcntl.fcntl(ours_out, fcntl.F_DUPFD_CLOEXEC, 20)
        actions += [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
        self._pid = os.posix_spawn(
            path, [path, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            {**os.environ, "HOME": str(profile)}, file_actions=actions, setsid=True,
        )  # fmt: skip
        for fd in (theirs_in, theirs_out, ours_in, ours_out, *high, null):
            os.close(fd)
        targets = self._call("Target.getTargets", session=None)["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        attached = self._call(
            "Target.attachToTarget", session=None, targetId=page["targetId"], flatten=True
        )
        self._session: str = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> "Chromium":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Its own process group, so that its helpers end with it and nothing else does.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._in)
        os.close(self._out)

    # The protocol

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command to the page."""
        return self._call(method, session=self._session, **parameters)

    def _call(self, method: str, session: str | None, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        deadline = time.monotonic() + PATIENCE_S
        while True:
            answer = self._read(deadline)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise PageError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def _note(self, event: dict[str, Any]) -> None:
        if event.get("method") == "Runtime.exceptionThrown":
            details = event["params"]["exceptionDetails"]
            self.exceptions.append(details.get("exception", {}).get("description", details["text"]))
        elif event.get("method") == "Network.requestWillBeSent":
            self.requests.append(event["params"]["request"]["url"])
        elif event.get("method") == "Page.javascriptDialogOpening":
            self.exceptions.append(f"a dialog opened: {event['params']['message']}")

    def _read(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                raise PageError("Chromium does not answer")
            data = os.read(self._in, 1 << 20)
            if not data:
                raise PageError("Chromium has ended")
            self._buffer += data
        first, _, self._buffer = self._buffer.partition(b"\0")
        answer: dict[str, Any] = json.loads(first)
        return answer

    # What tests do

    def open(self, address: str) -> None:
        """Load a page and wait until its script has run."""
        self.call("Page.navigate", url=address)
        self.wait("document.documentElement.dataset.ready === '1'")

    def reload(self) -> None:
        """Load it again."""
        self.js("document.documentElement.dataset.ready = 'old'")
        self.call("Page.reload")
        self.wait("document.documentElement.dataset.ready === '1'")

    def js(self, expression: str) -> Any:
        """The value of an expression in the page. It runs past the page's own policy."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                          awaitPromise=True)  # fmt: skip
        if "exceptionDetails" in found:
            details = found["exceptionDetails"]
            raise PageError(details.get("exception", {}).get("description", details["text"]))
        return found["result"].get("value")

    def wait(self, expression: str) -> None:
        """Until an expression is true. A page that is being replaced is asked again."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(PageError):
                if self.js(expression):
                    return
            time.sleep(0.02)
        raise PageError(f"never true: {expression}; {self.exceptions}")

    def press(self, key: str, modifiers: int = 0) -> None:
        """One key as a person's keyboard sends it."""
        if key in _KEYS:
            code, number, text = _KEYS[key]
        else:
            code, number, text = "", ord(key.upper()), key
            if key.isalpha() and key.isupper():
                modifiers |= SHIFT
        event = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": modifiers}
        down = {**event, "text": text} if text and not modifiers & CTRL else event
        self.call("Input.dispatchKeyEvent", type="keyDown", **down)
        self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def type(self, text: str) -> None:
        """Text into the field that has the focus."""
        self.call("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """A click of the mouse in the middle of an element."""
        box = self.js(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({block: 'nearest'}); const b = e.getBoundingClientRect();"
            "return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left",
                      clickCount=1)  # fmt: skip

    def look(self, **features: str) -> None:
        """Media features: prefers_color_scheme="dark"."""
        values = [{"name": n.replace("_", "-"), "value": v} for n, v in features.items()]
        self.call("Emulation.setEmulatedMedia", features=values)

    def size(self, width: int, height: int, scale: float = 1) -> None:
        """The size of the window in CSS pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=scale, mobile=False)  # fmt: skip

    def picture(self) -> bytes:
        """What is seen, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def downloads(self, folder: Path) -> None:
        """Put downloads into a folder."""
        self._call("Browser.setDownloadBehavior", session=None, behavior="allow",
                   downloadPath=str(folder))  # fmt: skip


@contextmanager
def until(done: Callable[[], bool]) -> Iterator[None]:
    """Do something, then wait for what it causes outside of the page."""
    yield
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)
