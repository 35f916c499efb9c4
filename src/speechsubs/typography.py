"""The grammar right around a slot, and a locale's marks and blanks.

An engine translates around a stand-in ("de el Toronto", "l'ZQ1"); the name that
takes its place may want another form of the little word before it. Which words
contract or elide, and how a possessive is formed, is data in `locales/*.yml` under
`typography`. Nothing here changes a slot itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from speechsubs.edits import Edit
from speechsubs.locales import Locale, load
from speechsubs.model import Finished, Place

_BEFORE = re.compile(r"(?:(\w+)\s+)?([\w]+['’]?)(\s*)$")
_POSSESSIVE = re.compile(r"['’][sS]?(?!\w)")


@dataclass(frozen=True, slots=True)
class Typography:
    """A locale's rules. `contractions` and `elisions` map what is written in full to
    what stands there instead; `vowels` are the letters that an elision wants behind it;
    `possessive` is what an English 's becomes ("{}" is where a name that ends in s
    wants only an apostrophe), "" where the language forms it with a word of its own.
    """

    latin_cjk_space: str
    space_before: str
    opening_question: str
    opening_exclamation: str
    contractions: Mapping[str, str]
    elisions: Mapping[str, str]
    vowels: str
    possessive: str
    possessive_after_s: str


@cache
def rules(tag: str) -> Typography:
    """The rules of a known tag."""
    data: Mapping[str, Any] = load(tag).sections["typography"]
    return Typography(
        latin_cjk_space=str(data["latin_cjk_space"]),
        space_before=str(data["space_before"]),
        opening_question=str(data["opening_question"]),
        opening_exclamation=str(data["opening_exclamation"]),
        contractions=dict(data.get("contractions", {})),
        elisions=dict(data.get("elisions", {})),
        vowels=str(data.get("vowels", "")),
        possessive=str(data.get("possessive", "")),
        possessive_after_s=str(data.get("possessive_after_s", data.get("possessive", ""))),
    )


def around_slots(done: Finished, locale: Locale) -> list[Edit]:
    """Edits of the words before and the endings behind every slot.

    "de el" becomes "del", "le" before a vowel "l'", "l'" before a consonant "le ";
    "'s" becomes the language's own ending.
    """
    own = rules(locale.tag)
    found: list[Edit] = []
    floor = 0
    for place in sorted(done.places, key=lambda p: p.start):
        edit = _before(done.text, place, floor, own)
        if edit:
            found.append(edit)
        behind = _behind(done.text, place, locale, own)
        if behind:
            found.append(behind)
        floor = max(place.end, behind[1] if behind else 0)
    return found


def _before(text: str, place: Place, floor: int, own: Typography) -> Edit | None:
    """What the one or two words before a slot become."""
    window = text[max(floor, place.start - 40) : place.start]
    match = _BEFORE.search(window)
    if not match:
        return None
    base = place.start - len(window)
    first, second, blank = match.group(1), match.group(2), match.group(3)
    lower = second.lower().replace("’", "'")
    vowel = text[place.start : place.start + 1].lower() in own.vowels and own.vowels
    if vowel and blank and lower in own.elisions:
        short = _cased(own.elisions[lower], second)
        return base + match.start(2), place.start, short
    if not vowel and not blank and second.endswith(("'", "’")):
        full = {short: word for word, short in reversed(list(own.elisions.items()))}.get(lower)
        if full:
            return base + match.start(2), place.start, _cased(full, second) + " "
    if first and blank:
        joined = own.contractions.get(f"{first.lower()} {lower}")
        # "de El País": a capital article belongs to a name.
        if joined and second.islower():
            return base + match.start(1), base + match.end(2), _cased(joined, first)
    return None


def _behind(text: str, place: Place, locale: Locale, own: Typography) -> Edit | None:
    if locale.language == "en" or not own.possessive:
        return None
    match = _POSSESSIVE.match(text, place.end)
    if not match or (match.group() in "'’" and text[place.end - 1 : place.end].lower() != "s"):
        return None
    ending = own.possessive
    if text[place.end - 1 : place.end].lower() in "sxzß":
        ending = own.possessive_after_s
    end = match.end()
    if locale.words == "phrases":
        while end < len(text) and text[end] == " ":
            end += 1
    return place.end, end, ending


def english_possessives(done: Finished, locale: Locale) -> bool:
    """True where an English 's was left on a slot in a language that has none."""
    if locale.language == "en":
        return False
    return any(re.match(r"['’]s(?!\w)", done.text[place.end :]) for place in done.places)


def _cased(text: str, like: str) -> str:
    return text[:1].upper() + text[1:] if like[:1].isupper() else text
