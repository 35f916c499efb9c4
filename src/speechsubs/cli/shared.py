"""Options that several commands share, each written once."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from speechsubs.cli.options import ALIGNERS, DollarType, EngineType

GLOSSARY = click.option(
    "-g",
    "--glossary",
    "terms",
    type=click.Path(path_type=Path),
    help="Glossary of terms to protect. Default: glossary.yml in this folder, if there is one.",
)
NO_GLOSSARY = click.option("--no-glossary", is_flag=True, help="Use no glossary at all.")
ALIGNER = click.option(
    "--aligner",
    type=click.Choice(ALIGNERS),
    default="auto",
    show_default=True,
    help="Where times come from: speech hears the words, pauses only the silence, estimate nothing; auto takes the best that runs.",
)
CURRENCY_STYLE = click.option(
    "--currency-style",
    type=click.Choice(["name", "symbol", "code"]),
    help="Write amounts with the currency's name, symbol or ISO code. Default: the language's own way.",
)
DEFAULT_DOLLAR = click.option(
    "--default-dollar",
    type=DollarType(),
    default="USD",
    show_default=True,
    help="Which dollar a bare $ is (ISO 4217).",
)
DATES = click.option(
    "--dates",
    type=click.Choice(["locale", "engine"]),
    default="locale",
    show_default=True,
    help="Write dates the language's own way (30 de marzo de 2021), or leave them to the engine.",
)
UNITS = click.option(
    "--units",
    type=click.Choice(["locale", "engine"]),
    default="locale",
    show_default=True,
    help="Write units, percentages and times of day the language's own way (170 km/h, 55 %, 16:13), or leave them to the engine.",
)
CRLF = click.option("--crlf", is_flag=True, help="End lines as Windows does.")
BOM = click.option(
    "--bom", is_flag=True, help="Begin files with a byte order mark, which some TVs need."
)
OVERWRITE = click.option(
    "--overwrite", is_flag=True, help="Replace output files even if somebody edited them."
)
MEMORY = click.option(
    "--memory",
    type=click.Path(path_type=Path),
    help="Translation memory: people's translations win, the engine's are remembered. Made if missing.",
)
REPORT = click.option(
    "--report",
    "report_path",
    type=click.Path(path_type=Path),
    help="Save everything that was done, as JSON.",
)
RESUME = click.option(
    "--resume/--no-resume",
    default=True,
    show_default=True,
    help="Leave out what an earlier batch did and what has not changed since; --no-resume does everything again.",
)

#: What turns a command's files into a batch; see docs/batch.md.
_BATCH = (
    click.option(
        "-r", "--recursive", is_flag=True, help="Take the folders inside a folder as well."
    ),
    click.option(
        "--include",
        multiple=True,
        help="Take files of this pattern from folders (*.txt, talks/**/*.json) instead of all known types. Repeat it for more.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        help="Leave out files of this pattern. Repeat it for more.",
    ),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(1, 256),
        help="How many cores to keep busy. Default: all that there are.",
    ),
    click.option(
        "--cluster",
        type=click.Choice(["local"]),
        help="Work with Dask in --jobs processes of this machine (docs/cluster.md).",
    ),
    click.option(
        "--scheduler",
        help="Work on the machines of a Dask scheduler, tcp://HOST:8786 (docs/cluster.md).",
    ),
    click.option("--fail-fast", is_flag=True, help="Stop at the first file that fails."),
    click.option(
        "--dry-run", is_flag=True, help="Only show what would be done, and about how long it takes."
    ),
    click.option(
        "--watch",
        is_flag=True,
        help="Stay, and take every file that comes into the folders, once it has been still for two seconds. Ctrl-C ends it.",
    ),
    click.option(
        "--log",
        type=click.Path(path_type=Path),
        help="File to add a line to for everything that happens, with its time.",
    ),
    click.option(
        "--events",
        help="File to add JSON Lines of events to, for other programs; - is standard output.",
    ),
)

_ENGINE = (
    click.option(
        "--engine",
        default="auto",
        show_default=True,
        type=EngineType(),
        help="Translation engine; auto takes an installed Argos model, else Apertium or the starter model, whichever is better (docs/engines.md).",
    ),
    click.option(
        "--url",
        help="With --engine libretranslate: address of the server, to which the texts are sent; a key comes from SPEECHSUBS_LIBRETRANSLATE_KEY.",
    ),
    click.option(
        "--model",
        type=click.Path(path_type=Path),
        help="With --engine ct2: folder of an OPUS-MT or NLLB model converted to CTranslate2.",
    ),
)


def ENGINE(command: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N802 an option, as above
    """Give a command the choice of an engine: one text, the place behind a colon."""

    @functools.wraps(command)
    def joined(*args: Any, engine: str, url: str | None, model: Path | None, **given: Any) -> Any:
        for place, kind, option in ((url, "libretranslate", "--url"), (model, "ct2", "--model")):
            if place is None:
                continue
            if engine != kind:
                # Nothing is sent to a server unless the engine that does so was named.
                raise click.UsageError(f"{option} belongs to --engine {kind}, not to {engine}.")
            engine = f"{kind}:{place}"
        return command(*args, engine=engine, **given)

    for option in reversed(_ENGINE):
        joined = option(joined)
    return joined


def batch(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of batches."""
    for option in reversed(_BATCH):
        command = option(command)
    return command
