"""The implementation of `speechsubs timing`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from speechsubs import formats, outputs, pipeline
from speechsubs.alignment import vad, waveform
from speechsubs.cli.arguments import Display
from speechsubs.cli.escape import visible
from speechsubs.cli.jobs import audio, console, inputs
from speechsubs.errors import UnknownLocaleError
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.model import Severity, Track, Transcript, Word, format_time
from speechsubs.options import Options
from speechsubs.pipeline import Result


def run(
    recording_path: Path, path: Path, options: Options, display: Display, *, image: Path | None
) -> int:
    """Time the words, print them, draw them into `image`; returns the exit code."""
    screen = console.stderr()
    if image:
        named = [*inputs.files([path]), recording_path, *audio.lexicon(options)]
        outputs.refuse_collisions([image], named)
        outputs.refuse_places([image])
    item = inputs.read(path)
    transcript = formats.from_track(item) if isinstance(item, Track) else item
    locale = locales.load(options.language) if options.language else _language(path, transcript)
    quiet = display.silent
    recording = audio.opened(recording_path, screen, quiet)
    assert recording is not None
    curve = vad.SpeechCurve(recording)
    with audio.bar(screen, quiet) as bar:
        aligner = audio.aligner(recording, locale, options, bar, curve)
        (result,) = pipeline.subtitle([transcript], pipeline.make_settings(locale), aligner=aligner)
    if display.as_json:
        click.echo(json.dumps(data(result), ensure_ascii=True, indent=1))
    else:
        _table(result)
    if image:
        found = curve.regions() if vad.is_installed() else ()
        offset = recording.offset_ms
        regions = [(r.start_ms + offset, r.end_ms + offset) for r in found]
        title = f"{recording_path.name} + {path.name}, times: {result.aligner}"
        cues = result.source.track.cues
        waveform.save_picture(
            waveform.Scene(recording, regions, result.sentences, cues, title), image
        )
    # Findings about cues do not apply: this command writes none.
    findings = result.findings
    if not quiet:
        console.findings(screen, findings)
        if image:
            console.show_paths([image])
    return 3 if any(f.severity is not Severity.INFO for f in findings) else 0


def data(result: Result) -> dict[str, Any]:
    """The data printed by `--json`."""
    return {
        "aligner": result.aligner,
        "words": [_entry(w.text, [w]) for s in result.sentences for w in s.words],
        "sentences": [_entry(s.text, s.words) for s in result.sentences],
    }


def _entry(text: str, words: Sequence[Word]) -> dict[str, Any]:
    return {
        "text": text,
        "start_ms": words[0].start_ms if words else 0,
        "end_ms": words[-1].end_ms if words else 0,
        "confidence": pipeline.combine_confidence(words),
    }


def _table(result: Result) -> None:
    """Print sentences with their times, one per line: start, end, confidence, text."""
    for sentence in result.sentences:
        entry = _entry(sentence.text, sentence.words)
        trust = "-" if entry["confidence"] is None else f"{entry['confidence']:.2f}"
        times = "\t".join(format_time(entry[name]) for name in ("start_ms", "end_ms"))
        click.echo(f"{times}\t{trust}\t{visible(' '.join(sentence.text.split()))}")


def _language(path: Path, transcript: Transcript) -> Locale:
    for tag in (transcript.language, outputs.language_in(path)):
        try:
            if tag:
                return locales.load(tag)
        except UnknownLocaleError:
            continue
    return locales.load("en")
