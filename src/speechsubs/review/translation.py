"""A whole translation as a review: every sentence beside its source, with what is wrong.

Subtitle files without a project, looked at as if they were one.

talk.en.srt and talk.es.srt belong together by their names. What is on screen together
(`check.pairs`) is a pair; where both sides have the same number of sentences, each is a
segment of its own, so that only the one that a change touches is translated again.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

from speechsubs import formats, glossary, outputs, qa
from speechsubs.cues.sentences import split as sentences_of
from speechsubs.errors import InputError
from speechsubs.glossary import Glossary, Matcher
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.model import (
    Cue,
    Finding,
    Limits,
    Paragraph,
    Sentence,
    Severity,
    SlotKind,
    Track,
    Transcript,
)
from speechsubs.options import Options
from speechsubs.project import Project, Segment, Source, State, TrackRecord
from speechsubs.project.store import GLOSSARY
from speechsubs.quantities import currencies
from speechsubs.quantities.parse import parse
from speechsubs.review import recut
from speechsubs.review.model import Item, ItemCue, Review

_ORDER = tuple(Severity)


def review_of(
    project: Project, locale: str | None = None, states: Collection[State] = tuple(State)
) -> Review:
    """Every segment of a project in those states, in one language or in all of them.

    Cues and sentences are checked as `speechsubs check` would. Raises
    `UnknownLocaleError` for a language that has no rules, `GlossaryError` or `YamlError`
    where the project's glossary was broken by hand.
    """
    terms = _glossary(project)
    matcher = Matcher(terms)
    options = Options.from_json(project.options)
    items: list[Item] = []
    tags: list[str] = []
    for source in project.sources:
        for track in source.tracks:
            if locale is not None and track.locale != locale:
                continue
            tags.append(track.locale)
            items += _items(options, source, track, terms, matcher, states)
    languages = f" in {locale}" if locale else ""
    return Review(
        title=f"Translation review{languages}",
        project=project.folder.resolve().name,
        changes=(),
        items=tuple(items),
        media={source.id: source.media for source in project.sources if source.media},
        limits={tag: _limits(options.limits(locales.load(tag))) for tag in dict.fromkeys(tags)},
    )


def _glossary(project: Project) -> Glossary:
    if not project.glossary:
        return glossary.empty()
    return glossary.load(project.folder / GLOSSARY)


def _limits(limits: Limits) -> dict[str, float]:
    return {
        "line_width": limits.line_width,
        "max_lines": limits.max_lines,
        "chars_per_second": limits.chars_per_second,
        "min_duration_ms": limits.min_duration_ms,
        "max_duration_ms": limits.max_duration_ms,
    }


def _items(
    options: Options,
    source: Source,
    record: TrackRecord,
    terms: Glossary,
    matcher: Matcher,
    states: Collection[State],
) -> Iterable[Item]:
    locale = options.limited(locales.load(record.locale))
    found = _findings(options, source, record, locale, terms, matcher)
    shown: dict[int, list[int]] = {}
    for number, cue in enumerate(record.cues):
        for index in cue.sentences:
            shown.setdefault(index, []).append(number)
    texts = [sentence.text for sentence in source.sentences]
    for segment in record.segments:
        if segment.state not in states:
            continue
        index = segment.index
        own = [*found.get(index, ()), *_doubts(segment)]
        yield Item(
            source_id=source.id,
            file=record.written[0] if record.written else source.name,
            locale=record.locale,
            segment=index,
            source=segment.source,
            text=segment.text,
            new_text="",
            cues=tuple(_cue(n, source, record, locale, options.fps) for n in shown.get(index, ())),
            marks=_marks(source, segment),
            before=texts[index - 1] if 0 < index <= len(texts) else "",
            after=texts[index + 1] if index + 1 < len(texts) else "",
            state=segment.state.value,
            locked=segment.state.by_person,
            findings=tuple(dict.fromkeys(finding.message for finding in own)),
            severity=max((f.severity for f in own), key=_ORDER.index, default=Severity.INFO).value,
        )


def _cue(
    number: int, source: Source, record: TrackRecord, locale: Locale, fps: Fraction | None
) -> ItemCue:
    cue = record.cues[number]
    speed = round(qa.chars_per_second(cue, locale), 1)
    latest = recut.latest(record.cues, number, source.sentences, locale, fps)
    longest = max(map(locale.width, cue.lines), default=0.0)
    return ItemCue(number + 1, cue.start_ms, cue.end_ms, cue.lines, (), speed, speed,
                   cue.end_ms, latest, longest, longest)  # fmt: skip


def _marks(source: Source, segment: Segment) -> tuple[tuple[int, int], ...]:
    """Where terms and amounts stand, if the sentence is still the one they were found in."""
    if segment.index >= len(source.slots) or segment.index >= len(source.sentences):
        return ()
    if source.sentences[segment.index].text != segment.source:
        return ()
    wanted = (SlotKind.TERM, SlotKind.MONEY)
    return tuple((s.start, s.end) for s in source.slots[segment.index] if s.kind in wanted)


def _doubts(segment: Segment) -> list[Finding]:
    """What the engine could not settle. A person who answers for the text has."""
    if segment.state.by_person or not segment.problems:
        return []
    message = f"no output of the engine passed ({', '.join(segment.problems)}): read it"
    return [Finding("unsettled", Severity.WARNING, message)]


def _findings(
    options: Options,
    source: Source,
    record: TrackRecord,
    locale: Locale,
    terms: Glossary,
    matcher: Matcher,
) -> dict[int, list[Finding]]:
    """Findings by sentence: those of its cues, then those of its text."""
    own = locales.load(source.language)
    result: dict[int, list[Finding]] = {}
    track = Track(record.cues, record.locale, source.name)
    for finding in qa.inspect(track, locale):
        cue = record.cues[finding.cue - 1] if finding.cue else None
        for index in cue.sentences if cue else ():
            result.setdefault(index, []).append(finding)
    texts = [sentence.text for sentence in source.sentences]
    context = currencies.context(texts, own.language, options.default_dollar)
    compared: Sequence[Sequence[Finding]] = qa.compare(
        [parse(segment.source, own.language, context) for segment in record.segments],
        [segment.text for segment in record.segments],
        glossary=terms,
        matcher=matcher,
        locale=locale,
    )
    for segment, findings in zip(record.segments, compared, strict=True):
        result.setdefault(segment.index, []).extend(findings)
    return result


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
    pairs = qa.pairs(above, below)
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
