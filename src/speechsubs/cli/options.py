"""Option types that several commands share. Light: `--help` imports this."""

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import click

from speechsubs.errors import UnknownLocaleError

if TYPE_CHECKING:
    _Type = click.ParamType[Any]
else:
    # Not every click 8 lets the class be subscripted when the program runs.
    _Type = click.ParamType

#: What the registries offer, as written here because importing those is heavy; a test
#: compares the two.
WRITABLE: Sequence[str] = ("srt", "vtt")
ENGINES: Sequence[str] = ("auto", "argos", "apertium", "ct2", "libretranslate", "echo")
#: Engines that are written with a place: a model's folder, a server's address.
PLACED_ENGINES: Sequence[str] = ("ct2", "libretranslate")
ALIGNERS: Sequence[str] = ("auto", "speech", "pauses", "estimate")
GLOSSARY_FORMATS: Sequence[str] = ("csv", "tsv", "xlsx", "tbx", "tbx2", "deepl", "omegat")

#: Rates by the names that editors show; NTSC rates are exact fractions.
_RATES = {
    "23.976": Fraction(24_000, 1_001), "23.98": Fraction(24_000, 1_001), "24": Fraction(24),
    "25": Fraction(25), "29.97": Fraction(30_000, 1_001), "30": Fraction(30),
    "48": Fraction(48), "50": Fraction(50), "59.94": Fraction(60_000, 1_001), "60": Fraction(60),
}  # fmt: skip

#: ISO 4217 codes of the currencies whose sign is a bare "$" at home.
_DOLLARS = ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP")


class LocaleType(_Type):
    """A BCP 47 tag with a locale file; the value is the `speechsubs.locales.Locale`."""

    name = "tag"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Load the locale, or fail with the nearest tags."""
        # Here, because it brings the YAML reader and --help must not wait for it.
        from speechsubs import locales

        if isinstance(value, locales.Locale):
            return value
        try:
            return locales.load(value)
        except UnknownLocaleError as error:
            several = [tag for tag in re.split(r"[,;\s]+", value) if tag]
            if len(several) > 1 and param is not None and param.multiple:
                option = param.opts[-1]
                again = " ".join(f"{option} {tag}" for tag in several[:4])
                self.fail(f"one tag at a time: {again}", param, ctx)
            self.fail(str(error), param, ctx)


class DurationType(_Type):
    """A length of time as seconds ("754.5") or as "1:02:03.5"; the value is milliseconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse seconds, m:ss or h:mm:ss."""
        if isinstance(value, int):
            return value
        # Under a colon only 0 to 59 makes sense: 1:99:99 is a typing error.
        seconds = r"(?:\d{1,6}|\d{1,4}:[0-5]\d|\d{1,3}:[0-5]\d:[0-5]\d)(?:\.\d{1,3})?"
        if not re.fullmatch(seconds, value, re.ASCII):
            self.fail(
                f"{value!r} is no length of time: write 754.5 or 12:34 or 1:02:03", param, ctx
            )
        total = Fraction(0)
        for part in value.split(":"):
            total = total * 60 + Fraction(part)
        if not 0 < total <= 100 * 3_600:
            self.fail("a speech lasts more than nothing and at most 100 hours", param, ctx)
        return int(total * 1_000)


class RateType(_Type):
    """A frame rate; the value is an exact fraction."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Take the rates that editors know."""
        if isinstance(value, Fraction):
            return value
        if value not in _RATES:
            self.fail(f"{value!r} is not a known frame rate: {', '.join(_RATES)}", param, ctx)
        return _RATES[value]


class WidthType(click.FloatRange):
    """Characters per line. Unlike click's own range it refuses "nan"."""

    name = "width"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse the number; nan is smaller than nothing and larger than nothing."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number of characters", param, ctx)
        return number


class DollarType(_Type):
    """An ISO 4217 code of a currency that is written with a bare $."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The code in capitals."""
        code = str(value).upper()
        if code not in _DOLLARS:
            self.fail(f"{value!r} is not one of {', '.join(_DOLLARS)}", param, ctx)
        return code


class NameType(_Type):
    """The name of a file without its folder and suffix."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what would lead to another folder, or be no name at all."""
        text = str(value)
        plain = text == PurePath(text).name and not set(text) & set('/\\:*?"<>|\0')
        if not plain or text.strip(". ") == "":
            self.fail(
                f"{text!r} is no name for a file: give one without folders (-o names the folder)",
                param,
                ctx,
            )
        return text


class EngineType(_Type):
    """An engine's name, with its place where it has one: "auto", "ct2:DIR"."""

    name = "engine"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The names, and how a place is written."""
        plain = [e for e in ENGINES if e not in PLACED_ENGINES]
        return f"[{'|'.join(plain)}|ct2:DIR|libretranslate:URL]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse names that no engine has; the place is looked at by the engine."""
        text = str(value)
        kind, _, place = text.partition(":")
        if kind not in ENGINES or (place and kind not in PLACED_ENGINES):
            self.fail(f"{text!r:.100} is no engine: there are {', '.join(ENGINES)}", param, ctx)
        return text
