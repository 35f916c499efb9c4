"""Keeping people's work: edits made, found again, and carried through new runs."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

from speechsubs.locales import Locale
from speechsubs.masking import Protected
from speechsubs.model import Cue, Method, MethodKind, Track
from speechsubs.pipeline import Recalled
from speechsubs.project import declined
from speechsubs.project.segments import Segment, Source, State, TrackRecord
from speechsubs.spans import Span, SpannedText

#: What a text is called that a person answers for.
_BY_STATE = {
    State.EDITED: Method(MethodKind.EDITED),
    State.APPROVED: Method(MethodKind.APPROVED),
}


def recall(
    source: Source | None, protected: Sequence[Protected], locale: Locale
) -> list[Recalled | None]:
    """What people wrote for these sentences, by the sentence's own text.

    So is what they left as it was when they declined a change of the glossary, as long
    as the glossary asks for the same there. The sentence at the same place is preferred
    where the same words stand twice.
    """
    track = source.track(locale.tag) if source else None
    if track is None:
        return [None] * len(protected)
    theirs = [s for s in track.segments if s.state.by_person or s.declined]
    own = {(s.index, s.source): s for s in theirs}
    anywhere = {s.source: s for s in theirs}
    found: list[Recalled | None] = []
    for item in protected:
        segment = own.get((item.sentence, item.text)) or anywhere.get(item.text)
        if segment is None:
            found.append(None)
            continue
        kept = SpannedText(segment.text, _within(segment))
        if segment.state.by_person:
            found.append(Recalled(kept, _BY_STATE[segment.state]))
        elif declined.holds(segment, item.text, item.terms.values(), locale.tag):
            found.append(Recalled(kept, Method(MethodKind.DECLINED)))
        else:
            found.append(None)
    return found


def _within(segment: Segment) -> tuple[Span, ...]:
    """The places that still lie inside the text."""
    return tuple(p for p in segment.places if 0 <= p.start < p.end <= len(segment.text))


def edit(
    track: TrackRecord,
    index: int,
    text: str,
    *,
    author: str,
    reason: str = "",
    state: State = State.EDITED,
    lines: Sequence[Sequence[str]] | None = None,
) -> TrackRecord:
    """The track with a segment that a person changed or approved.

    `lines`, one entry for each cue that shows the segment, also fixes its line breaks:
    the segment's cues are pinned then, and a later run leaves them as they are. Places
    of names and amounts are kept where their text still stands.
    """
    old = track.segments[index]
    places = []
    position = 0
    for place in sorted(old.places, key=lambda p: p.start):
        wording = old.text[place.start : place.end]
        start = text.find(wording, position)
        if start >= 0:
            places.append(Span(place.slot, start, start + len(wording)))
            position = start + len(wording)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    segment = replace(
        old,
        text=text,
        places=tuple(places),
        state=state,
        # Cues fixed for the old text hold no place for a new one.
        pinned=lines is not None or (old.pinned and text == old.text),
        author=author,
        date=now,
        reason=reason,
        # What was declined was declined for the old text.
        declined=old.declined if text == old.text else (),
    )
    segments = (*track.segments[:index], segment, *track.segments[index + 1 :])
    cues = track.cues
    if lines is not None:
        shown = [n for n, cue in enumerate(cues) if index in cue.sentences]
        changed = {
            n: replace(cues[n], lines=tuple(new)) for n, new in zip(shown, lines, strict=True)
        }
        cues = tuple(changed.get(n, cue) for n, cue in enumerate(cues))
    return replace(track, segments=segments, cues=cues)


def with_pinned(track: Track, before: TrackRecord | None, drafts: Sequence[SpannedText]) -> Track:
    """A new track in which pinned segments have the cues that a person gave them.

    Cues of a pinned segment replace the new ones of the same sentences, where the text
    is still the same and their times fit between the neighbours.
    """
    if before is None:
        return track
    pinned = {
        s.index
        for s in before.segments
        if s.pinned and s.index < len(drafts) and drafts[s.index].text == s.text
    }
    groups = [
        cue for cue in before.cues if cue.sentences and all(i in pinned for i in cue.sentences)
    ]
    covered = {i for cue in groups for i in cue.sentences}
    kept = [cue for cue in track.cues if not set(cue.sentences) & covered]
    cues = sorted([*kept, *groups], key=lambda cue: (cue.start_ms, cue.end_ms))
    return replace(track, cues=tuple(_apart(cues, covered)))


def _apart(cues: Sequence[Cue], pinned: set[int]) -> list[Cue]:
    """Cues without overlaps: a free cue gives way to a pinned one."""
    result: list[Cue] = []
    for number, cue in enumerate(cues):
        end = cue.end_ms
        if number + 1 < len(cues) and not set(cue.sentences) & pinned:
            end = max(cue.start_ms + 1, min(end, cues[number + 1].start_ms))
        result.append(replace(cue, end_ms=end))
    return result
