"""The implementation of `speechsubs memory`."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from speechsubs import glossary
from speechsubs.cli.arguments import MemorySearch
from speechsubs.cli.jobs import console
from speechsubs.cli.jobs.failures import Failures
from speechsubs.errors import InputError, OutputError
from speechsubs.glossary import Matcher
from speechsubs.language.locales import Locale
from speechsubs.memory import Match, Memory, Query, State, tmx
from speechsubs.memory.store import HUMAN_STATES
from speechsubs.model import Finding, Sentence
from speechsubs.quantities import currencies
from speechsubs.translation import placeholders


def import_(memory: Path, files: Sequence[Path], *, state: str, source: str, quiet: bool) -> int:
    """Import the files one by one; returns the exit code."""
    screen = console.stderr()
    findings: list[Finding] = []
    failures = Failures(screen, len(set(files)), quiet=quiet)
    _refuse_inputs(memory, files)
    with Memory.open(memory) as opened:
        for path in dict.fromkeys(files):
            try:
                units = tmx.read(path, state=State[state.upper()], source=source)
                done = opened.import_(units)
            except Exception as error:  # one broken file never stops the others
                failures.add(path, error)
                continue
            findings += done.findings
            if not quiet:
                screen.print(
                    f"{escape(str(path))}: {done.units:,} units, {done.stored:,} segments stored, "
                    f"{done.kept:,} already present, {done.skipped:,} units skipped"
                )
    if not quiet:
        console.findings(screen, findings)
    failures.summary()
    return 1 if failures else 3 if findings else 0


def _refuse_inputs(memory: Path, files: Sequence[Path]) -> None:
    if memory.suffix.lower() == ".tmx":
        raise InputError(
            str(memory),
            "the first argument must be the memory, followed by the TMX files",
            "Use a name such as project.memory",
        )
    if os.path.realpath(memory) in {os.path.realpath(path) for path in files}:
        raise InputError(
            str(memory), "the memory is also an input file", "Specify two different files"
        )


def export(
    memory: Path, *, output: Path, target: str, everything: bool, overwrite: bool, quiet: bool
) -> int:
    """Write the file; returns the exit code."""
    if os.path.realpath(memory) == os.path.realpath(output):
        raise InputError(str(output), "this output would replace the memory", "Choose another name")
    if output.exists() and output.is_file() and not overwrite:
        raise OutputError(output, "already exists; use --overwrite to replace it")
    states = tuple(State) if everything else HUMAN_STATES
    with Memory.open(memory, create=False) as opened:
        count = tmx.write(opened.export(states=states, target=target), output)
    if not quiet:
        console.stderr().print(f"{count:,} segments")
        console.show_paths([output])
    return 0


def stats(memory: Path, *, as_json: bool) -> int:
    """Show the statistics; returns the exit code."""
    with Memory.open(memory, create=False) as opened:
        found = opened.stats()
    rows = [
        {"source": source, "target": target, **{s.word: counts.get(s, 0) for s in State}}
        for (source, target), counts in found.pairs.items()
    ]
    if as_json:
        data = {
            "memory": str(memory),
            "segments": found.segments,
            "pairs": rows,
            "cached": found.cached,
            "bytes": found.bytes,
        }
        click.echo(json.dumps(data, ensure_ascii=True, indent=1))
        return 0
    for row in rows:
        counts = ", ".join(f"{row[s.word]:,} {s.word}" for s in reversed(State) if row[s.word])
        click.echo(f"{row['source']} → {row['target']}: {counts}")
    click.echo(f"{found.segments:,} segments, {found.cached:,} cached, {found.bytes:,} bytes")
    return 0


def search(memory: Path, text: str, asked: MemorySearch) -> int:
    """Show the matches; returns the exit code."""
    words = glossary.load(asked.terms) if asked.terms else glossary.empty()
    query = _query(text, asked.source, words)
    with Memory.open(memory, create=False) as opened:
        matches = opened.fuzzy(query, asked.target, asked.limit, asked.threshold)
        first = opened.lookup([query], asked.target)[0]
    if first is not None:
        # An exact match, which would be used as it is, comes first under its own name.
        matches = [first, *(m for m in matches if m.segment != first.segment)][: asked.limit]
    if asked.as_json:
        click.echo(json.dumps([_plain(match) for match in matches], ensure_ascii=True, indent=1))
        return 0
    if not matches:
        console.stderr().print(f"no matches of {asked.threshold} % or more")
        return 0
    for match in matches:
        _show(match)
    return 0


def _show(match: Match) -> None:
    segment = match.segment
    facts = (segment.state.word, segment.author, segment.date[:10], segment.note)
    click.echo(_safe("  ".join([f"{match.score} %", match.kind.value, *filter(None, facts)])))
    click.echo(_safe(f"  {segment.source_language}: {segment.source}"))
    click.echo(_safe(f"  {segment.target_language}: {segment.target}"))


def _safe(text: str) -> str:
    """One line without terminal control characters: a memory may be untrusted."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)


def _query(text: str, source: Locale, words: glossary.Glossary) -> Query:
    context = currencies.infer_context([text], source.language, "USD")
    sentence = Sentence(0, 0, text)
    found = placeholders.protect([sentence], Matcher(words), source.language, context)[0]
    return Query(text, found.placeables, source.tag)


def _plain(match: Match) -> dict[str, Any]:
    segment = match.segment
    return {
        "score": match.score,
        "match": match.kind.value,
        "source": segment.source,
        "target": segment.target,
        "source_template": segment.source_template,
        "target_template": segment.target_template,
        "refill": list(match.refill),
        "source_language": segment.source_language,
        "target_language": segment.target_language,
        "state": segment.state.word,
        "author": segment.author,
        "date": segment.date,
        "file": segment.origin.file,
        "sentence": segment.origin.sentence,
        "note": segment.note,
    }
