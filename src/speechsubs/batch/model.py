"""A job, the unit of work, and what came of it: plain data that travels between processes."""

from dataclasses import dataclass
from pathlib import Path

from speechsubs.model import Finding
from speechsubs.options import Options

#: What runs in batches.
COMMANDS = ("subtitle", "translate", "convert", "check")


@dataclass(frozen=True, slots=True)
class Job:
    """One file to work on.

    `folder` is where its outputs go. `key` names the file in the batch's manifest: its
    path below the manifest's folder. `command` is one of `COMMANDS`. `targets` are the
    tags to translate to, without those that are done already; `own` is False where the
    track of the source's own language is done already. `place` says where a person named
    it ("jobs.yml:12").
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
    """What one language of a file came to.

    `fingerprint` is that of everything that the files depend on but the memory;
    `memory` and `recalled` are what that held and what it answered (see `batch.fingerprint`).
    `engine` and `quality` are the engine's own words; `seconds` is how long it took, the
    engine's share by sentences.
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
    """What came of a job.

    `reason` says why it failed and is empty otherwise. `written` are the files really
    written (`LanguageResult.files` are those meant: an edited one is kept and the new version
    written beside it). `bytes` is the size of the source. `halts` is True where going on
    makes no sense for anybody (the disk is full).
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

    @property
    def failed(self) -> bool:
        """True where nothing came of it."""
        return bool(self.reason)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 failed, 3 written with findings."""
        if self.reason:
            return 1
        return 3 if any(one.errors + one.warnings for one in self.languages) else 0
