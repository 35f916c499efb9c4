"""The implementation of `speechsubs glossary diff`, `apply` and `merge`."""

import json
import os
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from pathlib import Path

import click
from rich.console import Console

from speechsubs import engines, project
from speechsubs.adapters.files import read_bytes, write_atomic
from speechsubs.cli.arguments import GlossaryApply, GlossaryDiff
from speechsubs.cli.escape import visible
from speechsubs.cli.jobs import console
from speechsubs.errors import InputError
from speechsubs.glossary import Glossary
from speechsubs.glossary import merge as threeway
from speechsubs.glossary.diff import digest
from speechsubs.glossary.load import parse
from speechsubs.language import locales
from speechsubs.memory import Memory
from speechsubs.model import Severity
from speechsubs.project import Project
from speechsubs.project.store import GLOSSARY, MANIFEST
from speechsubs.protocols import Engine
from speechsubs.review import apply as applying
from speechsubs.review import decisions as deciding
from speechsubs.review import git, impact, items, render, translation
from speechsubs.review.model import Decisions, Review

_BOM = b"\xef\xbb\xbf"
_FILES = "subtitle files are only retranslated if an engine is specified (--engine)"


def diff(names: Sequence[str], asked: GlossaryDiff) -> int:
    """Show the change and the segments it affects; returns the exit code."""
    if asked.textconv is not None:
        if names or asked.places:
            raise click.UsageError("--textconv takes a single FILE and no other arguments")
        click.echo(git.canonicalize(asked.textconv), nl=False)
        return 0
    places = asked.places
    folder = places[0] if len(places) == 1 and (places[0] / MANIFEST).is_file() else None
    least = 1 if folder else 2
    if not least <= len(names) <= 2:
        what = "one or two glossaries" if folder else "two glossaries"
        raise click.UsageError(f"specify {what}: OLD NEW")
    new = git.load(names[-1])
    own = project.load(folder) if folder else _files(places, new)
    old = git.load(names[0]) if len(names) == 2 else _own(own)
    _refuse(asked.output, names, places)
    tags = {locales.canonical(tag) for tag in asked.targets}
    # Plain files may be untrusted: nothing is retranslated unless requested.
    name = None if asked.no_translate else asked.engine or ("auto" if folder else None)
    without = impact.NO_ENGINE if folder or asked.no_translate else _FILES
    review = impact.review_change(
        own,
        old,
        new,
        tags=tags,
        engines=_Loaded(name) if name else impact.without_engine(without),
        title=f"{names[0]} → {names[1]}" if len(names) == 2 else str(names[0]),
    )
    _print(review, asked.kind, asked.output)
    return 3 if review.changes or old.language != new.language else 0


def apply(path: Path, asked: GlossaryApply) -> int:
    """Apply decisions; returns the exit code."""
    with nullcontext() if asked.dry_run else project.changing(asked.folder):
        return _apply(path, asked)


def _apply(path: Path, asked: GlossaryApply) -> int:
    screen = console.stderr()
    own = project.load(asked.folder)
    decisions = deciding.load(path)
    text = git.read_text(asked.new) if asked.new else ""
    glossary = parse(text, Path(asked.new)) if asked.new else None
    applying.check(own, decisions, glossary, where=str(path))
    predictions = _predictions(own, decisions, glossary, asked.old, asked.engine, str(path))
    applied = applying.apply(
        own, decisions, predictions, glossary=glossary, text=text, where=str(path)
    )
    findings = list(applied.findings)
    written = [place for place, _ in applied.files]
    if not asked.dry_run:
        written, findings = applying.write(applied)
        if asked.memory is not None:
            _remember(asked.memory, applied, screen, asked.quiet)
    if not asked.quiet:
        console.findings(screen, findings, everything=True)
        screen.print(
            f"{len(applied.changed):,} changed, {len(applied.approved):,} approved, "
            f"{len(applied.rejected):,} rejected"
        )
        if asked.dry_run:
            console.note(screen, "nothing was written (--dry-run)")
        console.show_paths(written)
    return 3 if any(f.severity is not Severity.INFO for f in findings) else 0


def _remember(path: Path, applied: applying.ApplyResult, screen: Console, quiet: bool) -> None:
    """Store the decisions in a translation memory."""
    decided = {*applied.changed, *applied.approved}
    only = {
        (source.id, track.locale, segment.index)
        for source in applied.project.sources
        for track in source.tracks
        for segment in track.segments
        if digest(source.id, track.locale, str(segment.index))[:16] in decided
    }
    with Memory.open(path) as store:
        count = store.remember(project.remembered(applied.project, only))
    if not quiet:
        screen.print(f"{count:,} stored in {console.escape(str(path))}")


def merge(base: str, ours: str, theirs: str, *, output: Path | None, quiet: bool) -> int:
    """Merge three versions; returns the exit code."""
    before = git.load(ours)
    merged = threeway.merge(git.load(base), before, git.load(theirs))
    made = threeway.text(merged, git.read_text(ours), before).encode("utf-8")
    if output is None:
        click.echo(made, nl=False)
    else:
        mark = _BOM if Path(ours).is_file() and read_bytes(Path(ours))[:3] == _BOM else b""
        write_atomic(output, mark + made)
    screen = console.stderr()
    for conflict in merged.conflicts if not quiet else ():
        where = f"{ours}:{conflict.line}" if conflict.line else ours
        screen.print(f"[red]conflict[/] {console.escape(f'{where}: {conflict.message}')}")
    return 1 if merged.conflicts else 0


class _Loaded:
    """Engines by language pair, each loaded once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._known: dict[tuple[str, str], Engine] = {}

    def __call__(self, source: str, target: str) -> Engine:
        """The engine for a pair. Raises `EngineError`."""
        pair = source, target
        if pair not in self._known:
            self._known[pair] = engines.load(self._name, source, target)
        return self._known[pair]


def _own(own: Project) -> Glossary:
    """The glossary with which a project was made."""
    if not own.glossary:
        problem = "the project was made without a glossary, so there is nothing to compare with"
        raise InputError(str(own.folder), problem, "Specify OLD and NEW")
    return parse(own.glossary.removeprefix("\ufeff"), own.folder / GLOSSARY)


def _files(places: Sequence[Path], new: Glossary) -> Project:
    """Load subtitle files as a project; it has no sources if there are none."""
    found: list[Path] = []
    for place in places:
        if (place / MANIFEST).is_file():
            raise InputError(
                str(place), "a project cannot be combined with other inputs", "Use a single --in"
            )
        found += translation.find_subtitles(place) if place.is_dir() else [place]
    if places and not found:
        advice = "Subtitle files must be named like talk.es.srt"
        raise InputError(str(places[0]), "no project and no subtitle files found", advice)
    return translation.project_from_files(found, new.language)


def _refuse(output: Path | None, names: Sequence[str], places: Sequence[Path]) -> None:
    inputs = {os.path.realpath(path) for path in (*map(Path, names), *places)}
    if output is not None and os.path.realpath(output) in inputs:
        raise InputError(str(output), "this output would replace an input", "Choose another name")


def _predictions(
    own: Project,
    decisions: Decisions,
    glossary: Glossary | None,
    old: str | None,
    engine: str,
    where: str,
) -> dict[str, items.Prediction]:
    """The predicted texts of accepted items that the file does not contain."""
    needed: Collection[str] = applying.items_to_predict(decisions)
    if not needed:
        return {}
    if glossary is None:
        problem = f"{len(needed)} accepted texts are not in the file"
        raise InputError(where, problem, "Specify the new glossary (--glossary)")
    before = git.load(old) if old else _own(own)
    if decisions.old and before.digest != decisions.old:
        problem = f"{before.path} is not the old glossary of this review"
        raise InputError(where, problem, "Specify it (--old)")
    return impact.predict_change(own, before, glossary, frozenset(needed), _Loaded(engine))


def _print(review: Review, kind: str, output: Path | None) -> None:
    if kind == "json":
        text = json.dumps(review.data(), ensure_ascii=True, indent=1) + "\n"
    elif kind == "tsv":
        text = render.render_tsv(review)
    elif kind == "markdown":
        text = render.render_markdown(review)
    else:
        lines = [visible(line) for line in render.render_table(review)]
        text = "".join(f"{line}\n" for line in lines)
    if output is None:
        # A subtitle may contain a lone surrogate, which cannot be encoded.
        click.echo(text.encode("utf-8", "backslashreplace"), nl=False)
        return
    write_atomic(output, text.encode("utf-8", "backslashreplace"))
    screen: Console = console.stderr()
    screen.print(console.escape(render.summarize(review)))
    console.show_paths([output])
