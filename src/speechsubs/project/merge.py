"""Merge human work into a project: edits, pinned cues and rejections survive new runs.

A rejection declines what a glossary entry requires in one sentence. It is valid for that
source sentence and target text, as long as the entry requires the same; any change of the
entry that is visible in the subtitles ends it.

Approved segments can be exported to a translation memory (`remembered`).
"""

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from speechsubs import memory
from speechsubs.glossary import Term, target_entry
from speechsubs.glossary.diff import digest
from speechsubs.language.locales import Locale
from speechsubs.model import Cue, Method, MethodKind, Track
from speechsubs.pipeline import Pretranslation
from speechsubs.project.model import Project, Segment, Source, State, TrackRecord
from speechsubs.spans import Span, SpannedText
from speechsubs.translation.placeholders import Protected


def demand(term: Term | None, tag: str) -> str:
    """Hash what an entry requires in a language, as 16 hex digits; None means no entry.

    >>> demand(Term("su7", "SU7"), "es") == demand(Term("su7", "SU7", note="a car"), "es")
    True
    >>> demand(Term("su7", "SU7"), "es") == demand(None, "es")
    False
    """
    if term is None:
        return digest("removed")[:16]
    target = target_entry(term, tag)
    words: tuple[str, ...] = ()
    if target is not None:
        words = (
            target.term, "|", *sorted(target.forms), "|", *sorted(target.forbidden), "|",
            target.gender, target.number,
        )  # fmt: skip
    rules = (term.policy.value, term.status, term.case, term.boundary, "|")
    return digest(*rules, *sorted(term.spellings), "||", *words)[:16]


def holds(segment: Segment, source: str, terms: Iterable[Term | None], tag: str) -> bool:
    """True if the rejections of a segment are still valid for its text.

    `terms` are the entries that a run finds in the sentence `source`; an entry that it does
    not look for (an advisory one) cannot have changed its text.
    """
    if not segment.declined or segment.source != source:
        return False
    known = dict(segment.declined)
    return all(
        known.get(term.id, "") in ("", demand(term, tag)) for term in terms if term is not None
    )


#: The method of a text approved by a person.
_BY_STATE = {
    State.EDITED: Method(MethodKind.EDITED),
    State.APPROVED: Method(MethodKind.APPROVED),
}


def recall(
    source: Source | None, protected: Sequence[Protected], locale: Locale
) -> list[Pretranslation | None]:
    """Find the human translations of these sentences, by source text.

    A text kept by rejecting a glossary change counts too, as long as the glossary requires
    the same. If a sentence occurs several times, the one at the same position is preferred.
    """
    track = source.track(locale.tag) if source else None
    if track is None:
        return [None] * len(protected)
    theirs = [s for s in track.segments if s.state.by_person or s.declined]
    own = {(s.index, s.source): s for s in theirs}
    anywhere = {s.source: s for s in (*track.former, *theirs)}
    found: list[Pretranslation | None] = []
    for item in protected:
        segment = own.get((item.sentence, item.text)) or anywhere.get(item.text)
        if segment is None:
            found.append(None)
            continue
        kept = SpannedText(segment.text, _within(segment))
        if segment.state.by_person:
            found.append(Pretranslation(kept, _BY_STATE[segment.state]))
        elif holds(segment, item.text, item.terms.values(), locale.tag):
            found.append(Pretranslation(kept, Method(MethodKind.DECLINED)))
        else:
            found.append(None)
    return found


def _within(segment: Segment) -> tuple[Span, ...]:
    """The spans that still lie inside the text."""
    return tuple(p for p in segment.places if 0 <= p.start < p.end <= len(segment.text))


def edit(
    track: TrackRecord,
    index: int,
    text: str,
    *,
    author: str,
    reason: str = "",
    state: State = State.EDITED,
) -> TrackRecord:
    """Return the track with a segment that a person edited or approved: see `edit_segment`."""
    segment = edit_segment(track.segments[index], text, author=author, reason=reason, state=state)
    return track.with_segment(index, segment)


def edit_segment(
    old: Segment, text: str, *, author: str, reason: str = "", state: State = State.EDITED
) -> Segment:
    """Return a segment as a person edited or approved it.

    The spans of names and amounts are kept where their text still occurs.
    """
    places = []
    position = 0
    for place in sorted(old.places, key=lambda p: p.start):
        wording = old.text[place.start : place.end]
        start = text.find(wording, position)
        if start >= 0:
            places.append(Span(place.slot, start, start + len(wording)))
            position = start + len(wording)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return replace(
        old,
        text=text,
        places=tuple(places),
        state=state,
        # Cues pinned for the old text do not fit a new one.
        pinned=old.pinned and text == old.text,
        author=author,
        date=now,
        reason=reason,
        # Rejections were made for the old text.
        declined=old.declined if text == old.text else (),
    )


def pin(track: TrackRecord, index: int, lines: Sequence[Sequence[str]]) -> TrackRecord:
    """Return the track with a segment's cues pinned to the line breaks that a person chose.

    `lines` has one entry per cue that shows the segment. Later runs leave these cues
    unchanged.
    """
    cues = list(track.cues)
    shown = [n for n, cue in enumerate(cues) if index in cue.sentences]
    for n, new in zip(shown, lines, strict=True):
        cues[n] = replace(cues[n], lines=tuple(new))
    segment = replace(track.segments[index], pinned=True)
    return replace(track, cues=tuple(cues)).with_segment(index, segment)


def with_pinned(
    track: Track, before: TrackRecord | None, translations: Sequence[SpannedText]
) -> Track:
    """Return a new track in which pinned segments keep the cues that a person gave them.

    The cues of a pinned segment replace the new ones of the same sentences if the text is
    still the same and their times fit between the neighbors.
    """
    if before is None:
        return track
    pinned = {
        s.index
        for s in before.segments
        if s.pinned and s.index < len(translations) and translations[s.index].text == s.text
    }
    groups = [
        cue for cue in before.cues if cue.sentences and all(i in pinned for i in cue.sentences)
    ]
    covered = {i for cue in groups for i in cue.sentences}
    kept = [cue for cue in track.cues if not set(cue.sentences) & covered]
    cues = sorted([*kept, *groups], key=lambda cue: (cue.start_ms, cue.end_ms))
    return replace(track, cues=tuple(_apart(cues, covered)))


def _apart(cues: Sequence[Cue], pinned: set[int]) -> list[Cue]:
    """Remove overlaps: a free cue gives way to a pinned one."""
    result: list[Cue] = []
    for number, cue in enumerate(cues):
        end = cue.end_ms
        if number + 1 < len(cues) and not set(cue.sentences) & pinned:
            end = max(cue.start_ms + 1, min(end, cues[number + 1].start_ms))
        result.append(replace(cue, end_ms=end))
    return result


def remembered(project: Project, only: Collection[tuple[str, str, int]]) -> list[memory.Segment]:
    """Select segments edited or approved by a person, for `Memory.remember`.

    `only` identifies them by source id, locale and number.
    """
    found = []
    for source in project.sources:
        for track in source.tracks:
            for segment in track.segments:
                wanted = (source.id, track.locale, segment.index) in only
                if not wanted or not segment.state.by_person or not segment.text.strip():
                    continue
                placeables = source.placeables[segment.index]
                state = segment.state is State.APPROVED
                found.append(
                    memory.Segment(
                        source.language,
                        track.locale,
                        segment.source,
                        segment.text,
                        placeables,
                        _places(segment, len(placeables)),
                        memory.State.APPROVED if state else memory.State.EDITED,
                        segment.author,
                        segment.date.replace("+00:00", "Z"),
                        memory.Origin(source.name, segment.index),
                        project.glossary_digest,
                        track.engine,
                        segment.reason,
                    )
                )
    return found


def _places(segment: Segment, slots: int) -> tuple[Span, ...]:
    """The valid spans: ordered, disjoint and inside the text."""
    result: list[Span] = []
    for place in sorted(segment.places, key=lambda p: p.start):
        free = not result or place.start >= result[-1].end
        if free and place.slot < slots and place.end <= len(segment.text):
            result.append(place)
    return tuple(result)
