"""Which stand-in words an engine copies: candidates, and a test with short sentences.

A mask must come out of an engine exactly once and unchanged. Which words do is a
property of the model, so it is measured, never assumed. Evidence for codes of
capital letters and a digit: real Argos outputs keep 96 of 109 (en-zh) and 41 of 41
(en-ja) such codes, brackets and underscores far fewer; no subword model of ours
has an unknown piece for them.
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

#: Translates the canary sentences, one answer each.
Translate = Callable[[Sequence[str]], list[str]]

#: Look like product codes, hardly occur in texts, and differ in more than the digit
#: inside a family, since models confuse codes that share their letters.
CODES: Final = (
    MaskFamily("zq", ("ZQ1", "ZQ2", "ZQ3", "ZQ4", "ZQ5", "ZQ6", "ZQ7", "ZQ8", "ZQ9")),
    MaskFamily("mix", ("XR7", "QK2", "ZV5", "WJ3", "KX8", "VQ4", "JZ6", "BX9", "RQ1")),
    MaskFamily("tail", ("T4X", "R7Z", "K2V", "B9Q", "V3K", "G6X", "N8Z", "D5Q", "P3V")),
    MaskFamily("long", ("XKR7", "QVK2", "ZTV5", "WJR3", "KXB8", "VQD4", "JZN6", "BXG9", "RQT1")),
)

#: Short sentences with three places; the first place starts the sentence in one of
#: them, ends it in another. Our own words. Other languages use `_PLAIN`.
_CANARIES: Final[Mapping[str, tuple[str, ...]]] = {
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
#: Amounts stand where amounts stand.
_AMOUNT_CANARIES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("It costs {0}, or {1}, and {2} more.", "They paid over {0} ({1}) from {2}."),
    "es": ("Cuesta {0}, o {1}, y {2} más.", "Pagaron más de {0} ({1}) de {2}."),
    "fr": ("Il coûte {0}, ou {1}, et {2} de plus.", "Ils ont payé plus de {0} ({1}, {2})."),
}
_PLAIN: Final = ("{0}, {1}, {2}.", "{0} – {1} – {2}", "1. {0}: {1} ({2})")


@dataclass(frozen=True, slots=True)
class Score:
    """How a family did: `kept` of `tried` masks came out exactly once, `words` each did."""

    family: MaskFamily
    kept: int
    tried: int

    @property
    def share(self) -> float:
        """From 0 (lost all) to 1 (kept all)."""
        return self.kept / self.tried if self.tried else 0.0


def occurs(mask: str, text: str) -> int:
    """How often a mask stands in a text as a word of its own, in any case.

    >>> occurs("ZQ1", "zq1 and ZQ12")
    1
    """
    edges = rf"(?<!\w){re.escape(mask)}(?!\w)"
    return len(re.findall(edges, text, re.IGNORECASE))


def probe(
    families: Sequence[MaskFamily], language: str, translate: Translate, fewest: int = 3
) -> tuple[Score, ...]:
    """Try families on an engine, with all sentences in one batch.

    Every word is tried once with two others. A word that does not come out exactly
    once leaves its family if at least `fewest` words stay; otherwise the family stays
    whole, with its bad score. Same order as `families`.
    """
    tests: list[tuple[int, str, tuple[str, ...]]] = []
    for number, family in enumerate(families):
        for pool, sentences in ((family.words, _CANARIES), (family.amounts, _AMOUNT_CANARIES)):
            canaries = sentences.get(language, _PLAIN)
            for turn in range(-(-len(pool) // 3)):
                # Not neighbours: an engine that counts on by one must be noticed.
                stride = -(-len(pool) // 3)
                trio = tuple(pool[(turn + step * stride) % len(pool)] for step in range(3))
                tests.append((number, canaries[turn % len(canaries)].format(*trio), trio))
    answers = translate([sentence for _, sentence, _ in tests])
    good: list[set[str]] = [set() for _ in families]
    bad: list[set[str]] = [set() for _ in families]
    for (number, sentence, trio), answer in zip(tests, answers, strict=True):
        for mask in trio:
            kept = occurs(mask, answer) == occurs(mask, sentence)
            (good if kept else bad)[number].add(mask)
    return tuple(
        _scored(family, good[number], bad[number], fewest) for number, family in enumerate(families)
    )


def _scored(family: MaskFamily, good: set[str], bad: set[str], fewest: int) -> Score:
    tried = good | bad
    sound = good - bad
    words = tuple(w for w in family.words if w in sound)
    amounts = tuple(w for w in family.amounts if w in sound)
    if len(words) >= fewest:
        family = replace(family, words=words, amounts=amounts)
    return Score(family, len(sound), len(tried))


def best_first(scores: Sequence[Score]) -> tuple[MaskFamily, ...]:
    """Families by the share of masks they keep; equals stay in order."""
    return tuple(score.family for score in sorted(scores, key=lambda score: -score.share))


def codes_kept(engine: Engine) -> tuple[MaskFamily, ...]:
    """The families of `CODES` as an engine keeps them, best first; it translates once."""
    scores = probe(
        CODES,
        locales.load(engine.source).language,
        lambda texts: [answer[0] for answer in engine.translate(texts)],
    )
    return best_first(scores)


def cached(key: str, measure: Callable[[], tuple[MaskFamily, ...]]) -> tuple[MaskFamily, ...]:
    """The families that `measure` finds, remembered under `key` between runs.

    The memory is a small file in the person's cache folder. It is a convenience: a
    cache that cannot be read, is broken, or cannot be written is as none.
    """
    path = _cache_folder() / f"masks-{key}.json"
    known = _read(path)
    if known:
        return known
    families = measure()
    data = [{"name": f.name, "words": f.words, "amounts": f.amounts} for f in families]
    try:
        files.write_atomic(path, json.dumps(data).encode())
    except SpeechsubsError:
        return families
    return families


def _read(path: Path) -> tuple[MaskFamily, ...]:
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
