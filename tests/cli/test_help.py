"""Every command and option says what it is."""

from collections.abc import Callable, Iterator
from typing import Any

import click
import pytest

from speechsubs import engines, formats
from speechsubs.cli import main
from speechsubs.cli.group import COMMANDS
from speechsubs.cli.options import ENGINES, WRITABLE


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        yield name, command


def test_the_commands_are_the_ones_in_the_table() -> None:
    assert [name for name, _ in commands()] == list(COMMANDS)
    assert main.get_command(click.Context(main), "nope") is None


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_the_line_in_the_list_is_the_commands_own(name: str, command: click.Command) -> None:
    assert COMMANDS[name][1] == command.get_short_help_str(limit=200)


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_option_has_help(name: str, command: click.Command) -> None:
    assert command.help
    options = [p for p in command.params if isinstance(p, click.Option)]
    # A group has none of its own; the tests of its commands look at theirs.
    assert options or isinstance(command, click.Group)
    for option in options:
        assert option.help, f"{name} {option.name}"
        assert option.help.endswith((".", ").")), f"{name} {option.name}: {option.help}"


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_arguments_are_explained(name: str, command: click.Command) -> None:
    for argument in (p for p in command.params if isinstance(p, click.Argument)):
        assert argument.name is not None
        word = argument.name.upper()
        assert word in (command.help or "") or word.rstrip("S").lower() in (command.help or "")


def test_the_choices_are_those_of_the_registries() -> None:
    assert tuple(WRITABLE) == formats.writable()
    assert tuple(ENGINES) == engines.names()


@pytest.mark.parametrize("arguments", [("-h",), ("subtitle", "-h"), ("check", "-h")])
def test_short_help(cli: Callable[..., Any], arguments: tuple[str, ...]) -> None:
    ran = cli(*arguments)
    assert ran.code == 0
    assert ran.out.startswith("Usage: speechsubs")


def test_no_command_shows_the_list_and_is_a_usage_error(cli: Callable[..., Any]) -> None:
    ran = cli()
    assert ran.code == 2
    assert "subtitle" in ran.err


def test_an_unknown_command_is_a_usage_error(cli: Callable[..., Any]) -> None:
    ran = cli("transcribe")
    assert ran.code == 2
    assert "No such command 'transcribe'" in ran.err
