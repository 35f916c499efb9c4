"""Measure which placeholder words (masks) an engine copies unchanged.

A mask must come out of an engine exactly once and unchanged. Which words do depends on
the model, so it is measured, never assumed. Codes of capital letters and a digit work
best: Argos models keep 96 of 109 (en-zh) and 41 of 41 (en-ja) of them, far fewer of
masks with brackets or underscores, and no supported subword model has an unknown token
for them.
"""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from speechsubs.adapters import files
from speechsubs.errors import SpeechsubsError
from speechsubs.language import locales
from speechsubs.protocols import Engine, MaskFamily

#: Translates the probe sentences, one answer each.
Translate = Callable[[Sequence[str]], list[str]]

#: These look like product codes, hardly ever occur in texts, and mostly differ in more
#: than the digit, since models confuse codes that share their letters.
CODES: Final = (
    MaskFamily("zq", ("ZQ1", "ZQ2", "ZQ3", "ZQ4", "ZQ5", "ZQ6", "ZQ7", "ZQ8", "ZQ9")),
    MaskFamily("mix", ("XR7", "QK2", "ZV5", "WJ3", "KX8", "VQ4", "JZ6", "BX9", "RQ1")),
    MaskFamily("tail", ("T4X", "R7Z", "K2V", "B9Q", "V3K", "G6X", "N8Z", "D5Q", "P3V")),
    MaskFamily("long", ("XKR7", "QVK2", "ZTV5", "WJR3", "KXB8", "VQD4", "JZN6", "BXG9", "RQT1")),
)

#: Short sentences with three placeholders at the start, in the middle and at the end.
#: Other languages use `_FALLBACK_SENTENCES`.
_SENTENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        "{0} showed the {1} to {2}.",
        "The {0} costs less than the {1}, said {2}.",
        "Yesterday we met {0} and {1} at {2}.",
    ),
    "es": (
        "{0} mostró el {1} a {2}.",
        "El {0} cuesta menos que el {1}, dijo {2}.",
        "Ayer vimos a {0} y {1} en {2}.",
    ),
    "fr": (
        "{0} a montré le {1} à {2}.",
        "Le {0} coûte moins que le {1}, dit {2}.",
        "Hier nous avons vu {0} et {1} chez {2}.",
    ),
    "de": (
        "{0} zeigte {2} den {1}.",
        "Der {0} kostet weniger als der {1}, sagte {2}.",
        "Gestern trafen wir {0} und {1} bei {2}.",
    ),
    "zh": ("{0}向{2}展示了{1}。", "{2}说{0}比{1}便宜。", "昨天我们在{2}见到了{0}和{1}。"),
    "ja": (
        "{0}は{2}に{1}を見せました。",
        "{0}は{1}より安いと{2}は言いました。",
        "昨日{2}で{0}と{1}に会いました。",
    ),
}
#: Sentences in which the placeholders are amounts.
_AMOUNT_SENTENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("It costs {0}, or {1}, and {2} more.", "They paid over {0} ({1}) from {2}."),
    "es": ("Cuesta {0}, o {1}, y {2} más.", "Pagaron más de {0} ({1}) de {2}."),
    "fr": ("Il coûte {0}, ou {1}, et {2} de plus.", "Ils ont payé plus de {0} ({1}, {2})."),
}
_FALLBACK_SENTENCES: Final = ("{0}, {1}, {2}.", "{0} – {1} – {2}", "1. {0}: {1} ({2})")


@dataclass(frozen=True, slots=True)
class Score:
    """Result for a family, reduced to its good masks: `kept` of `tried` masks survived."""

    family: MaskFamily
    kept: int
    tried: int

    @property
    def share(self) -> float:
        """The share of kept masks, from 0 to 1."""
        return self.kept / self.tried if self.tried else 0.0


def count_mask(mask: str, text: str) -> int:
    """Count a mask in a text as a separate word, ignoring case.

    >>> count_mask("ZQ1", "zq1 and ZQ12")
    1
    """
    edges = rf"(?<!\w){re.escape(mask)}(?!\w)"
    return len(re.findall(edges, text, re.IGNORECASE))


def probe(
    families: Sequence[MaskFamily], language: str, translate: Translate, fewest: int = 3
) -> tuple[Score, ...]:
    """Probe mask families on an engine, with all sentences in one batch.

    Every mask is tried once together with two others. Masks that do not survive are
    removed from their family if at least `fewest` words remain; otherwise the family is
    kept whole, with its low score. Returns scores in the order of `families`.
    """
    tests: list[tuple[int, str, tuple[str, ...]]] = []
    for number, family in enumerate(families):
        for pool, sentences in ((family.words, _SENTENCES), (family.amounts, _AMOUNT_SENTENCES)):
            canaries = sentences.get(language, _FALLBACK_SENTENCES)
            for turn in range(-(-len(pool) // 3)):
                # Not neighbors, to detect an engine that increments digits.
                stride = -(-len(pool) // 3)
                trio = tuple(pool[(turn + step * stride) % len(pool)] for step in range(3))
                tests.append((number, canaries[turn % len(canaries)].format(*trio), trio))
    answers = translate([sentence for _, sentence, _ in tests])
    good: list[set[str]] = [set() for _ in families]
    bad: list[set[str]] = [set() for _ in families]
    for (number, sentence, trio), answer in zip(tests, answers, strict=True):
        for mask in trio:
            kept = count_mask(mask, answer) == count_mask(mask, sentence)
            (good if kept else bad)[number].add(mask)
    return tuple(
        _score(family, good[number], bad[number], fewest) for number, family in enumerate(families)
    )


def _score(family: MaskFamily, good: set[str], bad: set[str], fewest: int) -> Score:
    tried = good | bad
    sound = good - bad
    words = tuple(w for w in family.words if w in sound)
    amounts = tuple(w for w in family.amounts if w in sound)
    if len(words) >= fewest:
        family = replace(family, words=words, amounts=amounts)
    return Score(family, len(sound), len(tried))


def rank(scores: Sequence[Score]) -> tuple[MaskFamily, ...]:
    """Sort families by the share of placeholders kept; the sort is stable."""
    return tuple(score.family for score in sorted(scores, key=lambda score: -score.share))


def probe_codes(engine: Engine) -> tuple[MaskFamily, ...]:
    """Probe the families of `CODES` on an engine, best first, in one call."""
    scores = probe(
        CODES,
        locales.load(engine.source).language,
        lambda texts: [answer[0] for answer in engine.translate(texts)],
    )
    return rank(scores)


def load_or_probe(
    key: str, measure: Callable[[], tuple[MaskFamily, ...]]
) -> tuple[MaskFamily, ...]:
    """Load the families cached under `key`, or probe them with `measure` and cache them.

    The cache is a small file in the user's cache folder. It is only an optimization:
    unreadable, invalid or unwritable cache files are ignored.
    """
    path = _cache_folder() / f"masks-{key}.json"
    known = _read_cache(path)
    if known:
        return known
    families = measure()
    data = [{"name": f.name, "words": f.words, "amounts": f.amounts} for f in families]
    try:
        files.write_atomic(path, json.dumps(data).encode())
    except SpeechsubsError:
        return families
    return families


def _read_cache(path: Path) -> tuple[MaskFamily, ...]:
    try:
        data = json.loads(files.read_bytes(path, max_bytes=1 << 20))
        families = tuple(
            MaskFamily(str(f["name"]), tuple(map(str, f["words"])), tuple(map(str, f["amounts"])))
            for f in data
        )
    except (SpeechsubsError, ValueError, TypeError, KeyError, RecursionError):
        return ()
    return families if all(f.words and all(f.words) for f in families) else ()


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "speechsubs"
