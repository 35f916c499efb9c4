"""The files of a run that failed: each is reported, the others go on, a count ends the run."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from speechsubs.batch.whole import Failure
from speechsubs.cli import internal
from speechsubs.cli.jobs import console
from speechsubs.errors import SpeechsubsError


class Failures:
    """Reports the failures of a run with a number of files as they happen."""

    def __init__(self, screen: Console, files: int, *, quiet: bool = False) -> None:
        self._screen, self._files, self._quiet = screen, files, quiet
        self._internal = internal.Reports()
        self.messages: list[str] = []

    def __len__(self) -> int:
        return len(self.messages)

    @contextmanager
    def of(self, path: Path) -> Iterator[None]:
        """Report an error of the `with` block as a failure of this file."""
        try:
            yield
        except Exception as error:  # one broken file never stops the others
            self.add(path, error)

    def add(self, path: Path, error: Exception) -> None:
        """Report that a file failed."""
        message = self._message(str(path), error)
        self.messages.append(message)
        console.error(self._screen, message)

    def extend(self, failures: Iterable[Failure]) -> None:
        """Report several."""
        for failure in failures:
            self.add(failure.path, failure.error)

    def _message(self, name: str, error: Exception) -> str:
        if isinstance(error, MemoryError):
            return f"{name}: not enough memory for this file"
        if not isinstance(error, SpeechsubsError):
            return self._internal.of(error, name)
        text = str(error)
        # An engine's error does not say which file it is about.
        return text if self._files == 1 or name in text else f"{name}: {text}"

    def summary(self) -> None:
        """Say how many files of several failed, and how many through a fault of ours."""
        if self._quiet:
            return
        if self.messages and self._files > 1:
            self._screen.print(f"[red]{len(self)} of {self._files} files failed[/]")
        if self._internal.errors:
            self._screen.print(self._internal.summary())
