"""Options that several commands share, each written once."""

from pathlib import Path

import click

from speechsubs.cli.options import ALIGNERS, ENGINES, DollarType

GLOSSARY = click.option(
    "-g",
    "--glossary",
    "terms",
    type=click.Path(path_type=Path),
    help="Glossary of terms to protect. Default: glossary.yml in this folder, if there is one.",
)
NO_GLOSSARY = click.option("--no-glossary", is_flag=True, help="Use no glossary at all.")
ENGINE = click.option(
    "--engine",
    default="auto",
    show_default=True,
    type=click.Choice(ENGINES),
    help="Translation engine; auto takes an installed Argos model, else Apertium.",
)
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
