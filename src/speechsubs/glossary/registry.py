"""Glossary formats by name and by file extension."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from speechsubs.adapters.files import read_bytes as read_file
from speechsubs.errors import InputError
from speechsubs.glossary import delimited, tbx
from speechsubs.glossary.fields import Incoming
from speechsubs.glossary.model import Glossary
from speechsubs.model import Finding

#: Larger files are rejected. A row of our own table takes about 300 bytes.
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ExportResult:
    """The exported file, and findings about data that does not fit."""

    data: bytes
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    """A file to read, with options from the caller."""

    data: bytes
    where: str
    separator: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class _ExportRequest:
    """A glossary to write with the targets of these locales."""

    glossary: Glossary
    tags: tuple[str, ...]
    separator: str


_Written = tuple[bytes, list[Finding]]


@dataclass(frozen=True, slots=True)
class _Format:
    """A file format. `suffix` is the default; `single` formats have one target language."""

    read: Callable[[_Source], Incoming]
    write: Callable[[_ExportRequest], _Written]
    suffix: str
    single: bool = False


_FORMATS = {
    "csv": _Format(
        lambda f: delimited.read_own(f.data, f.where, ","),
        lambda o: delimited.write_own(o.glossary, o.tags, ","),
        ".csv",
    ),
    "tsv": _Format(
        lambda f: delimited.read_own(f.data, f.where, "\t"),
        lambda o: delimited.write_own(o.glossary, o.tags, "\t"),
        ".tsv",
    ),
    "xlsx": _Format(
        lambda f: delimited.read_xlsx(f.data, f.where),
        lambda o: delimited.write_xlsx(o.glossary, o.tags),
        ".xlsx",
    ),
    "tbx": _Format(
        lambda f: tbx.read(f.data, f.where, f.source),
        lambda o: tbx.write(o.glossary, o.tags, 3),
        ".tbx",
    ),
    "tbx2": _Format(
        lambda f: tbx.read(f.data, f.where, f.source),
        lambda o: tbx.write(o.glossary, o.tags, 2),
        ".tbx",
    ),
    "deepl": _Format(
        lambda f: delimited.read_deepl(f.data, f.where, f.separator, f.source, f.target),
        lambda o: delimited.write_deepl(o.glossary, o.tags, o.separator),
        ".csv",
    ),
    "omegat": _Format(
        lambda f: delimited.read_omegat(f.data, f.where, f.source, f.target),
        lambda o: delimited.write_omegat(o.glossary, o.tags),
        ".txt",
        single=True,
    ),
}
#: Formats by suffix. A .csv or .tsv without our own header is a DeepL or OmegaT glossary.
_SUFFIXES = {
    ".csv": "csv", ".tsv": "tsv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".tbx": "tbx",
    ".xml": "tbx", ".martif": "tbx", ".txt": "omegat", ".utf8": "omegat", ".tab": "omegat",
}  # fmt: skip


def names() -> tuple[str, ...]:
    """The names of all formats, the most complete first."""
    return tuple(_FORMATS)


def detect_format(path: Path) -> str:
    """Detect the format by file name. Raises `InputError`."""
    name = _SUFFIXES.get(path.suffix.lower())
    if name is None:
        advice = f"Specify the format ({', '.join(_FORMATS)}), or use one of {', '.join(_SUFFIXES)}"
        raise InputError(str(path), f"unsupported file extension {path.suffix!r}", advice)
    return name


def read(
    path: Path, *, name: str = "", source_language: str = "en", target_language: str = ""
) -> Incoming:
    """Read a file of any format. Raises `InputError`.

    `name` is the format; by default it is detected from the suffix and the first row.
    Languages are BCP 47 tags; `target_language` is required if the file does not specify it.
    """
    data = read_file(path, max_bytes=MAX_BYTES)
    found = name or detect_format(path)
    separator = _separator(path.suffix)
    if (
        not name
        and found in ("csv", "tsv")
        and not delimited.has_own_header(data, str(path), separator)
    ):
        found = "deepl" if found == "csv" else "omegat"
    return read_bytes(data, str(path), found, source_language, target_language, separator)


def read_bytes(
    data: bytes,
    where: str,
    name: str,
    source_language: str = "en",
    target_language: str = "",
    separator: str = ",",
) -> Incoming:
    """Read the content of a file of the format `name`. Raises `InputError`."""
    return _FORMATS[name].read(_Source(data, where, separator, source_language, target_language))


def _separator(suffix: str) -> str:
    return "," if suffix.lower() == ".csv" else "\t"


def export(
    glossary: Glossary, name: str, tags: Sequence[str] = (), *, suffix: str = ""
) -> ExportResult:
    """Export a glossary in the format `name`, with the targets of these or all locales.

    A locale without targets gets an empty column to fill in. `suffix` selects between
    DeepL's CSV and TSV. Raises `InputError` for several target languages in a format with
    only one.
    """
    chosen = tuple(tags) or tuple(sorted({tag for t in glossary.terms for tag in t.targets}))
    form = _FORMATS[name]
    separator = _separator(suffix or form.suffix)
    single = form.single or (name == "deepl" and separator == "\t")
    if single and len(chosen) != 1:
        problem = f"a {name} file has one target language, but there are {len(chosen)}"
        example = chosen[0] if chosen else "es"
        raise InputError(str(glossary.path), problem, f"Specify one: --to {example}")
    data, findings = form.write(_ExportRequest(glossary, chosen, separator))
    return ExportResult(data, tuple(findings))
