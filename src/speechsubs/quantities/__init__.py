"""Numbers in any notation: found, rewritten for a locale, and compared across languages.

Values are exact `Decimal`s. Offsets are half-open character offsets.
"""

from speechsubs.quantities.compare import Difference, compare, differences
from speechsubs.quantities.dates import Date, find_dates, render_date
from speechsubs.quantities.numerals import Number, find
from speechsubs.quantities.parse import Quantities, parse
from speechsubs.quantities.render import Spot, Value, rewritten, spots, written
from speechsubs.quantities.repair import localize, number_edits

__all__ = [
    "Date",
    "Difference",
    "Number",
    "Quantities",
    "Spot",
    "Value",
    "compare",
    "differences",
    "find",
    "find_dates",
    "localize",
    "number_edits",
    "parse",
    "render_date",
    "rewritten",
    "spots",
    "written",
]
