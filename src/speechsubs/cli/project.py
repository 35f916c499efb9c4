"""`speechsubs project`: show progress, and exchange a project with translators."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from speechsubs.cli.options import OutputType

#: The formats of the registry, duplicated here because importing it is heavy; a test
#: compares the two.
FORMATS: Sequence[str] = ("xliff12", "xliff21", "xlsx", "markdown", "json")


@click.group()
def command() -> None:
    """Exchange a project with translators and show its progress.

    A PROJECT is a folder created by `speechsubs subtitle --project`.
    """


@command.command("export")
@click.argument("project", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    required=True,
    help="Output format: XLIFF for translation tools, xlsx for spreadsheets, markdown for pull request comments, json for programs.",
)
@click.option(
    "--to",
    "targets",
    metavar="TAG",
    multiple=True,
    help="Only this target language. May be repeated. Default: all languages of the project.",
)
@click.option(
    "-o",
    "--output",
    type=OutputType(allow_dash=True),
    default=Path(),
    help="Output file for a single source and language, otherwise output folder; - is standard output. Default: the current folder.",
)
@click.option("--overwrite", is_flag=True, help="Overwrite existing files.")
@click.option("-q", "--quiet", is_flag=True, help="Only print errors.")
@click.pass_context
def export(ctx: click.Context, /, project: Path, **given: Any) -> None:
    """Export a PROJECT for translators: one file per source and language.

    Names and amounts become placeholders in XLIFF, so that tools protect them. Exit code
    3 if a segment had to be skipped.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import project as job

    ctx.exit(job.export(project, **given))


@command.command("import")
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--author", default="", help="Author to record with each change.")
@click.option("--dry-run", is_flag=True, help="Report what would change without writing anything.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Only print errors.")
@click.pass_context
def import_(ctx: click.Context, /, project: Path, file: Path, **given: Any) -> None:
    """Import the changes in an exported FILE (XLIFF, XLSX or JSON) into a PROJECT.

    Changed segments become edited, or approved if the FILE marks them so. Segments that
    changed in the project or lack a name or an amount are listed and not imported. Exit
    code 3 if a segment was not imported. The next `speechsubs subtitle` run updates the cues.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import project as job

    ctx.exit(job.import_(project, file, **given))


@command.command("status")
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the statistics as JSON.")
@click.pass_context
def status(ctx: click.Context, /, project: Path, **given: Any) -> None:
    """Count the segments of a PROJECT by language and state."""
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import project as job

    ctx.exit(job.status(project, **given))
