"""Turn a glossary change into a review of the project's affected segments.

New conflicts within the glossary come first, because they should be resolved before any
segment is decided on. The project is only read. If an engine is given, affected
sentences that cannot be fixed in place are retranslated, and only those.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict

from speechsubs.errors import EngineError
from speechsubs.glossary import Glossary, Policy, Term, diff, target_entry
from speechsubs.glossary.diff import Change, ChangeKind
from speechsubs.glossary.lint import lint
from speechsubs.language import locales
from speechsubs.language.normalize import key_of
from speechsubs.model import Finding, Limits, Severity
from speechsubs.options import Options
from speechsubs.project import Project, Source, TrackRecord
from speechsubs.protocols import Engine
from speechsubs.quantities import currencies
from speechsubs.review import predict, retranslate
from speechsubs.review.affected import GlossaryChange
from speechsubs.review.items import Case, ItemBuilder, Prediction
from speechsubs.review.model import Item, Review
from speechsubs.review.predict import PredictedText, Request

_LINE = re.compile(r"\bline \d+")
_ORDER = list(Severity)


def find_conflicts(
    old: Glossary, new: Glossary, changes: Sequence[Change], tags: Sequence[str] = ()
) -> tuple[Finding, ...]:
    """Find conflicts that only the new version has, most severe first.

    These are all checks of `glossary.lint` (nested and overlapping terms, one source with
    two targets, two sources with one target, forbidden against required, a missing
    locale), and those that need a comparison:

    - `review-was-required` (warning): a forbidden word used to be required.
    - `review-stale-form` (warning): a target changed but its forms did not.
    - `review-no-target` (warning): a fixed term has no target in a language of `tags`.
    - `review-old-spelling` (warning): the old source is not an alias and no longer matches.
    - `review-language` (error): the two versions have different source languages.
    """
    if not changes and old.language == new.language:
        return ()
    found = lint(new)
    if found:
        known = {_key(finding) for finding in lint(old)}
        found = [finding for finding in found if _key(finding) not in known]
    # Do not repeat the missing locales that the linter already reports.
    linted = {f.line: f.message for f in found if f.code == "glossary-missing-locale"}
    found += [
        finding
        for finding in _comparison_conflicts(old, new, changes, tags)
        if finding.code != "review-no-target" or finding.message not in linted.get(finding.line, "")
    ]
    return tuple(sorted(found, key=lambda f: (-_ORDER.index(f.severity), f.line or 0, f.code)))


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.locale, _LINE.sub("line", finding.message)


def _comparison_conflicts(
    old: Glossary, new: Glossary, changes: Sequence[Change], tags: Sequence[str]
) -> Iterator[Finding]:
    file = str(new.path)
    if old.language != new.language:
        message = f"the source language changed from {old.language} to {new.language}"
        yield Finding("review-language", Severity.ERROR, message, file=file)
    before = {term.id: term for term in old.terms}
    after = {term.id: term for term in new.terms}
    asked = _required_wordings(old)
    for change in changes:
        term = after.get(change.term)
        if term is None or term.status == "deprecated":
            continue
        was = before.get(change.term)
        for code, message, locale in _change_conflicts(change, was, term, asked):
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


def _change_conflicts(
    change: Change, was: Term | None, term: Term, asked: dict[tuple[str, str], str]
) -> Iterator[tuple[str, str, str]]:
    if change.kind is ChangeKind.SOURCE and was is not None:
        fold = term.case == "any"
        spellings = {key_of(s, fold=fold) for s in term.spellings}
        if key_of(was.source, fold=fold) not in spellings:
            message = f"{was.source!r} is not an alias of {term.source!r}: it is no longer matched"
            yield "old-spelling", message, ""
    if change.kind is ChangeKind.TARGET and was is not None:
        yield from _stale_forms(change, was, term)
    for locale, word in _newly_forbidden(change, was, term):
        owner = asked.get((locale, key_of(word)))
        if owner is not None:
            message = f"{word!r} is now forbidden, but the old version required it ({owner})"
            yield "was-required", message, locale


def _stale_forms(change: Change, was: Term, term: Term) -> Iterator[tuple[str, str, str]]:
    before, now = was.targets.get(change.locale), term.targets.get(change.locale)
    if before is None or now is None or before.term == now.term or not now.forms:
        return
    left = [form for form in now.forms if form in before.forms]
    if left:
        shown = ", ".join(map(repr, left[:3]))
        message = f"{term.source!r} is now {now.term!r}, but {shown} are forms of {before.term!r}"
        yield "stale-form", message, change.locale


def _required_wordings(glossary: Glossary) -> dict[tuple[str, str], str]:
    """Map every required wording, by locale and key, to the id of its entry."""
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


def _newly_forbidden(change: Change, was: Term | None, term: Term) -> Iterator[tuple[str, str]]:
    """Yield the words that a change newly forbids, with their locales."""
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


#: Loads an engine for a language pair. May raise `EngineError`: its message is then the
#: reason why the language has no predictions.
EngineLoader = Callable[[str, str], Engine]

NO_ENGINE = "not translated (--no-translate)"


def without_engine(reason: str = NO_ENGINE) -> EngineLoader:
    """The loader of a review that retranslates nothing, for the reason given."""

    def load(*_pair: str) -> Engine:
        raise EngineError(reason)

    return load


def review_change(
    project: Project,
    old: Glossary,
    new: Glossary,
    *,
    tags: Collection[str] = (),
    engines: EngineLoader | None = None,
    title: str = "",
) -> Review:
    """Review a glossary change.

    `tags` selects languages, by default all of the project. `engines` retranslates the
    sentences that cannot be fixed in place; without it, they get no predicted text.
    """
    found = diff.changes(old, new)
    impact = GlossaryChange(old, new, found)
    cases = [case for source in project.sources for case in _find_cases(impact, source, tags)]
    options = Options.from_json(project.options)
    items, _ = _build_items(impact, cases, options, engines or without_engine())
    seen = sorted({t.locale for s in project.sources for t in s.tracks if _is_selected(t, tags)})
    return Review(
        title or f"{old.path.name} → {new.path.name}",
        project.folder.name,
        found,
        tuple(items),
        find_conflicts(old, new, found, seen),
        old.digest,
        new.digest,
        {source.id: source.media for source in project.sources if source.media},
        {tag: _limits(options.limits(locales.load(tag))) for tag in seen},
    )


def predict_change(
    project: Project, old: Glossary, new: Glossary, ids: Collection[str], engines: EngineLoader
) -> dict[str, Prediction]:
    """The predictions for the items of a review with these ids, by id."""
    impact = GlossaryChange(old, new, diff.changes(old, new))
    cases = [case for source in project.sources for case in _find_cases(impact, source, (), ids)]
    _, predictions = _build_items(impact, cases, Options.from_json(project.options), engines)
    return predictions


def _limits(limits: Limits) -> dict[str, float]:
    return {name: float(value) for name, value in asdict(limits).items()}


def _is_selected(track: TrackRecord, tags: Collection[str]) -> bool:
    return not tags or track.locale in tags


def _find_cases(
    impact: GlossaryChange,
    source: Source,
    tags: Collection[str],
    only: Collection[str] | None = None,
) -> list[Case]:
    tracks = [track for track in source.tracks if _is_selected(track, tags)]
    terms = {s.index: found for s in source.sentences if (found := impact.find(s.text))}
    cases: list[Case] = []
    for track in tracks:
        shown: dict[int, list[int]] | None = None
        for segment in track.segments:
            found = terms.get(segment.index)
            if found is None and not impact.checks_targets():
                continue
            known = segment.index < len(source.sentences)
            if not known or source.sentences[segment.index].text != segment.source:
                continue  # its source sentence no longer exists
            effect = impact.assess(found, segment.text, track.locale)
            if effect is not None and segment.declined:
                effect = impact.without_declined(effect, dict(segment.declined), track.locale)
            if effect is None:
                continue
            item = Item(source.id, "", track.locale, segment.index, "", "", "", ())
            if only is not None and item.id not in only:
                continue
            shown = _cues_by_segment(track) if shown is None else shown
            cues = tuple(shown.get(segment.index, ()))
            cases.append(Case(source, track, segment, found, effect, cues))
    return cases


def _cues_by_segment(track: TrackRecord) -> dict[int, list[int]]:
    """Map each segment to the 0-based numbers of the cues that show it."""
    result: dict[int, list[int]] = defaultdict(list)
    for number, cue in enumerate(track.cues):
        for index in dict.fromkeys(cue.sentences):
            result[index].append(number)
    return result


def _predict(
    impact: GlossaryChange,
    cases: Sequence[Case],
    options: Options,
    engines: EngineLoader,
) -> tuple[list[PredictedText | None], dict[str, str]]:
    """Predict each case if possible; also returns why a language has no predictions."""
    made: list[PredictedText | None] = []
    open_: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        locale = locales.load(case.track.locale)
        made.append(
            predict.replace_terms(
                impact, case.source, case.segment, case.terms, case.effect, locale
            )
        )
        if made[-1] is None:
            open_[case.source.language, case.track.locale].append(number)
    missing: dict[str, str] = {}
    for (language, tag), numbers in open_.items():
        requests = [
            Request(case.source, case.segment, case.terms, case.effect)
            for case in (cases[number] for number in numbers)
        ]
        try:
            engine = engines(language, tag)
            answers = retranslate.retranslate(requests, engine, locales.load(tag), impact, options)
        except EngineError as error:
            missing[tag] = str(error)
            continue
        for number, answer in zip(numbers, answers, strict=True):
            made[number] = answer
    return made, missing


def _build_items(
    impact: GlossaryChange,
    cases: Sequence[Case],
    options: Options,
    engines: EngineLoader,
) -> tuple[list[Item], dict[str, Prediction]]:
    """Build the items of the review, and the predictions by item id."""
    predicted, missing = _predict(impact, cases, options, engines)
    builders: dict[tuple[str, str], ItemBuilder] = {}
    dollar = options.default_dollar
    contexts: dict[str, currencies.Context] = {}
    items: list[Item] = []
    predictions: dict[str, Prediction] = {}
    for case, found in zip(cases, predicted, strict=True):
        why = missing.get(case.track.locale, "")
        key = case.source.id, case.track.locale
        builder = builders.get(key)
        if builder is None:
            if case.source.id not in contexts:
                texts = (sentence.text for sentence in case.source.sentences)
                language = locales.load(case.source.language).language
                contexts[case.source.id] = currencies.infer_context(texts, language, dollar)
            context = contexts[case.source.id]
            builder = builders[key] = ItemBuilder(impact, case.source, case.track, context, options)
        if found is not None and found.target.text == case.segment.text:
            if not builder.text_findings(case.segment, found):
                continue  # the text already satisfies the new version
            found, why = None, "the engine returned the same text"
        item, lines = builder.build(case, found, why)
        items.append(item)
        if found is not None:
            predictions[item.id] = Prediction(found.target, lines, found.method)
    return items, predictions
