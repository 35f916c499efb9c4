"""`speechsubs memory`: import, export, count and search human translations."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli import arguments
from speechsubs.cli.options import LocaleType


@click.group()
def command() -> None:
    """Keep people's translations: import and export TMX, search, count.

    A MEMORY is one file. What people have edited or approved in it wins over any
    engine, word for word.
    """


@command.command("import")
@click.argument("memory", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--state",
    type=click.Choice(["approved", "edited", "machine"]),
    default="approved",
    show_default=True,
    help="Who answers for translations that do not say. Those of a machine are never used as they are.",
)
@click.option(
    "--from",
    "source",
    metavar="TAG",
    default="",
    help="Source language of files that name none. Default: the first language of each unit.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def import_(ctx: click.Context, /, memory: Path, files: tuple[Path, ...], **given: Any) -> None:
    """Import TMX FILES into a MEMORY, which is made if there is none.

    All of a file or nothing. A newer translation replaces an older one of the same
    place; a machine's never replaces a person's. Exit code 3 when units were left out.
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
    type=click.Path(path_type=Path),
    help="The TMX file to write.",
)
@click.option("--to", "target", metavar="TAG", default="", help="Only this target language.")
@click.option("--all", "everything", is_flag=True, help="Machine output too, marked as such.")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def export(ctx: click.Context, /, memory: Path, **given: Any) -> None:
    """Export a MEMORY as TMX 1.4b for OmegaT and other translators' tools.

    States, places and slots travel as properties, which other tools keep.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import memory as job

    ctx.exit(job.export(memory, **given))


@command.command("stats")
@click.argument("memory", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.pass_context
def stats(ctx: click.Context, /, memory: Path, **given: Any) -> None:
    """Count what is in a MEMORY: segments by language and state, cached engine output."""
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
    help="Lowest likeness in per cent.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    default=5,
    show_default=True,
    help="At most so many matches.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the matches as JSON.")
@click.pass_context
def search(ctx: click.Context, /, memory: Path, text: str, **given: Any) -> None:
    """Search a MEMORY for a sentence like TEXT, best match first.

    Amounts and numbers count as placeables: other ones are no difference. Nothing
    found is no error: exit code 0.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import memory as job

    ctx.exit(job.search(memory, text, arguments.MemorySearch(**given)))
