"""`speechsubs locales`: list the languages and their limits."""

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the limits as JSON.")
@click.pass_context
def command(ctx: click.Context, /, as_json: bool) -> None:
    """List supported languages and their subtitle limits.

    A * marks a language with a limit that could not be verified at its source; the
    file in locales/ gives the details.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import locales

    ctx.exit(locales.run(as_json=as_json))
