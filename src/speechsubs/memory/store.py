"""The translation memory: look up, store, cache, import and export.

Human segments can be hashed, to check whether two memories give the same matches, and
copied into a snapshot for processes that only read.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from speechsubs.adapters.files import temporary_folder
from speechsubs.language import tags
from speechsubs.memory import database as rows
from speechsubs.memory import matching, model
from speechsubs.memory.database import Database, Row
from speechsubs.memory.model import CacheKey, Match, Query, Segment, State
from speechsubs.memory.search import FuzzySearch
from speechsubs.memory.tmx import Unit
from speechsubs.model import Finding


def hash_segments(database: Database, pairs: Sequence[int]) -> str:
    """Hash the human segments of some language pairs; empty if there are none.

    Equal hashes give equal matches. Ids and revisions of segments do not count, but their order
    does, because what was stored last comes first.
    """
    numbers = ",".join(map(str, pairs))
    sql = (
        f"SELECT {rows.COLUMNS} FROM {rows.TABLES}"  # noqa: S608 - numbers and constants
        f" WHERE s.pair IN ({numbers}) AND s.state > 0 ORDER BY s.revision, s.id"
    )
    found = hashlib.sha256()
    empty = True
    for values in database.stream(sql):
        empty = False
        found.update(repr(values[1:-1]).encode("utf-8", "surrogatepass"))
    return "" if empty else found.hexdigest()[:32]


def copy_human_segments(database: Database) -> bytes:
    """The bytes of a memory with only the human segments of this one.

    `hash_segments` and `Memory.lookup` give the same results for it.
    """
    with temporary_folder() as folder:
        path = folder / "memory"
        with closing(Database(path, create=True)) as copy, copy.writing():
            for values in database.stream("SELECT * FROM pairs"):
                copy.change("INSERT INTO pairs VALUES (?, ?, ?)", values)
            marks = ",".join("?" * 20)
            for values in database.stream("SELECT * FROM segments WHERE state > 0"):
                copy.change(f"INSERT INTO segments VALUES ({marks})", values)  # noqa: S608
        return path.read_bytes()


#: Minimum score of fuzzy matches in percent; CAT tools use 70 to 75.
THRESHOLD = 75

#: States of human translations.
HUMAN_STATES = (State.APPROVED, State.EDITED)

_BATCH = 1_000

_UPSERT = """
INSERT INTO segments (pair, source_key, template_key, variant, source, template, slots, target,
  places, state, author, date, origin_file, origin_sentence, glossary, engine, note, props,
  revision)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (source_key, pair, origin_file, origin_sentence, variant) DO UPDATE SET
  template_key = excluded.template_key, source = excluded.source, template = excluded.template,
  slots = excluded.slots, target = excluded.target, places = excluded.places,
  state = excluded.state, author = excluded.author, date = excluded.date,
  glossary = excluded.glossary, engine = excluded.engine, note = excluded.note,
  props = excluded.props, revision = excluded.revision
WHERE CASE WHEN min(state, 1) != min(excluded.state, 1) THEN excluded.state > state
  WHEN excluded.date != min(date, ?) THEN excluded.date > min(date, ?)
  ELSE (excluded.source, excluded.slots, excluded.target, excluded.places, excluded.state,
        excluded.author, excluded.glossary, excluded.engine, excluded.note, excluded.props)
    != (source, slots, target, places, state, author, glossary, engine, note, props) END
"""


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import.

    `units` were in the file, `stored` segments are new or newer than in the memory,
    `kept` were older and ignored. `skipped` units had no translation; `findings` name
    the first of them.
    """

    units: int
    stored: int
    kept: int
    skipped: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Stats:
    """The size of a memory. `pairs` maps (source, target) to counts by state.

    `cached` counts cached engine outputs, `bytes` is the size of the database.
    """

    pairs: Mapping[tuple[str, str], Mapping[State, int]]
    cached: int
    bytes: int

    @property
    def segments(self) -> int:
        """The number of all segments."""
        return sum(sum(counts.values()) for counts in self.pairs.values())


class Memory:
    """An open memory. Close it, or use it as a context manager.

    Any number of processes may read while one writes; writers wait for each other. An
    object belongs to the thread that opened it. Every method raises `InputError` for an
    unusable file and `OutputError` for one that cannot be written.
    """

    def __init__(self, database: Database, now: Callable[[], str]) -> None:
        self._database = database
        self._now = now
        self._fuzzy = FuzzySearch(database)

    @classmethod
    def open(
        cls, path: Path | str, *, create: bool = True, now: Callable[[], str] | None = None
    ) -> "Memory":
        """Open the memory in a file; by default create it if it does not exist.

        `now` returns the date for segments stored without one, in UTC as
        "2026-03-01T12:00:00Z". Raises `InputError` for a file that is not a memory, is
        damaged or was created by a newer version of speechsubs.
        """
        return cls(Database(Path(path), create=create), now or _now)

    @property
    def path(self) -> Path:
        """The path of the file."""
        return self._database.path

    def digest(self, source: str, target: str) -> str:
        """Hash the human segments between two language tags; empty if there are none."""
        pairs = self._serving({source}, tags.canonical(target))
        return hash_segments(self._database, pairs)

    def snapshot(self) -> bytes:
        """The bytes of a memory with only human segments, for processes that only read."""
        return copy_human_segments(self._database)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def lookup(self, sentences: Sequence[Query], locale: str) -> list[Match | None]:
        """Find human translations of the sentences for a language tag, in order.

        An exact match takes precedence over the same sentence with other amounts or
        numbers. Among several, the segment of the same origin is preferred, then approved
        over edited, then the newest. Machine output is never returned. Raises `InputError`
        for an invalid language tag.
        """
        wanted = tags.canonical(locale)
        pairs = self._serving({query.language for query in sentences}, wanted)
        result: list[Match | None] = [None] * len(sentences)
        keys = [model.digest(query.text) for query in sentences]
        for at, candidates in self._having("source_key", sentences, keys, pairs, wanted):
            result[at] = matching.best_exact(sentences[at], candidates, self.path)
        keys_left = [
            model.digest(query.template) if query.placeables and not found else None
            for query, found in zip(sentences, result, strict=True)
        ]
        for at, candidates in self._having("template_key", sentences, keys_left, pairs, wanted):
            result[at] = matching.best_template(sentences[at], candidates, self.path)
        return result

    def fuzzy(
        self, query: Query, locale: str, limit: int = 5, threshold: int = THRESHOLD
    ) -> list[Match]:
        """Find fuzzy matches for human review, best first.

        `threshold` is the minimum score, 1 to 100 percent. Only human segments are
        proposed. Matches that are not exact score at most 99.
        """
        wanted = tags.canonical(locale)
        pairs = self._serving({query.language}, wanted)
        if not pairs or limit < 1:
            return []
        # Also without placeables: memories of other tools have none.
        texts = {model.compact(t) for t in (query.template, replace(query, placeables=()).template)}
        found: dict[int, int] = {}
        for text in texts:
            # More than requested, because several segments may have the same translation.
            near = self._fuzzy.find(text, pairs, 4 * limit, min(max(threshold, 1), 100))
            for number, score in near:
                found[number] = max(score, found.get(number, 0))
        held = sorted(
            self._by_id(list(found)),
            key=lambda row: (-found[row.number], matching.rank(query, row, wanted)),
        )
        apart = {(row.source, row.target): row for row in reversed(held)}
        held = [row for row in held if apart[row.source, row.target] is row]
        matches = [
            matching.make_fuzzy_match(query, rows.to_segment(row, self.path), found[row.number])
            for row in held
        ]
        return sorted(matches, key=lambda match: -match.score)[:limit]

    def remember(self, segments: Iterable[Segment]) -> int:
        """Store segments and return how many were new or newer than existing ones.

        Without an origin (`Segment.origin`) every wording is kept. An origin has one
        translation, and a later one replaces it. Machine output never replaces a human
        translation, and an older segment never replaces a newer one. Segments without a
        date get the current time. All or nothing.
        """
        return self._store(segments, self._now())

    def _store(self, segments: Iterable[Segment], now: str) -> int:
        stored = 0
        with self._database.writing():
            known: dict[tuple[str, str], int] = {}
            revision, today = self._revision(), self._now()
            for segment in segments:
                tagged = (
                    tags.canonical(segment.source_language),
                    tags.canonical(segment.target_language),
                )
                if tagged not in known:
                    known[tagged] = self._pair(*tagged)
                revision += 1
                # A date in the future is a clock that goes wrong: it counts as today.
                date = min(segment.date or now, today)
                values = rows.to_values(segment, known[tagged], date, revision)
                stored += self._database.change(_UPSERT, (*values, today, today))
        return stored

    def forget(self, ids: Sequence[int]) -> int:
        """Delete segments and return how many existed."""
        with self._database.writing():
            return sum(
                self._database.change("DELETE FROM segments WHERE id = ?", (number,))
                for number in dict.fromkeys(ids)
            )

    def cached(self, keys: Iterable[CacheKey]) -> dict[CacheKey, tuple[str, ...]]:
        """The engine outputs of all keys that are cached, best output first."""
        wanted = {rows.cache_key(key): key for key in keys}
        sql = "SELECT key, answers FROM cache WHERE key IN ({})"
        found = {}
        for key, answers in self._database.among(sql, list(wanted)):
            texts = rows.parse_answers(answers)
            # Damaged entries are just translated again.
            if texts:
                found[wanted[key]] = texts
        return found

    def cache(self, items: Mapping[CacheKey, Sequence[str]]) -> None:
        """Cache engine outputs, except those that cannot be stored (lone surrogates)."""
        now = self._now()
        values = []
        for key, answers in items.items():
            data = json.dumps(list(answers), ensure_ascii=False, separators=(",", ":"))
            if answers and rows.is_storable(data):
                values.append((rows.cache_key(key), ascii(key.engine)[1:-1], data, now))
        # A memory that can only be read is a cache that stays as it is.
        if values and not self._database.read_only:
            with self._database.writing():
                self._database.change_many(
                    "INSERT OR REPLACE INTO cache VALUES (?, ?, ?, ?)", values
                )

    def export(
        self, *, states: Sequence[State] = HUMAN_STATES, target: str = ""
    ) -> Iterator[Segment]:
        """The segments in the order in which they were stored, for `tmx.write` and others.

        `target` limits them to those that can be used for one language.
        """
        wanted = tags.canonical(target) if target else ""
        marks = ",".join(str(int(state)) for state in states)
        sql = (
            f"SELECT {rows.COLUMNS} FROM {rows.TABLES}"  # noqa: S608 - numbers and constants
            f" WHERE s.state IN ({marks}) ORDER BY s.id"
        )
        for values in self._database.stream(sql):
            row = rows.to_row(values, self.path)
            if not wanted or tags.serves(row.target_language, wanted):
                yield rows.to_segment(row, self.path)

    def import_(self, units: Iterable[Unit]) -> Imported:
        """Store the units from `tmx.read`, with their own dates. All or nothing."""
        counts = {"units": 0, "stored": 0, "kept": 0, "skipped": 0}
        findings: list[Finding] = []
        with self._database.writing():
            batch: list[Segment] = []
            for unit in units:
                counts["units"] += 1
                counts["skipped"] += not unit.segments
                if len(findings) < 100:
                    findings += unit.findings
                batch += unit.segments
                if len(batch) >= _BATCH:
                    self._import(batch, counts)
            self._import(batch, counts)
        return Imported(**counts, findings=tuple(findings))

    def stats(self) -> Stats:
        """Count segments and cache entries."""
        pairs: dict[tuple[str, str], dict[State, int]] = {}
        for source, target, state, count in self._database.rows(
            "SELECT p.source, p.target, s.state, count(*) FROM segments AS s"
            " JOIN pairs AS p ON p.id = s.pair GROUP BY s.pair, s.state ORDER BY 1, 2, 3"
        ):
            try:
                pairs.setdefault((str(source), str(target)), {})[State(state)] = count
            except ValueError:
                raise rows.damaged_error(self.path, f"a segment of state {state!r}") from None
        cached = self._database.rows("SELECT count(*) FROM cache")[0][0]
        # Not the size of the file: the latest writes may still be in the WAL file.
        pages = self._database.rows("PRAGMA page_count")[0][0]
        return Stats(pairs, cached, pages * self._database.rows("PRAGMA page_size")[0][0])

    def _import(self, batch: list[Segment], counts: dict[str, int]) -> None:
        # A missing date stays empty, so that every segment with a date is newer.
        stored = self._store(batch, "")
        counts["stored"] += stored
        counts["kept"] += len(batch) - stored
        batch.clear()

    def _serving(self, languages: set[str], wanted: str) -> list[int]:
        """The language pairs from `languages` into targets that can be used for one tag."""
        spoken = {tags.primary(tags.canonical(language)) for language in languages}
        found = []
        for number, source, target in self._database.rows("SELECT id, source, target FROM pairs"):
            if not (isinstance(source, str) and isinstance(target, str) and number):
                raise rows.damaged_error(self.path, f"language pair {number}")
            if tags.primary(source) in spoken and tags.serves(target, wanted):
                found.append(int(number))
        return found

    def _having(
        self,
        column: str,
        queries: Sequence[Query],
        keys: Sequence[bytes | None],
        pairs: Sequence[int],
        wanted: str,
    ) -> Iterator[tuple[int, matching.Candidates]]:
        """The human segments of every query whose key is found, by query index.

        `column` is a constant and never user input.
        """
        distinct = list(dict.fromkeys(key for key in keys if key is not None))
        if not distinct or not pairs:
            return
        numbers = ",".join(map(str, pairs))
        sql = (
            f"SELECT {rows.COLUMNS}, s.{column} FROM {rows.TABLES}"  # noqa: S608 - constants
            # The unary plus keeps SQLite from scanning all segments of a pair instead.
            f" WHERE s.{column} IN ({{}}) AND +s.pair IN ({numbers}) AND +s.state > 0"
        )
        found: dict[bytes, list[Row]] = {}
        for *values, key in self._database.among(sql, distinct):
            found.setdefault(key, []).append(rows.to_row(tuple(values), self.path))
        sorted_once: dict[tuple[bytes, str], matching.Candidates] = {}
        for at, (query, key) in enumerate(zip(queries, keys, strict=True)):
            if key is None or key not in found:
                continue
            spoken = (key, tags.canonical(query.language))
            if spoken not in sorted_once:
                sorted_once[spoken] = matching.Candidates(found[key], spoken[1], wanted)
            yield at, sorted_once[spoken]

    def _by_id(self, ids: Sequence[int]) -> list[Row]:
        sql = f"SELECT {rows.COLUMNS} FROM {rows.TABLES} WHERE s.id IN ({{}})"  # noqa: S608
        distinct = list(dict.fromkeys(ids))
        return [rows.to_row(values, self.path) for values in self._database.among(sql, distinct)]

    def _pair(self, source: str, target: str) -> int:
        values = (source, target)
        self._database.change("INSERT OR IGNORE INTO pairs (source, target) VALUES (?, ?)", values)
        sql = "SELECT id FROM pairs WHERE source = ? AND target = ?"
        return int(self._database.rows(sql, values)[0][0])

    def _revision(self) -> int:
        return int(self._database.rows("SELECT coalesce(max(revision), 0) FROM segments")[0][0])


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
