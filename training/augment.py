"""Sentences changed so that a model learns to copy what the toolkit protects.

The toolkit hides glossary terms and amounts behind masks ("ZQ1"), and its ladder
writes a term's translation into the source ("inline"). A model that met both in
training seldom loses them. Everything is found in the two texts alone: words that
both sides share, amounts, and words of a lexicon counted from the corpus itself
(`training.lexicon`). A change is made on both sides at once, or not at all.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from training.data import Pair
from training.languages import ENGLISH, LANGUAGES, Language
from training.names import code, name

#: Families of masks: each a sequence of words.
Families = Sequence[Sequence[str]]
#: The toolkit's masks (`speechsubs.engines.masks`; a test compares the two). Repeated
#: here so that the recipe runs on a machine without the toolkit.
FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "zq": ("ZQ1", "ZQ2", "ZQ3", "ZQ4", "ZQ5", "ZQ6", "ZQ7", "ZQ8", "ZQ9"),
    "mix": ("XR7", "QK2", "ZV5", "WJ3", "KX8", "VQ4", "JZ6", "BX9", "RQ1"),
    "tail": ("T4X", "R7Z", "K2V", "B9Q", "V3K", "G6X", "N8Z", "D5Q", "P3V"),
    "long": ("XKR7", "QVK2", "ZTV5", "WJR3", "KXB8", "VQD4", "JZN6", "BXG9", "RQT1"),
}
#: How likely a pair with something to mask is masked, and so on (see `Augmenter`).
SHARES: Final[Mapping[str, float]] = {"mask": 0.09, "inline": 0.04, "name": 0.4, "number": 0.35}
#: At most so many masks stand in one sentence.
MOST_MASKS: Final = 4

_TOKEN: Final = re.compile(r"[A-Za-z0-9À-ɏ][\w'’-]*(?:[.,]\d+)*")
_NUMBER: Final = re.compile(r"(?<![\w.,-])\d{2,6}(?![\w-]|[.,]\d)")
#: Alike in both languages, but no names.
_NO_NAMES: Final = frozenset(
    re.findall(
        r"\w+",
        "no me he she i a an so son once come ten has fine van sin con pan red real final general "
        "total normal en es el la de on in at un die das war was hat man so not note notes",
    )
)


@dataclass(frozen=True, slots=True)
class Spot:
    """One thing in both texts: its place in the English and in the target.

    `kind` is "name", "number", "amount" or "term". Places are (start, end).
    """

    kind: str
    english: tuple[int, int]
    target: tuple[int, int]


def spots(pair: Pair, lexicon: Mapping[str, str]) -> list[Spot]:
    """All that can be swapped in a pair, left to right in the English, none overlapping.

    Each thing stands exactly once on either side. An amount wins over the number in
    it, a number over a name, a name over a term.
    """
    language = LANGUAGES[pair.language]
    found = [*_amounts(pair, language), *_numbers(pair), *_names(pair), *_terms(pair, lexicon)]
    kept: list[Spot] = []
    for spot in found:
        if not any(_meet(spot.english, k.english) or _meet(spot.target, k.target) for k in kept):
            kept.append(spot)
    return sorted(kept, key=lambda spot: spot.english)


def _meet(left: tuple[int, int], right: tuple[int, int]) -> bool:
    return left[0] < right[1] and right[0] < left[1]


def _only(word: str, text: str) -> tuple[int, int] | None:
    """Where a word stands in a text, if once and as a word of its own.

    Parts of paths and programs ("this.State", "a/B") are no words of their own. Found
    without a pattern: compiling one for each word took ten times as long.
    """
    start = text.find(word)
    end = start + len(word)
    if start < 0 or text.find(word, start + 1) >= 0:
        return None
    before, after, behind = text[start - 1 : start], text[end : end + 1], text[end + 1 : end + 2]
    if before and (_of_word(before) or before in "./=_@#-"):
        return None
    if after and (_of_word(after) or after in "/=_@#-" or (after == "." and behind.isalnum())):
        return None
    return start, end


def _of_word(character: str) -> bool:
    # Letters without capitals (Chinese, Japanese) may stand beside a name.
    return character.isdigit() or character.lower() != character.upper()


def _both(kind: str, pair: Pair, word: str) -> list[Spot]:
    english, target = _only(word, pair.english), _only(word, pair.target)
    return [Spot(kind, english, target)] if english and target else []


def _names(pair: Pair) -> list[Spot]:
    """Words with a capital or a digit that both sides share, neighbours as one."""
    found: list[Spot] = []
    for match in _TOKEN.finditer(pair.english):
        word = match[0].removesuffix("'s")
        if len(word) < 2 or word.casefold() in _NO_NAMES or not _named(word):
            continue
        for spot in _both("name", pair, word):
            joined = _joined(found[-1], spot, pair) if found else None
            if joined:
                found[-1] = joined
            else:
                found.append(spot)
    return found


def _named(word: str) -> bool:
    if not any(c.isalpha() for c in word):
        return False
    digits = any(c.isdigit() for c in word)
    # Short forms in capitals ("API", "UTC") mean something to the words around them.
    return digits or (len(word) > 2 and word != word.lower() and (word != word.upper()))


def _joined(left: Spot, right: Spot, pair: Pair) -> Spot | None:
    """Two names that follow each other on both sides ("Lei" and "Jun"), as one."""
    gaps = (
        pair.english[left.english[1] : right.english[0]],
        pair.target[left.target[1] : right.target[0]],
    )
    if gaps != (" ", " "):
        return None
    return Spot("name", (left.english[0], right.english[1]), (left.target[0], right.target[1]))


def _numbers(pair: Pair) -> list[Spot]:
    return [
        spot for match in _NUMBER.finditer(pair.english) for spot in _both("number", pair, match[0])
    ]


def _amounts(pair: Pair, language: Language) -> list[Spot]:
    """A number with a word or sign of money, one on either side with equal digits."""
    found: list[Spot] = []
    if not any(c.isdigit() for c in pair.english):
        return found
    for match in _money(ENGLISH).finditer(pair.english):
        digits = "".join(filter(str.isdigit, match[0]))
        same = [
            other.span()
            for other in _money(language).finditer(pair.target)
            if "".join(filter(str.isdigit, other[0])) == digits
        ]
        if len(same) == 1:
            found.append(Spot("amount", match.span(), same[0]))
    digits_seen = [
        "".join(filter(str.isdigit, pair.english[slice(*spot.english)])) for spot in found
    ]
    return [s for s, d in zip(found, digits_seen, strict=True) if digits_seen.count(d) == 1]


@cache
def _money(language: Language) -> re.Pattern[str]:
    words = "|".join(language.currencies)
    edge = r"\b" if language.spaced else ""
    link = r" (?:de )?" if language.spaced else " ?"
    number = r"\d{1,9}(?:[.,]\d{1,9}){0,3}"
    return re.compile(rf"(?<![\w.,])(?:[$€£]{number}|{number}(?:{link}(?:{words}){edge}| ?[€$£]))")


def _terms(pair: Pair, lexicon: Mapping[str, str]) -> list[Spot]:
    small = LANGUAGES[pair.language].small
    found: list[Spot] = []
    for match in _TOKEN.finditer(pair.english):
        translation = lexicon.get(match[0])
        if translation is None or pair.english.count(match[0]) != 1:
            continue
        target = _only(translation, pair.target)
        if target and _after_small(pair.target[: target[0]], small):
            found.append(Spot("term", match.span(), target))
    return found


def _after_small(before: str, small: Set[str]) -> bool:
    """Whether an article or the like ends a text: what follows is likely a noun."""
    words = before.split()
    return bool(words) and words[-1].lower() in small


def swapped(pair: Pair, changes: Sequence[tuple[Spot, str, str]]) -> Pair:
    """The pair with each spot's texts replaced, in English and in the target."""
    english, target = pair.english, pair.target
    for spot, new, _ in sorted(changes, key=lambda c: c[0].english, reverse=True):
        english = english[: spot.english[0]] + new + english[spot.english[1] :]
    for spot, _, new in sorted(changes, key=lambda c: c[0].target, reverse=True):
        target = target[: spot.target[0]] + new + target[spot.target[1] :]
    return replace(pair, english=english, target=target)


def masked(pair: Pair, found: Sequence[Spot], families: Families, rng: random.Random) -> Pair:
    """Some spots behind masks of one family: the same mask on both sides, each once."""
    family = [w for w in rng.choice(families) if not _stands(w, pair)]
    chosen = rng.sample(
        found, min(len(found), len(family), rng.choice((1, 1, 2, 2, 3, MOST_MASKS)))
    )
    # Mostly in order and from the first, as the toolkit hands them out.
    chosen.sort(key=lambda spot: spot.english)
    words = family[: len(chosen)] if rng.random() < 0.5 else rng.sample(family, len(chosen))
    return swapped(pair, [(s, w, w) for s, w in zip(chosen, words, strict=True)])


def _stands(word: str, pair: Pair) -> bool:
    return word.casefold() in f"{pair.english} {pair.target}".casefold()


def renamed(pair: Pair, found: Sequence[Spot], rng: random.Random) -> Pair:
    """Names become other names, or codes of products; the same on both sides."""
    changes = []
    for spot in found:
        old = pair.english[slice(*spot.english)]
        if spot.kind == "name" and rng.random() < 0.75:
            coded = any(c.isdigit() for c in old) or rng.random() < 0.12
            new = code(rng) if coded else name(rng)
            changes.append((spot, new, new))
    return swapped(pair, changes)


def renumbered(pair: Pair, found: Sequence[Spot], rng: random.Random) -> Pair:
    """Numbers become others, written as each language writes them."""
    language = LANGUAGES[pair.language]
    changes = []
    for spot in (s for s in found if s.kind == "number"):
        # Years and the like stay what they are.
        if not 1000 <= int(pair.english[slice(*spot.english)]) < 2100:
            new = rng.randrange(11, 10 ** rng.choice((2, 3, 4, 5, 5, 6, 7)))
            changes.append((spot, written(new, ENGLISH), written(new, language)))
    return swapped(pair, changes)


def written(number: int, language: Language) -> str:
    """A number with its thousands grouped, Spanish and others from five digits on.

    >>> written(215900, LANGUAGES["es"]), written(1500, LANGUAGES["es"]), written(1500, ENGLISH)
    ('215.900', '1500', '1,500')
    """
    if language is not ENGLISH and language.point == "," and number < 10_000:
        return str(number)
    return f"{number:,}".replace(",", language.group)


def inlined(pair: Pair, found: Sequence[Spot], rng: random.Random) -> Pair:
    """One or two terms stand in the English as the target writes them."""
    terms = [spot for spot in found if spot.kind == "term"]
    chosen = rng.sample(terms, min(len(terms), rng.choice((1, 1, 2))))
    changes = []
    for spot in chosen:
        word = pair.target[slice(*spot.target)]
        if word not in pair.english:
            changes.append((spot, word, word))
    return swapped(pair, changes)


@dataclass(frozen=True)
class Augmenter:
    """Decides for each pair whether and how it is changed.

    `shares` are chances: of masks where there is something to mask, of terms inline
    where there is a term, of other names and of other numbers where there are some.
    At most one of the four is done, in that order.
    """

    families: Families
    lexicons: Mapping[str, Mapping[str, str]]
    shares: Mapping[str, float] = field(default_factory=lambda: SHARES)

    def change(self, pair: Pair, rng: random.Random) -> Pair:
        """The pair, perhaps changed; the same random numbers give the same."""
        draws = {kind: rng.random() < share for kind, share in self.shares.items()}
        if not any(draws.values()):
            return pair
        found = spots(pair, self.lexicons.get(pair.language, {}))
        kinds = {spot.kind for spot in found}
        ways: tuple[tuple[str, bool, Callable[[], Pair]], ...] = (
            ("mask", bool(found), lambda: masked(pair, found, self.families, rng)),
            ("inline", "term" in kinds, lambda: inlined(pair, found, rng)),
            ("name", "name" in kinds, lambda: renamed(pair, found, rng)),
            ("number", "number" in kinds, lambda: renumbered(pair, found, rng)),
        )
        for kind, possible, way in ways:
            if draws.get(kind) and possible:
                return way()
        return pair
