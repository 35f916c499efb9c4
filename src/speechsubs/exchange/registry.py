"""The registry of exchange formats: export by format name, import by content."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from speechsubs.adapters import safe_xml
from speechsubs.adapters.files import read_bytes as read_file
from speechsubs.errors import InputError
from speechsubs.exchange import json_file, markdown, xliff, xlsx
from speechsubs.exchange.segments import MAX_BYTES, Document, Incoming, documents
from speechsubs.model import Finding
from speechsubs.project import Project


@dataclass(frozen=True, slots=True)
class Exported:
    """A file to be written as `name`, with findings about what it cannot represent."""

    name: str
    data: bytes
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Format:
    write: Callable[[Document], tuple[bytes, list[Finding]]]
    suffix: str


_FORMATS = {
    "xliff12": _Format(xliff.write12, ".xlf"),
    "xliff21": _Format(xliff.write21, ".xlf"),
    "xlsx": _Format(xlsx.write, ".xlsx"),
    "markdown": _Format(markdown.write, ".md"),
    "json": _Format(json_file.write, ".json"),
}
_READERS = {"1.2": xliff.read12, "1.1": xliff.read12, "2.0": xliff.read21, "2.1": xliff.read21}


def names() -> tuple[str, ...]:
    """List the formats that can be written; all but `markdown` can be read."""
    return tuple(_FORMATS)


def export(project: Project, name: str, tags: Sequence[str] = ()) -> Iterator[Exported]:
    """Export a file per source and language of a project, in the format `name`.

    `tags` selects languages, all by default. Raises `InputError` for a language that the
    project does not have.
    """
    form = _FORMATS[name]
    taken: set[str] = set()
    for document in documents(project, tags):
        data, findings = form.write(document)
        base = re.sub(r"[^\w.-]+", "-", f"{document.source_id}.{document.target}").strip("-.")
        file, number = f"{base}{form.suffix}", 2
        while file.casefold() in taken:
            file, number = f"{base}-{number}{form.suffix}", number + 1
        taken.add(file.casefold())
        yield Exported(file, data, (*document.findings, *findings))


def read(path: Path) -> Incoming:
    """Read a file returned by a translator. Raises `InputError`."""
    return read_bytes(read_file(path, max_bytes=MAX_BYTES), str(path))


def read_bytes(data: bytes, where: str) -> Incoming:
    """Read the bytes of a file; the format is detected from them. Raises `InputError`."""
    if data.startswith(b"PK"):
        return xlsx.read(data, where)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return json_file.read(data.removeprefix(b"\xef\xbb\xbf"), where)
    if b"<" not in data[:1_000]:
        advice = "Supported formats: XLIFF 1.2 and 2.1, XLSX, JSON"
        raise InputError(where, "not a file written by `speechsubs project export`", advice)
    root = safe_xml.parse(data, where)
    reader = _READERS.get(root.attributes.get("version", ""))
    if root.name != "xliff" or reader is None:
        found = f"<{root.name[:40]} version={root.attributes.get('version', '')[:20]!r}>"
        raise InputError(
            where, f"unsupported XML format {found}", "Supported formats: XLIFF 1.2 and 2.1"
        )
    return Incoming(where, tuple(reader(root)))
