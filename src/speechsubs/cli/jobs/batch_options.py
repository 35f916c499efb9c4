"""The files that a batch takes from folders, and the options of a manifest row."""

import difflib
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from speechsubs import formats, outputs
from speechsubs.batch.discover import Row
from speechsubs.cli.arguments import CommandLine, Parameters
from speechsubs.cli.group import COMMANDS, main
from speechsubs.errors import InputError
from speechsubs.options import Options

#: Options that a manifest row may set, by their command-line names.
_OF_ROWS = frozenset({
    "from", "glossary", "no-glossary", "format", "engine", "bilingual", "aligner", "lexicon",
    "duration", "fps", "max-lines", "line-width", "currency-style", "default-dollar", "headings",
    "dates", "units", "crlf", "bom", "keep-cues", "language", "source", "source-language",
})  # fmt: skip


def suffixes(command: str, options: Options) -> tuple[str, ...]:
    """The suffixes of the files that a command takes from a folder.

    A file to be converted to WebVTT is not one already.
    """
    if command == "subtitle":
        return formats.readable_suffixes()
    kinds = set(formats.writable())
    if command == "convert":
        kinds -= set(options.kinds)
    return tuple(f".{name}" for name in sorted(kinds))


def is_own_output(line: CommandLine, path: Path) -> bool:
    """Whether a file written by speechsubs looks like an output of this command."""
    if line.command == "subtitle":
        return True
    if line.command == "translate":
        return outputs.language_in(path) in line.tags
    if line.command == "convert":
        return line.output is None and path.suffix.lower().lstrip(".") in line.options.kinds
    return False


def of_row(parameters: Parameters, row: Row, base: Options) -> Options:
    """The options of a row, which override those of the command line.

    Values are parsed as on the command line, paths are relative to the manifest. Raises
    `InputError` with the row's position.
    """
    if not row.options:
        return base
    context = click.Context(main)
    found = main.get_command(context, parameters.command)
    assert found is not None, COMMANDS
    known = {
        option.removeprefix("--"): item
        for item in found.params
        if isinstance(item, click.Option)
        for option in item.opts
        if option.removeprefix("--") in _OF_ROWS
    }
    changed = dict(parameters.values)
    for name, value in row.options.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(sorted(known))}"
            raise InputError(row.place, f"option {name!r} is not one of a job", hint)
        parameter = known[name]
        try:
            changed[str(parameter.name)] = _value(parameter, value, row, context)
        except click.UsageError as error:
            raise InputError(row.place, f"option {name}: {error.message}") from error
    return replace(parameters, values=changed).options()


def _value(parameter: click.Option, value: str | bool, row: Row, context: click.Context) -> Any:
    if parameter.is_flag:
        words = {True: True, False: False, "true": True, "yes": True, "false": False, "no": False}
        if value not in words:
            raise click.UsageError(f"{value!r} is neither yes nor no")
        return words[value]
    if isinstance(value, bool):
        raise click.UsageError("it needs a value")
    if isinstance(parameter.type, click.Path):
        return Path(row.source.parent, value) if Path(value).is_absolute() else _beside(row, value)
    if parameter.multiple:
        parts = value.replace(",", " ").split()
        return tuple(parameter.type.convert(part, parameter, context) for part in parts)
    return parameter.type.convert(value, parameter, context)


def _beside(row: Row, value: str) -> Path:
    """Resolve a path relative to the manifest, named in the first part of `row.place`."""
    return Path(row.place.rpartition(":")[0]).parent / value
