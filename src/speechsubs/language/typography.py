"""Repair the grammar around slots: contractions, elisions, agreement, possessives.

An engine translates around a placeholder ("de el Toronto", "l'ZQ1"); the name that
replaces it may need another form of the article or preposition before it. The rules are in
`locales/*.yml` under `typography`. The content of a slot is never changed.
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
    """The grammar of a name from the glossary; empty if unknown.

    `gender` is "m" or "f", `number` "singular" or "plural".
    """

    gender: str = ""
    number: str = ""


def _full_form(own: Typography, short: str, gender: str, name: str) -> str:
    """Return the full form of an elided word: "l'" gives "le" or "la"; "" if there is none."""
    words = [word for word, elided in own.elisions.items() if elided == short]
    feminine = {row["f"] for row in own.articles}
    fitting = [word for word in words if (word in feminine) == (gender == "f")]
    return _before_sound(own, next(iter((gender and fitting) or words), ""), name)


def inflect_article(own: Typography, phrase: str, name: str, grammar: Grammar) -> str:
    """Inflect an article for the gender and number of its name; keep any other word.

    A form shared by several articles only changes if all of them change alike.
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
    return _before_sound(own, found.pop(), name)


def _before_sound(own: Typography, article: str, name: str) -> str:
    """Return the form of an article before the first sound of a name."""
    if article in own.sounded and own.sounds.match(f"{article} {name}"):
        return own.sounded[article]
    return article


def around_slots(
    done: SpannedText, locale: Locale, grammar: Mapping[int, Grammar] | None = None
) -> list[Edit]:
    """Return edits of the words before and the endings after every slot.

    "de el" becomes "del", "le" before a vowel "l'", "l'" before a consonant "le "; "'s"
    becomes the ending of the language. `grammar` is that of the names by slot: "el"
    before a feminine name becomes "la".
    """
    own = locale.typography
    found: list[Edit] = []
    floor = 0
    for place in sorted(done.spans, key=lambda p: p.start):
        edit = _edit_before(
            done.text, place, floor, own, (grammar or {}).get(place.slot, Grammar())
        )
        if edit:
            found.append(edit)
        ending = _edit_after(done.text, place, locale, own)
        if ending:
            found.append(ending)
        floor = max(place.end, ending[1] if ending else 0)
    return found


def _edit_before(
    text: str, place: Span, floor: int, own: Typography, grammar: Grammar
) -> Edit | None:
    """Return the edit of the one or two words before a slot."""
    window = text[max(floor, place.start - 40) : place.start]
    match = _BEFORE.search(window)
    if not match:
        return None
    base = place.start - len(window)
    first, second, space = match.group(1) or "", match.group(2), match.group(3)
    if not second.islower() and not _starts_sentence(text, base + match.start(2)):
        # "de El País": a capitalized article is part of a name.
        return None
    lower = second.lower().replace("’", "'")
    name = text[place.start : place.end]
    if not space:
        lower = _full_form(own, lower, grammar.gender, name) if lower.endswith("'") else ""
        if not lower:
            return None
    words = [word for word in (first.lower(), lower) if word]
    new = _adapt_words(words, name, own, grammar)
    start = match.start(1) if first else match.start(2)
    if first and len(new) > 1 and new[0] == words[0]:
        start, new = match.start(2), new[1:]
    replacement = " ".join(new) + ("" if new[-1].endswith("'") else space or " ")
    written = window[start:]
    if replacement == written.lower().replace("’", "'"):
        return None
    return base + start, place.start, _match_case(replacement, written)


def _adapt_words(words: list[str], name: str, own: Typography, grammar: Grammar) -> list[str]:
    """Contract, inflect and elide the words before a name."""
    joined = own.contractions.get(" ".join(words))
    if joined:
        words = [joined]
    if grammar.gender or grammar.number:
        phrase = " ".join(words)
        form = inflect_article(own, phrase, name, grammar)
        if form != phrase or len(words) == 1:
            words = form.split()
        else:
            words = [words[0], *inflect_article(own, words[1], name, grammar).split()]
    elided = own.elisions.get(words[-1])
    if elided and name[:1].lower() in own.vowels and own.vowels:
        words = [*words[:-1], elided]
    return words


def _starts_sentence(text: str, at: int) -> bool:
    """True at the start of a sentence, where any word is capitalized."""
    before = text[max(0, at - 12) : at].rstrip(" \u00a0\u202f\"'“‘«¿¡([")
    return before[-1:] in ".!?…:" if before else at <= 12


def _edit_after(text: str, place: Span, locale: Locale, own: Typography) -> Edit | None:
    """Return the edit of the ending after a slot."""
    if text[place.start : place.end].endswith(".") and _STOP.match(text, place.end):
        # "A.I." at the end of a sentence already has a full stop.
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


def _match_case(text: str, like: str) -> str:
    return text[:1].upper() + text[1:] if like[:1].isupper() else text
