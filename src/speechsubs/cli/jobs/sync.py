"""The implementation of `speechsubs sync`."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from speechsubs import formats, outputs, pipeline, project
from speechsubs.alignment import vad
from speechsubs.alignment.offset import Fit
from speechsubs.cli.arguments import Display
from speechsubs.cli.jobs import audio, console, inputs
from speechsubs.errors import InputError, UnknownLocaleError
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.model import Severity, Track
from speechsubs.options import Options
from speechsubs.outputs import Planned
from speechsubs.pipeline import SyncResult


def run(
    subs: Path,
    recording_path: Path,
    options: Options,
    display: Display,
    *,
    output: Path | None,
    force: bool,
) -> int:
    """Move the cues and write them; returns the exit code. `force` also writes a poor fit."""
    screen = console.stderr()
    quiet = display.silent
    target = _target(subs, output)
    outputs.refuse_collisions([target], [subs, recording_path, *audio.lexicon(options)])
    outputs.refuse_places([target])
    track = inputs.track(subs)
    if not track.cues:
        raise InputError(str(subs), "contains no cues")
    recording = audio.opened(recording_path, screen, quiet)
    assert recording is not None
    locale = locales.load(options.language) if options.language else _language(subs, track)
    curve = vad.SpeechCurve(recording)
    with audio.bar(screen, quiet) as bar:
        aligner = audio.aligner(recording, locale, options, bar, curve)
        done = pipeline.sync(track, recording, aligner, curve)
    if not done.sure and not force:
        problem = f"low confidence in the fit to this recording: {_words(done)}"
        advice = "Is it the same speech? Use --force to write it anyway"
        raise InputError(str(subs), problem, advice)
    plan = Planned(done.track, target, options.crlf, options.bom, subs)
    written, kept = outputs.write([plan], overwrite=options.overwrite)
    findings = [*done.track.findings, *kept]
    if display.as_json:
        data = {
            "fit": _fit_data(done.fit),
            "realigned": done.realigned,
            "cues": len(done.track.cues),
            "written": [str(path) for path in written],
            "findings": [project.finding(item) for item in findings],
        }
        click.echo(json.dumps(data, ensure_ascii=True, indent=1))
    elif not quiet:
        console.findings(screen, findings)
        screen.print(console.escape(_words(done)))
        console.show_paths(written)
    return 3 if any(item.severity is not Severity.INFO for item in findings) else 0


def _words(done: SyncResult) -> str:
    """Describe the fit in a sentence."""
    fit = done.fit
    text = f"shifted by {fit.offset_ms / 1_000:+.2f} s"
    if fit.rate != 1:
        text += f" and stretched by {fit.rate:.5f}"
    if done.realigned:
        text += f", {done.realigned} cues realigned individually"
    return (
        f"{text}; confidence {fit.confidence:.2f} (overlap with speech {fit.overlap:.2f}, "
        f"{fit.starts:.0%} of cue starts after a pause match a speech onset)"
    )


def _target(subs: Path, output: Path | None) -> Path:
    own = subs.suffix.lower().lstrip(".")
    kind = own if own in formats.writable() else "srt"
    if output is None:
        return subs.with_name(f"{subs.stem}.synced.{kind}")
    if output.suffix.lower().lstrip(".") not in formats.writable():
        raise InputError(str(output), "unsupported file extension", "Use .srt or .vtt")
    return output


def _language(path: Path, track: Track) -> Locale:
    for tag in (outputs.language_in(path), track.language):
        try:
            if tag:
                return locales.load(tag)
        except UnknownLocaleError:
            continue
    return locales.load("en")


def _fit_data(fit: Fit) -> dict[str, float]:
    """The fit for JSON, where the confidence keeps the key that scripts know."""
    return {"sure" if name == "confidence" else name: v for name, v in asdict(fit).items()}
