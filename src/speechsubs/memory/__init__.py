"""Translation memory: human translations are reused word for word.

A memory is one SQLite file. It holds segments (a sentence and its translation, with its
review state and author) and a cache of engine output. Human translations take precedence
over the engine; the cache only saves time.
"""

from speechsubs.memory.cache import CachedEngine, cache_engine
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
    "cache_engine",
]
