"""How each language writes numbers, read from the `numbers:` part of its locale file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from speechsubs import locales
from speechsubs.errors import UnknownLocaleError
from speechsubs.locales import Locale
from speechsubs.localesections import Forms

#: Spaces that may stand between a number and what belongs to it.
SPACES = " \u00a0\u202f\u2009"

#: One character for one character, so that offsets stay true.
_PLAIN = {
    **{0xFF10 + n: str(n) for n in range(10)},
    **{0x0660 + n: str(n) for n in range(10)},
    **{0x06F0 + n: str(n) for n in range(10)},
    ord("．"): ".",
    ord("٫"): ".",
    ord("٬"): "\u2019",  # groups in every language, as the apostrophe does
    ord("￥"): "¥",
    ord("＄"): "$",
    ord("￡"): "£",
    ord("￠"): "¢",
    ord("−"): "-",
    ord("％"): "%",
    ord("\u2011"): "-",
}


def plain(text: str) -> str:
    """The text with full-width and Arabic-Indic digits and signs as ASCII, same length."""
    return _WIDE_COMMA.sub(",", text).translate(_PLAIN)


#: Between wide digits it groups; between ordinary ones it parts: "2020，2021年".
_WIDE_COMMA = re.compile("(?<=[０-９])[，、](?=[０-９]{3}(?![０-９]))")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a language's numbers look like. See `locales/root.yml` for the meaning."""

    language: str
    decimal: str
    groups: str
    spaces: bool
    group_from: int
    myriads: str
    scales: Mapping[str, int]
    """Scale words in lower case, with their powers of ten."""
    scale_forms: Mapping[int, Forms]
    """The words that are written, by power."""

    @property
    def cjk(self) -> bool:
        """True where words are not parted by spaces and myriads count."""
        return bool(self.myriads)


def rules_for(language: str) -> Locale:
    """The locale of a language; English's for one nobody knows.

    The signs and codes in it hold everywhere; unknown languages get no words, see
    `known`.
    """
    try:
        return locales.load(language)
    except UnknownLocaleError:
        return locales.load("en")


def known(language: str) -> bool:
    """Whether there is a locale file for the language."""
    try:
        locales.resolve(language)
    except UnknownLocaleError:
        return False
    return True


@cache
def rules(language: str) -> Rules:
    """The number rules of a language (or tag); neutral ones for an unknown language."""
    numbers = rules_for(language).numbers
    scales: dict[str, int] = {}
    forms: dict[int, Forms] = {}
    if known(language):
        forms = {power: entry for power, entry in numbers.scales.items() if entry.written}
        for power, entry in numbers.scales.items():
            for word in entry.spellings:
                scales.setdefault(word if len(word) == 1 else word.lower(), power)
    return Rules(
        language=language,
        decimal=numbers.decimal,
        groups=numbers.groups,
        spaces=numbers.spaces,
        group_from=numbers.group_from,
        myriads=numbers.myriads,
        scales=scales,
        scale_forms=forms,
    )


@cache
def scale_pattern(language: str) -> re.Pattern[str]:
    """A scale word behind a number: "million", "Mio.", with the gap before it."""
    words = sorted(rules(language).scales, key=len, reverse=True)
    if not words:
        return re.compile(r"(?!)")
    body = "|".join(
        f"(?-i:{re.escape(w)})" if len(w) == 1 else re.escape(w).replace(r"\ ", f"[{SPACES}]")
        for w in words
    )
    return re.compile(rf"[{SPACES}-]?({body})(?![^\W_])", re.IGNORECASE)
