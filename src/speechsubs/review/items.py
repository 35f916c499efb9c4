"""Segments that a change touches as items to decide about: cues, findings, neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from speechsubs import qa
from speechsubs.language import locales
from speechsubs.model import Cue, Finding, Severity, Track
from speechsubs.options import Options
from speechsubs.project import Segment, Source, TrackRecord
from speechsubs.quantities import currencies
from speechsubs.quantities.parse import parse
from speechsubs.review import predict, similarity
from speechsubs.review import recut as room
from speechsubs.review.affected import Found, Impact, Touched
from speechsubs.review.model import Item, ItemCue
from speechsubs.review.predict import Predicted
from speechsubs.review.recut import Lines, recut
from speechsubs.review.retranslate import RETRANSLATED
from speechsubs.spans import SpannedText

_ORDER = list(Severity)


@dataclass(frozen=True, slots=True)
class Case:
    """A segment that a change touches. `shown` are the numbers (from 0) of its cues."""

    source: Source
    track: TrackRecord
    segment: Segment
    found: Found | None
    touched: Touched
    shown: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Prediction:
    """A new text with the lines of each of the segment's cues; what `apply` writes."""

    finished: SpannedText
    lines: tuple[Lines, ...] | None
    method: str


class Judge:
    """Makes the items of one language of one source.

    `options` are the project's: its limits and its frame rate hold here too.
    """

    def __init__(
        self,
        impact: Impact,
        source: Source,
        track: TrackRecord,
        context: currencies.Context,
        options: Options,
    ) -> None:
        self._impact, self._source, self._track = impact, source, track
        self._locale = options.limited(locales.load(track.locale))
        self._fps = options.fps
        self._spoken = locales.load(source.language)
        self._context = context

    def item(
        self, case: Case, found: Predicted | None, why: str
    ) -> tuple[Item, tuple[Lines, ...] | None]:
        """An item, and the new lines of its cues (None where they are not known)."""
        segment, locale = case.segment, self._locale
        cues = [self._track.cues[n] for n in case.shown]
        lines: tuple[Lines, ...] | None = None
        notes: list[Finding] = []
        if found is None:
            notes.append(_note("not-predicted", f"no prediction: {why}", Severity.WARNING))
        else:
            old = predict.finished(segment)
            alike = found.method != RETRANSLATED
            lines = recut(cues, old, found.finished, locale, alike=alike)
            if lines is None:
                message = (
                    "its cues show another text, or cannot hold this one: give the lines by hand"
                )
                notes.append(_note("not-cut", message, Severity.WARNING))
        notes += self.text_findings(segment, found)
        latest = [
            room.latest(self._track.cues, n, self._source.sentences, locale, self._fps)
            for n in case.shown
        ]
        shown = self._with_lines(cues, lines, latest)
        notes += self._cue_findings(cues, shown)
        sentences = self._source.sentences
        index = segment.index
        severity = max((n.severity for n in notes), key=_ORDER.index, default=Severity.INFO)
        item = Item(
            self._source.id,
            self._track.written[0] if self._track.written else self._source.name,
            self._track.locale,
            index,
            segment.source,
            segment.text,
            found.finished.text if found else "",
            tuple(map(self._cue, case.shown, cues, shown, latest)),
            tuple(change.id for change in case.touched.changes),
            case.found.marks if case.found else (),
            sentences[index - 1].text if index else "",
            sentences[index + 1].text if index + 1 < len(sentences) else "",
            segment.state.value,
            segment.state.by_person,
            found.method if found else "",
            tuple(dict.fromkeys(note.message for note in notes)),
            severity.value,
            round(similarity.kept(segment.text, found.finished.text, locale), 3) if found else None,
            self._impact.demands(case.touched, self._track.locale),
        )
        return item, lines

    def _cue(self, number: int, old: Cue, new: Cue, latest_ms: int) -> ItemCue:
        return ItemCue(
            number + 1,
            old.start_ms,
            old.end_ms,
            old.lines,
            new.lines if new.lines != old.lines else (),
            round(qa.chars_per_second(old, self._locale), 1),
            round(qa.chars_per_second(new, self._locale), 1),
            new.end_ms,
            latest_ms,
            self._longest(old),
            self._longest(new),
        )

    def _longest(self, cue: Cue) -> float:
        return max(map(self._locale.width, cue.lines), default=0.0)

    def _with_lines(
        self, cues: Sequence[Cue], lines: Sequence[Lines] | None, latest: Sequence[int]
    ) -> list[Cue]:
        if lines is None:
            return list(cues)
        return [
            replace(
                cue,
                lines=own,
                markup=(),
                end_ms=room.until(cue, own, latest_ms, self._locale, self._fps),
            )
            for cue, own, latest_ms in zip(cues, lines, latest, strict=True)
        ]

    def text_findings(self, segment: Segment, found: Predicted | None) -> list[Finding]:
        """What is wrong by the new glossary and was not by the old one."""
        text = found.finished.text if found else segment.text
        known = {(f.code, f.message) for f in self._compared(segment.source, segment.text, 0)}
        after = self._compared(segment.source, text, 1)
        return [f for f in after if (f.code, f.message) not in known]

    def _compared(self, source: str, text: str, version: int) -> list[Finding]:
        (found,) = qa.compare(
            [parse(source, self._spoken.language, self._context)],
            [text],
            glossary=self._impact.new if version else self._impact.old,
            matcher=self._impact.matchers[version],
            locale=self._locale,
        )
        return found

    def _cue_findings(self, old: Sequence[Cue], new: Sequence[Cue]) -> list[Finding]:
        if list(old) == list(new):
            return []
        before: dict[tuple[str, int | None], float] = {}
        for found in qa.inspect(Track(tuple(old)), self._locale):
            key = found.code, found.cue
            before[key] = max(before.get(key, 0.0), found.value or 0.0)
        return [
            replace(found, message=f"{found.code}: {found.message}")
            for found in qa.inspect(Track(tuple(new)), self._locale)
            if (found.code, found.cue) not in before
            or (found.value or 0.0) > before[found.code, found.cue]
        ]


def _note(code: str, message: str, severity: Severity) -> Finding:
    return Finding(code, severity, message)
