"""An engine that remembers what it said: a second run translates only what changed."""

import json
import math
from collections.abc import Callable, Sequence

from speechsubs.engines.wrappers import EngineWrapper, SteerableWrapper
from speechsubs.memory.model import CacheKey
from speechsubs.memory.store import Memory
from speechsubs.protocols import Engine, Steerable


def cached(engine: Engine, memory: Memory, glossary: str = "") -> "CachedEngine":
    """The engine with a memory's cache before it, steerable where the engine is.

    An answer is cached by the engine's signature (which names the model's hash), the
    text, and whatever else was asked for. A glossary's digest may be added; but an
    engine sees a glossary only through what its terms are masked as, so leaving it out
    keeps all that a changed glossary does not touch.
    """
    kind = CachedSteerable if isinstance(engine, Steerable) else CachedEngine
    return kind(engine, memory, glossary)


class CachedEngine(EngineWrapper):
    """An `Engine` in front of another one, with a memory's cache between. See `cached`.

    `hits` counts the answers that came from the cache, `misses` those of the engine.
    """

    def __init__(self, engine: Engine, memory: Memory, glossary: str = "") -> None:
        super().__init__(engine)
        self.hits = self.misses = 0
        self._memory = memory
        self._glossary = glossary

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """What `Engine.translate` promises."""
        keys = [self._key(text, f"outputs={hypotheses}") for text in texts]
        return self._answers(
            keys, lambda at: self.engine.translate([texts[n] for n in at], hypotheses)
        )

    def _key(self, text: str, options: str) -> CacheKey:
        return CacheKey(self.signature, text, self._glossary, options)

    def _answers(
        self, keys: Sequence[CacheKey], ask: Callable[[list[int]], list[list[str]]]
    ) -> list[list[str]]:
        """Answers for all keys; `ask` is given the numbers of those to be worked out."""
        known = self._memory.cached(keys)
        missing: dict[CacheKey, int] = {}
        for number, key in enumerate(keys):
            if key not in known:
                missing.setdefault(key, number)
            else:
                self.hits += 1
        self.misses += len(missing)
        if missing:
            answers = ask(list(missing.values()))
            fresh = {key: tuple(found) for key, found in zip(missing, answers, strict=True)}
            self._memory.cache(fresh)
            known |= fresh
        return [list(known[key]) for key in keys]


class CachedSteerable(CachedEngine, SteerableWrapper):
    """A `CachedEngine` whose engine is `Steerable`."""

    def complete(self, items: Sequence[tuple[str, str]]) -> list[str]:
        """What `Steerable.complete` promises."""
        keys = [self._key(text, _options("beginning", start)) for text, start in items]
        answers = self._answers(
            keys, lambda at: [[text] for text in self.steered.complete([items[n] for n in at])]
        )
        return [answer[0] for answer in answers]

    def translate_without(self, texts: Sequence[str], words: Sequence[str]) -> list[str]:
        """What `Steerable.translate_without` promises."""
        keys = [self._key(text, _options("without", *words)) for text in texts]
        answers = self._answers(
            keys,
            lambda at: [
                [text] for text in self.steered.translate_without([texts[n] for n in at], words)
            ],
        )
        return [answer[0] for answer in answers]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """What `Steerable.score` promises, to the last digit."""
        keys = [self._key(text, _options("score", other)) for text, other in pairs]
        answers = self._answers(
            keys, lambda at: [[repr(x)] for x in self.steered.score([pairs[n] for n in at])]
        )
        return [_number(answer[0]) for answer in answers]


def _options(*parts: str) -> str:
    # As JSON, so that no word can pose as the end of another.
    return json.dumps(parts, separators=(",", ":"))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        # Somebody wrote it into the file; the worst of scores chooses nothing.
        return -math.inf
