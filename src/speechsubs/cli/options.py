"""Options, and option types, that several commands share.

Keep this light: `--help` imports it.
"""

import functools
import math
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import click

from speechsubs.errors import UnknownLocaleError

if TYPE_CHECKING:
    _Type = click.ParamType[Any]
else:
    # Not every click 8 release makes the class subscriptable at run time.
    _Type = click.ParamType

#: The names in the registries, duplicated here because importing those is heavy; a test
#: compares the two.
WRITABLE: Sequence[str] = ("srt", "vtt")
ENGINES: Sequence[str] = ("auto", "argos", "apertium", "ct2", "libretranslate", "echo")
#: Engines that take an address: a model's folder or a server's URL.
PLACED_ENGINES: Sequence[str] = ("ct2", "libretranslate")
ALIGNERS: Sequence[str] = ("auto", "speech", "pauses", "estimate")
GLOSSARY_FORMATS: Sequence[str] = ("csv", "tsv", "xlsx", "tbx", "tbx2", "deepl", "omegat")

#: Frame rates by the names shown in video editors; NTSC rates are exact fractions.
_RATES = {
    "23.976": Fraction(24_000, 1_001), "23.98": Fraction(24_000, 1_001), "24": Fraction(24),
    "25": Fraction(25), "29.97": Fraction(30_000, 1_001), "30": Fraction(30),
    "48": Fraction(48), "50": Fraction(50), "59.94": Fraction(60_000, 1_001), "60": Fraction(60),
}  # fmt: skip

#: ISO 4217 codes of the currencies written with a bare "$" in their own country.
_DOLLARS = ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP")


class OutputType(click.Path):
    """The path of a file or folder to be written, refused at once if it cannot be either.

    A pipe or device would be read as it is written and cannot be replaced by a whole file.
    """

    name = "path"

    def __init__(self, *, allow_dash: bool = False) -> None:
        super().__init__(path_type=Path, allow_dash=allow_dash)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path. Raises `OutputError`."""
        # Imported here because it would slow down --help.
        from speechsubs.adapters.files import refuse_special

        path = super().convert(value, param, ctx)
        if isinstance(path, Path) and not (self.allow_dash and str(path) == "-"):
            refuse_special(path)
        return path


class LocaleType(_Type):
    """A BCP 47 tag with a locale file; the value is the `speechsubs.language.locales.Locale`."""

    name = "tag"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Load the locale, or fail with the nearest tags."""
        # Here, because it brings the YAML reader and --help must not wait for it.
        from speechsubs.language import locales

        if isinstance(value, locales.Locale):
            return value
        try:
            return locales.load(value)
        except UnknownLocaleError as error:
            several = [tag for tag in re.split(r"[,;\s]+", value) if tag]
            if len(several) > 1 and param is not None and param.multiple:
                option = param.opts[-1]
                again = " ".join(f"{option} {tag}" for tag in several[:4])
                self.fail(f"repeat the option for each tag: {again}", param, ctx)
            self.fail(str(error), param, ctx)


class DurationType(_Type):
    """A duration in seconds ("754.5") or as "1:02:03.5"; the value is in milliseconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse seconds, m:ss or h:mm:ss."""
        if isinstance(value, int):
            return value
        # After a colon only 0 to 59 is valid: 1:99:99 is a typing error.
        seconds = r"(?:\d{1,6}|\d{1,4}:[0-5]\d|\d{1,3}:[0-5]\d:[0-5]\d)(?:\.\d{1,3})?"
        if not re.fullmatch(seconds, value, re.ASCII):
            self.fail(f"{value!r} is not a duration: use 754.5, 12:34 or 1:02:03", param, ctx)
        total = Fraction(0)
        for part in value.split(":"):
            total = total * 60 + Fraction(part)
        if not 0 < total <= 100 * 3_600:
            self.fail("the duration must be more than 0 and at most 100 hours", param, ctx)
        return int(total * 1_000)


class RateType(_Type):
    """A frame rate; the value is an exact fraction."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse the rates that video editors use."""
        if isinstance(value, Fraction):
            return value
        if value not in _RATES:
            self.fail(
                f"unsupported frame rate {value!r}: use one of {', '.join(_RATES)}", param, ctx
            )
        return _RATES[value]


class WidthType(click.FloatRange):
    """Characters per line. Unlike click's own range it refuses "nan"."""

    name = "width"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse the number; nan would pass every range check."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number of characters", param, ctx)
        return number


class DollarType(_Type):
    """An ISO 4217 code of a currency that is written with a bare $."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the code in capitals."""
        code = str(value).upper()
        if code not in _DOLLARS:
            self.fail(f"{value!r} is not one of {', '.join(_DOLLARS)}", param, ctx)
        return code


class NameType(_Type):
    """A file name without folder and suffix."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse names that lead to another folder or are not valid names."""
        text = str(value)
        plain = text == PurePath(text).name and not set(text) & set('/\\:*?"<>|\0')
        if not plain or text.strip(". ") == "":
            self.fail(
                f"{text!r} is not a file name: omit any folders (use -o for the folder)",
                param,
                ctx,
            )
        return text


class EngineType(_Type):
    """An engine's name, with its address if it takes one: "auto", "ct2:DIR"."""

    name = "engine"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """List the names, with the syntax of addresses."""
        plain = [e for e in ENGINES if e not in PLACED_ENGINES]
        return f"[{'|'.join(plain)}|ct2:DIR|libretranslate:URL]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse unknown engine names; the engine itself checks its address."""
        text = str(value)
        kind, _, place = text.partition(":")
        if kind not in ENGINES or (place and kind not in PLACED_ENGINES):
            self.fail(f"unknown engine {text!r:.100}: use one of {', '.join(ENGINES)}", param, ctx)
        return text


GLOSSARY = click.option(
    "-g",
    "--glossary",
    "terms",
    type=click.Path(path_type=Path),
    help="Glossary of terms to protect. Default: glossary.yml in the current folder, if it exists.",
)
NO_GLOSSARY = click.option("--no-glossary", is_flag=True, help="Do not use a glossary.")
ALIGNER = click.option(
    "--aligner",
    type=click.Choice(ALIGNERS),
    default="auto",
    show_default=True,
    help="speech: forced alignment; pauses: voice activity only; estimate: no audio; auto: the best available.",
)
CURRENCY_STYLE = click.option(
    "--currency-style",
    type=click.Choice(["name", "symbol", "code"]),
    help="Write amounts with the currency's name, symbol or ISO code. Default: the language's convention.",
)
DEFAULT_DOLLAR = click.option(
    "--default-dollar",
    type=DollarType(),
    default="USD",
    show_default=True,
    help="Currency of a bare $ (ISO 4217).",
)
DATES = click.option(
    "--dates",
    type=click.Choice(["locale", "engine"]),
    default="locale",
    show_default=True,
    help="Write dates in the language's format (30 de marzo de 2021), or leave them to the engine.",
)
UNITS = click.option(
    "--units",
    type=click.Choice(["locale", "engine"]),
    default="locale",
    show_default=True,
    help="Write units, percentages and times of day in the language's format (170 km/h, 55 %, 16:13), or leave them to the engine.",
)
ENCODING = click.option(
    "--encoding",
    metavar="NAME",
    default="",
    help="Encoding of the input files (utf-8, cp1252, shift_jis ...). Default: detected.",
)
CRLF = click.option("--crlf", is_flag=True, help="Use Windows line endings (CRLF).")
BOM = click.option("--bom", is_flag=True, help="Write a byte order mark, which some TVs require.")
OVERWRITE = click.option(
    "--overwrite",
    is_flag=True,
    help="Replace output files even if they were edited; a copy is kept as NAME.edited.srt.",
)
MEMORY = click.option(
    "--memory",
    type=click.Path(path_type=Path),
    help="Translation memory: human translations take precedence; MT output is cached. Created if missing.",
)
REPORT = click.option(
    "--report",
    "report_path",
    type=OutputType(),
    help="Write a JSON report of the run to this file.",
)
RESUME = click.option(
    "--resume/--no-resume",
    default=True,
    show_default=True,
    help="Skip outputs that are up to date; --no-resume processes everything again.",
)

#: The options of batches; see docs/batch.md.
_BATCH = (
    click.option("-r", "--recursive", is_flag=True, help="Search folders recursively."),
    click.option(
        "--include",
        multiple=True,
        help="Only process files matching this pattern in folders (*.txt, talks/**/*.json). Default: all supported types. May be repeated.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        help="Skip files matching this pattern. May be repeated.",
    ),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(1, 256),
        help="Number of CPU cores to use. Default: all.",
    ),
    click.option(
        "--cluster",
        type=click.Choice(["local"]),
        help="Run on a local Dask cluster with --jobs processes (docs/cluster.md).",
    ),
    click.option(
        "--scheduler",
        help="Run on the workers of a Dask scheduler, tcp://HOST:8786 (docs/cluster.md).",
    ),
    click.option("--fail-fast", is_flag=True, help="Stop at the first file that fails."),
    click.option(
        "--dry-run",
        is_flag=True,
        help="Show what would be done and the estimated time, without writing anything.",
    ),
    click.option(
        "--watch",
        is_flag=True,
        help="Keep running and process new files in the folders once they are unchanged for two seconds. Stop with Ctrl-C.",
    ),
    click.option(
        "--log",
        type=click.Path(path_type=Path),
        help="Append a timestamped log to this file.",
    ),
    click.option(
        "--events",
        help="Append events as JSON Lines to this file, for other programs; - is standard output.",
    ),
)

_ENGINE = (
    click.option(
        "--engine",
        default="auto",
        show_default=True,
        type=EngineType(),
        help="Translation engine; auto uses an installed Argos model, else Apertium or the starter model, whichever is better (docs/engines.md).",
    ),
    click.option(
        "--url",
        help="With --engine libretranslate: URL of the server that the texts are sent to; the API key is read from SPEECHSUBS_LIBRETRANSLATE_KEY.",
    ),
    click.option(
        "--model",
        type=click.Path(path_type=Path),
        help="With --engine ct2: folder of an OPUS-MT or NLLB model converted to CTranslate2.",
    ),
)


def ENGINE(command: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N802 an option, as above
    """Add the engine options to a command, passed on as one string, "NAME:ADDRESS"."""

    @functools.wraps(command)
    def joined(*args: Any, engine: str, url: str | None, model: Path | None, **given: Any) -> Any:
        for place, kind, option in ((url, "libretranslate", "--url"), (model, "ct2", "--model")):
            if place is None:
                continue
            if engine != kind:
                # Nothing is sent to a server unless the engine that does so was named explicitly.
                raise click.UsageError(f"{option} requires --engine {kind}, not {engine}.")
            engine = f"{kind}:{place}"
        return command(*args, engine=engine, **given)

    for option in reversed(_ENGINE):
        joined = option(joined)
    return joined


def batch(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of batches to a command."""
    for option in reversed(_BATCH):
        command = option(command)
    return command
