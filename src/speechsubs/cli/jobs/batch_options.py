"""A command's parameters as options, and a manifest row's over them."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from speechsubs import formats, outputs
from speechsubs.batch.jobsfile import Row
from speechsubs.cli.group import COMMANDS, main
from speechsubs.errors import InputError
from speechsubs.options import Options

#: The glossary that is used when none is named and it lies here.
DEFAULT_GLOSSARY = Path("glossary.yml")

#: Options that a row of a manifest may set, by their names on the command line.
_OF_ROWS = frozenset({
    "from", "glossary", "no-glossary", "format", "engine", "bilingual", "aligner", "lexicon",
    "duration", "fps", "max-lines", "line-width", "currency-style", "default-dollar", "headings",
    "dates", "units", "crlf", "bom", "keep-cues", "language", "source", "source-language",
})  # fmt: skip


def glossary_path(given: Mapping[str, Any]) -> Path | None:
    """The glossary that was named, or the one that lies here."""
    if given.get("no_glossary"):
        return None
    named: Path | None = given.get("terms")
    return named or (DEFAULT_GLOSSARY if DEFAULT_GLOSSARY.exists() else None)


def options(command: str, given: Mapping[str, Any]) -> Options:
    """What the parameters of a command ask for."""
    if command == "convert":
        return Options(
            kinds=(given["kind"],),
            crlf=given["crlf"],
            bom=given["bom"],
            overwrite=given["overwrite"],
        )
    if command == "check":
        return Options(
            language=_tag(given["language"]),
            glossary=_text(given["terms"]),
            fps=given["fps"],
            against=_text(given["source"]),
            against_language=_tag(given["source_language"]),
        )
    return Options(
        language=_tag(given["source_locale"]),
        glossary=_text(glossary_path(given)),
        kinds=tuple(given["kinds"] or ()),
        engine=given["engine"],
        aligner=given.get("aligner", "auto"),
        lexicon=_text(given.get("lexicon")),
        duration_ms=given.get("duration"),
        fps=given.get("fps"),
        max_lines=given.get("max_lines"),
        line_width=given.get("line_width"),
        currency_style=given["currency_style"] or "",
        default_dollar=given["default_dollar"],
        headings=given.get("headings", "keep") == "keep",
        dates=given["dates"],
        units=given["units"],
        bilingual=given.get("bilingual", False),
        keep_cues=given.get("keep_cues", False),
        crlf=given["crlf"],
        bom=given["bom"],
        overwrite=given["overwrite"],
    )


def suffixes(command: str, given: Mapping[str, Any]) -> tuple[str, ...]:
    """The files that a folder is looked through for, by their suffixes.

    What is to become WebVTT is not WebVTT already.
    """
    if command == "subtitle":
        return formats.readable_suffixes()
    kinds = set(formats.writable())
    if command == "convert":
        kinds -= {given["kind"]}
    return tuple(f".{name}" for name in sorted(kinds))


def is_own_output(
    command: str, given: Mapping[str, Any], targets: Sequence[str], path: Path
) -> bool:
    """Whether a file that speechsubs wrote looks like an output of this very command."""
    if command == "subtitle":
        return True
    if command == "translate":
        return outputs.language_in(path) in targets
    if command == "convert":
        return given["output"] is None and path.suffix.lower() == f".{given['kind']}"
    return False


def of_row(command: str, given: Mapping[str, Any], row: Row, base: Options) -> Options:
    """The options of a row: its own over those of the command line.

    Values are read as on the command line, paths relative to the manifest. Raises
    `InputError` with the row's place.
    """
    if not row.options:
        return base
    context = click.Context(main)
    found = main.get_command(context, command)
    assert found is not None, COMMANDS
    known = {
        option.removeprefix("--"): item
        for item in found.params
        if isinstance(item, click.Option)
        for option in item.opts
        if option.removeprefix("--") in _OF_ROWS
    }
    changed = dict(given)
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
    return options(command, changed)


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
    """A path relative to the manifest, whose name is the first part of the place."""
    return Path(row.place.rpartition(":")[0]).parent / value


def _tag(locale: Any) -> str:
    return locale.tag if locale else ""


def _text(path: Path | None) -> str:
    return str(path) if path else ""
