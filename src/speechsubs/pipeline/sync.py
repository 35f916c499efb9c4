"""Synchronization of existing subtitles with the speech of a recording."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from speechsubs.alignment import offset, vad
from speechsubs.alignment.offset import Fit
from speechsubs.audio import Recording
from speechsubs.model import Cue, Finding, Sentence, Severity, Track
from speechsubs.pipeline.run import combine_confidence
from speechsubs.protocols import Aligner

#: Below this, nothing is written unless forced. Correct fits measured 0.9 and more,
#: unrelated texts 0.3 and less.
MIN_FIT_CONFIDENCE: Final = 0.5
#: Minimum word confidence for moving a cue, and the maximum shift.
_MIN_WORD_CONFIDENCE: Final = 0.5
_MAX_SHIFT_MS: Final = 1_500
_MIN_MS: Final = 200


@dataclass(frozen=True, slots=True)
class SyncResult:
    """The synchronized track, its fit, and the number of cues adjusted by word times."""

    track: Track
    fit: Fit
    realigned: int = 0

    @property
    def sure(self) -> bool:
        """True if the result may be written without confirmation."""
        return self.fit.confidence >= MIN_FIT_CONFIDENCE


def sync(
    track: Track,
    recording: Recording,
    aligner: Aligner | None = None,
    curve: vad.SpeechCurve | None = None,
) -> SyncResult:
    """Move a track by one offset and one rate, then each cue by its words.

    Single cues are moved only by an aligner with measured word times, and only with
    enough confidence. `curve` is the recording's speech curve if the caller has it.
    Raises `InputError` if packages for speech detection are missing.
    """
    heard = (curve or vad.SpeechCurve(recording)).values()
    spans = [(cue.start_ms, cue.end_ms) for cue in track.cues]
    fit = offset.find_fit(spans, heard)
    fit = replace(fit, offset_ms=fit.offset_ms + recording.offset_ms)
    cues = [
        replace(cue, start_ms=start, end_ms=max(start + 1, fit.map_time(cue.end_ms)))
        for cue in track.cues
        for start in [fit.map_time(cue.start_ms)]
    ]
    moved = 0
    found = [*track.findings, *recording.findings]
    if (
        aligner is not None
        and aligner.name == "speech"
        and fit.confidence >= MIN_FIT_CONFIDENCE
        and cues
    ):
        cues, moved, more = _realign(cues, aligner)
        found += more
    cues = _trim_overlaps(cues)
    found += _check_beyond_end(cues, recording)
    return SyncResult(replace(track, cues=tuple(cues), findings=tuple(found)), fit, moved)


def _realign(cues: Sequence[Cue], aligner: Aligner) -> tuple[list[Cue], int, list[Finding]]:
    """Move cues to their word times where these are confident and close."""
    sentences = [Sentence(n, n, " ".join(cue.lines), line=n + 1) for n, cue in enumerate(cues)]
    placed = aligner.place(sentences)
    if placed.aligner != aligner.name:
        return list(cues), 0, []
    result: list[Cue] = []
    moved = 0
    for cue, sentence in zip(cues, placed.sentences, strict=True):
        trust = combine_confidence(sentence.words)
        if trust is None or trust < _MIN_WORD_CONFIDENCE:
            result.append(cue)
            continue
        start, spoken_end = sentence.words[0].start_ms, sentence.words[-1].end_ms
        by = start - cue.start_ms
        if abs(by) > _MAX_SHIFT_MS:
            result.append(cue)
            continue
        # Keep the reading time after the last word, unless speech needs it.
        end = max(cue.end_ms + by, spoken_end, start + 1)
        result.append(replace(cue, start_ms=start, end_ms=end, confidence=trust))
        moved += by != 0
    return result, moved, [f for f in placed.findings if f.severity is Severity.ERROR]


def _trim_overlaps(cues: Sequence[Cue]) -> list[Cue]:
    """Order the cues; where moving created an overlap, end the first cue earlier."""
    ordered = sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))
    result: list[Cue] = []
    for number, cue in enumerate(ordered):
        if number + 1 < len(ordered):
            following = ordered[number + 1].start_ms
            if cue.start_ms + _MIN_MS < following < cue.end_ms:
                cue = replace(cue, end_ms=following)
        result.append(cue)
    return result


def _check_beyond_end(cues: Sequence[Cue], recording: Recording) -> list[Finding]:
    """Report cues after the end of the recording."""
    end = recording.offset_ms + recording.duration_ms
    late = sum(cue.start_ms >= end for cue in cues)
    if not late:
        return []
    message = f"{late} cues start after the end of the recording: is it complete?"
    return [Finding("cues-outside", Severity.WARNING, message, file=recording.name)]
