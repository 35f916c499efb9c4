"""Engines that stand in front of another engine and change how it is asked, not what it is.

An engine that is asked a part at a time, so that a run can be stopped in between.

While a model computes, Python hears no signal: Ctrl-C would be answered when a whole
group of files is done. Texts of like length go together, because that is how models
batch them. What is asked together changes no answer.
"""

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


def sliced(engine: Engine, most: int) -> "Sliced":
    """The engine, asked for at most so many texts at a time; steerable where it is."""
    kind = SlicedSteerable if isinstance(engine, Steerable) else Sliced
    return kind(engine, most)


class Sliced(Front):
    """An `Engine` in front of another one. See `sliced`."""

    def __init__(self, engine: Engine, most: int) -> None:
        super().__init__(engine)
        self._most = most

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """What `Engine.translate` promises."""
        order = sorted(range(len(texts)), key=lambda n: (-len(texts[n]), n))
        found: dict[int, list[str]] = {}
        for at in range(0, len(order), self._most):
            part = order[at : at + self._most]
            answers = self.engine.translate([texts[n] for n in part], hypotheses)
            found.update(zip(part, answers, strict=True))
        return [found[n] for n in range(len(texts))]


class SlicedSteerable(Sliced, SteerableFront):
    """A `Sliced` whose engine is `Steerable`. Steering is asked for a few texts only."""
