"""Engines with a cache: a second run only translates what changed."""

import json
import math
from collections.abc import Callable, Sequence

from speechsubs.engines.wrappers import EngineWrapper, SteerableWrapper
from speechsubs.memory.model import CacheKey
from speechsubs.memory.store import Memory
from speechsubs.protocols import Engine, Steerable


def cache_engine(engine: Engine, memory: Memory, glossary: str = "") -> "CachedEngine":
    """Wrap an engine with the cache of a memory; keeps it `Steerable`.

    Answers are cached by the engine's signature (which includes the hash of the model),
    the text and the other arguments. The digest of a glossary can be added to the key,
    but an engine only sees the masks of terms, so without it more answers stay valid
    when the glossary changes.
    """
    kind = CachedSteerableEngine if isinstance(engine, Steerable) else CachedEngine
    return kind(engine, memory, glossary)


class CachedEngine(EngineWrapper):
    """Answers from the cache of a memory, else from the wrapped engine."""

    def __init__(self, engine: Engine, memory: Memory, glossary: str = "") -> None:
        super().__init__(engine)
        self._memory = memory
        self._glossary = glossary

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """See `Engine.translate`."""
        keys = [self._key(text, f"outputs={hypotheses}") for text in texts]
        return self._answers(
            keys, lambda at: self.engine.translate([texts[n] for n in at], hypotheses)
        )

    def _key(self, text: str, options: str) -> CacheKey:
        return CacheKey(self.signature, text, self._glossary, options)

    def _answers(
        self, keys: Sequence[CacheKey], ask: Callable[[list[int]], list[list[str]]]
    ) -> list[list[str]]:
        """Answers for all keys; `ask` gets the indices of those that are not cached."""
        known = self._memory.cached(keys)
        missing: dict[CacheKey, int] = {}
        for number, key in enumerate(keys):
            if key not in known:
                missing.setdefault(key, number)
        if missing:
            answers = ask(list(missing.values()))
            fresh = {key: tuple(found) for key, found in zip(missing, answers, strict=True)}
            self._memory.cache(fresh)
            known |= fresh
        return [list(known[key]) for key in keys]


class CachedSteerableEngine(CachedEngine, SteerableWrapper):
    """A `CachedEngine` whose engine is `Steerable`."""

    def complete(self, items: Sequence[tuple[str, str]]) -> list[str]:
        """See `Steerable.complete`."""
        keys = [self._key(text, _options("beginning", start)) for text, start in items]
        answers = self._answers(
            keys, lambda at: [[text] for text in self.steered.complete([items[n] for n in at])]
        )
        return [answer[0] for answer in answers]

    def translate_without(self, texts: Sequence[str], words: Sequence[str]) -> list[str]:
        """See `Steerable.translate_without`."""
        keys = [self._key(text, _options("without", *words)) for text in texts]
        answers = self._answers(
            keys,
            lambda at: [
                [text] for text in self.steered.translate_without([texts[n] for n in at], words)
            ],
        )
        return [answer[0] for answer in answers]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """See `Steerable.score`; cached scores are exact to the last digit."""
        keys = [self._key(text, _options("score", other)) for text, other in pairs]
        answers = self._answers(
            keys, lambda at: [[repr(x)] for x in self.steered.score([pairs[n] for n in at])]
        )
        return [_number(answer[0]) for answer in answers]


def _options(*parts: str) -> str:
    # As JSON, so that different lists of words never give the same key.
    return json.dumps(parts, separators=(",", ":"))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        # The file was tampered with; the worst score is never chosen.
        return -math.inf
