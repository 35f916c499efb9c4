"""`speechsubs review`: a page to read a translation and decide on it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from speechsubs.cli import arguments
from speechsubs.cli.options import LocaleType

#: The options of every review page; `glossary review` has them too.
_PAGE_OPTIONS = (
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        help="The page to write. Default: review.html in the PROJECT.",
    ),
    click.option(
        "--serve",
        is_flag=True,
        help="Serve the page on this machine instead, and save decisions in place; Ctrl-C ends it.",
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
        help="File of the decisions. Default: decisions.yml in the PROJECT.",
    ),
    click.option(
        "--media",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Recording to play beside the cues; for several sources SOURCE=FILE, repeated. Default: what the project was timed by.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors."),
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
    """Make a page to read, correct and approve a translation.

    PROJECT is a folder made by `speechsubs subtitle --project`. The page is one HTML
    file that works from disk and by keyboard; its decisions are saved as decisions.yml.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import review

    page = arguments.filled(arguments.Page, given)
    ctx.exit(review.run(project, page, target=given["target"], states=given["states"]))
