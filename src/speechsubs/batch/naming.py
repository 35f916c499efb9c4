"""The language of a source file and the names of its outputs."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from speechsubs import formats, outputs
from speechsubs.batch.model import Job
from speechsubs.errors import UnknownLocaleError
from speechsubs.language import locales
from speechsubs.model import Track, Transcript
from speechsubs.options import Options
from speechsubs.outputs import Planned
from speechsubs.pipeline import Result


def language(path: Path, item: Transcript | Track) -> str:
    """The language tag declared in a file or in its name; empty if in neither.

    A transcript carries the language detected by the speech recognizer. For subtitles the
    file name is more reliable: editors copy headers.
    """
    said, named = item.language, outputs.language_in(path)
    for tag in (said, named) if isinstance(item, Transcript) else (named, said):
        try:
            if tag:
                return locales.resolve(tag)
        except UnknownLocaleError:
            continue
    return ""


def stacked(source: str, target: str) -> str:
    """The language part of a bilingual file's name."""
    return f"{source}+{target}"


def targets(wanted: Iterable[str], source: str) -> tuple[str, ...]:
    """The tags to translate to, without duplicates and without the source's own."""
    return tuple(tag for tag in dict.fromkeys(wanted) if tag != source)


def kinds(path: Path, options: Options) -> tuple[str, ...]:
    """The file types to write; by default `translate` keeps each file's own."""
    if options.kinds:
        return tuple(dict.fromkeys(options.kinds))
    own = path.suffix.lower().lstrip(".")
    return (own if own in formats.writable() else "srt",)


def places(path: Path, folder: Path, tag: str, options: Options) -> list[Path]:
    """The output paths of one language (or language pair) of a source."""
    base = outputs.stem(path)
    return [folder / f"{base}.{tag}.{kind}" for kind in kinds(path, options)]


def files(job: Job, source: str, tag: str) -> list[Path]:
    """All output paths of one language of a job, including bilingual ones."""
    options = job.options
    if job.command == "convert":
        return [job.folder / f"{job.source.stem}.{kind}" for kind in options.kinds]
    if job.command == "check":
        return []
    found = places(job.source, job.folder, tag, options)
    if options.bilingual and tag != source:
        found += places(job.source, job.folder, stacked(source, tag), options)
    return found


def all_files(job: Job, source: str) -> list[Path]:
    """All paths that a job would write if its source were in that language."""
    tags = [source] if job.command != "translate" else []
    tags += targets(job.targets, source)
    return [path for tag in tags for path in files(job, source, tag)]


def planned(
    path: Path, folder: Path, result: Result, options: Options, tags: Sequence[str]
) -> list[Planned]:
    """The files of some languages of a result."""
    source = result.source.locale.tag
    tracks = []
    for output in result.outputs:
        if output.locale.tag in tags:
            tracks.append((output.locale.tag, output.track))
            if output.stacked:
                tracks.append((stacked(source, output.locale.tag), output.stacked))
    # Monolingual files before bilingual ones: the established order of the lists.
    tracks.sort(key=lambda pair: "+" in pair[0])
    return [
        Planned(track, place, options.crlf, options.bom, path)
        for tag, track in tracks
        for place in places(path, folder, tag, options)
    ]
