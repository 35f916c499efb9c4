"""Subtitle files without a project, looked at as if they were one.

talk.en.srt and talk.es.srt belong together by their names. What is on screen together
(`check.pairs`) is a pair; where both sides have the same number of sentences, each is a
segment of its own, so that only the one that a change touches is translated again.
"""

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from speechsubs import formats, locales, outputs
from speechsubs.errors import InputError
from speechsubs.model import Cue, Paragraph, Sentence, Track, Transcript
from speechsubs.project import Project, Segment, Source, State, TrackRecord
from speechsubs.stages import check
from speechsubs.stages.sentences import split as sentences_of


def project_of(paths: Sequence[Path], language: str) -> Project:
    """The files as a project that is never written. `language` is the glossary's.

    Raises `InputError` where a file is no subtitles, says no language in its name, or
    has no partner in the source language.
    """
    groups: dict[tuple[Path, str], dict[str, Path]] = {}
    for path in dict.fromkeys(paths):
        tag = outputs.language_in(path)
        if not tag:
            advice = "Name it like talk.es.srt"
            raise InputError(str(path), "its name does not say its language", advice)
        groups.setdefault((path.parent, outputs.stem(path)), {}).setdefault(tag, path)
    sources = []
    for number, ((_, stem), files) in enumerate(groups.items()):
        own = _own(files, language)
        if own is None:
            first = next(iter(files.values()))
            advice = f"Add {stem}.{language}{first.suffix}, or name a project"
            raise InputError(str(first), f"there is no {language} file beside it", advice)
        targets = [tag for tag in files if tag != own]
        sources += [_source(f"{number}-{stem}", files, own, tag) for tag in targets]
    return Project(Path(), tuple(sources))


def files_in(folder: Path) -> list[Path]:
    """The subtitle files of a folder that say their language, in the order of their names."""
    suffixes = {suffix for suffix in formats.readable_suffixes() if suffix in (".srt", ".vtt")}
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in suffixes and path.is_file() and outputs.language_in(path)
    )


def _own(files: dict[str, Path], language: str) -> str | None:
    """Which of the files is in the source language: en, or en-GB for en."""
    if language in files:
        return language
    base = language.partition("-")[0]
    return next((tag for tag in files if tag.partition("-")[0] == base), None)


def _source(source_id: str, files: dict[str, Path], own: str, tag: str) -> Source:
    above, below = _track(files[own]), _track(files[tag])
    pairs = check.pairs(above, below)
    starts = [number - 1 for _, _, number in pairs] + [len(below.cues)]
    made: list[tuple[str, str]] = []
    cues: list[Cue] = []
    for number, (before, after, _) in enumerate(pairs):
        own_cues = below.cues[starts[number] : starts[number + 1]]
        parts = _parts(before, after, own, tag)
        shown = _shown([after for _, after in parts], own_cues, len(made))
        made += parts
        cues += [
            Cue(cue.start_ms, cue.end_ms, cue.lines, indexes)
            for cue, indexes in zip(own_cues, shown, strict=True)
        ]
    sentences = [Sentence(n, n, before) for n, (before, _) in enumerate(made)]
    segments = [
        Segment(n, before, after, state=State.NEW) for n, (before, after) in enumerate(made)
    ]
    track = TrackRecord(tag, tuple(segments), tuple(cues), written=(str(files[tag]),))
    slots = tuple(() for _ in sentences)
    name = str(files[own])
    return Source(f"{source_id}.{tag}", name, "", own, "", tuple(sentences), slots, above.cues,
                  (track,))  # fmt: skip


def _parts(before: str, after: str, own: str, tag: str) -> list[tuple[str, str]]:
    """The sentences of a pair side by side; the pair itself where their numbers differ."""
    sides = [
        [part.text for part in _split(text, language)] for text, language in
        ((before, own), (after, tag))
    ]  # fmt: skip
    if len(sides[0]) != len(sides[1]):
        return [(before, after)]
    return list(zip(*sides, strict=True)) or [(before, after)]


def _split(text: str, tag: str) -> list[Sentence]:
    transcript = Transcript((Paragraph(text),))
    return sentences_of(transcript, locales.load(tag).language)


def _shown(parts: Sequence[str], cues: Sequence[Cue], first: int) -> list[tuple[int, ...]]:
    """Which sentences each cue shows, by how many letters have gone by."""
    ends: list[int] = []
    for part in parts:
        ends.append(len("".join(part.split())) + (ends[-1] if ends else 0))
    shown = []
    position = 0
    for cue in cues:
        start, position = position, position + len("".join("".join(cue.lines).split()))
        last = max(start, position - 1)
        indexes = range(bisect_right(ends, start), bisect_right(ends, last) + 1)
        shown.append(tuple(first + min(n, len(parts) - 1) for n in indexes))
    return shown


def _track(path: Path) -> Track:
    item = formats.read(path)
    if not isinstance(item, Track):
        raise InputError(str(path), "these are no subtitles: it has no cues")
    return item
