"""Drafts and slots into finished sentences, in the target locale's own writing.

Names come out as the glossary says, amounts in the locale's one style, numbers in
its digits and separators; then the small repairs that every engine needs: opening
question marks, spaces before French marks, none between Chinese and Latin.
"""

import re
from collections.abc import Sequence

from speechsubs import money, numbers
from speechsubs.edits import Edit, apply
from speechsubs.glossary import Policy, target_entry, target_for
from speechsubs.locales import Locale
from speechsubs.masking import Protected
from speechsubs.model import Finished, Place, SlotKind
from speechsubs.numbers.before import before_edits
from speechsubs.numbers.carried import date_edits
from speechsubs.numbers.clock import time_edits
from speechsubs.numbers.measured import measure_edits
from speechsubs.numbers.ordinals import ordinal_edits
from speechsubs.numbers.scales import scale_edits
from speechsubs.typography import Grammar, around_slots

_CJK = r"\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_NARROW_NBSP = "\u202f"
_NBSP = "\u00a0"
#: What nobody can read: control characters that are no blank, and terminal colours.
_CONTROL = re.compile(r"\x1b\[[0-9;?]{0,40}[@-~]|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
#: Where a sentence, or a quote inside one, begins.
_HALF_DOUBLE = re.compile('“[^“”"]{1,400}"(?!\\w)')
_HALF_SINGLE = re.compile(r"(?<!\w)‘[^‘’']{1,400}'(?!\w)")
_COMMA_QUOTE = re.compile(r",([\"”»“’'])(?=\s)")
_CLAUSE_START = re.compile(r"(?:^|[.!?…:]\s+|[,;]\s+(?=[\"'“‘«])|(?<=[\"“«¡]))(?=[\w\"'“‘«¿¡])")


def source(protected: Protected, locale: Locale, style: str = "") -> Finished:
    """The source sentence itself with its amounts in the locale's one style.

    Everything else stays as it was spoken: names, numbers, even mistakes.
    """
    places = [Place(n, slot.start, slot.end) for n, slot in enumerate(protected.slots)]
    texts = {
        place.slot: _amount(protected, place.slot, locale, style)
        if protected.slots[place.slot].kind is SlotKind.MONEY
        else protected.slots[place.slot].text
        for place in places
    }
    return _filled(protected.text, places, texts)


def target(
    protected: Protected,
    raw: str,
    places: Sequence[Place],
    source_locale: Locale,
    locale: Locale,
    style: str = "",
    dates: bool = True,
    units: bool = True,
) -> Finished:
    """An engine's output with its slots filled and its surface repaired.

    `dates` False leaves dates as the engine wrote them, `units` False times of day,
    units, percentages and ordinals.
    """
    texts = {
        place.slot: wording(protected, place.slot, source_locale, locale, style) for place in places
    }
    texts.update(_first_word(protected, raw, places, texts))
    done = _filled(raw, places, texts)
    done = apply(done, _free(done, [(*m.span(), "") for m in _CONTROL.finditer(done.text)]))
    if units:
        # Before the numbers: the point of "4.13 p.m." is no decimal one.
        done = apply(done, time_edits(protected.text, done.text, locale, _spans(done)))
    done = apply(done, _number_edits(protected, done, source_locale, locale))
    done = apply(done, _free(done, scale_edits(done.text, locale)))
    if units:
        language = source_locale.language
        for edits_of in (measure_edits, ordinal_edits):
            edits = edits_of(protected.text, language, done.text, locale, _spans(done))
            done = apply(done, edits)
    if dates:
        done = apply(done, _date_edits(protected, done, source_locale, locale))
    if dates or units:
        language = source_locale.language
        edits = before_edits(protected.text, language, done.text, locale, times=units, dates=dates)
        done = apply(done, _free(done, edits))
    grammar = _grammar(protected, locale)
    done = apply(done, _free(done, around_slots(done, locale, grammar)))
    done = apply(done, _blank_edits(done, locale))
    done = apply(done, _quote_edits(done))
    done = apply(done, _comma_edits(done, locale))
    done = apply(done, _opening_edits(protected.text, done, locale))
    done = apply(done, _space_edits(done, locale))
    return apply(done, _capital_edits(protected, done))


def _first_word(
    protected: Protected, raw: str, places: Sequence[Place], texts: dict[int, str]
) -> dict[int, str]:
    """A common noun of the glossary that begins the output, with a capital.

    Only words that the glossary has in lower case in both languages: a name's capitals
    are its own.
    """
    first = min(places, key=lambda place: place.start, default=None)
    letter = re.search(r"[^\W\d_]", protected.text)
    if first is None or letter is None or not letter.group().isupper():
        return {}
    term, text = protected.terms[first.slot], texts[first.slot]
    if term is None or term.policy is not Policy.FIXED or re.search(r"\w", raw[: first.start]):
        return {}
    if not (term.source.islower() and text.islower()):
        return {}
    alone = sum(place.slot == first.slot for place in places) == 1
    return {first.slot: text[0].upper() + text[1:]} if alone else {}


def _grammar(protected: Protected, locale: Locale) -> dict[int, Grammar]:
    """What the glossary says of the names' gender and number, by slot."""
    found = {}
    for number, term in enumerate(protected.terms):
        entry = target_entry(term, locale.tag) if term else None
        if entry and (entry.gender or entry.number):
            gender = entry.gender if entry.gender in ("m", "f") else ""
            found[number] = Grammar(gender, entry.number)
    return found


def wording(
    protected: Protected, number: int, source_locale: Locale, locale: Locale, style: str = ""
) -> str:
    """What slot number `number` becomes in the target locale."""
    slot, term = protected.slots[number], protected.terms[number]
    if term is not None:
        return target_for(term, locale.tag)[0]
    if slot.kind is SlotKind.MONEY:
        return _amount(protected, number, locale, style)
    return numbers.rewritten(slot.key, slot.text, source_locale.language, locale)


def _amount(protected: Protected, number: int, locale: Locale, style: str) -> str:
    amount = protected.amounts[number]
    assert amount is not None
    return money.render(amount, locale, style)


def _filled(text: str, places: Sequence[Place], texts: dict[int, str]) -> Finished:
    pieces: list[str] = []
    moved: list[Place] = []
    position = length = 0
    for place in sorted(places, key=lambda p: p.start):
        before, inside = text[position : place.start], texts[place.slot]
        length += len(before)
        moved.append(Place(place.slot, length, length + len(inside)))
        length += len(inside)
        pieces += [before, inside]
        position = place.end
    pieces.append(text[position:])
    return Finished("".join(pieces), tuple(moved))


def _number_edits(
    protected: Protected, done: Finished, source_locale: Locale, locale: Locale
) -> list[Edit]:
    """Numbers that the engine copied as they were, rewritten in the locale's notation.

    Only what literally stands in the source is touched: "5.400" that the engine
    wrote itself is already in its own language's notation.
    """
    copied = {number.text for number in numbers.find(protected.text, source_locale.language)}
    skip = _spans(done)
    return [
        (start, end, text)
        for start, end, text in numbers.edits(done.text, source_locale.language, locale, skip)
        if done.text[start:end] in copied or _digits(done.text[start:end]) in map(_digits, copied)
    ]


def _date_edits(
    protected: Protected, done: Finished, source_locale: Locale, locale: Locale
) -> list[Edit]:
    """Dates that the engine translated by halves, in the locale's long form."""
    return date_edits(protected.text, source_locale.language, done.text, locale, _spans(done))


def _spans(done: Finished) -> list[tuple[int, int]]:
    return [(place.start, place.end) for place in done.places]


def _digits(text: str) -> str:
    """The digits of a number and its points: "5.4" of "5.4 million", "30000" of "30 000".

    Commas, blanks and apostrophes go, because engines write one for the other.
    """
    return re.sub(r"[^\d.]", "", text).strip(".")


def _free(done: Finished, edits: Sequence[Edit]) -> list[Edit]:
    """The edits that reach into no slot."""
    return [
        edit
        for edit in edits
        if not any(edit[0] < place.end and edit[1] > place.start for place in done.places)
    ]


def _blank_edits(done: Finished, locale: Locale) -> list[Edit]:
    """Doubled, leading and trailing blanks; blanks next to CJK characters."""
    found: list[Edit] = []
    for match in re.finditer(r"[^\S\u00a0\u202f]+", done.text):
        edge = match.start() == 0 or match.end() == len(done.text)
        before, after = done.text[match.start() - 1 : match.start()], done.text[match.end() :][:1]
        wanted = "" if edge else " "
        if not edge and locale.words == "phrases":
            both = before + after
            if re.search(f"[{_CJK}]", both):
                latin = re.search(r"[A-Za-z]", both)
                mark = re.search(r"[\u3000-\u303f\uff00-\uffef]", both)
                space = locale.typography.latin_cjk_space
                wanted = space if latin and not mark else ""
        if match.group() != wanted:
            found.append((match.start(), match.end(), wanted))
    return _free(done, found)


def _quote_edits(done: Finished) -> list[Edit]:
    """A straight mark that closes what a curly one opened becomes curly."""
    found: list[Edit] = []
    if "„" in done.text:
        # There “ closes.
        return found
    for pattern, closing in ((_HALF_DOUBLE, "”"), (_HALF_SINGLE, "’")):
        for match in pattern.finditer(done.text):
            found.append((match.end() - 1, match.end(), closing))
    return _free(done, found)


def _comma_edits(done: Finished, locale: Locale) -> list[Edit]:
    """The comma that American English puts inside a closing quote, where others put it."""
    if not locale.typography.comma_after_quote:
        return []
    found = [(*m.span(), m.group(1) + ",") for m in _COMMA_QUOTE.finditer(done.text)]
    return _free(done, found)


def _opening_edits(source_text: str, done: Finished, locale: Locale) -> list[Edit]:
    """The opening marks that Spanish has and engines forget."""
    rules = locale.typography
    found: list[Edit] = []
    for mark, opening in (("?", rules.opening_question), ("!", rules.opening_exclamation)):
        if not opening or mark not in source_text or opening in done.text:
            continue
        end = done.text.find(mark)
        if end < 0:
            continue
        starts = [m.end() for m in _CLAUSE_START.finditer(done.text, 0, end)]
        start = starts[-1] if starts else 0
        while start < end and done.text[start] in "\"'“‘«":
            start += 1
        found.append((start, start, opening))
    return _free(done, found)


def _space_edits(done: Finished, locale: Locale) -> list[Edit]:
    """French writes a no-break space before its high marks, other languages none."""
    marks = locale.typography.space_before
    found: list[Edit] = []
    for match in re.finditer(r"[\s\u00a0\u202f]*([?!:;»…,.]+)(?=[\s\"'”’»)\]]|$)", done.text):
        mark = match.group(1)
        if match.start() == 0:
            continue
        wanted = ""
        if mark[0] in marks:
            wanted = _NBSP if mark[0] in ":»" else _NARROW_NBSP
        blank = done.text[match.start() : match.start(1)]
        if blank != wanted and not (mark[0] in "…." and blank and len(mark) > 1):
            found.append((match.start(), match.start(1), wanted))
    if "»" in marks:
        for match in re.finditer(r"«([\s\u00a0\u202f]*)(?=\S)", done.text):
            if match.group(1) != _NBSP:
                found.append((*match.span(1), _NBSP))
    return _free(done, found)


def _capital_edits(protected: Protected, done: Finished) -> list[Edit]:
    """A capital where the source's first letter has one."""
    first_source = re.search(r"[^\W\d_]", protected.text)
    first = re.search(r"[^\W\d_]", done.text)
    if not first_source or not first or not first_source.group().isupper():
        return []
    if any(character.isdigit() for character in done.text[: first.start()]):
        # "300 coches": the number is what the sentence begins with.
        return []
    letter = first.group()
    if not letter.islower() or letter.upper() == letter or len(letter.upper()) > 1:
        return []
    return _free(done, [(first.start(), first.end(), letter.upper())])
