"""Segments as rows of the database and back, with everything checked on the way back."""

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from speechsubs.errors import InputError
from speechsubs.memory import templates
from speechsubs.memory.database import damaged
from speechsubs.memory.segments import CacheKey, Origin, Segment, State
from speechsubs.model import Slot, SlotKind
from speechsubs.spans import Span


class Row(NamedTuple):
    """A segment as the database holds it: cheap to sort, not yet checked."""

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


#: The columns of a `Row`, in its order.
COLUMNS = (
    "s.id, p.source, p.target, s.source, s.target, s.slots, s.places, s.state, s.author, s.date,"
    " s.origin_file, s.origin_sentence, s.glossary, s.engine, s.note, s.props"
)
#: Where they come from.
TABLES = "segments AS s JOIN pairs AS p ON p.id = s.pair"

#: A sentence longer than this is no sentence.
MAX_TEXT = 100_000


def slots_text(slots: tuple[Slot, ...]) -> str:
    """Slots as JSON. The text itself is not repeated."""
    rows = [[s.kind.value, s.start, s.end, s.key, s.suffix] for s in slots]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def places_text(places: tuple[Span, ...]) -> str:
    """Places as JSON."""
    return json.dumps([[p.slot, p.start, p.end] for p in places], separators=(",", ":"))


def props_text(props: tuple[tuple[str, str], ...]) -> str:
    """Foreign properties as JSON."""
    return json.dumps(props, ensure_ascii=False, separators=(",", ":"))


def slots_of(data: str, text: str) -> tuple[Slot, ...]:
    """Slots from JSON. Raises `ValueError` or `TypeError` for anything else."""
    result = []
    for kind, start, end, key, suffix in _list(data):
        if not (isinstance(start, int) and isinstance(end, int)):
            raise TypeError("offsets are whole numbers")
        if not (isinstance(key, str) and isinstance(suffix, str)):
            raise TypeError("keys are texts")
        result.append(Slot(SlotKind(kind), start, end, text[max(start, 0) : end], key, suffix))
    return tuple(result)


def places_of(data: str) -> tuple[Span, ...]:
    """Places from JSON. Raises `ValueError` or `TypeError` for anything else."""
    result = []
    for numbers in _list(data):
        if not all(isinstance(number, int) for number in numbers):
            raise TypeError("offsets are whole numbers")
        slot, start, end = numbers
        result.append(Span(slot, start, end))
    return tuple(result)


def props_of(data: str) -> tuple[tuple[str, str], ...]:
    """Foreign properties from JSON."""
    return tuple((str(name), str(value)) for name, value in _list(data))


def _list(data: str) -> list[Any]:
    try:
        found = json.loads(data)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, list):
        raise TypeError("not a list")
    return found


def values(segment: Segment, pair: int, date: str, revision: int) -> tuple[Any, ...]:
    """A segment in the order of the columns of `segments`, but without its id.

    Raises `InputError` for a text that is too long to be a sentence.
    """
    if max(len(segment.source), len(segment.target)) > MAX_TEXT:
        raise InputError(
            segment.origin.file or "segment", f"more than {MAX_TEXT:,} characters in one sentence"
        )
    origin = segment.origin
    template = segment.source_template
    # A place in a file has one translation; without a place every wording is its own.
    variant = b"" if origin.file else templates.digest(segment.target)
    return (
        pair,
        templates.digest(segment.source),
        templates.digest(template),
        variant,
        segment.source,
        template,
        slots_text(segment.slots),
        segment.target,
        places_text(segment.places),
        int(segment.state),
        segment.author,
        date,
        origin.file,
        origin.sentence,
        segment.glossary,
        segment.engine,
        segment.note,
        props_text(segment.props),
        revision,
    )


def row(values: tuple[Any, ...], path: Path) -> Row:
    """The columns of a `Row` by name. Raises `InputError` where the file is damaged."""
    result = Row(*values)
    texts = (*result[1:7], *result[8:11], *result[12:])
    numbers = (result.number, result.state, result.sentence)
    # SQLite keeps what it is given, whatever type the column was declared to be.
    if not all(isinstance(t, str) for t in texts) or not all(isinstance(n, int) for n in numbers):
        raise damaged(path, f"segment {result.number}")
    return result


def segment(row: Row, path: Path) -> Segment:
    """The segment in a row. Raises `InputError` where the file is damaged."""
    try:
        return Segment(
            source_language=row.source_language,
            target_language=row.target_language,
            source=row.source,
            target=row.target,
            slots=slots_of(row.slots, row.source),
            places=places_of(row.places),
            state=State(row.state),
            author=row.author,
            date=row.date,
            origin=Origin(row.file, row.sentence),
            glossary=row.glossary,
            engine=row.engine,
            note=row.note,
            props=props_of(row.props),
            id=row.number,
        )
    except (ValueError, TypeError) as error:
        raise damaged(path, f"segment {row.number}: {error}") from error


def cache_key(key: CacheKey) -> bytes:
    """256 bits that stand for a key of the cache."""
    # As JSON, so that no text can pose as the end of another.
    data = json.dumps([key.engine, key.glossary, key.text, key.options], separators=(",", ":"))
    return hashlib.sha256(data.encode("ascii")).digest()


def answers_of(data: object) -> tuple[str, ...]:
    """Cached outputs from JSON, none where it is damaged."""
    try:
        found = json.loads(data) if isinstance(data, str) else ()
    except (ValueError, RecursionError):
        return ()
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        return ()
    return tuple(found)


def storable(text: str) -> bool:
    """False for a text with a lone surrogate, which UTF-8 cannot hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
