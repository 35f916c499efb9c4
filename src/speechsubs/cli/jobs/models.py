"""The work of `speechsubs models`."""

import os

import click

from speechsubs import packages


def path(*, starter: bool) -> int:
    """Print a folder; the exit code."""
    # As bytes, because a name that is no valid text is still a name.
    click.echo(os.fsencode(packages.bundled_folder() if starter else packages.folder()))
    return 0
