"""The quantities of a text, parsed once: numbers, amounts, measures, dates and times.

The result is shared by masking, validation, repair and QA. Each kind is parsed on first
use, from one scan of the numbers.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache

from speechsubs.quantities import lenient, money, numerals
from speechsubs.quantities.currencies import Amount, Context
from speechsubs.quantities.dates import Date, find_dates
from speechsubs.quantities.lenient import SpelledNumber, find_lenient_numbers
from speechsubs.quantities.numerals import Number, Quantity
from speechsubs.quantities.times import Time, find_times
from speechsubs.quantities.units import Measure, find_measures
from speechsubs.spans import SpannedText

#: Texts up to this length are cached: most outputs are already the finished text, and
#: speakers repeat themselves.
_SHORT = 1_000


@dataclass(frozen=True)
class Quantities:
    """A text and the quantities in it. Spans are half-open character offsets.

    `context` says which dollar and which yen the amounts are in.
    """

    text: str
    language: str
    context: Context

    @cached_property
    def scanned(self) -> tuple[Quantity, ...]:
        """The numbers in digits and words that all kinds of quantity are built from."""
        return tuple(numerals.find_quantities(self.text, self.language))

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers in digits."""
        return tuple(numerals.find_numbers(self.text, self.language, self.scanned))

    @cached_property
    def words(self) -> tuple[SpelledNumber, ...]:
        """The numbers in words, including uncertain readings."""
        return find_lenient_numbers(self.text, self.language, self.scanned)

    @cached_property
    def implied(self) -> Counter[Decimal]:
        """The values implied by words that are not numbers: "both", "second"."""
        return lenient.find_implied_values(self.text, self.language)

    @cached_property
    def amounts(self) -> tuple[Amount, ...]:
        """The amounts of money."""
        return tuple(money.find_amounts(self.text, self.language, self.context, self.scanned))

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """The numbers with units, percentages included."""
        return find_measures(self.text, self.language, self.scanned)

    @cached_property
    def dates(self) -> tuple[Date, ...]:
        """The dates that name a month."""
        return tuple(find_dates(self.text, self.language))

    @cached_property
    def times(self) -> tuple[Time, ...]:
        """The times of day."""
        return find_times(self.text)

    def without(self, bounds: Sequence[tuple[int, int]]) -> "Quantities":
        """Replace some stretches of the text with a neutral mark.

        The text is parsed again, because its neighbors may then be different numbers.

        >>> parse("pay $5 for 2", "en").without([(4, 6)]).text
        'pay · for 2'
        """
        if not bounds:
            return self
        return parse(SpannedText.of(self.text, bounds).without(), self.language, self.context)

    def read_as(self, language: str) -> "Quantities":
        """The same text parsed as another language."""
        return self if language == self.language else parse(self.text, language)


def parse(text: str, language: str, context: Context | None = None) -> Quantities:
    """The quantities of a text in a language.

    >>> found = parse("At 4:13 p.m. he paid $5 for 2 km.", "en")
    >>> [str(a) for a in found.amounts], [t.text for t in found.times], len(found.numbers)
    (['5 USD'], ['4:13 p.m.'], 4)
    """
    context = context or Context()
    if len(text) > _SHORT:
        return Quantities(text, language, context)
    return _parsed(text, language, context)


@lru_cache(maxsize=4096)
def _parsed(text: str, language: str, context: Context) -> Quantities:
    return Quantities(text, language, context)
