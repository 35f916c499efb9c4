"""`speechsubs memory`: import, export, count and search human translations."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli import arguments
from speechsubs.cli.options import LocaleType, OutputType


@click.group()
def command() -> None:
    """Manage translation memories: import and export TMX, search, statistics.

    A MEMORY is a single file. Edited and approved translations take precedence over any
    engine and are used verbatim.
    """


@command.command("import")
@click.argument("memory", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--state",
    type=click.Choice(["approved", "edited", "machine"]),
    default="approved",
    show_default=True,
    help="State of translations that do not declare one. Machine translations are never used verbatim.",
)
@click.option(
    "--from",
    "source",
    metavar="TAG",
    default="",
    help="Source language of files that do not declare one. Default: the first language of each translation unit.",
)
@click.option("-q", "--quiet", is_flag=True, help="Only print errors.")
@click.pass_context
def import_(ctx: click.Context, /, memory: Path, files: tuple[Path, ...], **given: Any) -> None:
    """Import TMX FILES into a MEMORY, which is created if missing.

    A file is imported completely or not at all. Newer translations replace older ones in
    the same context; MT never replaces human translations. Exit code 3 if units were skipped.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import memory as job

    ctx.exit(job.import_(memory, files, **given))


@command.command("export")
@click.argument("memory", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    type=OutputType(),
    help="TMX file to write.",
)
@click.option("--to", "target", metavar="TAG", default="", help="Only this target language.")
@click.option(
    "--all", "everything", is_flag=True, help="Include machine translations, marked as such."
)
@click.option("--overwrite", is_flag=True, help="Overwrite an existing file.")
@click.option("-q", "--quiet", is_flag=True, help="Only print errors.")
@click.pass_context
def export(ctx: click.Context, /, memory: Path, **given: Any) -> None:
    """Export a MEMORY as TMX 1.4b for OmegaT and other translation tools.

    States, contexts and placeables are stored as properties, which other tools preserve.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import memory as job

    ctx.exit(job.export(memory, **given))


@command.command("stats")
@click.argument("memory", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the statistics as JSON.")
@click.pass_context
def stats(ctx: click.Context, /, memory: Path, **given: Any) -> None:
    """Show statistics of a MEMORY: segments by language and state, cached MT output."""
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import memory as job

    ctx.exit(job.stats(memory, **given))


@command.command("search")
@click.argument("memory", type=click.Path(path_type=Path))
@click.argument("text")
@click.option("--to", "target", required=True, metavar="TAG", help="Target language.")
@click.option(
    "--from", "source", type=LocaleType(), default="en", show_default=True, help="Language of TEXT."
)
@click.option(
    "-g",
    "--glossary",
    "terms",
    type=click.Path(path_type=Path),
    help="Glossary whose terms count as placeables.",
)
@click.option(
    "--threshold",
    type=click.IntRange(1, 100),
    default=75,
    show_default=True,
    help="Minimum match score in percent.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    default=5,
    show_default=True,
    help="Maximum number of matches.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the matches as JSON.")
@click.pass_context
def search(ctx: click.Context, /, memory: Path, text: str, **given: Any) -> None:
    """Search a MEMORY for exact and fuzzy matches of TEXT, best match first.

    Amounts and numbers count as placeables: different values do not lower the score.
    Finding no match is not an error: exit code 0.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import memory as job

    ctx.exit(job.search(memory, text, arguments.MemorySearch(**given)))
