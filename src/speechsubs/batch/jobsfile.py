"""Manifests that people write: which files, with which recording, languages and options.

jobs.yml:

    version: 1
    jobs:
      - source: talks/courage.txt
        audio: talks/courage.mp3
        languages: [es, ca]
        options: {max-lines: 2, from: en}

jobs.csv has the columns source, audio, languages and options; languages stand apart by
blanks, options by semicolons ("max-lines=2; from=en"). Paths are relative to the
manifest. Both are read strictly: what is not known is an error with its line.
"""

import csv
import difflib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from speechsubs import yamlfile
from speechsubs.errors import InputError
from speechsubs.files import read_bytes
from speechsubs.yamlfile import Map, Seq, line_of

SUFFIXES: Final = (".yml", ".yaml", ".csv")
COLUMNS: Final = ("source", "audio", "languages", "options")
_MOST_ROWS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One file of a manifest. `place` is where it stands ("jobs.yml:7").

    `languages` is None where the row leaves them to the command line. `options` are the
    names of options, without dashes, and what was written for them.
    """

    place: str
    source: Path
    audio: Path | None = None
    languages: tuple[str, ...] | None = None
    options: dict[str, str | bool] = field(default_factory=dict)


def is_manifest(path: Path) -> bool:
    """Whether a file is one by its name: no transcript ends in .yml or .csv."""
    return path.suffix.lower() in SUFFIXES


def read(path: Path) -> list[Row]:
    """The rows of a manifest in their order. Raises `InputError` or `YamlError`."""
    rows = list(_csv(path) if path.suffix.lower() == ".csv" else _yaml(path))
    if not rows:
        raise InputError(str(path), "there is no job in it")
    first: dict[Path, str] = {}
    for row in rows:
        if row.source in first:
            other = first[row.source]
            raise InputError(row.place, f"{row.source} is named twice, first in {other}")
        first[row.source] = row.place
    return rows


def _yaml(path: Path) -> Iterator[Row]:
    data = yamlfile.load(path)
    _known(data, ("version", "jobs"), path)
    version = data.get("version")
    if version != 1 or isinstance(version, bool):
        raise InputError(_at(path, data, "version"), "the version must be 1", "Write version: 1")
    jobs = data.get("jobs")
    if not isinstance(jobs, Seq):
        raise InputError(_at(path, data, "jobs"), "jobs must be a list")
    for number, job in enumerate(jobs):
        place = f"{path}:{line_of(jobs, number)}"
        if isinstance(job, str):
            yield Row(place, _path(path, job, place))
            continue
        if not isinstance(job, Map):
            raise InputError(place, "a job is a path, or source, audio, languages and options")
        _known(job, COLUMNS, path)
        yield _yaml_row(path, job, place)


def _yaml_row(path: Path, job: Map, place: str) -> Row:
    for name in ("source", "audio"):
        if job.get(name) is not None and not isinstance(job[name], str):
            raise InputError(_at(path, job, name), f"{name} must be a path")
    if not job.get("source"):
        raise InputError(place, "a job needs a source")
    languages = job.get("languages")
    if isinstance(languages, str):
        languages = languages.replace(",", " ").split()
    if languages is not None and not (
        isinstance(languages, list) and all(isinstance(tag, str) for tag in languages)
    ):
        raise InputError(_at(path, job, "languages"), "languages must be a list of tags: [es, ca]")
    options = job.get("options")
    if options is not None and not isinstance(options, Map):
        raise InputError(_at(path, job, "options"), "options must be `name: value` lines")
    audio = job.get("audio")
    return Row(
        place,
        _path(path, job["source"], place),
        _path(path, audio, place) if audio else None,
        None if languages is None else tuple(languages),
        {_name(key): _value(path, options, key) for key in options} if options else {},
    )


def _value(path: Path, options: Map, key: Any) -> str | bool:
    value = options[key]
    if isinstance(value, bool):
        return value
    if isinstance(value, str | int | float):
        return str(value)
    raise InputError(_at(path, options, key), f"{key} must be one value")


def _known(data: Map, names: Sequence[str], path: Path) -> None:
    for key in data:
        if key not in names:
            near = difflib.get_close_matches(str(key), names, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(names)}"
            raise InputError(_at(path, data, key), f"{key!r} is not known here", hint)


def _at(path: Path, data: Map, key: object) -> str:
    return f"{path}:{line_of(data, key) if key in data else line_of(data)}"


def _csv(path: Path) -> Iterator[Row]:
    data = read_bytes(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = "this is not UTF-8 text"
        raise InputError(f"{path}:{line}", problem, "Save it as CSV UTF-8") from error
    if "\0" in text:
        raise InputError(f"{path}:{text.count(chr(10), 0, text.index(chr(0))) + 1}", "a NUL byte")
    head = text.partition("\n")[0]
    # Spreadsheets write semicolons where the comma is the decimal sign.
    comma = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma, strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        _check_header(header, path)
        line = reader.line_num + 1
        for cells in reader:
            place, line = f"{path}:{line}", reader.line_num + 1
            if any(cell.strip() for cell in cells):
                yield _csv_row(path, header, cells, place)
            if line > _MOST_ROWS:
                raise InputError(place, f"more than {_MOST_ROWS:,} lines")
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}", f"this is no CSV ({error})") from error


def _check_header(header: Sequence[str], path: Path) -> None:
    wrong = [name for name in header if name not in COLUMNS]
    if "source" not in header or wrong or len(set(header)) < len(header):
        problem = "the first line must name the columns"
        if wrong:
            problem += f"; {wrong[0]!r} is none"
        raise InputError(f"{path}:1", problem, f"There are {', '.join(COLUMNS)}")


def _csv_row(path: Path, header: Sequence[str], cells: Sequence[str], place: str) -> Row:
    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        raise InputError(place, f"{len(cells)} cells for {len(header)} columns")
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
    if not row.get("source"):
        raise InputError(place, "a job needs a source")
    tags = row.get("languages", "").replace(",", " ").replace(";", " ").split()
    options: dict[str, str | bool] = {}
    for item in filter(None, (part.strip() for part in row.get("options", "").split(";"))):
        name, equals, value = item.partition("=")
        key = _name(name)
        if key in options:
            raise InputError(place, f"option {key} stands there twice")
        options[key] = value.strip() if equals else True
    return Row(
        place,
        _path(path, row["source"], place),
        _path(path, row["audio"], place) if row.get("audio") else None,
        tuple(tags) or None,
        options,
    )


def _name(key: Any) -> str:
    return str(key).strip().lstrip("-").replace("_", "-").lower()


def _path(manifest: Path, text: str, place: str) -> Path:
    if "\0" in text:
        raise InputError(place, "a path with a NUL in it")
    return manifest.parent / text
