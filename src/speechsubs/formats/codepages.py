"""Which Latin code page a text is in, told by the letters of the languages.

A detector that counts letters over a whole text takes Spanish in Windows-1252 for
Windows-1250 ("vendi\u00f3 la compa\u0148\u00eda"). A language's letters are few and known: the code
page under which all accented letters belong to one language is the right one.
"""

from itertools import pairwise
from typing import Final

_PUNCTUATION = "“”‘’‚„«»‹›–—…•·€£§°®©™\u00a0\u00ad"
#: Letters beyond ASCII, in lower case. Source: the languages' own alphabets, with the
#: accents that loan words and names bring.
_ALPHABETS: Final[tuple[str, ...]] = (
    "àâæçéèêëîïôœùûüÿ",  # French
    "áéíñóúü¿¡ªº",  # Spanish
    "äöüßé",  # German
    "àèéìíîòóùú",  # Italian
    "áâãàçéêíóôõúüªº",  # Portuguese
    "àçéèíïóòúü·",  # Catalan
    "áàäåæéèöøëïü",  # Danish, Dutch, Norwegian, Swedish
    "áðéíóúýþæö",  # Icelandic
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "áéíóöőúüű",  # Hungarian
    "ăâîșțşţ",  # Romanian
    "čćđšž",  # Croatian, Slovene
    "âçğıîöşüûİ",  # Turkish
    "āčēģīķļņšūž",  # Latvian
    "ąčęėįšųūž",  # Lithuanian
    "äõöüšž",  # Estonian
)
#: The commonest first: it wins where two fit alike.
_LATIN: Final = ("cp1252", "mac_roman", "cp1250", "iso8859_2", "cp1254", "cp1257")


def latin(sample: bytes) -> tuple[str, float]:
    """The Latin code page that fits best, and how well: 1 where every letter fits.

    It fits to 0 where a tenth or more of the letters is outside ASCII in pairs, as it is in
    Greek, Cyrillic and East Asian text.

    >>> latin("¿Cuántos coches vendió la compañía?".encode("cp1252"))
    ('cp1252', 1.0)
    """
    high = sum(byte > 127 for byte in sample)
    pairs = sum(a > 127 and b > 127 for a, b in pairwise(sample))
    if not high or pairs * 3 > high:
        return _LATIN[0], 0.0
    best, best_share = _LATIN[0], 0.0
    for encoding in _LATIN:
        share = _fit(sample, encoding)
        if share > best_share:
            best, best_share = encoding, share
    return best, best_share


def is_latin(encoding: str) -> bool:
    """True for a single-byte encoding that a detector may mix up with these."""
    return encoding in _LATIN or encoding.startswith(("iso8859", "mac_", "cp85", "cp125", "latin"))


def _fit(sample: bytes, encoding: str) -> float:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    letters = [char for char in text if ord(char) > 127 and char not in _PUNCTUATION]
    if not letters:
        return 1.0
    counts = [sum(c in known or c.lower() in known for c in letters) for known in _ALPHABETS]
    return max(counts) / len(letters)
