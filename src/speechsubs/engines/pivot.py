"""Two engines one after the other: English-centred packages reach every pair."""

import hashlib
from collections.abc import Sequence
from typing import Final

from speechsubs.engines import mask_probe
from speechsubs.language import locales
from speechsubs.protocols import Engine, MaskFamily

#: Changes when the masks or the probe do, so that remembered probes are made anew.
_PROBE_VERSION: Final = 1


class PivotEngine:
    """Translates with `first`, then its output with `second`.

    Errors of both add up, and a mask must pass both: families are tried on the whole
    way, not on its parts.
    """

    def __init__(self, first: Engine, second: Engine) -> None:
        self.first, self.second = first, second
        self.name = first.name
        self._masks: tuple[MaskFamily, ...] = ()
        self.source, self.target = first.source, second.target
        self.signature = f"{first.signature} | {second.signature}"
        self.quality = (
            f"two steps through {first.target}, so the errors of both add up; "
            f"{first.quality}; {second.quality}"
        )

    @property
    def masks(self) -> tuple[MaskFamily, ...]:
        """The families of either engine, by what the whole way keeps."""
        if not self._masks:
            digest = hashlib.sha256(self.signature.encode()).hexdigest()
            key = f"pivot-{digest[:32]}-{_PROBE_VERSION}"
            self._masks = mask_probe.cached(key, self._measured)
        return self._masks

    @masks.setter
    def masks(self, families: tuple[MaskFamily, ...]) -> None:
        self._masks = families

    def _measured(self) -> tuple[MaskFamily, ...]:
        families = {f.name: f for f in (*self.second.masks, *self.first.masks)}
        scores = mask_probe.probe(
            tuple(families.values()),
            locales.load(self.source).language,
            lambda texts: [answer[0] for answer in self.translate(texts)],
        )
        return mask_probe.best_first(scores)

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """Best of best first; with `hypotheses`, alternatives of both steps."""
        middles = self.first.translate(texts, hypotheses)
        flat = [middle for answer in middles for middle in answer]
        finals = iter(self.second.translate(flat, hypotheses))
        answers = []
        for middle in middles:
            ranked = sorted(
                ((first + second, first, text) for first in range(len(middle))
                 for second, text in enumerate(next(finals))),
            )  # fmt: skip
            answers.append(list(dict.fromkeys(text for _, _, text in ranked))[: max(hypotheses, 1)])
        return answers
