"""Option types that several commands share."""

import re
from fractions import Fraction
from typing import Any

import click

from speechsubs import locales
from speechsubs.errors import UnknownLocaleError
from speechsubs.locales import Locale

#: Rates by the names that editors show; NTSC rates are exact fractions.
_RATES = {
    "23.976": Fraction(24_000, 1_001), "23.98": Fraction(24_000, 1_001), "24": Fraction(24),
    "25": Fraction(25), "29.97": Fraction(30_000, 1_001), "30": Fraction(30),
    "48": Fraction(48), "50": Fraction(50), "59.94": Fraction(60_000, 1_001), "60": Fraction(60),
}  # fmt: skip


class LocaleType(click.ParamType[Locale]):
    """A BCP 47 tag with a locale file; the value is the `Locale`."""

    name = "tag"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Load the locale, or fail with the nearest tags."""
        if isinstance(value, Locale):
            return value
        try:
            return locales.load(value)
        except UnknownLocaleError as error:
            self.fail(str(error), param, ctx)


class DurationType(click.ParamType[int]):
    """A length of time as seconds ("754.5") or as "1:02:03.5"; the value is milliseconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse seconds, m:ss or h:mm:ss."""
        if isinstance(value, int):
            return value
        if not re.fullmatch(r"(?:(?:\d{1,3}:)?\d{1,2}:)?\d{1,6}(?:\.\d{1,3})?", value):
            self.fail(
                f"{value!r} is no length of time: write 754.5 or 12:34 or 1:02:03", param, ctx
            )
        total = Fraction(0)
        for part in value.split(":"):
            total = total * 60 + Fraction(part)
        if not 0 < total <= 100 * 3_600:
            self.fail("a speech lasts more than nothing and less than 100 hours", param, ctx)
        return int(total * 1_000)


class RateType(click.ParamType[Fraction]):
    """A frame rate; the value is an exact fraction."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Take the rates that editors know."""
        if isinstance(value, Fraction):
            return value
        if value not in _RATES:
            self.fail(f"{value!r} is not a known frame rate: {', '.join(_RATES)}", param, ctx)
        return _RATES[value]
