"""What people answer for in a project, as segments of a translation memory."""

from collections.abc import Collection

from speechsubs import memory
from speechsubs.project.segments import Project, Segment, State
from speechsubs.spans import Span


def remembered(project: Project, only: Collection[tuple[str, str, int]]) -> list[memory.Segment]:
    """Segments that a person edited or approved, for `Memory.remember`.

    `only` names them by source id, locale and number.
    """
    found = []
    for source in project.sources:
        for track in source.tracks:
            for segment in track.segments:
                wanted = (source.id, track.locale, segment.index) in only
                if not wanted or not segment.state.by_person or not segment.text.strip():
                    continue
                slots = source.slots[segment.index]
                state = segment.state is State.APPROVED
                found.append(
                    memory.Segment(
                        source.language,
                        track.locale,
                        segment.source,
                        segment.text,
                        slots,
                        _places(segment, len(slots)),
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
    """The places in order, apart, and inside the text."""
    result: list[Span] = []
    for place in sorted(segment.places, key=lambda p: p.start):
        free = not result or place.start >= result[-1].end
        if free and place.slot < slots and place.end <= len(segment.text):
            result.append(place)
    return tuple(result)
