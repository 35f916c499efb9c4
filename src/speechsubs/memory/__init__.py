"""What people have already translated comes back word for word.

A memory is one SQLite file. It holds segments (a sentence and its translation, with
who answers for it) and a cache of engine output. Segments of people win over an
engine; the cache only saves time and never outranks anybody.
"""

from speechsubs.memory.cache import CachedEngine, cached
from speechsubs.memory.model import CacheKey, Match, MatchKind, Origin, Query, Segment, State
from speechsubs.memory.store import Imported, Memory, Stats

__all__ = [
    "CacheKey",
    "CachedEngine",
    "Imported",
    "Match",
    "MatchKind",
    "Memory",
    "Origin",
    "Query",
    "Segment",
    "State",
    "Stats",
    "cached",
]
