"""The grammar right around a slot, and a locale's marks and blanks.

An engine translates around a stand-in ("de el Toronto", "l'ZQ1"); the name that
takes its place may want another form of the little word before it. Which words
contract, elide or agree, and how a possessive is formed, is data in `locales/*.yml`
under `typography`. Nothing here changes a slot itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from speechsubs.language.locale_rules import Typography
from speechsubs.language.locales import Locale
from speechsubs.spans import Edit, Span, SpannedText

_BEFORE = re.compile(r"(?:(\w+)\s+)?([\w]+['’]?)(\s*)$")
_STOP = re.compile(r"\.(?!\.)")
_POSSESSIVE = re.compile(r"['’][sS]?(?!\w)")


@dataclass(frozen=True, slots=True)
class Grammar:
    """What the glossary says about a name: gender "m", "f" or "", number "singular",
    "plural" or "".
    """

    gender: str = ""
    number: str = ""


def _full(own: Typography, short: str, gender: str, name: str) -> str:
    """What an elided word is before a consonant: "l'" is "le" or "la"; "" if nothing."""
    words = [word for word, elided in own.elisions.items() if elided == short]
    feminine = {row["f"] for row in own.articles}
    fitting = [word for word in words if (word in feminine) == (gender == "f")]
    return _sounding(own, next(iter((gender and fitting) or words), ""), name)


def agreed(own: Typography, phrase: str, name: str, grammar: Grammar) -> str:
    """An article in the gender and number of its name; anything else as it is.

    A form of several articles changes only where all of them change alike.
    """
    if phrase in own.also_other_words:
        return phrase
    plain = {sounded: soft for soft, sounded in own.sounded.items()}.get(phrase, phrase)
    found = set()
    for row in own.articles:
        for cell in (cell for cell, form in row.items() if form == plain):
            gender = grammar.gender or cell[0]
            plural = "p" in cell if not grammar.number else grammar.number == "plural"
            if gender == "f" and not plural and own.masculine_before.match(name):
                gender = "m"
            found.add(row.get(f"{gender}p" if plural else gender, plain))
    if len(found) != 1 or plain in found:
        return phrase
    return _sounding(own, found.pop(), name)


def _sounding(own: Typography, article: str, name: str) -> str:
    """The article as it stands before the sound that a name begins with."""
    if article in own.sounded and own.sounds.match(f"{article} {name}"):
        return own.sounded[article]
    return article


def around_slots(
    done: SpannedText, locale: Locale, grammar: Mapping[int, Grammar] | None = None
) -> list[Edit]:
    """Edits of the words before and the endings behind every slot.

    "de el" becomes "del", "le" before a vowel "l'", "l'" before a consonant "le ";
    "'s" becomes the language's own ending. `grammar` has what is known of the names
    in the slots, by slot: "el" before a feminine one becomes "la".
    """
    own = locale.typography
    found: list[Edit] = []
    floor = 0
    for place in sorted(done.spans, key=lambda p: p.start):
        edit = _before(done.text, place, floor, own, (grammar or {}).get(place.slot, Grammar()))
        if edit:
            found.append(edit)
        behind = _behind(done.text, place, locale, own)
        if behind:
            found.append(behind)
        floor = max(place.end, behind[1] if behind else 0)
    return found


def _before(text: str, place: Span, floor: int, own: Typography, grammar: Grammar) -> Edit | None:
    """What the one or two words before a slot become."""
    window = text[max(floor, place.start - 40) : place.start]
    match = _BEFORE.search(window)
    if not match:
        return None
    base = place.start - len(window)
    first, second, blank = match.group(1) or "", match.group(2), match.group(3)
    if not second.islower() and not _begins(text, base + match.start(2)):
        # "de El País": a capital article belongs to a name.
        return None
    lower = second.lower().replace("’", "'")
    name = text[place.start : place.end]
    if not blank:
        lower = _full(own, lower, grammar.gender, name) if lower.endswith("'") else ""
        if not lower:
            return None
    words = [word for word in (first.lower(), lower) if word]
    new = _little(words, name, own, grammar)
    start = match.start(1) if first else match.start(2)
    if first and len(new) > 1 and new[0] == words[0]:
        start, new = match.start(2), new[1:]
    little = " ".join(new) + ("" if new[-1].endswith("'") else blank or " ")
    written = window[start:]
    if little == written.lower().replace("’", "'"):
        return None
    return base + start, place.start, _cased(little, written)


def _little(words: list[str], name: str, own: Typography, grammar: Grammar) -> list[str]:
    """The words before a name: run together, in its gender, without a vowel before one."""
    joined = own.contractions.get(" ".join(words))
    if joined:
        words = [joined]
    if grammar.gender or grammar.number:
        phrase = " ".join(words)
        form = agreed(own, phrase, name, grammar)
        if form != phrase or len(words) == 1:
            words = form.split()
        else:
            words = [words[0], *agreed(own, words[1], name, grammar).split()]
    elided = own.elisions.get(words[-1])
    if elided and name[:1].lower() in own.vowels and own.vowels:
        words = [*words[:-1], elided]
    return words


def _begins(text: str, at: int) -> bool:
    """True where a sentence begins: there a capital says nothing about the word."""
    before = text[max(0, at - 12) : at].rstrip(" \u00a0\u202f\"'“‘«¿¡([")
    return before[-1:] in ".!?…:" if before else at <= 12


def _behind(text: str, place: Span, locale: Locale, own: Typography) -> Edit | None:
    """What the ending behind a slot becomes."""
    if text[place.start : place.end].endswith(".") and _STOP.match(text, place.end):
        # "A.I." at the end of a sentence has its full stop already.
        return place.end, place.end + 1, ""
    if own.own_possessive or not own.possessive:
        return None
    match = _POSSESSIVE.match(text, place.end)
    if not match or (match.group() in "'’" and text[place.end - 1 : place.end].lower() != "s"):
        return None
    ending = own.possessive
    if text[place.end - 1 : place.end].lower() in own.sibilants:
        ending = own.possessive_after_s
    end = match.end()
    if locale.words == "phrases":
        while end < len(text) and text[end] == " ":
            end += 1
    return place.end, end, ending


def _cased(text: str, like: str) -> str:
    return text[:1].upper() + text[1:] if like[:1].isupper() else text
