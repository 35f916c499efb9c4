"""Drafts and slots into finished sentences, in the target locale's own writing.

Names come out as the glossary says, amounts in the locale's one style, numbers in
its digits and separators; then the small repairs that every engine needs: opening
question marks, spaces before French marks, none between Chinese and Latin.
"""

import re
from dataclasses import dataclass

from speechsubs.glossary import Policy, Term, target_entry, target_for
from speechsubs.language.locales import Locale
from speechsubs.language.typography import Grammar, around_slots
from speechsubs.quantities import currencies, render
from speechsubs.quantities.ordinals import ordinal_edits
from speechsubs.quantities.parse import Quantities, parse
from speechsubs.quantities.repair import (
    date_edits,
    measure_edits,
    number_edits,
    preposition_edits,
    scale_edits,
)
from speechsubs.quantities.times import time_edits
from speechsubs.spans import Edit, SpannedText
from speechsubs.translation.placeholders import Protected

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


@dataclass(frozen=True, slots=True)
class Style:
    """How a translation is written: its languages, and what a person chose.

    `currency` is "name", "symbol", "code" or empty for the locale's own style. `dates`
    False leaves dates as the engine wrote them, `units` False times of day, units,
    percentages and ordinals.
    """

    source: Locale
    locale: Locale
    currency: str = ""
    dates: bool = True
    units: bool = True


def render_source(protected: Protected, locale: Locale, style: str = "") -> SpannedText:
    """The source sentence itself with its amounts in the locale's one style.

    Everything else stays as it was spoken: names, numbers, even mistakes.
    """
    amounts = protected.amounts.items()
    return protected.spanned.fill({n: render.render_amount(a, locale, style) for n, a in amounts})


def render_target(protected: Protected, output: SpannedText, style: Style) -> SpannedText:
    """An engine's output with its slots filled and its surface repaired."""
    locale = style.locale
    texts = {span.slot: render_placeable(protected, span.slot, style) for span in output.spans}
    texts.update(_capitalized_first_term(protected, output, texts))
    done = output.fill(texts)
    done = done.edit(done.free((*m.span(), "") for m in _CONTROL.finditer(done.text)))
    done = _repair_quantities(protected, done, style)
    grammar = _term_grammar(protected, locale)
    done = done.edit(done.free(around_slots(done, locale, grammar)))
    done = done.edit(_whitespace_edits(done, locale))
    done = done.edit(_quote_edits(done))
    done = done.edit(_comma_edits(done, locale))
    done = done.edit(_opening_edits(protected.text, done, locale))
    done = done.edit(_punctuation_space_edits(done, locale))
    return done.edit(_capital_edits(protected, done))


def _repair_quantities(protected: Protected, done: SpannedText, style: Style) -> SpannedText:
    """Times, numbers, measures, ordinals and dates in the locale's own writing.

    The text is read again only where a repair has changed it (see `parse`).
    """
    said, locale = protected.quantities, style.locale
    if style.units:
        # Before the numbers: the point of "4.13 p.m." is no decimal one.
        there = _parse(done, style).times
        done = done.edit(time_edits(said.times, done.text, there, locale, _spans(done)))
    done = done.edit(_number_edits(said, done, locale))
    done = done.edit(scale_edits(done.text, locale, _spans(done)))
    if style.units:
        done = done.edit(measure_edits(said, _parse(done, style), locale, _spans(done)))
        done = done.edit(ordinal_edits(said.text, said.language, done.text, locale, _spans(done)))
    if style.dates:
        done = done.edit(date_edits(said, done.text, locale, _spans(done)))
    if style.dates or style.units:
        found = preposition_edits(
            said, _parse(done, style), locale, times=style.units, dates=style.dates
        )
        done = done.edit(done.free(found))
    return done


def _parse(done: SpannedText, style: Style) -> Quantities:
    return parse(done.text, style.locale.language)


def _capitalized_first_term(
    protected: Protected, output: SpannedText, texts: dict[int, str]
) -> dict[int, str]:
    """A common noun of the glossary that begins the output, with a capital.

    Only words that the glossary has in lower case in both languages: a name's capitals
    are its own.
    """
    first = min(output.spans, key=lambda span: span.start, default=None)
    letter = re.search(r"[^\W\d_]", protected.text)
    if first is None or letter is None or not letter.group().isupper():
        return {}
    term, text = protected.terms.get(first.slot), texts[first.slot]
    if (
        term is None
        or term.policy is not Policy.FIXED
        or re.search(r"\w", output.text[: first.start])
    ):
        return {}
    if not (term.source.islower() and text.islower()):
        return {}
    alone = sum(span.slot == first.slot for span in output.spans) == 1
    return {first.slot: text[0].upper() + text[1:]} if alone else {}


def _term_grammar(protected: Protected, locale: Locale) -> dict[int, Grammar]:
    """What the glossary says of the names' gender and number, by slot."""
    found = {}
    for number, term in protected.terms.items():
        entry = target_entry(term, locale.tag)
        if entry and (entry.gender or entry.number):
            gender = entry.gender if entry.gender in ("m", "f") else ""
            found[number] = Grammar(gender, entry.number)
    return found


def render_placeable(protected: Protected, number: int, style: Style) -> str:
    """What slot number `number` becomes in the target locale."""
    locale = style.locale
    placeable = protected.placeables[number]
    match placeable.value:
        case Term() as term:
            return target_for(term, locale.tag)[0]
        case currencies.Amount() as amount:
            return render.render_amount(amount, locale, style.currency)
        case value:
            text, language = placeable.slot.text, style.source.language
            return render.render_value(value, text, language, locale)


def _number_edits(said: Quantities, done: SpannedText, locale: Locale) -> list[Edit]:
    """Numbers that the engine copied as they were, rewritten in the locale's notation.

    Only what literally stands in the source is touched: "5.400" that the engine
    wrote itself is already in its own language's notation.
    """
    copied = {number.text for number in said.numbers}
    left = parse(done.text, said.language)
    return [
        (start, end, text)
        for start, end, text in number_edits(left, locale, _spans(done))
        if done.text[start:end] in copied or _digits(done.text[start:end]) in map(_digits, copied)
    ]


def _spans(done: SpannedText) -> list[tuple[int, int]]:
    return [(place.start, place.end) for place in done.spans]


def _digits(text: str) -> str:
    """The digits of a number and its points: "5.4" of "5.4 million", "30000" of "30 000".

    Commas, blanks and apostrophes go, because engines write one for the other.
    """
    return re.sub(r"[^\d.]", "", text).strip(".")


def _whitespace_edits(done: SpannedText, locale: Locale) -> list[Edit]:
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
    return done.free(found)


def _quote_edits(done: SpannedText) -> list[Edit]:
    """A straight mark that closes what a curly one opened becomes curly."""
    found: list[Edit] = []
    if "„" in done.text:
        # There “ closes.
        return found
    for pattern, closing in ((_HALF_DOUBLE, "”"), (_HALF_SINGLE, "’")):
        for match in pattern.finditer(done.text):
            found.append((match.end() - 1, match.end(), closing))
    return done.free(found)


def _comma_edits(done: SpannedText, locale: Locale) -> list[Edit]:
    """The comma that American English puts inside a closing quote, where others put it."""
    if not locale.typography.comma_after_quote:
        return []
    found = [(*m.span(), m.group(1) + ",") for m in _COMMA_QUOTE.finditer(done.text)]
    return done.free(found)


def _opening_edits(source_text: str, done: SpannedText, locale: Locale) -> list[Edit]:
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
    return done.free(found)


def _punctuation_space_edits(done: SpannedText, locale: Locale) -> list[Edit]:
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
    return done.free(found)


def _capital_edits(protected: Protected, done: SpannedText) -> list[Edit]:
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
    return done.free([(first.start(), first.end(), letter.upper())])
