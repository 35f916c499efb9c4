"""Two engines in sequence, so that English-centric models serve every language pair."""

import hashlib
from collections.abc import Sequence
from typing import Final

from speechsubs.engines import mask_probe
from speechsubs.language import locales
from speechsubs.protocols import Engine, MaskFamily

#: Increment when the masks or the probe change, to invalidate cached probes.
_PROBE_VERSION: Final = 1


class PivotEngine:
    """Translates with `first`, then its output with `second`.

    Errors of both add up, and a mask must survive both, so masks are probed on the whole
    chain instead of on its parts.
    """

    def __init__(self, first: Engine, second: Engine) -> None:
        self.first, self.second = first, second
        self.name = first.name
        self._masks: tuple[MaskFamily, ...] = ()
        self.source, self.target = first.source, second.target
        self.signature = f"{first.signature} | {second.signature}"
        self.quality = (
            f"two steps through {first.target}, so errors accumulate; "
            f"{first.quality}; {second.quality}"
        )

    @property
    def masks(self) -> tuple[MaskFamily, ...]:
        """The mask families of both engines, ranked by what the whole chain keeps."""
        if not self._masks:
            digest = hashlib.sha256(self.signature.encode()).hexdigest()
            key = f"pivot-{digest[:32]}-{_PROBE_VERSION}"
            self._masks = mask_probe.load_or_probe(key, self._probe)
        return self._masks

    @masks.setter
    def masks(self, families: tuple[MaskFamily, ...]) -> None:
        self._masks = families

    def _probe(self) -> tuple[MaskFamily, ...]:
        families = {f.name: f for f in (*self.second.masks, *self.first.masks)}
        scores = mask_probe.probe(
            tuple(families.values()),
            locales.load(self.source).language,
            lambda texts: [answer[0] for answer in self.translate(texts)],
        )
        return mask_probe.rank(scores)

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """Translate in both steps; hypotheses are ranked by the sum of their ranks."""
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
