"""Numbers in any notation: found, rewritten for a locale, and compared across languages.

Values are exact `Decimal`s. Offsets are half-open character offsets.
"""

from speechsubs.quantities.compare import Difference, compare, differences
from speechsubs.quantities.dates import Date, find_dates, render_date
from speechsubs.quantities.parse import Number, find
from speechsubs.quantities.render import Spot, Value, rewritten, spots, written
from speechsubs.quantities.repair import edits, localize

__all__ = [
    "Date",
    "Difference",
    "Number",
    "Spot",
    "Value",
    "compare",
    "differences",
    "edits",
    "find",
    "find_dates",
    "localize",
    "render_date",
    "rewritten",
    "spots",
    "written",
]
