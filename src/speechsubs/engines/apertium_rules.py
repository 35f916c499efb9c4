"""Rewrites around Apertium: English before translation, surface repairs after it.

Before translation, English phrases that the language pairs misread are rephrased. After
it, only errors that show from the two texts alone are repaired: spaces, capitals, the
opening marks of Spanish, a possessive attached to a name. Words are never changed, and
what the source writes in the same unusual way stays as it is.
"""

import re
from collections.abc import Collection
from typing import Final

#: Spaces that Apertium adds, unless the source has some in such places too.
_SPACE_BEFORE: Final = re.compile(r"(?<=\S) +(?=[,.;:!?…)\]”»](?![\w.]))")
_SPACE_AFTER: Final = re.compile(r"(?<=[“(\[¿¡]) +(?=\S)")
_QUOTE: Final = re.compile(r'"')
_SENTENCE_INSIDE: Final = re.compile(r"[.!?…][\"'”’)]*\s+[\"'“‘(¿¡]*[A-ZÀ-Þ]")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ENDS: Final = re.compile(r"[?!]+(?=$|[\s\"'”’»)\]])")
#: Capitalized in English but not in the target languages of the installed pairs.
_LOST_CAPITALS: Final = frozenset(
    {
        "i", "i'm", "i've", "i'll", "i'd", "monday", "tuesday", "wednesday", "thursday",
        "friday", "saturday", "sunday", "january", "february", "march", "april", "may", "june",
        "july", "august", "september", "october", "november", "december", "english", "spanish",
        "french", "german", "italian", "portuguese", "chinese", "japanese", "korean", "russian",
        "american", "european", "mr", "mrs", "ms", "dr"
    }
)  # fmt: skip
_QUESTION_WORDS: Final = frozenset(
    {
        "qué", "quién", "quiénes", "cómo", "cuándo", "dónde", "adónde", "cuánto", "cuánta",
        "cuántos", "cuántas", "cuál", "cuáles"
    }
)  # fmt: skip
_LEADING: Final = " \"'“‘«([—–-¿¡"
_STOPS: Final = frozenset({". ", "… ", ": ", "; "})
_CLOSERS: Final = {"”": "“", "»": "«", ")": "(", "]": "["}


_AMOUNT: Final = (
    r"(?:[A-Z]{3} [0-9]|[$€£¥] ?[0-9]"
    r"|[0-9][0-9.,]{0,20} ?(?:[€$£¥]|(?:euro|dollar|yuan|pound|yen|million|billion)s?\b))"
)
_TIME: Final = r"(?:year|month|week|day|hour|minute|decade)s?\b"
_COUNT: Final = r"(?:[0-9]{1,4}|two|three|four|five|six|seven|eight|nine|ten|many|several)"
#: Phrases in which the English pairs pick the wrong part of speech, and unambiguous
#: replacements: "The car costs" is read as "the car-costs", "over" as "above".
_REWRITES: Final = (
    (
        re.compile(
            r"(?<=[a-z0-9] )costs(?= (?:(?:over|about|around|only|at least|nearly|almost|up to"
            rf"|more than|less than) )?{_AMOUNT})"
        ),
        "does cost",
    ),
    (re.compile(rf"\bover(?= (?:the (?:last|past|next) )?{_COUNT} {_TIME})"), "during"),
    (re.compile(rf"\bOver(?= (?:the (?:last|past|next) )?{_COUNT} {_TIME})"), "During"),
    (
        re.compile(rf"\bover(?= (?:{_AMOUNT}|[0-9]{{2}}|a (?:hundred|thousand|million)\b))"),
        "more than",
    ),
    (
        re.compile(rf"\bOver(?= (?:{_AMOUNT}|[0-9]{{2}}|a (?:hundred|thousand|million)\b))"),
        "More than",
    ),
)


def simplify_english(english: str) -> str:
    """Rephrase English that the language pairs would misread.

    >>> simplify_english("The SU7 costs CHF 717, paid over ten years by over 30,000 people.")
    'The SU7 does cost CHF 717, paid during ten years by more than 30,000 people.'
    >>> simplify_english("The costs of the car went over the top.")
    'The costs of the car went over the top.'
    """
    for pattern, words in _REWRITES:
        english = pattern.sub(words, english)
    return english


def repair(source: str, text: str, small_words: Collection[str]) -> str:
    """Repair the spaces and capitals of one step's output.

    `small_words` are lower-case function words of the output language, which are never
    capitalized inside a sentence.

    >>> repair("Lei Jun decided to go.", "Lei Jun Decidió ir .", {"a"})
    'Lei Jun decidió ir.'
    >>> repair("He left.", "  Dejó.", ())
    'Dejó.'
    """
    text = " ".join(text.split())
    text = _detach_possessives(source, text)
    if not _SPACE_BEFORE.search(source):
        text = _SPACE_BEFORE.sub("", text)
    if not _SPACE_AFTER.search(source):
        text = _SPACE_AFTER.sub("", text)
    text = _tighten_quotes(source, text)
    text = _lower_stray_capitals(source, text, small_words)
    return _match_first_capital(source, text)


def add_opening_marks(text: str) -> str:
    """Add the opening mark of each question and exclamation, after introductory clauses.

    >>> add_opening_marks('Dijo, "Qué pasa?" y dejó.')
    'Dijo, "¿Qué pasa?" y dejó.'
    >>> add_opening_marks("Si no vendemos, qué será de ellos?")
    'Si no vendemos, ¿qué será de ellos?'
    """
    parts: list[str] = []
    done = 0
    for match in _ENDS.finditer(text):
        segment = text[done : match.start()]
        start = _question_start(segment)
        tail = segment[max(start - 2, 0) :]
        marks = "".join("¿" if m == "?" else "¡" for m in dict.fromkeys(match[0]))
        if any(c.isalpha() for c in tail) and not set(marks) & set(tail):
            segment = segment[:start] + marks + segment[start:]
        parts += [segment, match[0]]
        done = match.end()
    return "".join([*parts, text[done:]])


def _question_start(segment: str) -> int:
    """The start of the question that ends with the segment."""
    start = 0
    position = len(segment)
    waiting = ""
    while position > 0:
        position -= 1
        character = segment[position]
        if waiting:
            if character == waiting and (waiting != '"' or _opens(segment, position)):
                waiting = ""
            continue
        if character in _CLOSERS:
            waiting = _CLOSERS[character]
        elif character == '"' and not _opens(segment, position):
            waiting = '"'
        elif character in '"“«([' or segment[position : position + 2] in _STOPS:
            start = position + 1
            break
    while start < len(segment) and not segment[start].isalnum():
        start += 1
    return _after_clause(segment, start)


def _opens(segment: str, position: int) -> bool:
    return position == 0 or segment[position - 1] in " (¿¡"


def _after_clause(segment: str, start: int) -> int:
    """The position after the last comma that precedes a question word (RAE orthography)."""
    for match in reversed(list(re.finditer(r",\s+(?:por |a |de |en |con )?", segment))):
        word = _WORD.match(segment, match.end())
        if match.start() > start and word and word[0].lower() in _QUESTION_WORDS:
            return match.start() + len(match[0]) - len(match[0].lstrip(", "))
    return start


def _tighten_quotes(source: str, text: str) -> str:
    """Remove spaces between straight quotation marks and the quoted text."""
    marks = [m.start() for m in _QUOTE.finditer(text)]
    if len(marks) % 2 or len(marks) != source.count('"') or re.search(r'(?:^|\s)"\s', source):
        return text
    pieces = text.split('"')
    for inner in range(1, len(pieces), 2):
        pieces[inner] = pieces[inner].strip()
    return '"'.join(pieces)


def _detach_possessives(source: str, text: str) -> str:
    """Detach the "ha" that the Catalan pair makes of the 's of an unknown name."""
    names = set(re.findall(r"([^\W_]+)['’]s\b", source))
    if names:
        text = re.sub(r"\w+", lambda m: _detach(m[0], names), text)
    return " ".join(text.split())


def _detach(word: str, names: Collection[str]) -> str:
    return word[:-2] if word.endswith("ha") and word[:-2] in names else word


def _lower_stray_capitals(source: str, text: str, small_words: Collection[str]) -> str:
    """Undo the capital that Apertium moves from an unknown first word to the next word."""
    if _SENTENCE_INSIDE.search(source):
        return text  # more than one sentence: capitals inside may be right
    in_source = set(_WORD.findall(source))
    words = list(_WORD.finditer(text))
    candidates = [
        w
        for w in words[1:]
        if w[0][:1].isupper()
        and w[0][1:] == w[0][1:].lower()
        and w[0] not in in_source
        and text[w.start() - 1] == " "
        and text[w.start() - 2] not in ".:…"
    ]
    # One surplus capital may be the moved one; a translated name is not surplus.
    surplus = _count_capitals(text) - _count_capitals(source)
    lower: set[int] = set()
    for word in candidates:
        if word[0].lower() in small_words:
            lower.add(word.start())
            surplus -= 1
    handed_on = _first_difference(source, text)
    if surplus > 0 and any(w.start() == handed_on for w in candidates):
        lower.add(handed_on)
    return "".join(c.lower() if at in lower else c for at, c in enumerate(text))


def _first_difference(source: str, text: str) -> int:
    """The position of the first output word that differs from the source, or -1.

    Counts only if words precede it and the source is in lower case there.
    """
    pairs = zip(_WORD.finditer(source), _WORD.finditer(text), strict=False)
    for number, (before, after) in enumerate(pairs):
        if before[0] != after[0]:
            return after.start() if number and before[0].islower() else -1
    return -1


def _count_capitals(text: str) -> int:
    words = _WORD.findall(text)
    return sum(1 for w in words if w[0].isupper() and w.lower() not in _LOST_CAPITALS)


def _match_first_capital(source: str, text: str) -> str:
    """Give the first letter the case of the source's, unless it starts a different name."""
    first, out = _WORD.search(source), _WORD.search(text)
    if first and out and first[0].lower() == out[0].lower():
        return text[: out.start()] + first[0] + text[out.end() :]
    if not first or not out or not first[0][0].isupper() or not out[0].islower():
        return text
    if source[: first.start()].strip(_LEADING) or text[: out.start()].strip(_LEADING):
        return text  # a number or a sign comes first
    return text[: out.start()] + out[0][0].upper() + text[out.start() + 1 :]
