"""Pronunciations: written tokens become units that the decoder can recognize.

A unit is one entry of the decoder's dictionary: a name that is safe in its files and one
or more pronunciations. A token has several spoken forms, each a sequence of units.

Pronunciations come from, in this order:

* the user's lexicon, `word: how it sounds`, one word per line (`#` begins a comment). The
  right side is either English respellings or phones of the model in capitals:

      Xiaomi: shao mee
      Heihe = HH EY HH AH

* the dictionary of the acoustic model, for English;
* espeak-ng, for unknown words and for other languages. It is under GPL-3 and therefore an
  extra (`speechsubs[align]`); everything works without it, with worse guesses;
* English spelling rules.

The model shipped with pocketsphinx has the 39 phones of American English (ARPAbet). Other
sounds are mapped to the nearest one: for Italian this placed 93 % of the sentence starts
within 200 ms (measured on 2026-11-23).
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
from speechsubs.alignment.forced.spoken_numbers import currency_word, verbalize
from speechsubs.errors import InputError

_SYNCHRONOUS_OUTPUT: Final = 2  # AUDIO_OUTPUT_SYNCHRONOUS: no sound device is opened
_UTF8: Final = 1
_AS_IPA: Final = 0x02 | (ord("_") << 8)
#: Longer than any real token; tokens are cut to this length.
_MAX_ESPEAK_BYTES: Final = 400

#: Languages for which espeak-ng has another name.
_ESPEAK_VOICES: Final = {
    "en": "en-us",
    "zh": "cmn",
    "nb": "nb",
    "no": "nb",
    "pt": "pt-br",
    "es": "es",
}


class Espeak:
    """The loaded espeak-ng library. Created by `load_espeak`."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._voice = ""
        self._lock = threading.Lock()

    def to_ipa(self, text: str, language: str) -> list[str]:
        """The IPA of every spoken word of a text; [] without a voice for the language."""
        clean = text.replace("\0", " ").encode("utf-8", "replace")[:_MAX_ESPEAK_BYTES]
        with self._lock:
            if not self._select_voice(language):
                return []
            pointer = ctypes.c_char_p(clean)
            found: list[str] = []
            for _ in range(len(clean) + 1):
                if not pointer.value:
                    break
                part = self._library.espeak_TextToPhonemes(ctypes.byref(pointer), _UTF8, _AS_IPA)
                found += (part or b"").decode("utf-8", "replace").split()
            return found

    def supports(self, language: str) -> bool:
        """True if there is a voice for a language subtag."""
        with self._lock:
            return self._select_voice(language)

    def _select_voice(self, language: str) -> bool:
        name = _ESPEAK_VOICES.get(language, language)
        if name != self._voice:
            if self._library.espeak_SetVoiceByName(name.encode()) != 0:
                return False
            self._voice = name
        return True


@cache
def load_espeak() -> Espeak | None:
    """Load espeak-ng, or return None if espeakng-loader is missing or does not work."""
    try:
        import espeakng_loader

        library = ctypes.CDLL(espeakng_loader.get_library_path())
        started = library.espeak_Initialize(
            _SYNCHRONOUS_OUTPUT, 0, espeakng_loader.get_data_path().encode(), 0
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

# Matched longest first, so that diphthongs and affricates stay together.
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
_MAX_IPA_KEY: Final = max(map(len, _IPA))
# The model has one phone for an r-colored vowel and the r after it ("fˈaɪɚɹ").
_MERGED_PAIRS: Final = (("ER", "R"), ("ER", "ER"))


def ipa_to_phones(ipa: str) -> tuple[str, ...]:
    """Convert IPA to the model's phones; stress, tones and length are dropped.

    >>> ipa_to_phones("z_ˌaɪ_ə_ˈoʊ_m_i")
    ('Z', 'AY', 'AH', 'OW', 'M', 'IY')
    >>> ipa_to_phones("ʎ_ɪ"), ipa_to_phones("t͡ʃˈaːo"), ipa_to_phones("?!")
    (('L', 'Y', 'IH'), ('CH', 'AA', 'OW'), ())
    """
    text = unicodedata.normalize("NFC", ipa.translate(_IGNORED_IPA))
    found: list[str] = []
    at = 0
    while at < len(text):
        for length in range(min(_MAX_IPA_KEY, len(text) - at), 0, -1):
            mapped = _IPA.get(text[at : at + length])
            if mapped is not None:
                for phone in mapped.split():
                    if not (found and (found[-1], phone) in _MERGED_PAIRS):
                        found.append(phone)
                at += length
                break
        else:
            at += 1
    return tuple(found)


_IGNORED_IPA: Final = {ord(c): None for c in "ˈˌː ˑ_-0123456789ʲʰˠˤ̞̩̪̯̥̝̟̠"}


# Approximate English spelling rules, the last resort for unknown words.
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
_LONG_VOWELS: Final = {"a": "AA", "e": "IY", "i": "IY", "o": "OW", "u": "UW"}


def guess_from_spelling(word: str) -> tuple[str, ...]:
    """Guess a word's phones from its letters alone; () if it has none.

    >>> guess_from_spelling("Xiaomi")
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
            vowel = text[at:end] in _LONG_VOWELS
            opened = end == len(text) or (
                end + 1 < len(text) and text[end] not in "aeiou" and text[end + 1] in "aeiouy"
            )
            if length == 1 and vowel and opened and (end == len(text) or text[at] in "ou"):
                mapped = _LONG_VOWELS[text[at]]
            if not (found and mapped.split()[0] == found[-1]):
                found += mapped.split()
            at = end
            break
    return tuple(found)


_MAX_LINES: Final = 100_000
_MAX_LINE_CHARS: Final = 400

#: Maps casefolded words to pronunciations: phones, or respellings to look up.
Lexicon = Mapping[str, tuple[str, ...]]


def load_lexicon(path: Path) -> Lexicon:
    """Load a lexicon file. Raises `InputError` with the line number."""
    try:
        text = files.read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(str(path), "not UTF-8 text", "Save it as UTF-8") from error
    return parse_lexicon(text, str(path))


def parse_lexicon(text: str, source: str = "-") -> Lexicon:
    """Parse the text of a lexicon. Raises `InputError` with the line number.

    >>> parse_lexicon("Xiaomi: shao mee\\nHeihe = HH EY  # a city")
    {'xiaomi': ('shao mee',), 'heihe': ('HH EY',)}
    """
    found: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{source}:{number}"
        if number > _MAX_LINES:
            raise InputError(where, f"a lexicon may have at most {_MAX_LINES} lines")
        content = line.partition("#")[0].strip().lstrip("\ufeff")
        if not content:
            continue
        word, sound = _split_line(content)
        if not word or not sound:
            raise InputError(
                where, "the line contains no pronunciation", "Write: word: how it sounds"
            )
        if len(content) > _MAX_LINE_CHARS:
            raise InputError(where, f"longer than {_MAX_LINE_CHARS} characters")
        if sound.isupper() and len(sound.split()) > 1 and sound.isascii():
            unknown = [p for p in sound.split() if p.rstrip("012") not in PHONES]
            if unknown:
                raise InputError(
                    where,
                    f"unknown phone {unknown[0]!r}",
                    f"Known: {' '.join(sorted(PHONES))}; respellings are lower-case",
                )
        key = word.casefold()
        found[key] = (*found.get(key, ()), sound)
    return found


def _split_line(content: str) -> tuple[str, str]:
    for sign in (":", "=", "\t"):
        word, found, sound = content.partition(sign)
        if found:
            return word.strip(), sound.strip()
    word, _, sound = content.partition(" ")
    return word.strip(), sound.strip()


def parse_phones(sound: str) -> tuple[str, ...]:
    """The phones, if the right side of an entry consists of phones, else ()."""
    parts = [p.rstrip("012") for p in sound.split()]
    return tuple(parts) if parts and sound.isupper() and all(p in PHONES for p in parts) else ()


Phones = tuple[str, ...]
#: Tokens are cut to this many characters; no spoken word is longer.
_MAX_TOKEN_CHARS: Final = 120
_MAX_UNITS: Final = 48
_VOICELESS: Final = frozenset(["P", "T", "K", "F", "TH"])
_SIBILANTS: Final = frozenset(["S", "Z", "SH", "ZH", "CH", "JH"])
_OUTER_PUNCTUATION: Final = re.compile(r"^[^\w$€£¥￥₩₹#%§°&@+]+|[^\w$€£¥￥₩₹%°+]+$")
_JOINTS: Final = re.compile(r"[-‐‑–—/_.…,;:|\\]+")


@dataclass(frozen=True, slots=True)
class Unit:
    """A dictionary entry. `phones` are its pronunciations, the most likely first."""

    name: str
    phones: tuple[Phones, ...]

    @property
    def length(self) -> int:
        """The number of phones of the most likely pronunciation."""
        return len(self.phones[0])


@dataclass(frozen=True, slots=True)
class Token:
    """A written word and its spoken forms; () if it is not spoken at all."""

    text: str
    spoken_forms: tuple[tuple[Unit, ...], ...]
    guessed: bool = False

    @property
    def length(self) -> int:
        """The number of phones of the most likely form."""
        return sum(u.length for u in self.spoken_forms[0]) if self.spoken_forms else 0


@dataclass
class Pronouncer:
    """Looks up tokens. `language` is the language subtag of a BCP 47 tag."""

    language: str
    lexicon: Lexicon = field(default_factory=dict)
    _units: dict[tuple[Phones, ...], Unit] = field(default_factory=dict)
    _tokens: dict[str, Token] = field(default_factory=dict)

    @property
    def units(self) -> tuple[Unit, ...]:
        """All units created so far: the dictionary that the decoder needs."""
        return tuple(self._units.values())

    def look_up(self, text: str) -> Token:
        """Look up a token's spoken forms. Never raises; unknown letters are ignored."""
        found = self._tokens.get(text)
        if found is None:
            found = self._tokens[text] = self._look_up(text)
        return found

    def look_up_amount(self, text: str) -> Token:
        """Look up an amount before a scale: the "$10" of "$10 billion" is "ten"."""
        whole = self.look_up(text)
        plain = self.look_up("".join(c for c in text if not currency_word(c)))
        spoken_forms = tuple(dict.fromkeys((*plain.spoken_forms, *whole.spoken_forms)))
        return Token(text, spoken_forms, whole.guessed)

    def look_up_scale(self, text: str, money: str) -> Token:
        """Look up a scale after an amount: the "billion" of "$10 billion"."""
        plain = self.look_up(text)
        name = self._pronounce_word(money, [False])[0]
        spoken_forms = (*((*way, *name) for way in plain.spoken_forms[:2]), *plain.spoken_forms)
        return Token(text, spoken_forms, plain.guessed)

    def _look_up(self, text: str) -> Token:
        bare = _OUTER_PUNCTUATION.sub("", text[:_MAX_TOKEN_CHARS]).replace("’", "'")
        if not bare:
            return Token(text, ())
        own = self._look_up_lexicon(bare)
        if own:
            return Token(text, own)
        guessed = [False]
        if self.language == "en":
            spoken_forms = self._pronounce_english(bare, guessed)
        else:
            spoken_forms, guessed[0] = self._pronounce_foreign(bare), load_espeak() is None
        return Token(text, tuple(w[:_MAX_UNITS] for w in spoken_forms if w), guessed[0])

    def _look_up_lexicon(self, bare: str) -> tuple[tuple[Unit, ...], ...]:
        key = bare.casefold()
        sounds = self.lexicon.get(key, ())
        ending: tuple[Unit, ...] = ()
        if not sounds and key.endswith("'s"):
            sounds = self.lexicon.get(key[:-2], ())
            ending = (self._intern_unit(((("Z",)), ("S",))),) if sounds else ()
        found: list[tuple[Unit, ...]] = []
        for sound in sounds:
            phones = parse_phones(sound)
            if phones:
                found.append((self._intern_unit((phones,)), *ending))
                continue
            units: list[Unit] = []
            for part in sound.split():
                units += self._pronounce_word(part, [False])[0]
            found.append((*units, *ending))
        return tuple(w for w in found if w)

    def _pronounce_english(self, bare: str, guessed: list[bool]) -> list[tuple[Unit, ...]]:
        if bare.lower() in load_dictionary():
            return self._pronounce_word(bare, guessed)
        numeric = verbalize(bare)
        if numeric:
            found = []
            for way in numeric:
                units: list[Unit] = []
                for word in way:
                    units += self._pronounce_word(word, guessed)[0]
                found.append(tuple(units))
            return found
        parts = [p for p in _JOINTS.split(bare) if p]
        if len(parts) > 1:
            joined: list[Unit] = []
            for part in parts:
                joined += self._pronounce_word(part, guessed)[0]
            return [tuple(joined)]
        return self._pronounce_word(bare, guessed)

    def _pronounce_word(self, word: str, guessed: list[bool]) -> list[tuple[Unit, ...]]:
        """The forms of one English word: at least one, which may be empty."""
        known = load_dictionary()
        low = word.lower()
        if len(word) == 1 and word.isupper():
            # The letter ("a." in the dictionary) or the word: "A" begins sentences.
            spoken_forms = (*known.get(f"{low}.", ()), *(known.get(low, ()) if low in "ai" else ()))
            return [
                (
                    self._intern_unit(
                        tuple(dict.fromkeys(spoken_forms)) or known.get(low, (("AH",),))
                    ),
                )
            ]
        capitals = word.isupper() and 2 <= len(word) <= 6 and word.isascii()
        letters = tuple(self._pronounce_word(c, guessed)[0][0] for c in word) if capitals else ()
        if low in known:
            found: tuple[Unit, ...] = (self._intern_unit(known[low]),)
            return [found, letters] if letters else [found]
        plain = _strip_accents(low)
        if plain in known:
            spoken_forms = (
                known[plain] if plain == low else (*known[plain], *self._guess_word(word))
            )
            return [(self._intern_unit(spoken_forms[:4]),)]
        if low.endswith(("'s", "s'")) and low[:-2] in known:
            return [(self._intern_unit(tuple(_add_s(p) for p in known[low[:-2]])),)]
        if letters:
            return [letters, *([(self._intern_unit(w),)] if (w := self._guess_word(word)) else [])]
        guessed[0] = True
        spoken_forms = self._guess_word(word)
        return [(self._intern_unit(spoken_forms),)] if spoken_forms else [()]

    def _guess_word(self, word: str) -> tuple[Phones, ...]:
        espeak = load_espeak()
        spoken_forms: list[Phones] = []
        if espeak is not None:
            spoken_forms.append(ipa_to_phones("".join(espeak.to_ipa(word, self.language))))
        if espeak is None or not spoken_forms[0]:
            spoken_forms.append(guess_from_spelling(word))
        return tuple(w for w in spoken_forms if w)

    def _pronounce_foreign(self, bare: str) -> list[tuple[Unit, ...]]:
        espeak = load_espeak()
        said = espeak.to_ipa(bare, self.language) if espeak is not None else []
        sounds = [p for p in map(ipa_to_phones, said) if p]
        if not sounds:
            guess = guess_from_spelling(_strip_accents(bare))
            sounds = [guess] if guess else [ipa_to_phones("a")]
        return [tuple(self._intern_unit((p,)) for p in sounds)]

    def _intern_unit(self, spoken_forms: Sequence[Phones]) -> Unit:
        key = tuple(spoken_forms)
        unit = self._units.get(key)
        if unit is None:
            unit = self._units[key] = Unit(f"u{len(self._units)}", key)
        return unit


def _add_s(phones: Phones) -> Phones:
    if phones[-1] in _SIBILANTS:
        return (*phones, "IH", "Z")
    return (*phones, "S" if phones[-1] in _VOICELESS else "Z")


def _strip_accents(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def model_folder() -> Path:
    """The folder of the English model shipped with pocketsphinx."""
    import pocketsphinx

    return Path(pocketsphinx.get_model_path()) / "en-us"


class Dictionary:
    """126,000 lower-case English words with their phones.

    Entries are kept as text and split on access, which saves 100 MB.
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
        """A word's pronunciations, or `other` if it is unknown."""
        return self[word] if word in self._lines else other


@cache
def load_dictionary() -> Dictionary:
    """The model's dictionary. Cached, because loading takes 0.2 s."""
    return Dictionary((model_folder() / "cmudict-en-us.dict").read_text(encoding="utf-8"))
