"""The implementation of `speechsubs glossary`."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from speechsubs import formats, glossary, project
from speechsubs.adapters.files import read_bytes, write_atomic
from speechsubs.cli.arguments import GlossaryImport
from speechsubs.cli.escape import visible
from speechsubs.cli.jobs import console, inputs
from speechsubs.cli.jobs.failures import Failures
from speechsubs.errors import InputError, OutputError
from speechsubs.glossary import Glossary, Policy, extract, lint, registry, write
from speechsubs.glossary import fields as glossary_fields
from speechsubs.glossary import incoming as interchange
from speechsubs.glossary.fields import own_tag
from speechsubs.model import Finding, Severity, Track

_BOM = "\ufeff"
#: The number of occurrences shown for a candidate, in the table and in a note.
_PLACES = 5


@dataclass(frozen=True, slots=True)
class _Text:
    """A paragraph and its position."""

    text: str
    file: str
    line: int


def check(path: Path, *, texts: Sequence[Path], as_json: bool) -> int:
    """Show the lint findings; returns the exit code."""
    screen = console.stderr()
    words = glossary.load(path)
    failures = Failures(screen, len(set(texts)), quiet=as_json)
    corpus = [item.text for item in _texts(texts, failures)]
    found = lint.lint(words, corpus)
    if as_json:
        data = {
            "glossary": str(path),
            "terms": len(words.terms),
            "errors": failures.messages,
            "findings": [project.finding(item) for item in found],
        }
        click.echo(json.dumps(data, ensure_ascii=True, indent=1))
    else:
        console.findings(screen, found, everything=True)
        screen.print(f"{_entries(len(words.terms))}: {console.counted(found)}")
    failures.summary()
    return 1 if failures else _code(found)


def suggest(
    paths: Sequence[Path],
    *,
    known: Path | None,
    output: Path | None,
    min_count: int,
    as_json: bool,
) -> int:
    """Show the candidates and optionally write them; returns the exit code."""
    screen = console.stderr()
    if output is not None:
        _refuse(output, inputs.files(paths), "a transcript")
    words = glossary.load(known) if known else glossary.empty()
    review = _existing(output, words.language) if output else glossary.empty()
    failures = Failures(screen, len(set(paths)), quiet=as_json)
    texts = list(_texts(paths, failures))
    both = Glossary((*words.terms, *review.terms), words.language)
    found = [
        (candidate, _places(candidate, texts))
        for candidate in extract.extract([item.text for item in texts], both)
        if candidate.count >= min_count
    ]
    if as_json:
        rows = [
            {"text": c.text, "kind": c.kind, "count": c.count,
             "places": [{"file": file, "line": line} for file, line in places]}
            for c, places in found
        ]  # fmt: skip
        click.echo(json.dumps(rows, ensure_ascii=True, indent=1))
    else:
        _table(found)
    findings = _propose(found, review, output) if output is not None else []
    console.findings(screen, findings, everything=True)
    failures.summary()
    return 1 if failures else _code(findings)


def import_(path: Path, file: Path, asked: GlossaryImport) -> int:
    """Merge the file and write the glossary; returns the exit code."""
    if os.path.realpath(path) == os.path.realpath(file):
        raise InputError(
            str(file),
            "the glossary and the file to import are the same",
            "Specify two different files",
        )
    ours = _existing(path, asked.source_language or "en")
    incoming = registry.read(
        file,
        name=asked.kind or "",
        source_language=asked.source_language or ours.language,
        target_language=asked.target_language,
    )
    merged = interchange.merge(
        ours,
        incoming,
        base=glossary.load(asked.base) if asked.base else None,
        prefer=asked.prefer,
        policy=Policy(asked.policy),
    )
    if (merged.added or merged.changed) and not asked.dry_run:
        _save(path, ours, merged.glossary)
    findings = [*merged.conflicts, *merged.findings]
    if asked.as_json:
        data = {
            "glossary": str(path),
            "file": str(file),
            "written": bool(merged.added or merged.changed) and not asked.dry_run,
            "added": list(merged.added),
            "changed": {name: list(fields) for name, fields in merged.changed.items()},
            "unchanged": len(merged.unchanged),
            "conflicts": len(merged.conflicts),
            "findings": [project.finding(item) for item in findings],
        }
        click.echo(json.dumps(data, ensure_ascii=True, indent=1))
    elif not asked.quiet:
        _report(merged, path, asked.dry_run)
        console.findings(console.stderr(), findings, everything=True)
    return _code(findings)


def export(
    path: Path,
    *,
    output: Path,
    kind: str | None,
    targets: Sequence[str],
    overwrite: bool,
    quiet: bool,
) -> int:
    """Write the file and show what it cannot represent; returns the exit code."""
    _refuse(output, [path], "the glossary")
    name = kind or registry.detect_format(output)
    if output.is_file() and not overwrite:
        raise OutputError(output, "already exists; use --overwrite to replace it")
    words = glossary.load(path)
    ours = {tag for term in words.terms for tag in term.targets}
    tags = tuple(dict.fromkeys(own_tag(tag, ours) for tag in targets))
    made = registry.export(words, name, tags, suffix=output.suffix)
    write_atomic(output, made.data)
    if not quiet:
        console.findings(console.stderr(), made.findings, everything=True)
        console.show_paths([output])
    return _code(made.findings)


def _texts(paths: Sequence[Path], failures: Failures) -> Iterator[_Text]:
    for path in dict.fromkeys(paths):
        try:
            item = inputs.read(path)
        except Exception as error:  # one broken file never stops the others
            failures.add(path, error)
            continue
        transcript = formats.from_track(item) if isinstance(item, Track) else item
        for paragraph in transcript.paragraphs:
            yield _Text(paragraph.text, str(path), paragraph.line)


def _places(candidate: extract.Candidate, texts: Sequence[_Text]) -> list[tuple[str, int]]:
    """File and line of each occurrence, in order, without duplicates."""
    found: dict[tuple[str, int], None] = {}
    for place in candidate.places:
        item = texts[place.text]
        found[item.file, item.line + item.text.count("\n", 0, place.start)] = None
    return list(found)


def _table(found: Sequence[tuple[extract.Candidate, list[tuple[str, int]]]]) -> None:
    width = max((len(candidate.text) for candidate, _ in found), default=0)
    for candidate, places in found:
        # An untrusted transcript may contain terminal control characters.
        name = visible(candidate.text).ljust(min(width, 40))
        where = visible(_listed(places))
        click.echo(f"{candidate.count:>5}  {candidate.kind:<6}  {name}  {where}")


def _listed(places: Sequence[tuple[str, int]]) -> str:
    """ "talk.txt:3, 9, part2.txt:1 and 4 more"."""
    parts: list[str] = []
    before = ""
    for file, line in places[:_PLACES]:
        parts.append(str(line) if file == before else f"{file}:{line}")
        before = file
    rest = len(places) - _PLACES
    return ", ".join(parts) + (f" and {rest} more" if rest > 0 else "")


def _propose(
    found: Sequence[tuple[extract.Candidate, list[tuple[str, int]]]],
    review: Glossary,
    output: Path,
) -> list[Finding]:
    """Append the candidates as entries to be reviewed."""
    entries = tuple(
        glossary_fields.Entry(
            {
                "source": candidate.text,
                "policy": Policy.KEEP.value,
                "status": "proposed",
                "note": f"Found {_times(candidate.count)}: {visible(_listed(places))}",
            },
        )
        for candidate, places in found
    )
    merged = interchange.merge(review, glossary_fields.Incoming(entries, str(output)))
    if merged.added:
        _save(output, review, merged.glossary)
        console.stderr().print(f"{_entries(len(merged.added))} to review")
        console.show_paths([output])
    return [*merged.conflicts, *merged.findings]


def _existing(path: Path, language: str) -> Glossary:
    """Load the glossary, or make an empty one if there is no file yet."""
    if not path.exists():
        return Glossary((), language, path)
    return glossary.load(path)


def _save(path: Path, before: Glossary, after: Glossary) -> None:
    if not path.exists():
        write_atomic(path, write.render(after).encode("utf-8"))
        return
    old = read_bytes(path).decode("utf-8")
    mark = _BOM if old.startswith(_BOM) else ""
    made = write.update(old.removeprefix(_BOM), before, after)
    write_atomic(path, (mark + made).encode("utf-8"))


def _refuse(output: Path, sources: Sequence[Path], what: str) -> None:
    if os.path.realpath(output) in {os.path.realpath(path) for path in sources}:
        raise InputError(str(output), f"this output would replace {what}", "Choose another name")


def _report(merged: interchange.Merged, path: Path, dry_run: bool) -> None:
    screen = console.stderr()
    for name in merged.added:
        screen.print(f"[green]added[/] {console.escape(name)}")
    for name, fields in merged.changed.items():
        screen.print(f"[green]changed[/] {console.escape(name)}: {', '.join(fields)}")
    screen.print(
        f"{len(merged.added):,} added, {len(merged.changed):,} changed, "
        f"{len(merged.unchanged):,} unchanged, {len(merged.conflicts):,} conflicts"
    )
    if dry_run:
        console.note(screen, "nothing was written (--dry-run)")
    elif merged.added or merged.changed:
        console.show_paths([path])


def _entries(count: int) -> str:
    return f"{count:,} entries" if count != 1 else "1 entry"


def _times(count: int) -> str:
    return f"{count:,} times" if count != 1 else "once"


def _code(findings: Sequence[Any]) -> int:
    return 3 if any(item.severity is not Severity.INFO for item in findings) else 0
