"""`speechsubs models`: list, install, verify and export translation models."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli.evaluate import evaluate

_YES = click.option("-y", "--yes", is_flag=True, help="Do not ask for confirmation.")
_QUIET = click.option("-q", "--quiet", is_flag=True, help="Only print errors.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


@click.group()
def command() -> None:
    """List, install, check, compare and remove translation models.

    Models are Argos packages in the folder shared with Argos Translate. Languages are
    tags (en, pt-BR, zh-CN) or Argos codes. Nothing is downloaded without asking.
    """


@command.command("list")
@click.option(
    "--available",
    is_flag=True,
    help="List installable models instead: downloads the package index of Argos, or of the mirror set in ARGOS_PACKAGE_INDEX.",
)
@_JSON
@click.pass_context
def list_(ctx: click.Context, /, **given: Any) -> None:
    """List installed models, and skipped ones with the reason.

    A model is "locked" if its files still have the sizes and modification times of the
    installation, "not locked" if another tool installed it, "starter" if it ships with
    speechsubs.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import models

    ctx.exit(models.list_(**given))


@command.command("install")
@click.argument("what", nargs=-1)
@click.option(
    "--from",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Install from a folder written by `models export`: all models, or those of a language pair.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="Overwrite a model with the same folder name, even a newer version or a different model.",
)
@click.option("-y", "--yes", is_flag=True, help="Download without asking for confirmation.")
@_QUIET
@click.pass_context
def install(ctx: click.Context, /, what: tuple[str, ...], **given: Any) -> None:
    """Install models by language pair or from files.

    WHAT is two languages (from the Argos index: the newest working version, or two
    models pivoting through English if the pair has none), or local .argosmodel files,
    or "starter" to restore removed models that ship with speechsubs.
    Every model must pass a smoke test in a separate process before it is installed.

    \b
    Examples:
      speechsubs models install en es
      speechsubs models install translate-en_es-1_0.argosmodel
      speechsubs models install --from /media/stick
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import models_install

    ctx.exit(models_install.install(what, **given))


@command.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("which", nargs=-1)
@click.option("--overwrite", is_flag=True, help="Overwrite existing files with the same names.")
@_QUIET
@click.pass_context
def export(ctx: click.Context, /, folder: Path, which: tuple[str, ...], **given: Any) -> None:
    """Export models to a FOLDER for use on another machine.

    WHICH is two languages or the name of a model's folder; by default, all are exported
    as .argosmodel files. `speechsubs models install --from FOLDER` installs the identical files there.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import models

    ctx.exit(models.export(folder, which, **given))


@command.command("verify")
@click.argument("which", nargs=-1)
@click.option(
    "--adopt",
    is_flag=True,
    help="Lock models in their current state: installed by other tools, or changed on purpose.",
)
@click.option("--no-trial", is_flag=True, help="Only compare the files; skip the smoke test.")
@_JSON
@click.pass_context
def verify(ctx: click.Context, /, which: tuple[str, ...], **given: Any) -> None:
    """Verify that installed models are unchanged and work.

    All files are read completely, and three sentences are translated as a smoke test.
    WHICH is two languages or the name of a model's folder; by default, all are verified.
    Exit code 3 if a model has changed, is broken or fails the smoke test.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import models

    ctx.exit(models.verify(which, **given))


@command.command("info")
@click.argument("which", nargs=-1, required=True)
@_JSON
@click.pass_context
def info(ctx: click.Context, /, which: tuple[str, ...], **given: Any) -> None:
    """Show a model's location, origin and README.

    WHICH is two languages, the name of a model's folder, or an .argosmodel file.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import models

    ctx.exit(models.info(which, **given))


@command.command("remove")
@click.argument("which", nargs=-1, required=True)
@_YES
@_QUIET
@click.pass_context
def remove(ctx: click.Context, /, which: tuple[str, ...], **given: Any) -> None:
    """Remove models. Models that ship with speechsubs are disabled.

    WHICH is two languages or the name of a model's folder.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import models

    ctx.exit(models.remove(which, **given))


@command.command("path")
@click.option(
    "--starter",
    is_flag=True,
    help="Print the folder of the models that ship with speechsubs instead.",
)
@click.pass_context
def path(ctx: click.Context, /, *, starter: bool) -> None:
    """Print the folder where models are installed."""
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import models

    ctx.exit(models.path(starter=starter))


command.add_command(evaluate)
