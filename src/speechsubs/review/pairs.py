"""Subtitle files without a project, looked at as if they were one.

talk.en.srt and talk.es.srt belong together by their names. What is on screen together
(`check.pairs`) stands for a sentence, so a change is shown with its cues; there is no
knowing where a term's wording came from, and nothing is retranslated.
"""

from collections.abc import Sequence
from pathlib import Path

from speechsubs import formats, outputs
from speechsubs.errors import InputError
from speechsubs.model import Cue, Sentence, Track
from speechsubs.project import Project, Segment, Source, State, TrackRecord
from speechsubs.stages import check


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
    sentences = []
    segments = []
    cues: list[Cue] = []
    for index, (before, after, _) in enumerate(pairs):
        sentences.append(Sentence(index, index, before))
        segments.append(Segment(index, before, after, state=State.NEW))
        cues += [
            Cue(cue.start_ms, cue.end_ms, cue.lines, (index,))
            for cue in below.cues[starts[index] : starts[index + 1]]
        ]
    track = TrackRecord(tag, tuple(segments), tuple(cues), written=(str(files[tag]),))
    slots = tuple(() for _ in sentences)
    name = str(files[own])
    return Source(f"{source_id}.{tag}", name, "", own, "", tuple(sentences), slots, above.cues,
                  (track,))  # fmt: skip


def _track(path: Path) -> Track:
    item = formats.read(path)
    if not isinstance(item, Track):
        raise InputError(str(path), "these are no subtitles: it has no cues")
    return item
