"""Review a whole translation: every sentence next to its source, with its issues.

Subtitle files without a project can be reviewed too: talk.en.srt and talk.es.srt are
matched by name and become a project in memory. Cues that are on screen together
(`qa.pair_texts`) form a pair; if both sides have the same number of sentences, each sentence
becomes a segment, so that only affected sentences are retranslated.
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
    PlaceableKind,
    Sentence,
    Severity,
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


def review_translation(
    project: Project, locale: str | None = None, states: Collection[State] = tuple(State)
) -> Review:
    """Review all segments of a project in these states, in one language or in all.

    Runs the same checks as `speechsubs check`. Raises `UnknownLocaleError` for an
    unsupported language, `GlossaryError` or `YamlError` if the project's glossary is
    invalid.
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
        own = [*found.get(index, ()), *_open_problems(segment)]
        yield Item(
            source_id=source.id,
            file=record.written[0] if record.written else source.name,
            locale=record.locale,
            segment=index,
            source=segment.source,
            text=segment.text,
            new_text="",
            cues=tuple(_cue(n, source, record, locale, options.fps) for n in shown.get(index, ())),
            marks=_find_marks(source, segment),
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
    latest = recut.latest_end_ms(record.cues, number, source.sentences, locale, fps)
    longest = max(map(locale.width, cue.lines), default=0.0)
    return ItemCue(number + 1, cue.start_ms, cue.end_ms, cue.lines, (), speed, speed,
                   cue.end_ms, latest, longest, longest)  # fmt: skip


def _find_marks(source: Source, segment: Segment) -> tuple[tuple[int, int], ...]:
    """Spans of terms and amounts, if the source sentence is unchanged."""
    if segment.index >= len(source.placeables) or segment.index >= len(source.sentences):
        return ()
    if source.sentences[segment.index].text != segment.source:
        return ()
    wanted = (PlaceableKind.TERM, PlaceableKind.MONEY)
    return tuple((s.start, s.end) for s in source.placeables[segment.index] if s.kind in wanted)


def _open_problems(segment: Segment) -> list[Finding]:
    """Unresolved problems of the engine; a human-approved text has none."""
    if segment.state.by_person or not segment.problems:
        return []
    message = f"no candidate passed QA ({', '.join(segment.problems)}): needs review"
    return [Finding("unsettled", Severity.WARNING, message)]


def _findings(
    options: Options,
    source: Source,
    record: TrackRecord,
    locale: Locale,
    terms: Glossary,
    matcher: Matcher,
) -> dict[int, list[Finding]]:
    """Findings by sentence: first of its cues, then of its text."""
    own = locales.load(source.language)
    result: dict[int, list[Finding]] = {}
    track = Track(record.cues, record.locale, source.name)
    for finding in qa.inspect(track, locale):
        cue = record.cues[finding.cue - 1] if finding.cue else None
        for index in cue.sentences if cue else ():
            result.setdefault(index, []).append(finding)
    texts = [sentence.text for sentence in source.sentences]
    context = currencies.infer_context(texts, own.language, options.default_dollar)
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


def project_from_files(paths: Sequence[Path], language: str) -> Project:
    """Build an unsaved project from subtitle files. `language` is the source language.

    Raises `InputError` if a file is not a subtitle file, has no language in its name or
    has no counterpart in the source language.
    """
    groups: dict[tuple[Path, str], dict[str, Path]] = {}
    for path in dict.fromkeys(paths):
        tag = outputs.language_in(path)
        if not tag:
            advice = "Rename it to the form talk.es.srt"
            raise InputError(str(path), "no language in its file name", advice)
        groups.setdefault((path.parent, outputs.stem(path)), {}).setdefault(tag, path)
    sources = []
    for number, ((_, stem), files) in enumerate(groups.items()):
        own = _source_tag(files, language)
        if own is None:
            first = next(iter(files.values()))
            advice = f"Add {stem}.{language}{first.suffix}, or specify a project"
            raise InputError(str(first), f"no {language} file next to it", advice)
        targets = [tag for tag in files if tag != own]
        sources += [_source(f"{number}-{stem}", files, own, tag) for tag in targets]
    return Project(Path(), tuple(sources))


def find_subtitles(folder: Path) -> list[Path]:
    """Find the subtitle files of a folder with a language in their names, sorted by name."""
    suffixes = {suffix for suffix in formats.readable_suffixes() if suffix in (".srt", ".vtt")}
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in suffixes and path.is_file() and outputs.language_in(path)
    )


def _source_tag(files: dict[str, Path], language: str) -> str | None:
    """The tag of the file in the source language: en, or en-GB for en."""
    if language in files:
        return language
    base = language.partition("-")[0]
    return next((tag for tag in files if tag.partition("-")[0] == base), None)


def _source(source_id: str, files: dict[str, Path], own: str, tag: str) -> Source:
    above, below = _read_track(files[own]), _read_track(files[tag])
    pairs = qa.pair_texts(above, below)
    starts = [number - 1 for _, _, number in pairs] + [len(below.cues)]
    made: list[tuple[str, str]] = []
    cues: list[Cue] = []
    for number, (before, after, _) in enumerate(pairs):
        own_cues = below.cues[starts[number] : starts[number + 1]]
        parts = _pair_sentences(before, after, own, tag)
        shown = _sentences_by_cue([after for _, after in parts], own_cues, len(made))
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


def _pair_sentences(before: str, after: str, own: str, tag: str) -> list[tuple[str, str]]:
    """Pair the sentences of both sides; keep the texts whole if their numbers differ."""
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


def _sentences_by_cue(
    parts: Sequence[str], cues: Sequence[Cue], first: int
) -> list[tuple[int, ...]]:
    """The sentences that each cue shows, found by counting characters."""
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


def _read_track(path: Path) -> Track:
    item = formats.read(path)
    if not isinstance(item, Track):
        raise InputError(str(path), "not a subtitle file: it contains no cues")
    return item
