"""Fuzzy search in an open memory, kept up to date with writes to the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from speechsubs.memory import model
from speechsubs.memory.database import Database

if TYPE_CHECKING:
    from speechsubs.memory.fuzzy import Index

#: The index is rebuilt when more segments than this are newer.
MAX_UNINDEXED = 2_000


@dataclass(frozen=True, slots=True)
class _IndexedSegments:
    """An index, the ids of its texts, and the last revision that is in it."""

    index: "Index"
    ids: list[int]
    revision: int


class FuzzySearch:
    """Finds similar segments. An index is built at the first search for a language."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._built: dict[tuple[int, ...], _IndexedSegments] = {}

    def find(
        self, text: str, pairs: Sequence[int], limit: int, threshold: int
    ) -> list[tuple[int, int]]:
        """Ids of similar human segments and their scores, best first."""
        key = tuple(sorted(pairs))
        built = self._built.get(key)
        newer = self._since(key, built.revision) if built else None
        if built is None or newer is None or len(newer.ids) > MAX_UNINDEXED:
            built, newer = self._since(key, -1), None
            self._built[key] = built
        found = built.index.nearest(text, threshold, limit)
        result = [(built.ids[at], score) for at, score in found]
        if newer and newer.ids:
            # Segments changed since the index was built are in both; the newer wins.
            fresh = set(newer.ids)
            result = [item for item in result if item[0] not in fresh]
            found = newer.index.nearest(text, threshold, limit)
            result += [(newer.ids[at], score) for at, score in found]
        return sorted(result, key=lambda item: (-item[1], item[0]))[:limit]

    def _since(self, pairs: tuple[int, ...], revision: int) -> _IndexedSegments:
        # numpy and rapidfuzz are heavy, and exact lookups do not need them.
        from speechsubs.memory.fuzzy import Index

        numbers = ",".join(str(pair) for pair in pairs)
        found = self._database.rows(
            # Without the hint SQLite scans the whole table at every search.
            "SELECT id, template, target, revision"  # noqa: S608 - whole numbers
            " FROM segments INDEXED BY segments_revision"
            f" WHERE revision > ? AND pair IN ({numbers}) AND state > 0",
            (revision,),
        )
        # Index duplicates once, or they would crowd out everything else.
        distinct = {(template, target): number for number, template, target, _ in found}
        texts = [model.compact(str(template)) for template, _ in distinct]
        last = max((row[3] for row in found), default=revision)
        return _IndexedSegments(Index(texts), list(distinct.values()), last)
