"""`speechsubs models`: list, install, verify and export translation models."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli.evaluate import evaluate

_YES = click.option("-y", "--yes", is_flag=True, help="Do not ask.")
_QUIET = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


@click.group()
def command() -> None:
    """List, install, check, compare and remove translation models.

    Models are Argos packages, in the folder that Argos Translate uses. Languages are
    tags (en, pt-BR, zh-CN) or Argos's own codes. Nothing is downloaded unasked.
    """


@command.command("list")
@click.option(
    "--available",
    is_flag=True,
    help="What can be installed instead: downloads the list of Argos, or of the mirror that ARGOS_PACKAGE_INDEX names.",
)
@_JSON
@click.pass_context
def list_(ctx: click.Context, /, **given: Any) -> None:
    """List the installed models, and what was skipped and why.

    A model is "locked" if it is what was installed, as far as sizes and times of its
    files tell, "not locked" if another tool installed it, "starter" if it comes with
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
    help="Take the models from a folder that `models export` wrote: all, or those of a pair.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="Overwrite what has the same folder, also a newer version or another model.",
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask before a download.")
@_QUIET
@click.pass_context
def install(ctx: click.Context, /, what: tuple[str, ...], **given: Any) -> None:
    """Install models: a pair of languages, or files.

    WHAT is two languages (from the list of Argos: the newest version that works, or two
    models through English where there is none for the pair), or .argosmodel files that
    lie here, or "starter" for the models that come with speechsubs and were removed.
    A model is tried in a process of its own before it takes its place.

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
@click.option("--overwrite", is_flag=True, help="Replace other files of the same names.")
@_QUIET
@click.pass_context
def export(ctx: click.Context, /, folder: Path, which: tuple[str, ...], **given: Any) -> None:
    """Write models into a FOLDER, to carry them elsewhere.

    WHICH is two languages or the name of a model's folder; without it all are written,
    as .argosmodel files. There, `speechsubs models install --from FOLDER` installs the very same files.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import models

    ctx.exit(models.export(folder, which, **given))


@command.command("verify")
@click.argument("which", nargs=-1)
@click.option(
    "--adopt",
    is_flag=True,
    help="Lock models as they are now: those of other tools, and those that changed on purpose.",
)
@click.option("--no-trial", is_flag=True, help="Compare the files only, translate nothing.")
@_JSON
@click.pass_context
def verify(ctx: click.Context, /, which: tuple[str, ...], **given: Any) -> None:
    """Verify that models are what was installed, and work.

    Every byte is read, and three sentences are translated.
    WHICH is two languages or the name of a model's folder; without it all are verified.
    Exit code 3 when a model changed, is broken or answers with nonsense.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import models

    ctx.exit(models.verify(which, **given))


@command.command("info")
@click.argument("which", nargs=-1, required=True)
@_JSON
@click.pass_context
def info(ctx: click.Context, /, which: tuple[str, ...], **given: Any) -> None:
    """Show where a model is, where it came from, its README.

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
    """Remove models. Those that come with speechsubs are left out from then on.

    WHICH is two languages or the name of a model's folder.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import models

    ctx.exit(models.remove(which, **given))


@command.command("path")
@click.option(
    "--starter", is_flag=True, help="The folder of the models that come with speechsubs instead."
)
@click.pass_context
def path(ctx: click.Context, /, *, starter: bool) -> None:
    """Print the folder that models are installed into."""
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import models

    ctx.exit(models.path(starter=starter))


command.add_command(evaluate)
