"""A user's own pronunciations: `word: how it sounds`, one per line.

    Xiaomi: shao mee
    Heihe = HH EY HH AH

The right side is either words that the dictionary knows or can guess, or phones of
the model in capitals. `#` begins a comment.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from speechsubs import files
from speechsubs.aligners.speech.arpabet import PHONES
from speechsubs.errors import InputError

_MOST_LINES: Final = 100_000
_LONGEST: Final = 400

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
        if len(content) > _LONGEST:
            raise InputError(where, f"longer than {_LONGEST} characters")
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
