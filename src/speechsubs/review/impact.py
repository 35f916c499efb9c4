"""What a person has to settle before deciding about cues: contradictions that are new.

A glossary's change and a project in, a review out: every segment to decide about.

The project is only read. Sentences are retranslated where an engine is given, and only
those that a change touches.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict

from speechsubs.errors import EngineError
from speechsubs.glossary import Glossary, Policy, Term, target_entry
from speechsubs.glossary.diff import Change, ChangeKind
from speechsubs.glossary.diff import changes as compared
from speechsubs.glossary.lint import lint
from speechsubs.language import locales
from speechsubs.language.normalize import key_of
from speechsubs.model import Finding, Limits, Severity
from speechsubs.options import Options
from speechsubs.project import Project, Source, TrackRecord
from speechsubs.protocols import Engine
from speechsubs.quantities import currencies
from speechsubs.review import predict, retranslate
from speechsubs.review.affected import Impact
from speechsubs.review.items import Case, Judge, Prediction
from speechsubs.review.model import Item, Review
from speechsubs.review.predict import Asked, Predicted

_LINE = re.compile(r"\bline \d+")
_ORDER = list(Severity)


def conflicts(
    old: Glossary, new: Glossary, changes: Sequence[Change], tags: Sequence[str] = ()
) -> tuple[Finding, ...]:
    """Conflicts of the new version that the old one did not have, the gravest first.

    All of `glossary.lint` (nested and straddling terms, one source with two targets, two
    sources with one target, forbidden against required, a missing locale), and what only
    a comparison shows:

    - `review-was-required` (warning): a word that is forbidden now was asked for before.
    - `review-stale-form` (warning): a target changed and its forms did not.
    - `review-no-target` (warning): a fixed term has no target in a language of `tags`.
    - `review-old-spelling` (warning): the old source is no alias, and is not found any more.
    - `review-language` (error): the two versions are of different source languages.
    """
    if not changes and old.language == new.language:
        return ()
    found = lint(new)
    if found:
        known = {_key(finding) for finding in lint(old)}
        found = [finding for finding in found if _key(finding) not in known]
    # What the lint says of an entry's missing languages need not be said twice.
    told = {f.line: f.message for f in found if f.code == "glossary-missing-locale"}
    found += [
        finding
        for finding in _compared(old, new, changes, tags)
        if finding.code != "review-no-target" or finding.message not in told.get(finding.line, "")
    ]
    return tuple(sorted(found, key=lambda f: (-_ORDER.index(f.severity), f.line or 0, f.code)))


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.locale, _LINE.sub("line", finding.message)


def _compared(
    old: Glossary, new: Glossary, changes: Sequence[Change], tags: Sequence[str]
) -> Iterator[Finding]:
    file = str(new.path)
    if old.language != new.language:
        message = f"the sources were in {old.language} and are in {new.language} now"
        yield Finding("review-language", Severity.ERROR, message, file=file)
    before = {term.id: term for term in old.terms}
    after = {term.id: term for term in new.terms}
    asked = _asked(old)
    for change in changes:
        term = after.get(change.term)
        if term is None or term.status == "deprecated":
            continue
        was = before.get(change.term)
        for code, message, locale in _of(change, was, term, asked):
            yield Finding(
                f"review-{code}", Severity.WARNING, message, file=file, locale=locale,
                line=term.line or None,
            )  # fmt: skip
    changed = dict.fromkeys(change.term for change in changes)
    for term_id in changed:
        term = after.get(term_id)
        if term is None or term.policy is not Policy.FIXED or term.status == "deprecated":
            continue
        lacking = [tag for tag in tags if target_entry(term, tag) is None]
        if lacking:
            message = f"{term.source!r} has no target for {', '.join(lacking)}"
            yield Finding("review-no-target", Severity.WARNING, message, file=file,
                          locale=lacking[0] if len(lacking) == 1 else "",
                          line=term.line or None)  # fmt: skip


def _of(
    change: Change, was: Term | None, term: Term, asked: dict[tuple[str, str], str]
) -> Iterator[tuple[str, str, str]]:
    if change.kind is ChangeKind.SOURCE and was is not None:
        fold = term.case == "any"
        spellings = {key_of(s, fold=fold) for s in term.spellings}
        if key_of(was.source, fold=fold) not in spellings:
            message = f"{was.source!r} is no alias of {term.source!r}: it is not found any more"
            yield "old-spelling", message, ""
    if change.kind is ChangeKind.TARGET and was is not None:
        yield from _stale(change, was, term)
    for locale, word in _banned(change, was, term):
        owner = asked.get((locale, key_of(word)))
        if owner is not None:
            message = f"{word!r} is forbidden now; the old version asked for it ({owner})"
            yield "was-required", message, locale


def _stale(change: Change, was: Term, term: Term) -> Iterator[tuple[str, str, str]]:
    before, now = was.targets.get(change.locale), term.targets.get(change.locale)
    if before is None or now is None or before.term == now.term or not now.forms:
        return
    left = [form for form in now.forms if form in before.forms]
    if left:
        shown = ", ".join(map(repr, left[:3]))
        message = f"{term.source!r} is {now.term!r} now, but {shown} are forms of {before.term!r}"
        yield "stale-form", message, change.locale


def _asked(glossary: Glossary) -> dict[tuple[str, str], str]:
    """Every wording that a glossary asks for, by locale and key, with the entry's id."""
    found: dict[tuple[str, str], str] = {}
    for term in glossary.terms:
        if term.policy is Policy.FORBIDDEN or term.status == "deprecated":
            continue
        for tag, target in term.targets.items():
            for form in target.accepted:
                found.setdefault((tag, key_of(form)), term.id)
        if term.policy is Policy.KEEP:
            found.setdefault(("", key_of(term.source)), term.id)
    return found


def _banned(change: Change, was: Term | None, term: Term) -> Iterator[tuple[str, str]]:
    """Words that this change forbids, by locale."""
    if change.kind is ChangeKind.FORBIDDEN:
        target = term.targets.get(change.locale)
        before = was.targets.get(change.locale) if was else None
        known = before.forbidden if before else ()
        for word in target.forbidden if target else ():
            if word not in known:
                yield change.locale, word
    elif change.kind in (ChangeKind.ADDED, ChangeKind.POLICY):
        for tag, target in term.targets.items():
            words = target.accepted if term.policy is Policy.FORBIDDEN else target.forbidden
            for word in words:
                yield tag, word
        if term.policy is Policy.FORBIDDEN and not term.targets:
            for word in term.spellings:
                yield "", word


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
    contexts: dict[str, currencies.Context] = {}
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
                contexts[case.source.id] = currencies.context(texts, language, dollar)
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
