"""How each language writes numbers, read from the `numbers:` part of its locale file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from speechsubs import locales
from speechsubs.errors import UnknownLocaleError

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
    scale_forms: Mapping[int, Mapping[str, str]]
    """The words that are written, by power and plural category."""

    @property
    def cjk(self) -> bool:
        """True where words are not parted by spaces and myriads count."""
        return bool(self.myriads)


def section(language: str, name: str) -> Mapping[str, Any]:
    """A part of the locale file for a language; of English's for one nobody knows.

    The signs and codes in it hold everywhere; unknown languages get no words, see
    `known`.
    """
    try:
        found = locales.load(language).sections[name]
    except UnknownLocaleError:
        found = locales.load("en").sections[name]
    assert isinstance(found, Mapping)
    return found


def known(language: str) -> bool:
    """Whether there is a locale file for the language."""
    try:
        locales.resolve(language)
    except UnknownLocaleError:
        return False
    return True


def words_of(entry: Mapping[str, Any]) -> list[str]:
    """Every spelling in an entry: its plural forms and what `also` lists."""
    forms = [str(value) for key, value in entry.items() if key != "also"]
    forms += [word for word in str(entry.get("also", "")).split("|") if word]
    return list(dict.fromkeys(forms))


@cache
def rules(language: str) -> Rules:
    """The number rules of a language (or tag); neutral ones for an unknown language."""
    data = section(language, "numbers")
    scales: dict[str, int] = {}
    forms: dict[int, Mapping[str, str]] = {}
    if known(language):
        for power, entry in data["scales"].items():
            if "other" in entry:
                forms[int(power)] = {k: str(v) for k, v in entry.items() if k != "also"}
            for word in words_of(entry):
                scales.setdefault(word if len(word) == 1 else word.lower(), int(power))
    return Rules(
        language=language,
        decimal=str(data["decimal"]),
        groups=str(data["groups"]),
        spaces=bool(data["spaces"]),
        group_from=int(data["group_from"]),
        myriads=str(data["myriads"]),
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
