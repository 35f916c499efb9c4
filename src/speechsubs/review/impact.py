"""A glossary's change and a project in, a review out: every segment to decide about.

The project is only read. Sentences are retranslated where an engine is given, and only
those that a change touches.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict

from speechsubs import locales, money
from speechsubs.errors import EngineError
from speechsubs.glossary import Glossary
from speechsubs.glossary.diff import changes as compared
from speechsubs.model import Limits
from speechsubs.options import Options
from speechsubs.project import Project, Source, TrackRecord
from speechsubs.protocols import Engine
from speechsubs.review import predict, retranslate
from speechsubs.review.affected import Impact
from speechsubs.review.conflicts import conflicts
from speechsubs.review.judge import Case, Judge
from speechsubs.review.judge import Prediction as Prediction
from speechsubs.review.model import Item, Review
from speechsubs.review.predict import Predicted
from speechsubs.review.retranslate import Asked

#: Loads an engine for a pair of tags. May raise `EngineError`.
Engines = Callable[[str, str], Engine]

NO_ENGINE = "not translated (--no-translate)"


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
    cases: list[Case] = []
    for source in project.sources:
        cases += _cases(impact, source, tags, only)
    options = Options.from_json(project.options)
    predicted, missing = _predicted(impact, cases, options, engines, without)
    items, predictions = _items(impact, cases, predicted, missing, options)
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
        {tag: _limits(options.limits(locales.load(tag))) for tag in seen},
    )
    return made, predictions


def _limits(limits: Limits) -> dict[str, float]:
    return {name: float(value) for name, value in asdict(limits).items()}


def _wanted(track: TrackRecord, tags: Collection[str]) -> bool:
    return not tags or track.locale in tags


def _cases(
    impact: Impact, source: Source, tags: Collection[str], only: Collection[str] | None
) -> list[Case]:
    tracks = [track for track in source.tracks if _wanted(track, tags)]
    terms = {s.index: found for s in source.sentences if (found := impact.find(s.text))}
    cases: list[Case] = []
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
            if touched is not None and segment.declined:
                touched = impact.open(touched, dict(segment.declined), track.locale)
            if touched is None:
                continue
            item = Item(source.id, "", track.locale, segment.index, "", "", "", ())
            if only is not None and item.id not in only:
                continue
            shown = _shown(track) if shown is None else shown
            cues = tuple(shown.get(segment.index, ()))
            cases.append(Case(source, track, segment, found, touched, cues))
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
    cases: Sequence[Case],
    options: Options,
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
    for (language, tag), numbers in open_.items():
        if engines is None:
            missing[tag] = without
            continue
        asked = [
            Asked(case.source, case.segment, case.found, case.touched)
            for case in (cases[number] for number in numbers)
        ]
        try:
            engine = engines(language, tag)
            answers = retranslate.retranslated(asked, engine, locales.load(tag), impact, options)
        except EngineError as error:
            missing[tag] = str(error)
            continue
        for number, answer in zip(numbers, answers, strict=True):
            made[number] = answer
    return made, missing


def _items(
    impact: Impact,
    cases: Sequence[Case],
    predicted: Sequence[Predicted | None],
    missing: Mapping[str, str],
    options: Options,
) -> tuple[list[Item], dict[str, Prediction]]:
    judges: dict[tuple[str, str], Judge] = {}
    dollar = options.default_dollar
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
                contexts[case.source.id] = money.context(texts, language, dollar)
            context = contexts[case.source.id]
            judge = judges[key] = Judge(impact, case.source, case.track, context, options)
        if found is not None and found.finished.text == case.segment.text:
            if not judge.text_findings(case.segment, found):
                continue  # the new version asks for what is there
            found, why = None, "the engine says the same again"
        item, lines = judge.item(case, found, why)
        items.append(item)
        if found is not None:
            predictions[item.id] = Prediction(found.finished, lines, found.method)
    return items, predictions
