"""Transcripts into subtitles: the main job."""

import platform
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from speechsubs import __version__
from speechsubs.aligners.estimate import Estimate
from speechsubs.glossary import Glossary, Matcher, empty
from speechsubs.layout import Block, TimedText, timed_texts
from speechsubs.locales import Locale
from speechsubs.model import Draft, Finding, Severity, Track, Transcript
from speechsubs.pipeline import texts, trust
from speechsubs.pipeline.results import Options, Output, Recalled, Result
from speechsubs.pipeline.texts import Prepared, Setting
from speechsubs.protocols import Aligner, Engine
from speechsubs.stages import check, fit, keep, polish, restore, segment, stack, translate


def subtitle(
    transcripts: Sequence[Transcript],
    *,
    source: Locale,
    targets: Sequence[tuple[Locale, Engine]] = (),
    glossary: Glossary | None = None,
    options: Options | None = None,
    aligner: Aligner | None = None,
    kept: Sequence[Track] = (),
    recall: Sequence[texts.Recall] = (),
    progress: translate.Progress | None = None,
) -> list[Result]:
    """Cut, time, translate, fit and check transcripts of one language.

    All transcripts go to an engine together. Without an aligner, transcripts that
    have no times get estimated ones. `kept` are tracks that the transcripts were made
    from: translations then go into their cues, one for one. `recall`, one for each
    transcript, gives what people already wrote; the engine is not asked for it. Raises
    `InputError` for a transcript without words, `EngineError` where an engine fails.
    """
    options = options or Options()
    words = glossary or empty()
    setting = Setting(source, words, Matcher(words), options)
    aligner = aligner or Estimate(source, options.duration_ms)
    prepared = [texts.prepare(item, setting, aligner) for item in transcripts]
    flat = [item for one in prepared for item in one.protected]
    drafts = {}
    for locale, engine in targets:
        known: list[Recalled | None] = []
        for ask, one in zip(recall, prepared, strict=bool(recall)):
            known += ask(one.protected, locale)
        drafts[locale.tag] = texts.drafts(flat, engine, locale, setting, progress, known)
    results = []
    position = 0
    for number, one in enumerate(prepared):
        window = slice(position, position + len(one.protected))
        position = window.stop
        own = [(locale, engine, drafts[locale.tag][window]) for locale, engine in targets]
        results.append(_finish(one, own, setting, kept[number] if kept else None))
    return results


def _finish(
    one: Prepared,
    targets: Sequence[tuple[Locale, Engine, list[Draft]]],
    setting: Setting,
    kept: Track | None,
) -> Result:
    own, own_texts = _source_output(one, setting, kept)
    outputs = []
    for locale, engine, drafts in targets:
        output = _target_output(one, locale, drafts, setting, kept)
        if setting.options.bilingual:
            output = replace(output, stacked=_stack(one, own_texts, output, setting))
        outputs.append(replace(output, engine=engine.signature, quality=engine.quality))
    findings = list(one.transcript.findings)
    if one.aligner == Estimate.name:
        message = "times are estimated from the text, no recording was heard"
        name = one.transcript.source
        findings.append(Finding("times-estimated", Severity.INFO, message, file=name))
    findings += texts.foreign_glossary(setting.glossary, setting.source)
    findings += texts.unsure(one)
    signature = {
        "speechsubs": __version__,
        "python": platform.python_version(),
        "glossary": setting.glossary.digest,
    }
    return Result(
        one.transcript.source,
        one.aligner,
        one.sentences,
        one.slots,
        own,
        tuple(outputs),
        tuple(findings),
        signature,
    )


def _source_output(
    one: Prepared, setting: Setting, kept: Track | None
) -> tuple[Output, list[TimedText]]:
    source, options = setting.source, setting.options
    finished = [restore.source(item, source, options.currency_style) for item in one.protected]
    timed = timed_texts(one.sentences, finished, one.slots)
    track = kept or _track(segment.blocks(timed, one.sentences, source), source, one, options)
    drafts = tuple(
        Draft(item.sentence, done, "source", item.text)
        for item, done in zip(one.protected, finished, strict=True)
    )
    # Cues that were given are not ours to judge here: `check` does that.
    found: tuple[Finding, ...] = ()
    if not kept:
        found = (*check.inspect(track, source, _gap(source, options)), *trust.unsure(track))
    return Output(source, track, drafts, found), timed


def _target_output(
    one: Prepared,
    locale: Locale,
    drafts: Sequence[Draft],
    setting: Setting,
    kept: Track | None,
) -> Output:
    done = [draft.finished for draft in drafts]
    if kept is not None:
        track = keep.track(kept, one.sentences, done, one.slots, locale)
    else:
        timed = timed_texts(one.sentences, done, one.slots)
        blocks = fit.blocks(timed, one.sentences, locale)
        track = _track(blocks, locale, one, setting.options)
    found = check.inspect(track, locale, _gap(locale, setting.options))
    sources = [sentence.text for sentence in one.sentences]
    compared = texts.compared(sources, drafts, locale, setting, one.context)
    found += check.placed(compared, track)
    found += texts.without_target(one.protected, locale)
    found.sort(key=lambda f: (f.cue or 0, f.code))
    return Output(locale, track, tuple(drafts), tuple(found))


def _gap(locale: Locale, options: Options) -> int:
    if options.fps is None:
        return locale.limits.min_gap_ms
    return int(Fraction(2_000) / options.fps)


def _track(blocks: Sequence[Block], locale: Locale, one: Prepared, options: Options) -> Track:
    cues = polish.times(blocks, locale.limits, options.fps)
    return trust.trusted(Track(cues, locale.tag, one.transcript.source), one.sentences)


def _stack(one: Prepared, above: list[TimedText], output: Output, setting: Setting) -> Track:
    source, options = setting.source, setting.options
    upper, lower = stack.single_line(source), stack.single_line(output.locale)
    finished = [draft.finished for draft in output.drafts]
    below = timed_texts(one.sentences, finished, one.slots)
    stacked = stack.blocks(
        segment.blocks(above, one.sentences, upper),
        fit.blocks(below, one.sentences, lower),
        source,
        output.locale,
    )
    cues = polish.times(stacked, output.locale.limits, options.fps)
    return Track(cues, output.locale.tag, one.transcript.source)
