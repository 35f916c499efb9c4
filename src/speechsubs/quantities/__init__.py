"""Numbers in any notation: found, rewritten for a locale, and compared across languages.

Values are exact `Decimal`s. Offsets are half-open character offsets.
"""

from speechsubs.quantities.compare import Difference, compare, find_differences
from speechsubs.quantities.dates import Date, find_dates, render_date
from speechsubs.quantities.numerals import Number, find_numbers
from speechsubs.quantities.parse import Quantities, parse
from speechsubs.quantities.render import (
    Quantified,
    find_numeric_placeables,
    render_reread,
    render_value,
)
from speechsubs.quantities.repair import localize, number_edits

__all__ = [
    "Date",
    "Difference",
    "Number",
    "Quantified",
    "Quantities",
    "compare",
    "find_dates",
    "find_differences",
    "find_numbers",
    "find_numeric_placeables",
    "localize",
    "number_edits",
    "parse",
    "render_date",
    "render_reread",
    "render_value",
]
