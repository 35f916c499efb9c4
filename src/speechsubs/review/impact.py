"""A glossary's change and a project in, a review out: every segment to decide about.

The project is only read. Sentences are retranslated where an engine is given, and only
those that a change touches.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from speechsubs import locales, money
from speechsubs.errors import EngineError
from speechsubs.glossary import Glossary
from speechsubs.glossary.diff import changes as compared
from speechsubs.locales import Locale
from speechsubs.model import Cue, Finding, Finished, Severity, Track
from speechsubs.project import Project, Segment, Source, TrackRecord
from speechsubs.protocols import Engine
from speechsubs.review import predict
from speechsubs.review.affected import Found, Impact, Touched
from speechsubs.review.conflicts import conflicts
from speechsubs.review.cutting import Lines, recut
from speechsubs.review.model import Item, ItemCue, Review
from speechsubs.review.predict import Predicted
from speechsubs.stages import check

#: Loads an engine for a pair of tags. May raise `EngineError`.
Engines = Callable[[str, str], Engine]

NO_ENGINE = "not translated (--no-translate)"
_ORDER = list(Severity)


@dataclass(frozen=True, slots=True)
class _Case:
    """A segment that a change touches."""

    source: Source
    track: TrackRecord
    segment: Segment
    found: Found | None
    touched: Touched
    shown: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Prediction:
    """A new text with the lines of each of the segment's cues; what `apply` writes."""

    finished: Finished
    lines: tuple[Lines, ...] | None
    method: str


def review(
    project: Project,
    old: Glossary,
    new: Glossary,
    *,
    tags: Collection[str] = (),
    engines: Engines | None = None,
    without: str = NO_ENGINE,
    only: Collection[str] | None = None,
    title: str = "",
) -> tuple[Review, dict[str, Prediction]]:
    """The review of a change, and what each item's new text was made of, by its id.

    `tags` are the languages to look at, by default all of the project. Without
    `engines`, sentences that an engine would have to translate again have no predicted
    text, and `without` says why. `only` are ids of the items that are wanted.
    """
    found = compared(old, new)
    impact = Impact(old, new, found)
    cases: list[_Case] = []
    for source in project.sources:
        cases += _cases(impact, source, tags, only)
    predicted, missing = _predicted(impact, cases, project, engines, without)
    items, predictions = _items(impact, cases, predicted, missing)
    seen = sorted({t.locale for s in project.sources for t in s.tracks if _wanted(t, tags)})
    made = Review(
        title or f"{old.path.name} → {new.path.name}",
        project.folder.name,
        found,
        tuple(items),
        conflicts(old, new, found, seen),
        old.digest,
        new.digest,
        {source.id: source.media for source in project.sources if source.media},
        {tag: _limits(locales.load(tag)) for tag in seen},
    )
    return made, predictions


def _limits(locale: Locale) -> dict[str, float]:
    return {name: float(value) for name, value in asdict(locale.limits).items()}


def _wanted(track: TrackRecord, tags: Collection[str]) -> bool:
    return not tags or track.locale in tags


def _cases(
    impact: Impact, source: Source, tags: Collection[str], only: Collection[str] | None
) -> list[_Case]:
    tracks = [track for track in source.tracks if _wanted(track, tags)]
    terms = {s.index: found for s in source.sentences if (found := impact.find(s.text))}
    cases: list[_Case] = []
    for track in tracks:
        shown: dict[int, list[int]] | None = None
        for segment in track.segments:
            found = terms.get(segment.index)
            if found is None and not impact.looks_at_targets():
                continue
            known = segment.index < len(source.sentences)
            if not known or source.sentences[segment.index].text != segment.source:
                continue  # it translates a sentence that is not there any more
            touched = impact.touched(found, segment.text, track.locale)
            if touched is None:
                continue
            item = Item(source.id, "", track.locale, segment.index, "", "", "", ())
            if only is not None and item.id not in only:
                continue
            shown = _shown(track) if shown is None else shown
            cues = tuple(shown.get(segment.index, ()))
            cases.append(_Case(source, track, segment, found, touched, cues))
    return cases


def _shown(track: TrackRecord) -> dict[int, list[int]]:
    """The cues (0-based) that show each segment."""
    result: dict[int, list[int]] = defaultdict(list)
    for number, cue in enumerate(track.cues):
        for index in dict.fromkeys(cue.sentences):
            result[index].append(number)
    return result


def _predicted(
    impact: Impact,
    cases: Sequence[_Case],
    project: Project,
    engines: Engines | None,
    without: str,
) -> tuple[list[Predicted | None], dict[str, str]]:
    """A prediction for each case where there is one, and why a language has none."""
    made: list[Predicted | None] = []
    open_: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        locale = locales.load(case.track.locale)
        made.append(
            predict.replaced(impact, case.source, case.segment, case.found, case.touched, locale)
        )
        if made[-1] is None:
            open_[case.source.language, case.track.locale].append(number)
    missing: dict[str, str] = {}
    options = predict.options_of(project.options)
    for (language, tag), numbers in open_.items():
        if engines is None:
            missing[tag] = without
            continue
        asked: dict[str, tuple[Source, list[int]]] = {}
        for number in numbers:
            case = cases[number]
            asked.setdefault(case.source.id, (case.source, []))[1].append(case.segment.index)
        try:
            engine = engines(language, tag)
            answers = predict.retranslated(
                list(asked.values()), engine, locales.load(tag), impact.new, options
            )
        except EngineError as error:
            missing[tag] = str(error)
            continue
        for number in numbers:
            case = cases[number]
            made[number] = answers[case.source.id, case.segment.index]
    return made, missing


def _items(
    impact: Impact,
    cases: Sequence[_Case],
    predicted: Sequence[Predicted | None],
    missing: Mapping[str, str],
) -> tuple[list[Item], dict[str, Prediction]]:
    judges: dict[tuple[str, str], _Judge] = {}
    contexts: dict[str, money.Context] = {}
    items: list[Item] = []
    predictions: dict[str, Prediction] = {}
    for case, found in zip(cases, predicted, strict=True):
        why = missing.get(case.track.locale, "")
        key = case.source.id, case.track.locale
        judge = judges.get(key)
        if judge is None:
            if case.source.id not in contexts:
                texts = (sentence.text for sentence in case.source.sentences)
                language = locales.load(case.source.language).language
                contexts[case.source.id] = money.context(texts, language)
            context = contexts[case.source.id]
            judge = judges[key] = _Judge(impact, case.source, case.track, context)
        if found is not None and found.finished.text == case.segment.text:
            if not judge.text_findings(case.segment, found):
                continue  # the new version asks for what is there
            found, why = None, "the engine says the same again"
        item, lines = judge.item(case, found, why)
        items.append(item)
        if found is not None:
            predictions[item.id] = Prediction(found.finished, lines, found.method)
    return items, predictions


class _Judge:
    """Makes the items of one language of one source."""

    def __init__(
        self, impact: Impact, source: Source, track: TrackRecord, context: money.Context
    ) -> None:
        self._impact, self._source, self._track = impact, source, track
        self._locale = locales.load(track.locale)
        self._spoken = locales.load(source.language)
        self._context = context

    def item(
        self, case: _Case, found: Predicted | None, why: str
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
            alike = found.method == predict.REPLACED
            lines = recut(cues, old, found.finished, locale, alike=alike)
            if lines is None:
                message = (
                    "its cues show another text, or cannot hold this one: give the lines by hand"
                )
                notes.append(_note("not-cut", message, Severity.WARNING))
        notes += self.text_findings(segment, found)
        shown = _with_lines(cues, lines)
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
            tuple(map(self._cue, case.shown, cues, shown)),
            tuple(change.id for change in case.touched.changes),
            case.found.marks if case.found else (),
            sentences[index - 1].text if index else "",
            sentences[index + 1].text if index + 1 < len(sentences) else "",
            segment.state.value,
            segment.state.by_person,
            found.method if found else "",
            tuple(dict.fromkeys(note.message for note in notes)),
            severity.value,
        )
        return item, lines

    def _cue(self, number: int, old: Cue, new: Cue) -> ItemCue:
        return ItemCue(
            number + 1,
            old.start_ms,
            old.end_ms,
            old.lines,
            new.lines if new.lines != old.lines else (),
            round(check.chars_per_second(old, self._locale), 1),
            round(check.chars_per_second(new, self._locale), 1),
        )

    def text_findings(self, segment: Segment, found: Predicted | None) -> list[Finding]:
        """What is wrong by the new glossary and was not by the old one."""
        text = found.finished.text if found else segment.text
        known = {(f.code, f.message) for f in self._compared(segment.source, segment.text, 0)}
        after = self._compared(segment.source, text, 1)
        return [f for f in after if (f.code, f.message) not in known]

    def _compared(self, source: str, text: str, version: int) -> list[Finding]:
        (found,) = check.compare(
            [source],
            [text],
            glossary=self._impact.new if version else self._impact.old,
            matcher=self._impact.matchers[version],
            source_locale=self._spoken,
            locale=self._locale,
            context=self._context,
        )
        return found

    def _cue_findings(self, old: Sequence[Cue], new: Sequence[Cue]) -> list[Finding]:
        if list(old) == list(new):
            return []
        before: dict[tuple[str, int | None], float] = {}
        for found in check.inspect(Track(tuple(old)), self._locale):
            key = found.code, found.cue
            before[key] = max(before.get(key, 0.0), found.value or 0.0)
        return [
            replace(found, message=f"{found.code}: {found.message}")
            for found in check.inspect(Track(tuple(new)), self._locale)
            if (found.code, found.cue) not in before
            or (found.value or 0.0) > before[found.code, found.cue]
        ]


def _note(code: str, message: str, severity: Severity) -> Finding:
    return Finding(code, severity, message)


def _with_lines(cues: Sequence[Cue], lines: Sequence[Lines] | None) -> list[Cue]:
    if lines is None:
        return list(cues)
    return [replace(cue, lines=own, markup=()) for cue, own in zip(cues, lines, strict=True)]
