"""Every written token as the units that can be heard for it.

A unit is one entry of the decoder's dictionary: a name that is safe in its files and
one or more pronunciations. A token has several readings, each a list of units.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from speechsubs.aligners.speech import espeak
from speechsubs.aligners.speech.arpabet import phones as from_ipa
from speechsubs.aligners.speech.arpabet import spelled
from speechsubs.aligners.speech.lexicon import Lexicon, as_phones
from speechsubs.aligners.speech.readings import currency, readings

Phones = tuple[str, ...]
#: A token is cut to this many characters: nobody says more without a blank.
_LONGEST: Final = 120
_MOST_UNITS: Final = 48
_VOICELESS: Final = frozenset(["P", "T", "K", "F", "TH"])
_HISSING: Final = frozenset(["S", "Z", "SH", "ZH", "CH", "JH"])
_EDGES: Final = re.compile(r"^[^\w$€£¥￥₩₹#%§°&@+]+|[^\w$€£¥￥₩₹%°+]+$")
_JOINTS: Final = re.compile(r"[-‐‑–—/_.…,;:|\\]+")


@dataclass(frozen=True, slots=True)
class Unit:
    """One dictionary entry. `phones` are its pronunciations, likeliest first."""

    name: str
    phones: tuple[Phones, ...]

    @property
    def length(self) -> int:
        """Phones of the likeliest pronunciation."""
        return len(self.phones[0])


@dataclass(frozen=True, slots=True)
class Token:
    """A written word with the ways to say it; () where it is not spoken at all."""

    text: str
    readings: tuple[tuple[Unit, ...], ...]
    guessed: bool = False

    @property
    def length(self) -> int:
        """Phones of the likeliest reading."""
        return sum(u.length for u in self.readings[0]) if self.readings else 0


@dataclass
class Pronouncer:
    """Looks tokens up. `language` is the language part of a BCP 47 tag."""

    language: str
    lexicon: Lexicon = field(default_factory=dict)
    _units: dict[tuple[Phones, ...], Unit] = field(default_factory=dict)
    _tokens: dict[str, Token] = field(default_factory=dict)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Everything handed out so far: the dictionary that the decoder needs."""
        return tuple(self._units.values())

    def token(self, text: str) -> Token:
        """A token's readings. Never raises; unknown letters are left out."""
        found = self._tokens.get(text)
        if found is None:
            found = self._tokens[text] = self._read(text)
        return found

    def amount(self, text: str) -> Token:
        """An amount with its sign before a scale: "$10" of "$10 billion" is "ten"."""
        whole = self.token(text)
        plain = self.token("".join(c for c in text if not currency(c)))
        ways = tuple(dict.fromkeys((*plain.readings, *whole.readings)))
        return Token(text, ways, whole.guessed)

    def scale(self, text: str, money: str) -> Token:
        """A scale behind an amount with a sign: "billion" is "billion dollars"."""
        plain = self.token(text)
        name = self._word(money, [False])[0]
        ways = (*((*way, *name) for way in plain.readings[:2]), *plain.readings)
        return Token(text, ways, plain.guessed)

    def _read(self, text: str) -> Token:
        bare = _EDGES.sub("", text[:_LONGEST]).replace("’", "'")
        if not bare:
            return Token(text, ())
        own = self._own(bare)
        if own:
            return Token(text, own)
        guessed = [False]
        if self.language == "en":
            ways = self._english(bare, guessed)
        else:
            ways, guessed[0] = self._foreign(bare), espeak.find() is None
        return Token(text, tuple(w[:_MOST_UNITS] for w in ways if w), guessed[0])

    def _own(self, bare: str) -> tuple[tuple[Unit, ...], ...]:
        key = bare.casefold()
        sounds = self.lexicon.get(key, ())
        ending: tuple[Unit, ...] = ()
        if not sounds and key.endswith("'s"):
            sounds = self.lexicon.get(key[:-2], ())
            ending = (self._unit(((("Z",)), ("S",))),) if sounds else ()
        found: list[tuple[Unit, ...]] = []
        for sound in sounds:
            phones = as_phones(sound)
            if phones:
                found.append((self._unit((phones,)), *ending))
                continue
            units: list[Unit] = []
            for part in sound.split():
                units += self._word(part, [False])[0]
            found.append((*units, *ending))
        return tuple(w for w in found if w)

    def _english(self, bare: str, guessed: list[bool]) -> list[tuple[Unit, ...]]:
        if bare.lower() in dictionary():
            return self._word(bare, guessed)
        numeric = readings(bare)
        if numeric:
            found = []
            for way in numeric:
                units: list[Unit] = []
                for word in way:
                    units += self._word(word, guessed)[0]
                found.append(tuple(units))
            return found
        parts = [p for p in _JOINTS.split(bare) if p]
        if len(parts) > 1:
            joined: list[Unit] = []
            for part in parts:
                joined += self._word(part, guessed)[0]
            return [tuple(joined)]
        return self._word(bare, guessed)

    def _word(self, word: str, guessed: list[bool]) -> list[tuple[Unit, ...]]:
        """Readings of one English word; at least one, which may be empty."""
        known = dictionary()
        low = word.lower()
        if len(word) == 1 and word.isupper():
            # The letter ("a." in the dictionary) or the word: "A" begins sentences.
            ways = (*known.get(f"{low}.", ()), *(known.get(low, ()) if low in "ai" else ()))
            return [(self._unit(tuple(dict.fromkeys(ways)) or known.get(low, (("AH",),))),)]
        capitals = word.isupper() and 2 <= len(word) <= 6 and word.isascii()
        letters = tuple(self._word(c, guessed)[0][0] for c in word) if capitals else ()
        if low in known:
            found: tuple[Unit, ...] = (self._unit(known[low]),)
            return [found, letters] if letters else [found]
        plain = _unaccented(low)
        if plain in known:
            ways = known[plain] if plain == low else (*known[plain], *self._guess(word))
            return [(self._unit(ways[:4]),)]
        if low.endswith(("'s", "s'")) and low[:-2] in known:
            return [(self._unit(tuple(_with_s(p) for p in known[low[:-2]])),)]
        if letters:
            return [letters, *([(self._unit(w),)] if (w := self._guess(word)) else [])]
        guessed[0] = True
        ways = self._guess(word)
        return [(self._unit(ways),)] if ways else [()]

    def _guess(self, word: str) -> tuple[Phones, ...]:
        speaker = espeak.find()
        ways: list[Phones] = []
        if speaker is not None:
            ways.append(from_ipa("".join(speaker.words(word, self.language))))
        if speaker is None or not ways[0]:
            ways.append(spelled(word))
        return tuple(w for w in ways if w)

    def _foreign(self, bare: str) -> list[tuple[Unit, ...]]:
        speaker = espeak.find()
        said = speaker.words(bare, self.language) if speaker is not None else []
        sounds = [p for p in map(from_ipa, said) if p]
        if not sounds:
            guess = spelled(_unaccented(bare))
            sounds = [guess] if guess else [from_ipa("a")]
        return [tuple(self._unit((p,)) for p in sounds)]

    def _unit(self, ways: Sequence[Phones]) -> Unit:
        key = tuple(ways)
        unit = self._units.get(key)
        if unit is None:
            unit = self._units[key] = Unit(f"u{len(self._units)}", key)
        return unit


def _with_s(phones: Phones) -> Phones:
    if phones[-1] in _HISSING:
        return (*phones, "IH", "Z")
    return (*phones, "S" if phones[-1] in _VOICELESS else "Z")


def _unaccented(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def model() -> Path:
    """The folder of the English model that comes with pocketsphinx."""
    import pocketsphinx

    return Path(pocketsphinx.get_model_path()) / "en-us"


class Dictionary:
    """126,000 English words, lower-cased, with their phones.

    Kept as the lines of the file and split when asked: 100 MB less than tuples.
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[str, str] = {}
        for line in text.splitlines():
            word, _, phones = line.partition(" ")
            if word.endswith(")") and "(" in word[1:]:
                word = word[: word.rindex("(")]
            before = self._lines.get(word)
            self._lines[word] = phones if before is None else f"{before}|{phones}"

    def __contains__(self, word: str) -> bool:
        return word in self._lines

    def __getitem__(self, word: str) -> tuple[Phones, ...]:
        return tuple(tuple(way.split()) for way in self._lines[word].split("|"))

    def get(self, word: str, other: tuple[Phones, ...] = ()) -> tuple[Phones, ...]:
        """A word's pronunciations, or `other`."""
        return self[word] if word in self._lines else other


@cache
def dictionary() -> Dictionary:
    """The model's own dictionary. Kept once read: 0.2 s."""
    return Dictionary((model() / "cmudict-en-us.dict").read_text(encoding="utf-8"))
