"""Small numbers inside other words: "tridimensionale", "четырёхдневный", "dreimal", "beide".

Only the check asks for them: without them an English "three-day" that became
"четырёхдневный" is a number lost and none gained, which a free translation may be.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from speechsubs.numbers.telling import Told, small

#: What the prefixes from Latin and Greek stand before in the languages that have them.
_PREFIXES = {"bi": 2, "tri": 3, "quadri": 4, "cuadri": 4, "tetra": 4, "penta": 5, "hexa": 6}
_PREFIXED = re.compile(
    rf"(?<![^\W_])({'|'.join(_PREFIXES)})-?(?=d[ie]r?[ei](?:zion|ction|c[cç]i|ç)|dim|lat[eé]ral"
    r"|part[iy]|mot|mest|ling|facial|fásic|fas[ie]|phas|annu|anual)",
    re.IGNORECASE,
)
#: Words for two of two.
_BOTH = {
    "es": "ambos|ambas",
    "ca": "ambdós|ambdues",
    "pt": "ambos|ambas",
    "it": "entrambi|entrambe|ambedue|ambo",
    "de": "beide[nrms]?",
}
_DE = {"zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8,
       "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12}  # fmt: skip
_DE_GLUED = re.compile(
    rf"(?<![^\W_])({'|'.join(_DE)})(?=dimension|jähr|seit|stell|fach|täg|teil|köpf|stünd|mal"
    r"|spur|stöck|monat|minüt|wöch|sprach|silb|bein|händ|ziff|türig|sitz|zimmer)",
    re.IGNORECASE,
)
_RU = {
    "двух": 2, "дву": 2, "трёх": 3, "трех": 3, "четырёх": 4, "четырех": 4, "пяти": 5, "шести": 6,
    "семи": 7, "восьми": 8, "девяти": 9, "десяти": 10, "одиннадцати": 11, "двенадцати": 12,
    "двадцати": 20, "тридцати": 30, "сорока": 40, "пятидесяти": 50, "шестидесяти": 60,
    "семидесяти": 70, "восьмидесяти": 80, "девяносто": 90, "сто": 100,
}  # fmt: skip
_RU_PLAIN = sorted({*_RU} - {"дву", "сто"}, key=len, reverse=True)
#: A numeral glued to an adjective: "семилетний". The second half keeps out what only begins
#: so: пятидесяти, двухсот, семинар, семитский.
_RU_GLUED = re.compile(
    rf"(?<![^\W_])(?:({'|'.join(_RU_PLAIN)})-?(?!сот|десят|надцат|нар|тск|тизм)"
    r"|(дву)(?=кратн|сторон|мерн|язычн|значн|смысл)|(сто)(?=летн|тысячн))"
    r"(?:(тысячн|миллион)|[а-яё]{2})[а-яё]{2}",
    re.IGNORECASE,
)
_RU_WORDS = {
    "двое": 2, "двоих": 2, "двоим": 2, "двоими": 2, "вдвоём": 2, "вдвоем": 2, "оба": 2, "обе": 2,
    "обоих": 2, "обеих": 2, "обоим": 2, "обеим": 2, "дважды": 2, "пополам": 2, "вдвое": 2,
    "трое": 3, "троих": 3, "троим": 3, "троими": 3, "втроём": 3, "втроем": 3, "трижды": 3,
    "втрое": 3, "тройка": 3, "тройки": 3, "четверо": 4, "четверых": 4, "вчетвером": 4,
    "четырежды": 4, "пятеро": 5, "пятерых": 5, "впятером": 5, "шестеро": 6, "шестерых": 6,
    "семеро": 7, "семерых": 7,
}  # fmt: skip
_RU_WORD = re.compile(rf"(?<![^\W_])(?:{'|'.join(_RU_WORDS)})(?![^\W_])", re.IGNORECASE)


def told(flat: str, language: str) -> Iterator[Told]:
    """The numbers of a text that are part of a word or stand for a number, as `plain` has it.

    >>> [int(t.value) for t in told("ein dreitägiges Fest", "de")]
    [3]
    """
    if language in ("en", "es", "ca", "pt", "it", "fr"):
        yield from _each(_PREFIXED, _PREFIXES, flat)
    if language == "de":
        yield from _each(_DE_GLUED, _DE, flat)
    if pair := _BOTH.get(language):
        for match in re.finditer(rf"(?<![^\W_])(?:{pair})(?![^\W_])", flat, re.IGNORECASE):
            yield Told(match.start(), Decimal(2), False, True)
    if language == "ru":
        yield from _each(_RU_WORD, _RU_WORDS, flat)
        for match in _RU_GLUED.finditer(flat):
            value = Decimal(_RU[(match[1] or match[2] or match[3]).lower()])
            value *= {"ты": 1_000, "ми": 1_000_000}.get((match[4] or "").lower()[:2], 1)
            yield Told(match.start(), value, False, small(value))


def _each(pattern: re.Pattern[str], values: Mapping[str, int], flat: str) -> Iterator[Told]:
    for match in pattern.finditer(flat):
        value = Decimal(values[(match[1] if pattern.groups else match[0]).lower()])
        yield Told(match.start(), value, False, True)
