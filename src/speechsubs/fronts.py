"""Engines that stand in front of another engine and change how it is asked, not what it is."""

from collections.abc import Sequence

from speechsubs.protocols import Engine, MaskFamily, Steerable


class Front:
    """Everything of an `Engine` but `translate`: names, signature and masks of the one behind."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name, self.source, self.target = engine.name, engine.source, engine.target
        self.signature, self.quality = engine.signature, engine.quality

    @property
    def masks(self) -> tuple[MaskFamily, ...]:
        """The engine's own: it may work them out when they are first asked for."""
        return self.engine.masks

    @masks.setter
    def masks(self, families: tuple[MaskFamily, ...]) -> None:
        self.engine.masks = families


class SteerableFront(Front):
    """A `Front` of an engine that is `Steerable`, and is asked as it is."""

    def complete(self, items: Sequence[tuple[str, str]]) -> list[str]:
        """What `Steerable.complete` promises."""
        return self.steered.complete(items)

    def translate_without(self, texts: Sequence[str], words: Sequence[str]) -> list[str]:
        """What `Steerable.translate_without` promises."""
        return self.steered.translate_without(texts, words)

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """What `Steerable.score` promises."""
        return self.steered.score(pairs)

    @property
    def steered(self) -> Steerable:
        """The engine behind, as what it must be."""
        assert isinstance(self.engine, Steerable)
        return self.engine
