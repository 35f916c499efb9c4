"""The top-level command group: lazy commands and central error handling."""

import contextlib
import difflib
import importlib
import signal
from typing import Any, NoReturn

import click

from speechsubs import __version__
from speechsubs.adapters import signals
from speechsubs.cli.escape import visible
from speechsubs.errors import SpeechsubsError

#: Command -> module, attribute, one line of help. Duplicated here so that the list of
#: commands can be shown without importing them; a test compares the lines.
COMMANDS = {
    "subtitle": (
        "speechsubs.cli.subtitle",
        "Segment, time and translate transcripts into subtitles.",
    ),
    "translate": (
        "speechsubs.cli.translate",
        "Translate subtitle files sentence by sentence, keeping their timing.",
    ),
    "timing": ("speechsubs.cli.timing", "Print word-level timestamps."),
    "sync": ("speechsubs.cli.sync", "Align existing subtitles with a recording."),
    "convert": ("speechsubs.cli.convert", "Convert subtitle files to SRT or WebVTT."),
    "check": ("speechsubs.cli.check", "Check subtitle files against a language's rules."),
    "memory": (
        "speechsubs.cli.memory",
        "Manage translation memories: import and export TMX, search, statistics.",
    ),
    "glossary": (
        "speechsubs.cli.glossary",
        "Check, import, export and compare glossaries; extract terms.",
    ),
    "review": (
        "speechsubs.cli.review",
        "Create a page to review, correct and approve a translation.",
    ),
    "project": (
        "speechsubs.cli.project",
        "Exchange a project with translators and show its progress.",
    ),
    "models": (
        "speechsubs.cli.models",
        "List, install, check, compare and remove translation models.",
    ),
    "locales": ("speechsubs.cli.locales", "List supported languages and their subtitle limits."),
}


class FriendlyGroup(click.Group):
    """Loads commands on demand and turns errors into messages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order of a typical workflow."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module and return the command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the named command, or suggest similar names."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            # click suggests only loaded commands, and none is loaded yet.
            near = difflib.get_close_matches(name.lower(), COMMANDS, n=1)
            problem = f"No such command {visible(name)!r}."
            if near:
                problem += f" Did you mean {near[0]!r}?"
            elif "." in name or "/" in name:
                problem += " Specify a command first: speechsubs subtitle FILE"
            raise click.UsageError(problem, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors and signals become a message and an exit code.

        Signals that ask the process to end interrupt it like Ctrl-C: nothing is left half
        written, and the exit code is the one that shells expect.
        """
        with signals.handled_by(signals.raise_terminated):
            try:
                return super().invoke(ctx)
            except SpeechsubsError as error:
                raise click.ClickException(visible(str(error))) from error
            except OSError as error:
                # `files` raises its own errors for files; what remains is standard output.
                signals.discard_unreadable()
                interruption = _interruption(error)
                if interruption is not None:
                    _exit_interrupted(ctx, interruption)
                if error.errno in signals.UNREAD and error.filename is None:
                    # Its reader closed it (`| head`), which is not worth a message.
                    ctx.exit(signals.exit_code(signals.PIPE))
                name = error.filename or "standard output"
                message = f"{name}: {error.strerror or error}"
                raise click.ClickException(visible(message)) from error
            except MemoryError as error:
                raise click.ClickException("not enough memory for this input") from error
            except click.Abort as error:
                if isinstance(error.__context__, KeyboardInterrupt):
                    _exit_interrupted(ctx, error.__context__)
                raise
            except KeyboardInterrupt as error:
                _exit_interrupted(ctx, error)
            except (click.ClickException, click.exceptions.Exit):
                raise
            except Exception as error:
                # Imported here because it is heavy and hardly ever needed.
                from speechsubs.cli import internal

                message = internal.message(error)
                raise click.ClickException(visible(message)) from error


def _interruption(error: BaseException) -> KeyboardInterrupt | None:
    """The signal during whose handling an error came: a closed terminal sends one first."""
    now = error.__context__
    while now is not None and not isinstance(now, KeyboardInterrupt):
        now = now.__context__
    return now


def _exit_interrupted(ctx: click.Context, error: KeyboardInterrupt) -> NoReturn:
    number = error.signal if isinstance(error, signals.Terminated) else signal.SIGINT
    # The terminal, or whoever reads the messages, may be gone as well.
    with contextlib.suppress(OSError, ValueError):
        click.echo(
            "Interrupted. Every file written so far is complete; run the same command again.",
            err=True,
        )
    signals.discard_unreadable()
    ctx.exit(signals.exit_code(number))


@click.group(cls=FriendlyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="speechsubs")
def main() -> None:
    """Turn talks into broadcast-quality multilingual subtitles.

    Exit codes: 0 clean, 1 input or internal error, 2 usage error, 3 written with findings,
    128 + N ended by signal N (130 after Ctrl-C).
    """
