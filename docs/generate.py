"""Renew the parts of the documentation that the code says best: docs/commands.md.

python docs/generate.py            write it
python docs/generate.py --check    only say whether it is stale (exit code 1)
"""

import sys
from pathlib import Path

import click

from speechsubs.cli import main
from speechsubs.cli.group import COMMANDS

TARGET = Path(__file__).parent / "commands.md"
#: Fixed, so that the text is the same on every terminal.
WIDTH = 88

HEAD = """\
# Commands

What `speechsubs COMMAND --help` prints. This page is written by `docs/generate.py`; a
test fails when it is stale.

Exit codes of every command: 0 clean, 1 input error or internal error, 2 usage error,
3 written with findings; 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP or when the
terminal is closed, 141 when nobody reads the output any more (`| head`). Whatever ends a
command, every file that it has written is complete. Results go to standard output,
everything else to standard error.

A file that fails does not stop the others; each failure is one line, and the exit code
is 1. An internal error is a fault of speechsubs: its line names a report to attach to an
issue, in `~/.local/state/speechsubs` (or `$XDG_STATE_HOME/speechsubs`). It has the place in
the code, the versions and the command, but no text of the files.
"""


def render() -> str:
    """The whole page."""
    parts = [HEAD, _section("speechsubs", main, None)]
    top = click.Context(main, info_name="speechsubs", terminal_width=WIDTH, max_content_width=WIDTH)
    for name in COMMANDS:
        command = main.get_command(top, name)
        assert command is not None
        parts.append(_section(f"speechsubs {name}", command, top))
        if isinstance(command, click.Group):
            group = click.Context(command, info_name=name, parent=top, terminal_width=WIDTH)
            for part in command.list_commands(group):
                own = command.get_command(group, part)
                assert own is not None
                parts.append(_section(f"speechsubs {name} {part}", own, group))
    return "\n".join(parts)


def _section(title: str, command: click.Command, parent: click.Context | None) -> str:
    name = title.rpartition(" ")[2]
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        help_option_names=["-h", "--help"],
    )
    return f"## {title}\n\n```text\n{command.get_help(context)}\n```\n"


def run() -> int:
    """Write or check the page; the exit code."""
    text = render()
    if "--check" in sys.argv[1:]:
        stale = not TARGET.exists() or TARGET.read_text("utf-8") != text
        if stale:
            sys.stderr.write("docs/commands.md is stale: run python docs/generate.py\n")
        return int(stale)
    TARGET.write_text(text, "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(run())
