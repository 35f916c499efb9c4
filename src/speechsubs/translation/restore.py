"""Restore placeables in translations and apply the target locale's typography.

Names are written as in the glossary, amounts in the locale's style, and numbers with
its digits and separators. Then come the repairs that every engine needs: opening
question marks, spaces before French punctuation, none between Chinese and Latin.
"""

import re
from dataclasses import dataclass

from speechsubs.glossary import Policy, Term, target_entry, target_for
from speechsubs.language.locales import Locale
from speechsubs.language.typography import Grammar, around_slots
from speechsubs.quantities import currencies, render
from speechsubs.quantities.dates import Date
from speechsubs.quantities.lenient import SpelledNumber
from speechsubs.quantities.numerals import Number
from speechsubs.quantities.ordinals import ordinal_edits
from speechsubs.quantities.parse import Quantities, parse
from speechsubs.quantities.repair import (
    date_edits,
    measure_edits,
    number_edits,
    preposition_edits,
    scale_edits,
)
from speechsubs.quantities.times import Time, time_edits
from speechsubs.quantities.units import Measure
from speechsubs.spans import Edit, SpannedText
from speechsubs.translation.placeholders import Protected

_CJK = r"\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_NARROW_NBSP = "\u202f"
_NBSP = "\u00a0"
#: Unreadable characters: control characters other than whitespace, terminal colors.
_CONTROL = re.compile(r"\x1b\[[0-9;?]{0,40}[@-~]|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
#: The start of a sentence, or of a quote inside one.
_HALF_DOUBLE = re.compile('“[^“”"]{1,400}"(?!\\w)')
_HALF_SINGLE = re.compile(r"(?<!\w)‘[^‘’']{1,400}'(?!\w)")
_COMMA_QUOTE = re.compile(r",([\"”»“’'])(?=\s)")
_CLAUSE_START = re.compile(r"(?:^|[.!?…:]\s+|[,;]\s+(?=[\"'“‘«])|(?<=[\"“«¡]))(?=[\w\"'“‘«¿¡])")


@dataclass(frozen=True, slots=True)
class Style:
    """The languages and style options of a translation.

    `currency` is "name", "symbol", "code" or empty for the locale's default.
    `dates=False` leaves dates as the engine wrote them, `units=False` times of day,
    units, percentages and ordinals.
    """

    source: Locale
    locale: Locale
    currency: str = ""
    dates: bool = True
    units: bool = True


def render_source(protected: Protected, locale: Locale, style: str = "") -> SpannedText:
    """The source sentence with its amounts in the locale's style.

    Everything else is unchanged: names, numbers, even mistakes.
    """
    amounts = protected.amounts.items()
    return protected.spanned.fill({n: render.render_amount(a, locale, style) for n, a in amounts})


def render_target(protected: Protected, output: SpannedText, style: Style) -> SpannedText:
    """An engine's output with its slots filled and its typography repaired."""
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
    """Write times, numbers, measures, ordinals and dates in the locale's notation.

    The text is parsed again only after a repair has changed it (see `parse`).
    """
    said, locale = protected.quantities, style.locale
    if style.units:
        # Before the numbers: the point in "4.13 p.m." is not a decimal point.
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
    """Capitalize a common noun of the glossary at the start of the output.

    Applies only to terms that are lower case in both languages in the glossary; the
    capitalization of names is never changed.
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
    """Gender and number of the names from the glossary, by slot."""
    found = {}
    for number, term in protected.terms.items():
        entry = target_entry(term, locale.tag)
        if entry and (entry.gender or entry.number):
            gender = entry.gender if entry.gender in ("m", "f") else ""
            found[number] = Grammar(gender, entry.number)
    return found


def render_placeable(protected: Protected, number: int, style: Style) -> str:
    """The text of slot number `number` in the target locale."""
    locale = style.locale
    placeable = protected.placeables[number]
    match placeable.value:
        case Term() as term:
            return target_for(term, locale.tag)[0]
        case currencies.Amount() as amount:
            return render.render_amount(amount, locale, style.currency)
        case Date() | Time() | Measure() | SpelledNumber() | Number() as value:
            return render.render_value(value, style.source.language, locale)
        case _:
            # Only a file has values that cannot be read, and it never comes here.
            raise TypeError(f"{type(placeable.value).__name__} cannot be written")


def _number_edits(said: Quantities, done: SpannedText, locale: Locale) -> list[Edit]:
    """Rewrite numbers that the engine copied unchanged in the locale's notation.

    Only numbers that occur literally in the source are changed: a "5.400" generated by
    the engine is already in the target notation.
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
    """The digits and points of a number: "5.4" of "5.4 million", "30000" of "30 000".

    Commas, spaces and apostrophes are removed, because engines interchange them.
    """
    return re.sub(r"[^\d.]", "", text).strip(".")


def _whitespace_edits(done: SpannedText, locale: Locale) -> list[Edit]:
    """Remove doubled, leading and trailing spaces, and spaces next to CJK characters."""
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
    """Make a straight closing quote curly where the opening quote is curly."""
    found: list[Edit] = []
    if "„" in done.text:
        # Here “ is the closing quote.
        return found
    for pattern, closing in ((_HALF_DOUBLE, "”"), (_HALF_SINGLE, "’")):
        for match in pattern.finditer(done.text):
            found.append((match.end() - 1, match.end(), closing))
    return done.free(found)


def _comma_edits(done: SpannedText, locale: Locale) -> list[Edit]:
    """Move the comma that American English puts inside a closing quote."""
    if not locale.typography.comma_after_quote:
        return []
    found = [(*m.span(), m.group(1) + ",") for m in _COMMA_QUOTE.finditer(done.text)]
    return done.free(found)


def _opening_edits(source_text: str, done: SpannedText, locale: Locale) -> list[Edit]:
    """Add opening punctuation marks for Spanish where the engine omitted them."""
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
    """No-break space before high punctuation in French, no space in other languages."""
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
    """Capitalize the first letter where the source's is a capital."""
    first_source = re.search(r"[^\W\d_]", protected.text)
    first = re.search(r"[^\W\d_]", done.text)
    if not first_source or not first or not first_source.group().isupper():
        return []
    if any(character.isdigit() for character in done.text[: first.start()]):
        # "300 coches": the sentence begins with the number.
        return []
    letter = first.group()
    if not letter.islower() or letter.upper() == letter or len(letter.upper()) > 1:
        return []
    return done.free([(first.start(), first.end(), letter.upper())])
