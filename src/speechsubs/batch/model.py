"""Jobs and their results: plain data that travels between processes."""

from dataclasses import dataclass
from pathlib import Path

from speechsubs.model import Finding
from speechsubs.options import Options

#: The commands that run in batches.
COMMANDS = ("subtitle", "translate", "convert", "check")


@dataclass(frozen=True, slots=True)
class Job:
    """One file to process.

    `folder` receives its outputs. `key` identifies the file in the batch's state: its path
    relative to the state's folder. `command` is one of `COMMANDS`. `targets` are the tags
    to translate to, without those already done; `own` is False if the track in the source
    language is already done. `place` is the manifest entry that named it ("jobs.yml:12").
    """

    source: Path
    folder: Path
    key: str
    command: str
    options: Options
    targets: tuple[str, ...] = ()
    audio: Path | None = None
    own: bool = True
    place: str = ""


@dataclass(frozen=True, slots=True)
class LanguageResult:
    """The result of one language of a file.

    `fingerprint` covers everything that the files depend on except the memory; `memory` and
    `recalled` cover its content and its matches (see `batch.fingerprint`). `engine` and
    `quality` are as the engine reports them; `seconds` is the time taken, with the engine's
    time shared out by sentences.
    """

    language: str
    fingerprint: str
    files: tuple[Path, ...]
    cues: int = 0
    sentences: int = 0
    errors: int = 0
    warnings: int = 0
    engine: str = ""
    quality: str = ""
    seconds: float = 0.0
    memory: str = ""
    recalled: str = ""


@dataclass(frozen=True, slots=True)
class JobResult:
    """The result of a job.

    `reason` says why it failed and is empty otherwise. `written` are the paths actually
    written (`LanguageResult.files` are the intended ones: an edited file is kept and the new
    version written beside it). `bytes` is the size of the source. `halts` is True if the
    whole run cannot go on (the disk is full). If the job failed because of an internal
    error, `trace` describes it for a report (see `adapters.traces`).
    """

    key: str
    source: Path
    reason: str = ""
    language: str = ""
    languages: tuple[LanguageResult, ...] = ()
    written: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()
    bytes: int = 0
    halts: bool = False
    trace: str = ""

    @property
    def failed(self) -> bool:
        """True if the job produced no result."""
        return bool(self.reason)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 failed, 3 written with findings."""
        if self.reason:
            return 1
        return 3 if any(one.errors + one.warnings for one in self.languages) else 0
