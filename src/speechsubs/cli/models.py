"""`speechsubs models`: translation models, to list, install, check and carry elsewhere."""

import click


@click.group()
def command() -> None:
    """List, install, check, compare and remove translation models.

    Models are Argos packages, in the folder that Argos Translate uses. Languages are
    tags (en, pt-BR, zh-CN) or Argos's own codes. Nothing is downloaded unasked.
    """


@command.command("path")
@click.option(
    "--starter", is_flag=True, help="The folder of the models that come with speechsubs instead."
)
@click.pass_context
def path(ctx: click.Context, /, *, starter: bool) -> None:
    """Print the folder that models are installed into."""
    # Here, because it is heavy and --help must not wait for it.
    from speechsubs.cli.jobs import models as job

    ctx.exit(job.path(starter=starter))
