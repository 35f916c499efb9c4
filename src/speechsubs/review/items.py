"""Build review items from affected segments: cues, findings, context."""

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
from speechsubs.review.affected import Effect, GlossaryChange, SentenceTerms
from speechsubs.review.model import Item, ItemCue
from speechsubs.review.predict import PredictedText
from speechsubs.review.recut import Lines, latest_end_ms, needed_end_ms, recut
from speechsubs.review.retranslate import RETRANSLATED
from speechsubs.spans import SpannedText

_ORDER = list(Severity)


@dataclass(frozen=True, slots=True)
class Case:
    """An affected segment. `shown` are the 0-based numbers of its cues."""

    source: Source
    track: TrackRecord
    segment: Segment
    terms: SentenceTerms | None
    effect: Effect
    shown: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Prediction:
    """A new text and the new lines of the segment's cues, as `apply` writes them."""

    target: SpannedText
    lines: tuple[Lines, ...] | None
    method: str


class ItemBuilder:
    """Builds the review items of one language of one source.

    `options` are those of the project, so that its limits and frame rate apply here too.
    """

    def __init__(
        self,
        impact: GlossaryChange,
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

    def build(
        self, case: Case, found: PredictedText | None, why: str
    ) -> tuple[Item, tuple[Lines, ...] | None]:
        """Build an item, and the new lines of its cues (None if they are not known)."""
        segment, locale = case.segment, self._locale
        cues = [self._track.cues[n] for n in case.shown]
        lines: tuple[Lines, ...] | None = None
        notes: list[Finding] = []
        if found is None:
            notes.append(_note("not-predicted", f"no prediction: {why}", Severity.WARNING))
        else:
            old = predict.spanned_text(segment)
            alike = found.method != RETRANSLATED
            lines = recut(cues, old, found.target, locale, alike=alike)
            if lines is None:
                message = (
                    "its cues show other text or cannot hold this one: specify the lines by hand"
                )
                notes.append(_note("not-cut", message, Severity.WARNING))
        notes += self.text_findings(segment, found)
        latest = [
            latest_end_ms(self._track.cues, n, self._source.sentences, locale, self._fps)
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
            found.target.text if found else "",
            tuple(map(self._cue, case.shown, cues, shown, latest)),
            tuple(change.id for change in case.effect.changes),
            case.terms.marks if case.terms else (),
            sentences[index - 1].text if index else "",
            sentences[index + 1].text if index + 1 < len(sentences) else "",
            segment.state.value,
            segment.state.by_person,
            found.method if found else "",
            tuple(dict.fromkeys(note.message for note in notes)),
            severity.value,
            round(similarity.kept_share(segment.text, found.target.text, locale), 3)
            if found
            else None,
            self._impact.demands(case.effect, self._track.locale),
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
                end_ms=needed_end_ms(cue, own, latest_ms, self._locale, self._fps),
            )
            for cue, own, latest_ms in zip(cues, lines, latest, strict=True)
        ]

    def text_findings(self, segment: Segment, found: PredictedText | None) -> list[Finding]:
        """Issues under the new glossary that did not exist under the old one."""
        text = found.target.text if found else segment.text
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
