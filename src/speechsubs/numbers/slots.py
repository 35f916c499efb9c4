"""What of a text is a slot because of its numbers, and what each becomes in a locale.

A slot's value is what was read there. Files keep its key, which says the same independent
of its spelling: "date:2021-03-30", "time:16:13", "unit:5400000 kilometer", "unit:55
percent", "count:32000" for a number in words, or a bare value.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from speechsubs.locales import Locale
from speechsubs.numbers.clock import Time, find_times, render_time
from speechsubs.numbers.dates import Date, find_dates, render_date
from speechsubs.numbers.localized import localize
from speechsubs.numbers.numerals import Number, find
from speechsubs.numbers.quantities import quantities
from speechsubs.numbers.telling import Told
from speechsubs.numbers.told import told
from speechsubs.numbers.units import Measure, find_measures, render
from speechsubs.numbers.written import scaled

#: What a number with what belongs to it was read as.
Value = Date | Time | Measure | Told | Number


@dataclass(frozen=True, slots=True)
class Spot:
    """A number with what belongs to it. Spots of one text may overlap."""

    start: int
    end: int
    text: str
    value: Value

    @property
    def key(self) -> str:
        """The value as files have it."""
        match self.value:
            case Date() as date:
                return _date_key(date)
            case Time() as time:
                return f"time:{time.hour:02}:{time.minute:02}"
            case Measure() as measure:
                return f"unit:{measure.value:f} {measure.unit}"
            case Told() as count:
                return f"count:{count.value:f}"
            case number:
                return format(number.value, "f")


def spots(text: str, language: str, dates: bool = True, units: bool = True) -> Iterator[Spot]:
    """Dates, times, measures and numbers of a text that are written in digits.

    `dates` and `units` False leave dates, and times and units, to the engine: their
    numbers stay numbers.

    >>> [s.key for s in spots("at 4:13 p.m. for 800 km", "en") if ":" in s.key]
    ['time:16:13', 'unit:800 kilometer']
    """
    if dates:
        for date in find_dates(text, language):
            if date.day is not None:
                yield Spot(date.start, date.end, date.text, date)
    if units:
        for time in find_times(text):
            if time.marked:
                yield Spot(time.start, time.end, time.text, time)
        for measure in find_measures(text, language):
            if not measure.number.spelled:
                yield Spot(measure.start, measure.end, measure.text, measure)
    for one in told(text, language):
        if one.strong and one.end:
            yield Spot(one.start, one.end, text[one.start : one.end], one)
    for number in find(text, language):
        yield Spot(number.start, number.end, number.text, number)


def _date_key(date: Date) -> str:
    """ISO 8601, without the year where none was said: "date:2021-03-30", "date:--03-30"."""
    year = f"{date.year:04}" if date.year is not None else "-"
    return f"date:{year}-{date.month:02}-{date.day:02}"


def written(value: Value, text: str, source_language: str, locale: Locale) -> str:
    """What a value that stands as `text` in a source becomes in a locale."""
    match value:
        case Date():
            return render_date(value, locale)
        case Time():
            return render_time(value, locale)
        case Measure():
            return render(value, locale)
        case Told():
            # A count keeps its scale word, which only its digits' own reading knows.
            return rewritten("count:", text, source_language, locale)
        case Number():
            return localize(text, source_language, locale)


def rewritten(key: str, text: str, source_language: str, locale: Locale) -> str:
    """What a slot of a file, of which key and text are known, becomes in a locale.

    >>> from speechsubs.locales import load
    >>> rewritten("time:16:13", "4:13 p.m.", "en", load("es"))
    '16:13'
    """
    kind = key.partition(":")[0]
    if kind == "date" and len(dates := find_dates(text, source_language)) == 1:
        return render_date(dates[0], locale)
    if kind == "time" and len(times := find_times(text)) == 1:
        return render_time(times[0], locale)
    if kind == "unit" and len(measures := find_measures(text, source_language)) == 1:
        return render(measures[0], locale)
    if kind == "count" and len(counts := list(quantities(text, source_language))) == 1:
        return scaled(counts[0].value, counts[0].scale, locale)[0]
    return localize(text, source_language, locale)
