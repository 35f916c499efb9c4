"""A whole translation as a review: every sentence beside its source, with what is wrong."""

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction

from speechsubs import glossary, locales, money
from speechsubs.glossary import Glossary, Matcher
from speechsubs.locales import Locale
from speechsubs.model import Finding, Limits, Severity, SlotKind, Track
from speechsubs.options import Options
from speechsubs.project import Project, Segment, Source, State, TrackRecord
from speechsubs.project.store import GLOSSARY
from speechsubs.review import room
from speechsubs.review.model import Item, ItemCue, Review
from speechsubs.stages import check

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
    speed = round(check.chars_per_second(cue, locale), 1)
    latest = room.latest(record.cues, number, source.sentences, locale, fps)
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
    for finding in check.inspect(track, locale):
        cue = record.cues[finding.cue - 1] if finding.cue else None
        for index in cue.sentences if cue else ():
            result.setdefault(index, []).append(finding)
    texts = [sentence.text for sentence in source.sentences]
    context = money.context(texts, own.language, options.default_dollar)
    compared: Sequence[Sequence[Finding]] = check.compare(
        [segment.source for segment in record.segments],
        [segment.text for segment in record.segments],
        glossary=terms,
        matcher=matcher,
        source_locale=own,
        locale=locale,
        context=context,
    )
    for segment, findings in zip(record.segments, compared, strict=True):
        result.setdefault(segment.index, []).extend(findings)
    return result
