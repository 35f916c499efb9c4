"""Pronunciations from espeak-ng, through its own library.

espeak-ng is GPL-3 and therefore an extra (`speechsubs[align]`): it is loaded when it
is there, and everything works without it, with worse guesses at unknown words.

The phones of the acoustic model, and how the sounds of any language map to them.

The model that comes with pocketsphinx knows the 39 phones of American English.
Sounds that English lacks go to the nearest one: for Italian that gave 93 % of the
sentence starts within 200 ms (measured on 2026-11-23).

A user's own pronunciations: `word: how it sounds`, one per line.

    Xiaomi: shao mee
    Heihe = HH EY HH AH

The right side is either words that the dictionary knows or can guess, or phones of
the model in capitals. `#` begins a comment.

Every written token as the units that can be heard for it.

A unit is one entry of the decoder's dictionary: a name that is safe in its files and
one or more pronunciations. A token has several readings, each a list of units.
"""

import ctypes
import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from speechsubs.adapters import files
from speechsubs.alignment.forced.spoken_numbers import currency, readings
from speechsubs.errors import InputError

_RETRIEVAL: Final = 2  # AUDIO_OUTPUT_SYNCHRONOUS: no sound device is opened
_UTF8: Final = 1
_AS_IPA: Final = 0x02 | (ord("_") << 8)
#: More text than a token ever has; hostile tokens are cut before they come here.
_LONGEST: Final = 400

#: Languages that espeak-ng names otherwise.
_NAMES: Final = {"en": "en-us", "zh": "cmn", "nb": "nb", "no": "nb", "pt": "pt-br", "es": "es"}


class Espeak:
    """One loaded library. Get it from `find`."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._voice = ""
        self._lock = threading.Lock()

    def words(self, text: str, language: str) -> list[str]:
        """The IPA of every word that is spoken for a text; [] where it has no voice."""
        clean = text.replace("\0", " ").encode("utf-8", "replace")[:_LONGEST]
        with self._lock:
            if not self._speaks(language):
                return []
            pointer = ctypes.c_char_p(clean)
            found: list[str] = []
            for _ in range(len(clean) + 1):
                if not pointer.value:
                    break
                part = self._library.espeak_TextToPhonemes(ctypes.byref(pointer), _UTF8, _AS_IPA)
                found += (part or b"").decode("utf-8", "replace").split()
            return found

    def knows(self, language: str) -> bool:
        """True where it has a voice for a language, by the first part of its tag."""
        with self._lock:
            return self._speaks(language)

    def _speaks(self, language: str) -> bool:
        name = _NAMES.get(language, language)
        if name != self._voice:
            if self._library.espeak_SetVoiceByName(name.encode()) != 0:
                return False
            self._voice = name
        return True


@cache
def find() -> Espeak | None:
    """The library if espeakng-loader is installed and works, else None."""
    try:
        import espeakng_loader

        library = ctypes.CDLL(espeakng_loader.get_library_path())
        started = library.espeak_Initialize(
            _RETRIEVAL, 0, espeakng_loader.get_data_path().encode(), 0
        )
        if started < 0:
            return None
        library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        library.espeak_TextToPhonemes.argtypes = [
            ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int
        ]  # fmt: skip
        library.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
        return Espeak(library)
    except (ImportError, OSError, AttributeError):
        return None


PHONES: Final = frozenset(
    {
        "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G",
        "HH", "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T",
        "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
    }
)  # fmt: skip

# Longest keys win, so diphthongs and affricates come out whole.
_IPA: Final = {
    "aɪɚ": "AY ER", "aʊɚ": "AW ER", "aɪə": "AY AH", "aʊə": "AW AH", "ts.h": "T S", "tɕh": "CH",
    "tsh": "T S", "t͡ʃ": "CH", "d͡ʒ": "JH", "t͡s": "T S", "d͡z": "D Z", "ts": "T S", "dz": "D Z",
    "tʃ": "CH", "dʒ": "JH", "tɕ": "CH", "dʑ": "JH", "tʂ": "CH", "dʐ": "JH", "pf": "P F",
    "aɪ": "AY", "ai": "AY", "aʊ": "AW", "au": "AW", "ɑu": "AW", "eɪ": "EY", "ei": "EY",
    "əʊ": "OW", "oʊ": "OW", "ou": "OW", "ɔɪ": "OY", "ɔø": "OY", "ɔy": "OY", "oɪ": "OY",
    "iə": "IY AH", "ɪə": "IH R", "eə": "EH R", "ʊə": "UH R", "ɑ̃": "AA N", "ɔ̃": "AO N",
    "ɛ̃": "AE N", "œ̃": "AH N", "ɑ": "AA", "a": "AA", "ɐ": "AH", "ɒ": "AO", "æ": "AE", "ʌ": "AH",
    "ə": "AH", "ɘ": "AH", "ɜ": "ER", "ɝ": "ER", "ɚ": "ER", "ɵ": "OW", "e": "EY", "ɛ": "EH",
    "i": "IY", "ɪ": "IH", "ɨ": "IH", "ᵻ": "IH", "y": "UW", "ʏ": "UH", "o": "OW", "ɔ": "AO",
    "ø": "ER", "œ": "ER", "u": "UW", "ʊ": "UH", "ɯ": "UW", "ɤ": "AH", "ɷ": "UH",
    "p": "P", "b": "B", "t": "T", "d": "D", "ʈ": "T", "ɖ": "D", "k": "K", "g": "G", "ɡ": "G",
    "c": "K", "ɟ": "G", "q": "K", "ɢ": "G", "ʔ": "", "m": "M", "ɱ": "M", "n": "N", "ɳ": "N",
    "ɲ": "N Y", "ŋ": "NG", "ɴ": "N", "r": "R", "ɹ": "R", "ʁ": "R", "ʀ": "R", "ɻ": "R", "ɽ": "R",
    "ɾ": "D", "ɺ": "R", "ɸ": "F", "β": "B", "f": "F", "v": "V", "θ": "TH", "ð": "DH", "s": "S",
    "z": "Z", "ʃ": "SH", "ʒ": "ZH", "ʂ": "SH", "ʐ": "ZH", "ɕ": "SH", "ʑ": "ZH", "ç": "HH",
    "x": "HH", "ɣ": "G", "χ": "HH", "ħ": "HH", "ʕ": "AA", "h": "HH", "ɦ": "HH", "ɬ": "L",
    "ʋ": "V", "w": "W", "ʍ": "W", "ɥ": "W", "j": "Y", "ʝ": "Y", "ɰ": "G", "l": "L", "ɫ": "L",
    "ɭ": "L", "ʎ": "L Y", "ʟ": "L", "ɓ": "B", "ɗ": "D", "ɠ": "G",
}  # fmt: skip
_ARPABET_LONGEST: Final = max(map(len, _IPA))
# An r-coloured vowel before a written r is one sound to this model ("fˈaɪɚɹ").
_TWICE: Final = (("ER", "R"), ("ER", "ER"))


def phones(ipa: str) -> tuple[str, ...]:
    """The model's phones for a word in IPA; stress, tones and length fall away.

    >>> phones("z_ˌaɪ_ə_ˈoʊ_m_i")
    ('Z', 'AY', 'AH', 'OW', 'M', 'IY')
    >>> phones("ʎ_ɪ"), phones("t͡ʃˈaːo"), phones("?!")
    (('L', 'Y', 'IH'), ('CH', 'AA', 'OW'), ())
    """
    text = unicodedata.normalize("NFC", ipa.translate(_DROPPED))
    found: list[str] = []
    at = 0
    while at < len(text):
        for length in range(min(_ARPABET_LONGEST, len(text) - at), 0, -1):
            mapped = _IPA.get(text[at : at + length])
            if mapped is not None:
                for phone in mapped.split():
                    if not (found and (found[-1], phone) in _TWICE):
                        found.append(phone)
                at += length
                break
        else:
            at += 1
    return tuple(found)


_DROPPED: Final = {ord(c): None for c in "ˈˌː ˑ_-0123456789ʲʰˠˤ̞̩̪̯̥̝̟̠"}


# Letters and groups of letters as English reads them, roughly: what is left when no
# dictionary and no synthesiser knows a word.
_LETTERS: Final = {
    "tion": "SH AH N", "sion": "ZH AH N", "ough": "AO", "eigh": "EY", "tch": "CH", "sch": "SH",
    "igh": "AY", "dge": "JH", "ch": "CH", "sh": "SH", "th": "TH", "ph": "F", "gh": "G",
    "ck": "K", "ng": "NG", "qu": "K W", "wh": "W", "kn": "N", "wr": "R", "ee": "IY", "ea": "IY",
    "oo": "UW", "ou": "AW", "ow": "OW", "oi": "OY", "oy": "OY", "ai": "EY", "ay": "EY",
    "au": "AO", "aw": "AO", "ei": "EY", "ey": "IY", "ie": "IY", "oa": "OW", "ue": "UW",
    "ui": "UW", "er": "ER", "ir": "ER", "ur": "ER", "ar": "AA R", "or": "AO R", "x": "K S",
    "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH",
    "j": "JH", "k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R",
    "s": "S", "t": "T", "u": "AH", "v": "V", "w": "W", "y": "IY", "z": "Z",
}  # fmt: skip
_OPEN: Final = {"a": "AA", "e": "IY", "i": "IY", "o": "OW", "u": "UW"}


def spelled(word: str) -> tuple[str, ...]:
    """A guess at a word's phones from its letters alone; () where it has none.

    >>> spelled("Xiaomi")
    ('K', 'S', 'IH', 'AE', 'OW', 'M', 'IY')
    """
    bare = unicodedata.normalize("NFD", word.lower())
    text = "".join(c for c in bare if "a" <= c <= "z")
    if len(text) > 3 and text.endswith("e") and text[-2] not in "aeiouy":
        text = text[:-1]  # a silent e
    found: list[str] = []
    at = 0
    while at < len(text):
        for length in (4, 3, 2, 1):
            mapped = _LETTERS.get(text[at : at + length])
            if mapped is None or at + length > len(text):
                continue
            end = at + length
            vowel = text[at:end] in _OPEN
            opened = end == len(text) or (
                end + 1 < len(text) and text[end] not in "aeiou" and text[end + 1] in "aeiouy"
            )
            if length == 1 and vowel and opened and (end == len(text) or text[at] in "ou"):
                mapped = _OPEN[text[at]]
            if not (found and mapped.split()[0] == found[-1]):
                found += mapped.split()
            at = end
            break
    return tuple(found)


_MOST_LINES: Final = 100_000
_LEXICON_LONGEST: Final = 400

#: From a word, lower-cased, to its ways: tuples of phones, or of words to look up.
Lexicon = Mapping[str, tuple[str, ...]]


def load(path: Path) -> Lexicon:
    """Read a lexicon file. Raises `InputError` with the line."""
    try:
        text = files.read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(str(path), "this is no UTF-8 text", "Save it as UTF-8") from error
    return parse(text, str(path))


def parse(text: str, source: str = "-") -> Lexicon:
    """Read a lexicon's text. Raises `InputError` with the line.

    >>> parse("Xiaomi: shao mee\\nHeihe = HH EY  # a city")
    {'xiaomi': ('shao mee',), 'heihe': ('HH EY',)}
    """
    found: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{source}:{number}"
        if number > _MOST_LINES:
            raise InputError(where, f"a lexicon has at most {_MOST_LINES} lines")
        content = line.partition("#")[0].strip().lstrip("\ufeff")
        if not content:
            continue
        word, sound = _parts(content)
        if not word or not sound:
            raise InputError(where, "no pronunciation in this line", "Write: word: how it sounds")
        if len(content) > _LEXICON_LONGEST:
            raise InputError(where, f"longer than {_LEXICON_LONGEST} characters")
        if sound.isupper() and len(sound.split()) > 1 and sound.isascii():
            unknown = [p for p in sound.split() if p.rstrip("012") not in PHONES]
            if unknown:
                raise InputError(
                    where,
                    f"{unknown[0]!r} is no phone",
                    f"Known: {' '.join(sorted(PHONES))}; respellings are in small letters",
                )
        key = word.casefold()
        found[key] = (*found.get(key, ()), sound)
    return found


def _parts(content: str) -> tuple[str, str]:
    for sign in (":", "=", "\t"):
        word, found, sound = content.partition(sign)
        if found:
            return word.strip(), sound.strip()
    word, _, sound = content.partition(" ")
    return word.strip(), sound.strip()


def as_phones(sound: str) -> tuple[str, ...]:
    """The phones if that is what the right side is, else ()."""
    parts = [p.rstrip("012") for p in sound.split()]
    return tuple(parts) if parts and sound.isupper() and all(p in PHONES for p in parts) else ()


Phones = tuple[str, ...]
#: A token is cut to this many characters: nobody says more without a blank.
_PRONOUNCE_LONGEST: Final = 120
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
        bare = _EDGES.sub("", text[:_PRONOUNCE_LONGEST]).replace("’", "'")
        if not bare:
            return Token(text, ())
        own = self._own(bare)
        if own:
            return Token(text, own)
        guessed = [False]
        if self.language == "en":
            ways = self._english(bare, guessed)
        else:
            ways, guessed[0] = self._foreign(bare), find() is None
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
        speaker = find()
        ways: list[Phones] = []
        if speaker is not None:
            ways.append(phones("".join(speaker.words(word, self.language))))
        if speaker is None or not ways[0]:
            ways.append(spelled(word))
        return tuple(w for w in ways if w)

    def _foreign(self, bare: str) -> list[tuple[Unit, ...]]:
        speaker = find()
        said = speaker.words(bare, self.language) if speaker is not None else []
        sounds = [p for p in map(phones, said) if p]
        if not sounds:
            guess = spelled(_unaccented(bare))
            sounds = [guess] if guess else [phones("a")]
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
