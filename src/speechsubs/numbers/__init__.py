"""Numbers in any notation: found, rewritten for a locale, and compared across languages.

Values are exact `Decimal`s. Offsets are half-open character offsets.
"""

from speechsubs.numbers.compared import compare
from speechsubs.numbers.dates import Date, find_dates, render_date
from speechsubs.numbers.localized import edits, localize
from speechsubs.numbers.numerals import Number, find

__all__ = ["Date", "Number", "compare", "edits", "find", "find_dates", "localize", "render_date"]
