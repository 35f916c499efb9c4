"""Engines that wrap another engine: same signature and results, different calls.

`SlicedEngine` sends a limited number of texts per call. While a model computes, Python
handles no signals, so without it Ctrl-C would only take effect after a whole group of
files. Texts of similar length go together, as models batch them; slicing never changes
a result.
"""

from collections.abc import Sequence

from speechsubs.protocols import Engine, MaskFamily, Steerable


class EngineWrapper:
    """Delegates everything of an `Engine` except `translate` to the wrapped engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name, self.source, self.target = engine.name, engine.source, engine.target
        self.signature, self.quality = engine.signature, engine.quality

    @property
    def masks(self) -> tuple[MaskFamily, ...]:
        """The masks of the wrapped engine, which may be computed on first access."""
        return self.engine.masks

    @masks.setter
    def masks(self, families: tuple[MaskFamily, ...]) -> None:
        self.engine.masks = families


class SteerableWrapper(EngineWrapper):
    """An `EngineWrapper` that passes the `Steerable` methods through."""

    def complete(self, items: Sequence[tuple[str, str]]) -> list[str]:
        """See `Steerable.complete`."""
        return self.steered.complete(items)

    def translate_without(self, texts: Sequence[str], words: Sequence[str]) -> list[str]:
        """See `Steerable.translate_without`."""
        return self.steered.translate_without(texts, words)

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """See `Steerable.score`."""
        return self.steered.score(pairs)

    @property
    def steered(self) -> Steerable:
        """The wrapped engine, typed as `Steerable`."""
        assert isinstance(self.engine, Steerable)
        return self.engine


def slice_batches(engine: Engine, most: int) -> "SlicedEngine":
    """Wrap an engine so that a call gets at most `most` texts; keeps it `Steerable`."""
    kind = SlicedSteerableEngine if isinstance(engine, Steerable) else SlicedEngine
    return kind(engine, most)


class SlicedEngine(EngineWrapper):
    """Translates at most a fixed number of texts per call of the wrapped engine."""

    def __init__(self, engine: Engine, most: int) -> None:
        super().__init__(engine)
        self._most = most

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """See `Engine.translate`."""
        order = sorted(range(len(texts)), key=lambda n: (-len(texts[n]), n))
        found: dict[int, list[str]] = {}
        for at in range(0, len(order), self._most):
            part = order[at : at + self._most]
            answers = self.engine.translate([texts[n] for n in part], hypotheses)
            found.update(zip(part, answers, strict=True))
        return [found[n] for n in range(len(texts))]


class SlicedSteerableEngine(SlicedEngine, SteerableWrapper):
    """A `SlicedEngine` for `Steerable` engines; only `translate` is sliced."""
