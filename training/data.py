"""The corpus: read, cleaned, weighted by source, parted into training, dev and test.

Nothing here needs PyTorch. All choices follow from hashes of the text, so that the
same corpus always gives the same parts.
"""

import hashlib
import lzma
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.languages import ENGLISH, LANGUAGES, Language

#: How often a pair is seen in one pass. Talks, stories and explaining prose more than
#: manuals; manuals of programming languages less. Sources not named here: 1.
WEIGHTS: Final[Mapping[str, float]] = {
    "tatoeba": 1.6,
    "african_storybook": 3.0,
    "ami_meeting": 3.0,
    "hf_course_subtitles": 3.0,
    "hf_course": 2.0,
    "xquad": 4.0,
    "opensource_guide": 3.0,
    "djangogirls": 2.0,
    "mozilla_www": 2.5,
    "learn_git_branching": 1.5,
    "ms_iot-for-beginners": 1.4,
    "ms_security-101": 1.4,
    "comprehensive_rust": 0.9,
    "helm_docs": 0.8,
    "astro_docs": 0.8,
    "opentelemetry": 0.8,
    "django_docs": 0.8,
    "ms_azd-for-beginners": 0.6,
    "d2l": 0.6,
    "python_docs": 0.7,
    "python_docs_old": 0.6,
}
#: Sentences longer than this (characters of either side) are left out.
MAX_CHARACTERS: Final = 500
#: Translations kept of one English sentence: Tatoeba has up to dozens.
MAX_TRANSLATIONS: Final = 3
#: Held back of each source for dev, and as many for test; at most this share of it.
HELD_BACK: Final = 300
HELD_BACK_SHARE: Final = 0.04
#: Tags, templates, code marks, paths, escapes, and the gaps that cutting them out leaves.
_LEFTOVERS: Final = re.compile(
    r"<[/\w!][^>]*>|\{\{|\}\}|\{%|%[(\w]\w*\)?s|`|\\[nt]|https?://|&\w+;|\]\(|^\s*[#*|>]|"
    r"[\w-]+/[\w-]+/[\w./-]+|\w\(\)|\(\s*\)|\"\s*\"|\s[.,;:](?:\s|$)|=>|::|==|[|{}\\]|_\w+_"
)
_NUMBER: Final = re.compile(r"\d+")
_WORD: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """One sentence with its translation into `language`, and where it came from."""

    source: str
    english: str
    target: str
    language: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A corpus parted so that no English sentence is in two of the parts."""

    train: tuple[Pair, ...]
    dev: tuple[Pair, ...]
    test: tuple[Pair, ...]


def read(path: Path, language: str) -> Iterator[Pair]:
    """The rows of a corpus file (`.tsv.xz` with a header), white space made even."""
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as stream:
        next(stream, None)
        for line in stream:
            source, _, rest = line.rstrip("\r\n").partition("\t")
            english, _, target = rest.partition("\t")
            yield Pair(source, tidy(english), tidy(target), language)


def tidy(text: str) -> str:
    """NFC, single spaces, plain quotes and no invisible characters."""
    text = unicodedata.normalize("NFC", text).translate(_PLAIN)
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())


_PLAIN: Final = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "\xad": None, "\u200b": None}
)


def fault(pair: Pair) -> str:
    """Why a pair is not learnt from, in one word; "" for a good one."""
    english, target = pair.english, pair.target
    language = LANGUAGES[pair.language]
    if not english or not target:
        return "empty"
    if max(len(english), len(target)) > MAX_CHARACTERS:
        return "long"
    if _LEFTOVERS.search(english) or _LEFTOVERS.search(target):
        return "markup"
    # A constant is added because short sentences vary more.
    share = (len(target) / language.ratio + 12) / (len(english) + 12)
    if not 0.55 < share < 1.8:
        return "ratio"
    if english.casefold() == target.casefold() and len(english) > 3:
        return "copy"
    if not _in_script(english, ENGLISH) or not _in_script(target, language):
        return "script"
    if _looks_like(target, ENGLISH, language) or _looks_like(english, language, ENGLISH):
        return "language"
    left, right = set(_NUMBER.findall(english)), set(_NUMBER.findall(target))
    if left and right and not left & right:
        return "numbers"
    return ""


def _in_script(text: str, language: Language) -> bool:
    """At least half of what is no space must be letters, some of them of the script."""
    letters = sum(c.isalpha() for c in text)
    if letters * 2 < len(text) - text.count(" "):
        return False
    own = len(language.script.findall(text))
    return own * (2 if language.spaced else 4) >= letters


def _looks_like(text: str, wrong: Language, right: Language) -> bool:
    """Two or more small words of the wrong language, and more than of the right one."""
    words = [w.lower() for w in _WORD.findall(text)]
    strange = sum(w in wrong.small - right.small for w in words)
    return strange >= 2 and strange > sum(w in right.small for w in words)


def key(english: str) -> str:
    """What two sentences share that differ in case, punctuation or numbers only."""
    return " ".join(_WORD.findall(english.casefold())) or english


def chance(text: str, salt: str) -> float:
    """A number from 0 to 1 that depends on nothing but the text and the salt."""
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8, key=salt.encode())
    return int.from_bytes(digest.digest(), "big") / 2**64


def clean(pairs: Iterable[Pair]) -> tuple[list[Pair], Counter[str]]:
    """Good pairs, each once, and how many were left out for which reason."""
    seen: set[tuple[str, str, str]] = set()
    translations: Counter[tuple[str, str]] = Counter()
    kept: list[Pair] = []
    dropped: Counter[str] = Counter()
    for pair in pairs:
        reason = fault(pair)
        same = (pair.language, pair.english.casefold(), pair.target.casefold())
        sentence = same[:2]
        if not reason and same in seen:
            reason = "duplicate"
        if not reason and translations[sentence] >= MAX_TRANSLATIONS:
            reason = "translations"
        if reason:
            dropped[reason] += 1
            continue
        seen.add(same)
        translations[sentence] += 1
        kept.append(pair)
    return kept, dropped


def part(pairs: Sequence[Pair]) -> Parts:
    """Hold back dev and test sentences of each source.

    Which ones is a matter of the English sentence's hash, for all languages alike. A
    sentence held back from one source is taken out of the training part of all.
    """
    sizes = Counter((pair.language, pair.source) for pair in pairs)
    dev: list[Pair] = []
    test: list[Pair] = []
    held: dict[str, str] = {}
    for pair in pairs:
        share = min(HELD_BACK_SHARE, HELD_BACK / sizes[pair.language, pair.source])
        draw = chance(key(pair.english), "held back")
        if draw < share:
            held[key(pair.english)] = "dev"
        elif 0.5 <= draw < 0.5 + share:
            held[key(pair.english)] = "test"
    train: list[Pair] = []
    used: set[tuple[str, str]] = set()
    for pair in pairs:
        name = key(pair.english)
        where = held.get(name)
        if where is None:
            train.append(pair)
        elif (pair.language, name) not in used:
            # One translation of a sentence is enough to score with.
            used.add((pair.language, name))
            (dev if where == "dev" else test).append(pair)
    return Parts(tuple(train), tuple(dev), tuple(test))


def draw(pairs: Iterable[Pair], number: int) -> Iterator[Pair]:
    """The pairs of pass `number`, each as often as its source's weight says.

    A weight of 1.6 means once in every pass and twice in six of ten passes.
    """
    for pair in pairs:
        weight = WEIGHTS.get(pair.source, 1.0)
        place = chance(f"{pair.english}\t{pair.target}", "weight")
        # Low-discrepancy steps: over many passes every pair gets its share.
        extra = (place + number * 0.6180339887498949) % 1.0 < weight % 1.0
        for _ in range(int(weight) + extra):
            yield pair
