"""`speechsubs models evaluate`: compare engines on the user's own sentences."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli import arguments
from speechsubs.cli.options import EngineType, LocaleType


@click.command("evaluate")
@click.argument("source", type=LocaleType())
@click.argument("target", type=LocaleType())
@click.option(
    "--set",
    "test_set",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Test set: sentence, tab and translation on each line; with --references, only the sentences.",
)
@click.option(
    "--references",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Reference translations, line by line, if they are in a separate file.",
)
@click.option(
    "--engine",
    "names",
    multiple=True,
    default=("auto",),
    type=EngineType(),
    help="Engine to evaluate. Repeat to compare several.  [default: auto]",
)
@click.option(
    "-g",
    "--glossary",
    "terms",
    type=click.Path(path_type=Path),
    help="Also translate with this glossary, as `subtitle` does, and count what was preserved.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_context
def evaluate(ctx: click.Context, /, **given: Any) -> None:
    """Compare engines on reference translations: BLEU, chrF and speed.

    SOURCE and TARGET are languages (en es). The scores compare engines on the same
    sentences; they are not an absolute measure of quality. Requires sacrebleu:
    pip install "speechsubs[evaluate]". Exit code 1 if an engine failed.

    \b
    Examples:
      speechsubs models evaluate en es --set talks.tsv --engine argos --engine apertium
      speechsubs models evaluate en es --set talks.en --references talks.es --glossary glossary.yml
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import evaluate

    ctx.exit(evaluate.evaluate(arguments.filled(arguments.Evaluation, given)))
