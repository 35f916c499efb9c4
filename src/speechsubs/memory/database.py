"""The SQLite database of a memory: opening, migrations, errors, and rows.

Segments are converted to rows and back, and everything read back is validated, because a
memory may come from an untrusted source.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from speechsubs.errors import InputError, OutputError, SpeechsubsError
from speechsubs.memory import model
from speechsubs.memory.model import CacheKey, Origin, Segment, State
from speechsubs.model import Placeable, PlaceableKind
from speechsubs.spans import Span
from speechsubs.translation.keys import read_placeable, write_key

#: "SSTM", to distinguish memories from other SQLite files.
APPLICATION_ID = 0x5353544D
#: How long a writer waits for another writer.
BUSY_MS = 15_000
#: SQLite before 3.32 takes no more than 999 parameters.
CHUNK = 400

_SCHEMA_1 = """
CREATE TABLE pairs (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL, UNIQUE (source, target)
);
CREATE TABLE segments (
  id INTEGER PRIMARY KEY,
  pair INTEGER NOT NULL REFERENCES pairs (id),
  source_key BLOB NOT NULL, template_key BLOB NOT NULL, variant BLOB NOT NULL,
  source TEXT NOT NULL, template TEXT NOT NULL, slots TEXT NOT NULL,
  target TEXT NOT NULL, places TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
  author TEXT NOT NULL, date TEXT NOT NULL,
  origin_file TEXT NOT NULL, origin_sentence INTEGER NOT NULL,
  glossary TEXT NOT NULL, engine TEXT NOT NULL, note TEXT NOT NULL, props TEXT NOT NULL,
  revision INTEGER NOT NULL
);
CREATE UNIQUE INDEX segments_place
  ON segments (source_key, pair, origin_file, origin_sentence, variant);
CREATE INDEX segments_template ON segments (template_key, pair);
CREATE INDEX segments_revision ON segments (revision);
CREATE INDEX segments_count ON segments (pair, state);
CREATE TABLE cache (
  key BLOB PRIMARY KEY, engine TEXT NOT NULL, answers TEXT NOT NULL, date TEXT NOT NULL
) WITHOUT ROWID;
"""

#: Step N takes a file from schema N to N + 1. Steps are only ever added.
MIGRATIONS: tuple[str, ...] = (_SCHEMA_1,)


class Database:
    """A connection that raises all SQLite errors as `SpeechsubsError`."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self.path = path
        self._depth = 0
        if not create and not path.exists():
            raise InputError(str(path), "no such translation memory", "Check the name")
        if path.is_dir():
            raise InputError(str(path), "is a folder", "Specify a file inside it")
        #: True if the file or its folder cannot be written to: everything can be read.
        self.read_only = path.exists() and not all(
            os.access(place, os.W_OK) for place in (path, path.parent)
        )
        modes = ["rwc" if create else "rw"]
        if self.read_only:
            # Without files of its own beside it, SQLite must be told that nobody writes.
            modes = ["ro", "ro&immutable=1"]
        for last, mode in enumerate(modes, start=1 - len(modes)):
            try:
                self._open(mode, create=create and not self.read_only)
                break
            except SpeechsubsError:
                if not last:
                    raise

    def _open(self, mode: str, *, create: bool) -> None:
        with self._errors():
            # As a URI, because a plain name would create a missing file.
            self._connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=BUSY_MS / 1_000,
                isolation_level=None,
            )
        try:
            with self._errors():
                self._prepare(create)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, create: bool) -> None:
        # A memory may be untrusted: its schema must not be able to run code.
        self._connection.execute("PRAGMA trusted_schema = OFF")
        self._connection.execute("PRAGMA cell_size_check = ON")
        version = self._version(create)
        if version < len(MIGRATIONS):
            if self.read_only:
                raise OutputError(self.path, "is of an older version and cannot be written to")
            # With WAL readers never wait for a writer. Some network drives do not support it.
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._migrate(create)
        # Safe against crashes of the program in any mode, with WAL against power loss too.
        self._connection.execute("PRAGMA synchronous = NORMAL")

    def _version(self, create: bool) -> int:
        """The schema version of the file, 0 for a new one."""
        application = self._number("PRAGMA application_id")
        version = self._number("PRAGMA user_version")
        if application != APPLICATION_ID:
            tables = self._number("SELECT count(*) FROM sqlite_master")
            if application or version or tables or not create:
                raise InputError(
                    str(self.path),
                    "not a speechsubs translation memory",
                    "Specify another file; `speechsubs memory import` creates a new one",
                )
        if self._number("SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')"):
            # We have none. Somebody else's would run with what we read and write.
            raise InputError(
                str(self.path),
                "contains triggers or views, which a translation memory never has",
                "Do not use it; export what you need with the program that made it",
            )
        if version > len(MIGRATIONS):
            raise InputError(
                str(self.path),
                f"its schema is version {version}, newer than the supported {len(MIGRATIONS)}",
                "Update speechsubs",
            )
        return version

    def _migrate(self, create: bool) -> None:
        with self.writing():
            # Check again, because another process may have migrated it meanwhile.
            version = self._version(create)
            for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
                for statement in script.split(";"):
                    if statement.strip():
                        self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {number:d}")
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")

    def _number(self, sql: str) -> int:
        row = self._connection.execute(sql).fetchone()
        return int(row[0])

    def close(self) -> None:
        """Close the file; may be called more than once."""
        with self._errors():
            self._connection.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Fetch all rows of a query with bound values."""
        with self._errors():
            return self._connection.execute(sql, values).fetchall()

    def stream(self, sql: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Iterate over the rows of a query."""
        with self._errors():
            yield from self._connection.execute(sql, values)

    def among(
        self, sql: str, keys: Sequence[Any], values: Sequence[Any] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Rows of a query for any number of keys, in chunks; `{}` marks their place."""
        for start in range(0, len(keys), CHUNK):
            part = keys[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            yield from self.rows(sql.format(marks), [*part, *values])

    def change(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement and return the number of changed rows."""
        with self._errors():
            return self._connection.execute(sql, values).rowcount

    def change_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement for many rows."""
        with self._errors():
            self._connection.executemany(sql, rows)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A write transaction that takes the write lock immediately.

        A nested one is part of the outer one.
        """
        if self._depth == 0:
            with self._errors():
                self._connection.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0 and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            with self._errors():
                self._connection.execute("COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _translate_error(self.path, error) from error
        except UnicodeDecodeError as error:
            # A damaged schema, of which sqlite3 cannot even print the error.
            raise damaged_error(self.path, "names that are not text") from error
        except UnicodeEncodeError as error:
            raise InputError(
                str(self.path), "a text contains a lone surrogate", "Correct the text"
            ) from error


def _translate_error(path: Path, error: sqlite3.Error) -> SpeechsubsError:
    code = getattr(error, "sqlite_errorcode", None) or 0
    if isinstance(error, sqlite3.ProgrammingError):
        return InputError(str(path), f"the translation memory cannot be used here ({error})")
    primary = code & 0xFF
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return InputError(
            str(path), "another program is writing to it", "Try again when it is done"
        )
    if primary == sqlite3.SQLITE_FULL:
        return OutputError(path, "cannot be written: the disk is full")
    if primary == sqlite3.SQLITE_READONLY:
        return OutputError(path, "cannot be written: the file or its folder is read-only")
    if primary == sqlite3.SQLITE_CANTOPEN:
        return InputError(
            str(path), "cannot be opened", "Does the folder exist, and is it writable?"
        )
    if primary in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return damaged_error(path, str(error))
    return InputError(str(path), f"SQLite cannot open it ({error})")


def damaged_error(path: Path, detail: str) -> InputError:
    """Make the error for an invalid file."""
    return InputError(
        str(path),
        f"not a translation memory, or damaged ({detail[:200]})",
        "Restore a backup, or move it away and import your TMX files again",
    )


class Row(NamedTuple):
    """A segment as a database row: cheap to sort, not yet validated."""

    number: int
    source_language: str
    target_language: str
    source: str
    target: str
    slots: str
    places: str
    state: int
    author: str
    date: str
    file: str
    sentence: int
    glossary: str
    engine: str
    note: str
    props: str
    revision: int


#: The columns of a `Row`, in its order.
COLUMNS = (
    "s.id, p.source, p.target, s.source, s.target, s.slots, s.places, s.state, s.author, s.date,"
    " s.origin_file, s.origin_sentence, s.glossary, s.engine, s.note, s.props, s.revision"
)
#: The tables with these columns.
TABLES = "segments AS s JOIN pairs AS p ON p.id = s.pair"

#: Maximum characters of a sentence.
MAX_TEXT = 100_000


def dump_placeables(placeables: tuple[Placeable, ...]) -> str:
    """Dump placeables as JSON, without their texts."""
    rows = [[p.kind.value, p.start, p.end, write_key(p.value), p.suffix] for p in placeables]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def dump_places(places: tuple[Span, ...]) -> str:
    """Dump places as JSON."""
    return json.dumps([[p.slot, p.start, p.end] for p in places], separators=(",", ":"))


def dump_props(props: tuple[tuple[str, str], ...]) -> str:
    """Dump properties of other tools as JSON."""
    return json.dumps(props, ensure_ascii=False, separators=(",", ":"))


def parse_placeables(data: str, text: str) -> tuple[Placeable, ...]:
    """Parse placeables from JSON. Raises `ValueError` or `TypeError` for invalid data."""
    result = []
    for kind, start, end, key, suffix in _list(data):
        if not (isinstance(start, int) and isinstance(end, int)):
            raise TypeError("offsets must be whole numbers")
        if not (isinstance(key, str) and isinstance(suffix, str)):
            raise TypeError("keys must be text")
        written = text[max(start, 0) : end]
        result.append(read_placeable(PlaceableKind(kind), start, end, written, key, suffix))
    return tuple(result)


def parse_places(data: str) -> tuple[Span, ...]:
    """Parse places from JSON. Raises `ValueError` or `TypeError` for invalid data."""
    result = []
    for numbers in _list(data):
        if not all(isinstance(number, int) for number in numbers):
            raise TypeError("offsets must be whole numbers")
        slot, start, end = numbers
        result.append(Span(slot, start, end))
    return tuple(result)


def parse_props(data: str) -> tuple[tuple[str, str], ...]:
    """Parse properties of other tools from JSON."""
    return tuple((str(name), str(value)) for name, value in _list(data))


def _list(data: str) -> list[Any]:
    try:
        found = json.loads(data)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, list):
        raise TypeError("not a list")
    return found


def to_values(segment: Segment, pair: int, date: str, revision: int) -> tuple[Any, ...]:
    """Convert a segment into values for the columns of `segments`, without its id.

    Raises `InputError` for a text that is too long.
    """
    if max(len(segment.source), len(segment.target)) > MAX_TEXT:
        raise InputError(
            segment.origin.file or "segment", f"more than {MAX_TEXT:,} characters in one sentence"
        )
    origin = segment.origin
    template = segment.source_template
    # An origin has one translation; without an origin every wording is kept.
    variant = b"" if origin.file else model.digest(segment.target)
    return (
        pair,
        model.digest(segment.source),
        model.digest(template),
        variant,
        segment.source,
        template,
        dump_placeables(segment.placeables),
        segment.target,
        dump_places(segment.places),
        int(segment.state),
        segment.author,
        date,
        origin.file,
        origin.sentence,
        segment.glossary,
        segment.engine,
        segment.note,
        dump_props(segment.props),
        revision,
    )


def to_row(values: tuple[Any, ...], path: Path) -> Row:
    """Check the types of a row. Raises `InputError` if the file is damaged."""
    result = Row(*values)
    texts = (*result[1:7], *result[8:11], *result[12:16])
    numbers = (result.number, result.state, result.sentence, result.revision)
    # SQLite does not enforce the declared types of columns.
    if not all(isinstance(t, str) for t in texts) or not all(isinstance(n, int) for n in numbers):
        raise damaged_error(path, f"segment {result.number}")
    return result


def to_segment(row: Row, path: Path) -> Segment:
    """Convert a row into a segment. Raises `InputError` if the file is damaged."""
    try:
        return Segment(
            source_language=row.source_language,
            target_language=row.target_language,
            source=row.source,
            target=row.target,
            placeables=parse_placeables(row.slots, row.source),
            places=parse_places(row.places),
            state=State(row.state),
            author=row.author,
            date=row.date,
            origin=Origin(row.file, row.sentence),
            glossary=row.glossary,
            engine=row.engine,
            note=row.note,
            props=parse_props(row.props),
            id=row.number,
        )
    except (ValueError, TypeError) as error:
        raise damaged_error(path, f"segment {row.number}: {error}") from error


def cache_key(key: CacheKey) -> bytes:
    """Hash a cache key to 256 bits."""
    # As JSON, so that different keys never give the same data.
    data = json.dumps([key.engine, key.glossary, key.text, key.options], separators=(",", ":"))
    return hashlib.sha256(data.encode("ascii")).digest()


def parse_answers(data: object) -> tuple[str, ...]:
    """Parse cached outputs from JSON; empty if damaged."""
    try:
        found = json.loads(data) if isinstance(data, str) else ()
    except (ValueError, RecursionError):
        return ()
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        return ()
    return tuple(found)


def is_storable(text: str) -> bool:
    """False for a text with a lone surrogate, which UTF-8 cannot hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
