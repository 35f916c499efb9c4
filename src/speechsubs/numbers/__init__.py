"""Numbers in any notation: found, rewritten for a locale, and compared across languages.

Values are exact `Decimal`s. Offsets are half-open character offsets.
"""

from speechsubs.numbers.compared import Difference, compare, differences
from speechsubs.numbers.dates import Date, find_dates, render_date
from speechsubs.numbers.localized import edits, localize
from speechsubs.numbers.numerals import Number, find
from speechsubs.numbers.slots import Spot, Value, rewritten, spots, written

__all__ = ["Date", "Difference", "Number", "Spot", "Value", "compare", "differences", "edits",
           "find", "find_dates", "localize", "render_date", "rewritten", "spots",
           "written"]  # fmt: skip
