"""`speechsubs locales`: list the languages and their limits."""

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the limits as JSON.")
@click.pass_context
def command(ctx: click.Context, /, as_json: bool) -> None:
    """List the known languages and their limits.

    A * marks a language with a number that could not be checked at its source; the
    file in locales/ says which and why.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import locales

    ctx.exit(locales.run(as_json=as_json))
