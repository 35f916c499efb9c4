"""An engine that remembers what it said: a second run translates only what changed."""

from collections.abc import Sequence

from speechsubs.memory.segments import CacheKey
from speechsubs.memory.store import Memory
from speechsubs.protocols import Engine, MaskFamily


class CachedEngine:
    """An `Engine` in front of another one, with a memory's cache between them.

    What the engine has said before comes from the cache, the rest from the engine in
    one call. An answer is cached by the engine's signature (which names the model's
    hash), the text and how many outputs were asked for. `glossary` may be added; as
    the engine never sees a glossary, only texts in which its terms are masked, leaving
    it empty keeps what a changed glossary does not touch.

    The steering methods of `protocols.Steerable` are not passed on: what steers is no
    part of the key. `engine` is the one behind, for whoever needs them.
    """

    def __init__(self, engine: Engine, memory: Memory, glossary: str = "") -> None:
        self.engine = engine
        self.name, self.source, self.target = engine.name, engine.source, engine.target
        self.signature, self.quality = engine.signature, engine.quality
        self.hits = self.misses = 0
        self._memory = memory
        self._glossary = glossary

    @property
    def masks(self) -> tuple[MaskFamily, ...]:
        """The engine's own."""
        return self.engine.masks

    @masks.setter
    def masks(self, families: tuple[MaskFamily, ...]) -> None:
        self.engine.masks = families

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """What `Engine.translate` promises."""
        options = f"outputs={hypotheses}"
        keys = [CacheKey(self.signature, text, self._glossary, options) for text in texts]
        known = self._memory.cached(keys)
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        self.hits += len(keys) - sum(key not in known for key in keys)
        self.misses += len(missing)
        if missing:
            answers = self.engine.translate([key.text for key in missing], hypotheses)
            fresh = {key: tuple(found) for key, found in zip(missing, answers, strict=True)}
            self._memory.cache(fresh)
            known |= fresh
        return [list(known[key]) for key in keys]
