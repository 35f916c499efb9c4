"""`speechsubs project`: show progress, and exchange a project with translators."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

#: The formats of the registry, duplicated here because importing it is heavy; a test
#: compares the two.
FORMATS: Sequence[str] = ("xliff12", "xliff21", "xlsx", "markdown", "json")


@click.group()
def command() -> None:
    """Exchange a project with translators, and see how far it is.

    A PROJECT is the folder that `speechsubs subtitle --project` keeps.
    """


@command.command("export")
@click.argument("project", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    required=True,
    help="What to write: XLIFF for translators' tools, xlsx for spreadsheets, markdown for a comment on a pull request, json for programs.",
)
@click.option(
    "--to",
    "targets",
    metavar="TAG",
    multiple=True,
    help="Only this target language. May be repeated. Default: all of the project.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    default=Path(),
    help="A file, where there is one source in one language; else a folder. - is standard output. Default: this folder.",
)
@click.option("--overwrite", is_flag=True, help="Replace files that are there.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def export(ctx: click.Context, /, project: Path, **given: Any) -> None:
    """Write a PROJECT for translators: a file for each source and language.

    Names and amounts are placeholders in XLIFF, so that a tool protects them. Exit code
    3 when a segment had to be left out.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import project as job

    ctx.exit(job.export(project, **given))


@command.command("import")
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--author", default="", help="Who made the changes: it is kept with each of them.")
@click.option("--dry-run", is_flag=True, help="Report what would change and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def import_(ctx: click.Context, /, project: Path, file: Path, **given: Any) -> None:
    """Take the changes of a FILE into a PROJECT: XLIFF, XLSX or JSON of an export.

    A changed text becomes edited, or approved where the FILE says so. What has changed
    on our side, or has lost a name or an amount, is listed and not taken. Exit code 3
    when something was not taken. The next run of the main job makes the cues.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import project as job

    ctx.exit(job.import_(project, file, **given))


@command.command("status")
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.pass_context
def status(ctx: click.Context, /, project: Path, **given: Any) -> None:
    """Count the segments of a PROJECT by language and state."""
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import project as job

    ctx.exit(job.status(project, **given))
