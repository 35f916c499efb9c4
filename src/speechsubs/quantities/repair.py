"""Repairs of quantities in engine output: dates, prepositions, scale words, numbers, units.

Engines keep values but not their notation: "19 July 2024" becomes "19 julio 2024",
"4:13 p.m." "en 16:13", "5.4 million kilometers" "5,4 millones kilómetros", and in
Catalan "5,4 milió". Each quantity of the source is located again by its value and
written in the target locale's form; correct wording by the engine is kept. Prepositions
come from `before_times` and `before_dates` under `typography` in `locales/*.yml`; a time
whose hour is 1 takes the form after "|". They change only where the source too has a
preposition or nothing before the time or date, so that a race run "in 16:13" is kept.
"""

import re
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from speechsubs.language.locales import Locale
from speechsubs.quantities.dates import Date, month_names, render_date
from speechsubs.quantities.digits import (
    SPACES,
    Rules,
    known,
    read_run,
    rules,
    rules_for,
    trim_zeros,
)
from speechsubs.quantities.format import format_digits, format_myriads, plural_category
from speechsubs.quantities.numerals import Quantity, find_numbers
from speechsubs.quantities.parse import Quantities, parse
from speechsubs.quantities.units import (
    PERCENT,
    Measure,
    measure_at,
    render_measure,
    unit_patterns,
    unit_spellings,
)

# Possessive: a word matches whole or not at all; otherwise a long one could be split
# among the nine positions between day and year, with catastrophic backtracking.
_WORD = r"[^\W\d_]++\.?+"
_LAST_WORD = re.compile(r"(?<![^\W\d_])([^\W\d_]++)([ \u00a0]++)$")
#: How far before a date its article or month is looked for, in characters.
_MAX_DATE_GAP = 80


def date_edits(
    source: Quantities, target: str, locale: Locale, skip: Sequence[tuple[int, int]] = ()
) -> list[tuple[int, int, str]]:
    """Edits that put the source's dates into a target text in the locale's long form.

    `skip` are spans that must not be touched. A date that cannot be found again is
    left alone: its numbers are checked elsewhere.

    >>> from speechsubs.language.locales import load
    >>> said = parse("On 19 July 2024 he spoke.", "en")
    >>> date_edits(said, "En 19 julio 2024 habló.", load("es"))
    [(3, 16, '19 de julio de 2024')]
    """
    found: list[tuple[int, int, str]] = []
    taken = list(skip)
    for date in source.dates:
        span = _find_date_span(date, source.language, target, locale)
        if span is None or any(span[0] < end and span[1] > start for start, end in taken):
            continue
        taken.append(span)
        edit = (
            _with_article(date, span, target, locale)
            if date.day
            else _month(date, span, target, locale)
        )
        if target[edit[0] : edit[1]] != edit[2]:
            found.append(edit)
    return sorted(found)


def _find_date_span(
    date: Date, source_language: str, target: str, locale: Locale
) -> tuple[int, int] | None:
    """Where a date stands in the target: one place only, or it is not certain enough."""
    if date.day is None:
        return _find_month_span(date, source_language, target, locale)
    spans = []
    for match in _pattern(date.day or 0, date.year).finditer(target):
        start, end = match.span()
        months = _months(source_language, locale)
        words = [w.rstrip(".").lower() for w in re.findall(_WORD, match.group())]
        named = [w for w in words if w in months]
        if named and all(months[w] != date.month for w in named):
            continue
        if date.year is None and not named:
            continue
        if not words:
            # "Marcha 30, 2021": the month may stand before the day, known or not.
            before = _LAST_WORD.search(target, max(0, start - _MAX_DATE_GAP), start)
            first = date.text[:1].isalpha()
            word = before.group(1).lower() if before else ""
            if before and (word in months or (first and before.group(1)[:1].isupper())):
                start = before.start(1)
            elif locale.words == "phrases":
                continue
        spans.append((start, end))
    return spans[0] if len(spans) == 1 else None


def _find_month_span(
    date: Date, source_language: str, target: str, locale: Locale
) -> tuple[int, int] | None:
    """Where "March 2021" stands: under its own name, or else as a word with a capital.

    Apertium makes "Marcha 2021" of it. Not in languages whose months have case endings:
    the ending that is right there depends on the sentence.
    """
    if not date.year or locale.words == "phrases" or locale.dates.inflected:
        return None
    months = _months(source_language, locale)
    named, strange = [], []
    for match in _month_pattern(date.year).finditer(target):
        word = match.group(1)
        month = months.get(word.rstrip(".").lower())
        if month == date.month:
            named.append(match.span())
        elif month is None and word[:1].isupper():
            strange.append(match.span())
    spans = named or strange
    return spans[0] if len(spans) == 1 else None


@cache
def _month_pattern(year: int) -> re.Pattern[str]:
    of = r"[ \u00a0](?:(?:d[eio]l?|of)[ \u00a0])?"
    return re.compile(rf"(?<![^\W\d_])({_WORD}){of}{year:d}(?!\d)")


def _month(date: Date, span: tuple[int, int], target: str, locale: Locale) -> tuple[int, int, str]:
    start, end = span
    text = render_date(date, locale)
    return start, end, text if target[:start].strip() else text[:1].upper() + text[1:]


@cache
def _pattern(day: int, year: int | None) -> re.Pattern[str]:
    between = rf"(?:[\s,.'’]|{_WORD}){{1,9}}?"
    day_text = rf"(?<![\d.,:]){day:d}(?:st|nd|rd|th|er|º|\.)?(?!\d)"
    if year is None:
        return re.compile(rf"{day_text}[\s.]{{1,2}}(?:d[ei]l?\s|d['’])?{_WORD}")
    return re.compile(rf"{day_text}{between}{year:d}(?!\d)")


def _months(source_language: str, locale: Locale) -> dict[str, int]:
    names = dict(month_names(source_language))
    names.update(month_names(locale.dates.pivot))
    names.update(month_names(locale.language))
    return names


def _with_article(
    date: Date, span: tuple[int, int], target: str, locale: Locale
) -> tuple[int, int, str]:
    """The edit, with the article that a date has after "de" or "was" in some languages."""
    start, end = span
    text = render_date(date, locale)
    article = locale.typography.date_article
    before = _LAST_WORD.search(target, max(0, start - _MAX_DATE_GAP), start)
    if not article or not before:
        return start, end, text
    word = before.group(1).lower()
    joined = locale.typography.contractions.get(f"{word} {article}")
    if joined:
        return before.start(1), end, f"{_match_case(joined, before.group(1))} {text}"
    if word in locale.breaks.auxiliaries:
        return start, end, f"{article} {text}"
    return start, end, text


def _match_case(text: str, like: str) -> str:
    return text[:1].upper() + text[1:] if like[:1].isupper() else text


_WORDS_BEFORE = re.compile(r"(?:([^\W\d_]+)[ \u00a0]+)?([^\W\d_]+)[ \u00a0]+$")
#: How far before a time its preposition is looked for, in characters.
_MAX_PREPOSITION_GAP = 40


def preposition_edits(
    source: Quantities,
    target: Quantities,
    locale: Locale,
    *,
    times: bool = True,
    dates: bool = True,
) -> list[tuple[int, int, str]]:
    """Edits that set the words before the source's times and dates right, in order.

    `times` and `dates` False leave those alone.

    >>> from speechsubs.language.locales import load
    >>> left = parse("He left at 4:13 p.m.", "en")
    >>> preposition_edits(left, parse("Se fue en 16:13.", "es"), load("es"))
    [(7, 9, 'a las')]
    """
    before_times, before_dates = locale.typography.before_times, locale.typography.before_dates
    dated = rules_for(source.language).dates if known(source.language) else None
    before_time, before_date = (dated.before_time, dated.before_date) if dated else ((), ())
    text = target.text
    found: list[tuple[int, int, str]] = []
    if times and before_times:
        asked = {
            (t.hour % 12, t.minute)
            for t in source.times
            if t.marked or _stands_behind(before_time, source.text, t.start)
        }
        spots = [
            (time.start, time.hour == 1)
            for time in (target.times if asked else ())
            if not time.marked and (time.hour % 12, time.minute) in asked
        ]
        # "It was 4:13" is not "the meeting was 4:13", which lacks its preposition.
        verbs = locale.breaks.auxiliaries
        for start, end, words in _replace_prepositions(text, spots, before_times):
            if text[start:end].lower() not in verbs or not text[:start].strip():
                found.append((start, end, words))
    if dates and before_dates:
        days = {
            (d.month, d.day)
            for d in source.dates
            if d.day and (not before_date or _stands_behind(before_date, source.text, d.start))
        }
        there = target.dates if days else ()
        spots = [(date.start, False) for date in there if (date.month, date.day) in days]
        found += _replace_prepositions(text, spots, before_dates)
    return sorted(found)


def _stands_behind(words: Container[str], source: str, start: int) -> bool:
    """Whether one of the words is directly before a position."""
    before = _WORDS_BEFORE.search(source, max(0, start - _MAX_PREPOSITION_GAP), start)
    return before is not None and before.group(2).lower() in words


def _replace_prepositions(
    target: str, spots: Sequence[tuple[int, bool]], words: Mapping[str, str]
) -> Iterator[tuple[int, int, str]]:
    """The edits for the words before some places; `True` beside one: it is one o'clock."""
    for start, one in spots:
        match = _WORDS_BEFORE.search(target, max(0, start - _MAX_PREPOSITION_GAP), start)
        if match is None:
            continue
        both = f"{match.group(1)} {match.group(2)}".lower() if match.group(1) else ""
        first = match.start(1) if both in words else match.start(2)
        wanted = words.get(both, words.get(match.group(2).lower(), ""))
        several, _, single = wanted.partition("|")
        text = (single or several) if one else several
        old = target[first : match.end(2)]
        if text:
            yield first, match.end(2), text[0].upper() + text[1:] if old[0].isupper() else text


def scale_edits(
    text: str, locale: Locale, skip: Sequence[tuple[int, int]] = ()
) -> list[tuple[int, int, str]]:
    """Edits that give the scale word behind each number its plural form.

    `skip` are spans that must not be touched. Only the locale's own scale words
    (million and up) right behind a number in digits are looked at, and only their form
    changes, never the value.

    >>> from speechsubs.language.locales import load
    >>> scale_edits("5,4 milió de quilòmetres", load("ca"))
    [(4, 9, 'milions')]
    """
    forms = {
        form.casefold(): entry
        for power, entry in locale.numbers.scales.items()
        if power >= 6
        for form in entry.written.values()
    }
    if not forms:
        return []
    words = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
    pattern = re.compile(rf"(?<=\d)[ \u00a0\u202f]({words})(?!\w)", re.IGNORECASE)
    found = []
    for match in pattern.finditer(text):
        if any(match.start(1) < end and match.end(1) > start for start, end in skip):
            continue
        number = re.search(r"[\d.,\u00a0\u202f']*\d$", text[: match.start()])
        values = find_numbers(number.group(), locale.language) if number else []
        entry = forms[match.group(1).casefold()]
        if len(values) != 1:
            continue
        wanted = entry.of(plural_category(values[0].value, locale))
        word = match.group(1)
        if wanted.casefold() != word.casefold():
            cased = wanted[:1].upper() + wanted[1:] if word[:1].isupper() else wanted
            found.append((*match.span(1), cased))
    return found


def number_edits(
    copied: Quantities, locale: Locale, skip: Sequence[tuple[int, int]] = ()
) -> list[tuple[int, int, str]]:
    """What to replace so that numbers are in the locale's notation: (start, end, new).

    `copied` is the text as the source's language would read it. Ascending and not
    overlapping. Numbers without separators, years, codes and what touches a span of
    `skip` are left alone.
    """
    text = copied.text
    source, target = rules(copied.language), rules(locale.tag)
    spans = sorted(skip)
    starts = [start for start, _ in spans]
    found = []
    for quantity in copied.scanned:
        if quantity.spelled or not quantity.run:
            continue
        at = bisect_right(starts, quantity.end - 1)
        if any(end > quantity.start for _, end in spans[max(0, at - 1) : at]):
            continue
        edit = number_edit(text, quantity, source, target, locale)
        if edit is not None:
            found.append(edit)
    return found


def localize(
    text: str, source_language: str, locale: Locale, skip: Sequence[tuple[int, int]] = ()
) -> str:
    """The text with its numbers in the locale's notation; see `number_edits`.

    >>> from speechsubs.language import locales
    >>> localize("30,000 personas y 5.4 puntos", "en", locales.load("es"))
    '30.000 personas y 5,4 puntos'
    """
    parts, position = [], 0
    for start, end, new in number_edits(parse(text, source_language), locale, skip):
        parts += [text[position:start], new]
        position = end
    return "".join([*parts, text[position:]])


def number_edit(
    text: str, quantity: Quantity, source: Rules, target: Rules, locale: Locale
) -> tuple[int, int, str] | None:
    """The edit of one number, or None if it stays as it is."""
    new = _rewritten(text, quantity, source, target, locale)
    if new is None or new == text[quantity.start : quantity.start + len(new)]:
        return None
    whole = quantity.scale or quantity.run.isdigit()
    end = quantity.end if whole else quantity.start + len(quantity.run)
    return None if text[quantity.start : end] == new else (quantity.start, end, new)


def _rewritten(
    text: str, quantity: Quantity, source: Rules, target: Rules, locale: Locale
) -> str | None:
    run = quantity.run
    if source.cjk or source.language == target.language:
        return None
    if quantity.scale:
        return _with_scale(text, quantity, source, locale)
    if run.isdigit() and len(run) > 4 and not target.cjk:
        # "30 000": spaces group in every language, but are not every language's style.
        parted = text[quantity.start : quantity.end] != run
        return format_digits(quantity.mantissa, locale) if parted else None
    if run.isdigit() or not _native(run, source):
        return None
    if not quantity.sure and _native(run, target):
        return None
    if target.cjk:
        value = quantity.mantissa
        if value != value.to_integral_value():
            return None
        short = len(trim_zeros(value).as_tuple().digits) - _zeros(value) <= 4
        return format_myriads(value, locale) if short else format_digits(value, locale)
    if (source.decimal, source.groups) == (target.decimal, target.groups):
        return None
    return format_digits(quantity.mantissa, locale)


def _zeros(value: Decimal) -> int:
    text = format(value, "f")
    return len(text) - len(text.rstrip("0"))


def _with_scale(text: str, quantity: Quantity, source: Rules, locale: Locale) -> str | None:
    """A number with a scale word that was copied: "5.4 million" becomes 540万.

    Nothing changes where the word means another power in the target ("billions" in
    French), or where the number is not written as the source language does.
    """
    target = rules(locale.tag)
    written = text[quantity.start + len(quantity.run) : quantity.end].strip().lower()
    if target.scales.get(written, quantity.scale) != quantity.scale:
        return None
    if not quantity.run.isdigit() and not _native(quantity.run, source):
        return None
    if target.cjk:
        return format_myriads(quantity.value, locale)
    forms = target.scale_forms.get(quantity.scale)
    if forms is None:
        return None
    word = forms.of(plural_category(trim_zeros(quantity.mantissa), locale))
    return f"{format_digits(quantity.mantissa, locale)}\u00a0{word}"


def _native(run: str, rule: Rules) -> bool:
    """Whether a run is written as the language writes numbers."""
    value = read_run(run, rule)
    if value is None:
        return False
    seps = {c for c in run if not c.isdigit()}
    if seps <= {*SPACES, *rule.groups}:
        return value[0] == value[0].to_integral_value()
    whole, found, part = run.partition(rule.decimal)
    return bool(found) and part.isdigit() and (whole.isdigit() or _native(whole, rule))


_BLANKS = re.compile(f"[{SPACES}]+")
#: "Kilo" is a weight or a way: the number before it says which only to people.
_KILO = ("キロ", "킬로", "กิโล")
#: These say as much as the unit itself: "38 grados" for 38 degrees Celsius.
_LOOSE = frozenset({("celsius", "degree"), ("fahrenheit", "degree")})


def measure_edits(
    source: Quantities, target: Quantities, locale: Locale, skip: Sequence[tuple[int, int]] = ()
) -> list[tuple[int, int, str]]:
    """Edits that put the source's measures into a target text as the locale writes them.

    `skip` are spans that must not be touched. Spelled-out numbers stay words.

    >>> from speechsubs.language.locales import load
    >>> said = parse("5.5 percent of 500 horsepower", "en")
    >>> measure_edits(said, parse("5,5 % de 500 horsepower", "es"), load("es"))
    [(0, 5, '5,5\\xa0%'), (9, 23, '500\\xa0caballos')]
    """
    wanted = [m for m in source.measures if not m.number.spelled]
    if not wanted or source.language.partition("-")[0] == locale.language:
        return []
    taken = bytearray(len(target.text))
    for start, end in skip:
        taken[start:end] = b"\1" * (end - start)
    places = _places(target, source.language)
    found = []
    for measure in wanted:
        waiting = places.get((measure.value, measure.unit), deque())
        while waiting:
            there, translated = waiting.popleft()
            start, end = there.start, there.end
            if any(taken[start:end]):
                continue
            taken[start:end] = b"\1" * (end - start)
            text = (
                _choose_wording(measure, there, locale)
                if translated
                else render_measure(measure, locale)
            )
            if target.text[start:end] != text:
                found.append((start, end, text))
            break
    return sorted(found)


def _places(
    target: Quantities, source_language: str
) -> Mapping[tuple[Decimal, str], deque[tuple[Measure, bool]]]:
    """The measures of a target by value and unit, the likeliest first.

    True with those that the engine translated; in the others the unit, or the number
    as well, is still in the source's words.
    """
    found: defaultdict[tuple[Decimal, str], deque[tuple[Measure, bool]]] = defaultdict(deque)
    for there in target.measures:
        found[there.value, there.unit].append((there, True))
    for quantity in target.scanned:
        left = measure_at(target.text, quantity, source_language)
        if left is not None:
            found[left.value, left.unit].append((left, False))
    for left in target.read_as(source_language).measures:
        found[left.value, left.unit].append((left, False))
    return found


def _choose_wording(measure: Measure, there: Measure, locale: Locale) -> str:
    """How a measure that the engine translated is written: its own way if that is right."""
    if there.number.spelled:
        return there.text
    if measure.unit == PERCENT:
        return render_measure(measure, locale) if re.search("[%٪]", there.text) else there.text
    own = _plain(there.text)
    if locale.numbers.inflected_units:
        # An unlisted case form: only the space before it becomes a no-break space.
        return _with_no_break_space(there)
    both = {short: render_measure(_like(measure, short), locale) for short in (False, True)}
    for text in both.values():
        if _plain(text) == own:
            return text
    name = _plain(there.text[there.number.end - there.start :]).strip(" -")
    bare = re.sub(r"^(?:de|di|do|des)\s|^d['’]", "", name)
    linked = bare != name or not there.number.scale
    own_forms = {
        _plain(form.replace("#", ""))
        for short in (False, True)
        for form in unit_patterns(measure.unit, short, locale).values()
    }
    if bare not in own_forms and bare in unit_spellings(measure.unit, locale) and linked:
        return _with_no_break_space(there)
    return both[measure.short and there.short]


def _like(measure: Measure, short: bool) -> Measure:
    return Measure(
        measure.start, measure.end, measure.text, measure.unit, short, measure.number, measure.sign
    )


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text).strip().casefold()


def _with_no_break_space(there: Measure) -> str:
    """The text with a no-break space between the number and what follows it."""
    at = there.number.end - there.start
    if there.text[at : at + 1] == " ":
        return f"{there.text[:at]}\u00a0{there.text[at + 1 :]}"
    return there.text


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A measure of the source whose unit is changed or missing in the target.

    `unit` is the target's unit as written, or empty.
    """

    measure: Measure
    unit: str = ""


def compare_units(source: Quantities, target: Quantities) -> list[UnitChange]:
    """Measures that kept their number and lost their unit. Lost numbers are not reported.

    >>> there = parse("a 170 millas por hora", "es")
    >>> [c.unit for c in compare_units(parse("at 170 km/h", "en"), there)]
    ['170 millas por hora']
    """
    wanted = source.measures
    if not wanted or not known(target.language) or not known(source.language):
        return []
    waiting: defaultdict[Decimal, list[Measure]] = defaultdict(list)
    for there in target.measures:
        waiting[there.value.copy_abs()].append(there)
    rest = [m for m in wanted if not _consume(m, waiting[m.value.copy_abs()])]
    values: set[Decimal] = set()
    if rest:
        values = {trim_zeros(q.value) for q in target.scanned}
    found = []
    for measure in rest:
        others = waiting[measure.value.copy_abs()]
        if others:
            found.append(UnitChange(measure, others.pop(0).text))
        elif measure.value.copy_abs() in values:
            found.append(UnitChange(measure))
    return found


def _consume(measure: Measure, waiting: list[Measure]) -> bool:
    """Use up the same measure of the other side, if it is there."""
    for at, there in enumerate(waiting):
        if _same(measure, there):
            del waiting[at]
            return True
    return False


def _same(one: Measure, other: Measure) -> bool:
    if one.unit == other.unit:
        return one.value == other.value or (one.sign < 0 and -one.value == other.value)
    if one.value == other.value and other.text.endswith(_KILO):
        return one.unit in ("kilogram", "kilometer")
    loose = (one.unit, other.unit) in _LOOSE or (other.unit, one.unit) in _LOOSE
    return loose and one.value == other.value
