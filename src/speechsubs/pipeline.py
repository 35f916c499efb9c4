"""The order of the stages: from transcripts to checked tracks.

The only module that knows it. What it is given (files read, engines loaded) and
what it gives (data, not text) lets the command line, a batch and a review page
stand on the same few lines.
"""

import platform
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from speechsubs import __version__, money
from speechsubs.aligners.estimate import Estimate
from speechsubs.errors import InputError
from speechsubs.glossary import Glossary, Matcher, Policy, empty, target_for
from speechsubs.layout import Block, TimedText, timed_texts
from speechsubs.locales import Locale
from speechsubs.masking import Protected
from speechsubs.model import (
    Draft,
    Finding,
    Finished,
    Kind,
    Sentence,
    Severity,
    Slot,
    Track,
    Transcript,
)
from speechsubs.protocols import Aligner, Engine
from speechsubs.stages import (
    check,
    fit,
    polish,
    protect,
    restore,
    segment,
    sentences,
    stack,
    timing,
    translate,
)


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may choose about a run.

    `duration_ms` is the length of the speech where there is no recording; `fps` the
    frame rate that times snap to; `currency_style` "name", "symbol" or "code" (empty:
    the locale's own); `headings` False leaves headings out of the cues.
    """

    duration_ms: int | None = None
    fps: Fraction | None = None
    currency_style: str = ""
    default_dollar: str = "USD"
    headings: bool = True
    bilingual: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """One language's result: what was written for every sentence, and the cues."""

    locale: Locale
    track: Track
    drafts: tuple[Draft, ...]
    findings: tuple[Finding, ...]
    engine: str = ""
    quality: str = ""
    stacked: Track | None = None

    @property
    def rungs(self) -> dict[str, int]:
        """How many sentences each step of the ladder settled."""
        result: dict[str, int] = {}
        for draft in self.drafts:
            result[draft.rung] = result.get(draft.rung, 0) + 1
        return result


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that a run knows about one transcript. `project` saves it."""

    name: str
    aligner: str
    sentences: tuple[Sentence, ...]
    slots: tuple[tuple[Slot, ...], ...]
    source: Output
    targets: tuple[Output, ...]
    findings: tuple[Finding, ...]
    signature: dict[str, str] = field(default_factory=dict)

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The source's output, then the targets'."""
        return (self.source, *self.targets)

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Of the transcript and of every output."""
        return (*self.findings, *(f for output in self.outputs for f in output.findings))

    @property
    def exit_code(self) -> int:
        """0 clean, 3 written with findings. Information alone is clean."""
        return 3 if any(f.severity is not Severity.INFO for f in self.all_findings) else 0


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A transcript up to the point where engines take over."""

    transcript: Transcript
    aligner: str
    sentences: list[Sentence]
    protected: list[Protected]
    context: money.Context

    @property
    def slots(self) -> tuple[tuple[Slot, ...], ...]:
        return tuple(item.slots for item in self.protected)


def subtitle(
    transcripts: Sequence[Transcript],
    *,
    source: Locale,
    targets: Sequence[tuple[Locale, Engine]] = (),
    glossary: Glossary | None = None,
    options: Options | None = None,
    aligner: Aligner | None = None,
    progress: translate.Progress | None = None,
) -> list[Result]:
    """Cut, time, translate, fit and check transcripts of one language.

    All transcripts go to an engine together. Without an aligner, transcripts that
    have no times get estimated ones. Raises `InputError` for a transcript without
    words, `EngineError` where an engine fails.
    """
    options = options or Options()
    matcher = Matcher(glossary or empty())
    aligner = aligner or Estimate(source, options.duration_ms)
    prepared = [_prepare(item, source, matcher, aligner, options) for item in transcripts]
    flat = [item for one in prepared for item in one.protected]
    raws = {
        locale.tag: translate.drafts(flat, engine, source.language, locale.language, progress)
        for locale, engine in targets
    }
    results = []
    position = 0
    for one in prepared:
        window = slice(position, position + len(one.protected))
        position = window.stop
        own = [(locale, engine, raws[locale.tag][window]) for locale, engine in targets]
        results.append(_finish(one, source, own, matcher, glossary or empty(), options))
    return results


def examine(
    track: Track,
    locale: Locale,
    *,
    source: Track | None = None,
    source_locale: Locale | None = None,
    glossary: Glossary | None = None,
    fps: Fraction | None = None,
) -> list[Finding]:
    """What is wrong with a track that somebody made, in the order of its cues.

    With a source track, terms, amounts and numbers of the cues that are on screen
    together are compared too.
    """
    gap = None if fps is None else int(Fraction(2_000) / fps)
    found = [*track.findings, *check.inspect(track, locale, gap)]
    if source is not None and source_locale is not None:
        pairs = check.pairs(source, track)
        compared = check.compare(
            [before for before, _, _ in pairs],
            [after for _, after, _ in pairs],
            glossary=glossary or empty(),
            matcher=Matcher(glossary or empty()),
            source_locale=source_locale,
            locale=locale,
            context=money.context((b for b, _, _ in pairs), source_locale.language),
        )
        for (_, _, number), own in zip(pairs, compared, strict=True):
            start = track.cues[number - 1].start_ms
            found += [replace(f, cue=number, start_ms=start, file=track.source) for f in own]
    elif glossary is not None:
        found += check.banned(track, glossary, locale)
    return sorted(found, key=lambda f: f.cue or 0)


def _prepare(
    transcript: Transcript, source: Locale, matcher: Matcher, aligner: Aligner, options: Options
) -> _Prepared:
    if not options.headings:
        kept = tuple(p for p in transcript.paragraphs if p.kind is not Kind.HEADING)
        transcript = replace(transcript, paragraphs=kept)
    found = sentences.split(transcript, source.language)
    if not found:
        raise InputError(transcript.source, "there is no text in it", "Is it the right file?")
    timed, name = timing.place(found, aligner)
    context = money.context((s.text for s in timed), source.language, options.default_dollar)
    protected = protect.find(timed, matcher, source.language, context)
    return _Prepared(transcript, name, timed, protected, context)


def _finish(
    one: _Prepared,
    source: Locale,
    targets: Sequence[tuple[Locale, Engine, list[translate.Raw]]],
    matcher: Matcher,
    glossary: Glossary,
    options: Options,
) -> Result:
    own, own_texts = _source_output(one, source, options)
    outputs = []
    for locale, engine, raws in targets:
        output = _target_output(one, source, locale, raws, matcher, glossary, options)
        if options.bilingual:
            stacked = _stack(one, own_texts, output, source, options)
            output = replace(output, stacked=stacked)
        outputs.append(replace(output, engine=engine.signature, quality=engine.quality))
    findings = list(one.transcript.findings)
    if one.aligner == Estimate.name:
        message = "times are estimated from the text, no recording was heard"
        name = one.transcript.source
        findings.append(Finding("times-estimated", Severity.INFO, message, file=name))
    findings += _unsure(one)
    signature = {
        "speechsubs": __version__,
        "python": platform.python_version(),
        "glossary": glossary.digest,
    }
    return Result(
        one.transcript.source,
        one.aligner,
        tuple(one.sentences),
        one.slots,
        own,
        tuple(outputs),
        tuple(findings),
        signature,
    )


def _source_output(
    one: _Prepared, source: Locale, options: Options
) -> tuple[Output, list[TimedText]]:
    finished = [restore.source(item, source, options.currency_style) for item in one.protected]
    texts = timed_texts(one.sentences, finished, one.slots)
    cut = segment.blocks(texts, one.sentences, source)
    track = _track(cut, source, one, options)
    drafts = tuple(
        Draft(item.sentence, done, "source", item.text)
        for item, done in zip(one.protected, finished, strict=True)
    )
    found = check.inspect(track, source, _gap(source, options))
    return Output(source, track, drafts, tuple(found)), texts


def _target_output(
    one: _Prepared,
    source: Locale,
    locale: Locale,
    raws: Sequence[translate.Raw],
    matcher: Matcher,
    glossary: Glossary,
    options: Options,
) -> Output:
    finished = [
        restore.target(item, raw.text, raw.places, source, locale, options.currency_style)
        for item, raw in zip(one.protected, raws, strict=True)
    ]
    texts = timed_texts(one.sentences, finished, one.slots)
    track = _track(fit.blocks(texts, one.sentences, locale), locale, one, options)
    drafts = tuple(
        Draft(item.sentence, done, raw.rung, raw.text, raw.tries, raw.problems)
        for item, done, raw in zip(one.protected, finished, raws, strict=True)
    )
    found = check.inspect(track, locale, _gap(locale, options))
    compared = check.compare(
        [sentence.text for sentence in one.sentences],
        [done.text for done in finished],
        glossary=glossary,
        matcher=matcher,
        source_locale=source,
        locale=locale,
        context=one.context,
    )
    review = [[*a, *_review(draft, a, locale)] for a, draft in zip(compared, drafts, strict=True)]
    found += check.placed(review, track)
    found += _without_target(one, locale)
    found.sort(key=lambda f: (f.cue or 0, f.code))
    return Output(locale, track, drafts, tuple(found))


def _review(draft: Draft, compared: Sequence[Finding], locale: Locale) -> list[Finding]:
    """What the ladder could not settle, where the finished text does not show it."""
    seen = {finding.code for finding in compared}
    problems = [p for p in draft.problems if p.partition(":")[0] not in seen]
    if problems:
        message = f"no output of the engine passed ({', '.join(problems)}): read it"
        return [Finding("needs-review", Severity.WARNING, message, locale=locale.tag)]
    if draft.rung == "split":
        message = "translated in pieces around its names and amounts: read it"
        return [Finding("split-translation", Severity.INFO, message, locale=locale.tag)]
    return []


def _without_target(one: _Prepared, locale: Locale) -> list[Finding]:
    """Fixed terms that the glossary has no wording for in this locale, each once."""
    found = {}
    for item in one.protected:
        for term in item.terms:
            if term is None or term.policy is not Policy.FIXED:
                continue
            if not target_for(term, locale.tag)[1]:
                message = f"{term.source!r} has no {locale.tag} wording in the glossary"
                found[term.id] = Finding(
                    "term-without-target", Severity.WARNING, message, locale=locale.tag
                )
    return list(found.values())


def _unsure(one: _Prepared) -> list[Finding]:
    """Amounts whose currency or value had to be guessed: a person should look."""
    return [
        Finding(
            "amount-unsure",
            Severity.WARNING,
            f"{amount.text!r} was taken for {amount.key}, which is a guess",
            file=one.transcript.source,
            sentence=item.sentence,
            line=one.sentences[number].line,
        )
        for number, item in enumerate(one.protected)
        for amount in item.amounts
        if amount is not None and not amount.sure
    ]


def _gap(locale: Locale, options: Options) -> int:
    if options.fps is None:
        return locale.limits.min_gap_ms
    return int(Fraction(2_000) / options.fps)


def _track(blocks: Sequence[Block], locale: Locale, one: _Prepared, options: Options) -> Track:
    cues = polish.times(blocks, locale.limits, options.fps)
    return Track(cues, locale.tag, one.transcript.source)


def _stack(
    one: _Prepared, above: list[TimedText], output: Output, source: Locale, options: Options
) -> Track:
    upper, lower = stack.single_line(source), stack.single_line(output.locale)
    finished = [Finished(d.finished.text, d.finished.places) for d in output.drafts]
    below = timed_texts(one.sentences, finished, one.slots)
    stacked = stack.blocks(
        segment.blocks(above, one.sentences, upper),
        fit.blocks(below, one.sentences, lower),
        source,
        output.locale,
    )
    cues = polish.times(stacked, output.locale.limits, options.fps)
    return Track(cues, output.locale.tag, one.transcript.source)
