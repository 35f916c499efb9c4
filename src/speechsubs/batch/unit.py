"""The unit of work, and what came of it: plain data that travels between processes."""

from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

from speechsubs.model import Finding

#: What runs in batches.
COMMANDS = ("subtitle", "translate", "convert", "check")

#: What a recipe holds that changes no byte of an output, or is told by a hash of its
#: content (glossary, lexicon) or by the engine's signature.
_NOT_IN_PRINTS = frozenset({"glossary", "lexicon", "engine", "overwrite"})


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is to be done with a file: the options of its command, as plain values.

    `language` is the source's BCP 47 tag, empty where the file is to be asked. Paths are
    as given, empty for none. `duration_ms`, `fps`, `max_lines`, `line_width` (in the
    locale's own units) are None where the language's own hold. `against` is `check`'s
    --source, `against_language` its language.
    """

    command: str
    language: str = ""
    glossary: str = ""
    kinds: tuple[str, ...] = ()
    engine: str = "auto"
    aligner: str = "auto"
    lexicon: str = ""
    duration_ms: int | None = None
    fps: Fraction | None = None
    max_lines: int | None = None
    line_width: float | None = None
    currency_style: str = ""
    default_dollar: str = "USD"
    headings: bool = True
    dates: str = "locale"
    units: str = "locale"
    bilingual: bool = False
    keep_cues: bool = False
    crlf: bool = False
    bom: bool = False
    overwrite: bool = False
    against: str = ""
    against_language: str = ""

    def told(self) -> dict[str, Any]:
        """What belongs to a fingerprint of an output, JSON-ready."""
        found = {f.name: getattr(self, f.name) for f in fields(self)}
        found["fps"] = str(self.fps) if self.fps else None
        return {name: value for name, value in found.items() if name not in _NOT_IN_PRINTS}


@dataclass(frozen=True, slots=True)
class Unit:
    """One file to work on.

    `folder` is where its outputs go. `key` names the file in the batch's manifest: its
    path below the manifest's folder. `targets` are the tags to translate to, without
    those that are done already; `own` is False where the track of the source's own
    language is done already. `place` says where a person named it ("jobs.yml:12").
    """

    source: Path
    folder: Path
    key: str
    recipe: Recipe
    targets: tuple[str, ...] = ()
    audio: Path | None = None
    own: bool = True
    place: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one language of a file came to.

    `print` is the fingerprint of everything that the files depend on but the memory;
    `memory` and `recalled` are what that held and what it answered (see `batch.people`).
    `engine` and `quality` are the engine's own words; `seconds` is how long it took, the
    engine's share by sentences.
    """

    language: str
    print: str
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
class Record:
    """What came of a unit.

    `reason` says why it failed and is empty otherwise. `written` are the files really
    written (`Part.files` are those meant: an edited one is kept and the new version
    written beside it). `bytes` is the size of the source. `halts` is True where going on
    makes no sense for anybody (the disk is full).
    """

    key: str
    source: Path
    reason: str = ""
    language: str = ""
    parts: tuple[Part, ...] = ()
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
        return 3 if any(part.errors + part.warnings for part in self.parts) else 0
