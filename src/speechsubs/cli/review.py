"""`speechsubs review`: a page to read a translation and decide on it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from speechsubs.cli import arguments
from speechsubs.cli.options import LocaleType, OutputType

#: The options of every review page; `glossary review` has them too.
_PAGE_OPTIONS = (
    click.option(
        "-o",
        "--output",
        type=OutputType(),
        help="HTML page to write. Default: review.html in the PROJECT.",
    ),
    click.option(
        "--serve",
        is_flag=True,
        help="Serve the page locally instead and save decisions directly. Stop with Ctrl-C.",
    ),
    click.option(
        "--port",
        type=click.IntRange(0, 65_535),
        default=0,
        help="Port for --serve. Default: a free one.",
    ),
    click.option(
        "--decisions",
        type=click.Path(path_type=Path),
        help="Decisions file. Default: decisions.yml in the PROJECT.",
    ),
    click.option(
        "--media",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Recording to play alongside the cues; for several sources SOURCE=FILE, repeated. Default: the recording that the project was timed with.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Only print errors."),
)


def page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that `jobs.review.present` reads to a command."""
    for option in reversed(_PAGE_OPTIONS):
        command = option(command)
    return command


@click.command()
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--to", "target", type=LocaleType(), help="Only this target language.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(["new", "machine", "edited", "approved"]),
    help="Only segments in this state. May be repeated.",
)
@page_options
@click.pass_context
def command(ctx: click.Context, /, project: Path, **given: Any) -> None:
    """Create a page to review, correct and approve a translation.

    PROJECT is a folder created by `speechsubs subtitle --project`. The page is a single HTML
    file that works offline and by keyboard; its decisions are saved as decisions.yml.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import review

    page = arguments.filled(arguments.Page, given)
    ctx.exit(review.run(project, page, target=given["target"], states=given["states"]))
