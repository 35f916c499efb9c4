"""The `speech` aligner: the order of its steps."""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from speechsubs.aligners import voice
from speechsubs.aligners.speech import chunks as cutting
from speechsubs.aligners.speech import confidence as trust
from speechsubs.aligners.speech import (
    decide,
    edges,
    language,
    lexicon,
    listen,
    match,
    script,
    voiced,
)
from speechsubs.aligners.speech.decode import GARBAGE_DEAR, Aligned, Grammars, TokenTime
from speechsubs.aligners.speech.fill import between, from_heard
from speechsubs.aligners.speech.findings import report
from speechsubs.aligners.speech.pronounce import Pronouncer
from speechsubs.audio import RATE, Recording
from speechsubs.errors import InputError
from speechsubs.locales import Locale
from speechsubs.model import Sentence, Word
from speechsubs.protocols import Placement

if TYPE_CHECKING:
    import numpy as np

_MS: Final = RATE // 1_000
#: Recordings from this length on are worth starting helpers for.
_WORTH_HELP_MS: Final = 90_000
_MOST_HELPERS: Final = 4
#: A voice for the first pass: generous, so that no quiet word is lost.
_GENEROUS: Final = 0.35
_PAD_MS: Final = 150
#: A voice that sets in: lower, because soft beginnings count.
_ONSET: Final = 0.3
#: Alignment and recogniser disagree on a line's edge: look again that near to it.
_FAR_MS: Final = 500
_NEAR_MS: Final = 300
_TAIL_MS: Final = 100
#: Acoustic score (per frame) that a wider alignment must gain to be kept.
_BETTER: Final = 4.0

#: Told the name of a step ("voice", "listen", "align"), how much is done, of how much.
Progress = Callable[[str, int, int], None]
Times = tuple[TokenTime, ...]


class Speech:
    """An `Aligner` that listens. See the package's text.

    `lexicon` holds a user's pronunciations (`lexicon.load`). Only `place` works: it
    raises `InputError` where pocketsphinx is not installed, and no other error.
    """

    name = "speech"

    def __init__(
        self,
        recording: Recording,
        locale: Locale,
        *,
        lexicon: lexicon.Lexicon | None = None,
        progress: Progress | None = None,
        helpers: int | None = None,
        voices: "np.ndarray[Any, np.dtype[np.float32]] | None" = None,
    ) -> None:
        """`helpers` processes share the first pass (None: as many as there are cores,
        up to 4, for long recordings). `voices` are `voice.probabilities`, if known.
        """
        self._recording = recording
        self._locale = locale
        self._lexicon = lexicon or {}
        self._progress = progress
        self._helpers = helpers
        self._voices = voices

    def place(self, sentences: Sequence[Sentence]) -> Placement:
        """Times for every word of every sentence; what was not spoken is reported."""
        try:
            import numpy as np  # noqa: F401 - part of an extra
            import pocketsphinx  # noqa: F401
        except ImportError as error:
            raise InputError(
                self._recording.name,
                f"aligning speech needs more packages ({error.name})",
                "Install them: pip install 'speechsubs[align]', or use --aligner estimate",
            ) from error
        pronouncer = Pronouncer(self._locale.language, self._lexicon)
        text = script.write(sentences, pronouncer)
        voices = self._voices
        if voices is None:
            voices = voice.probabilities(self._recording, progress=self._step("voice"))
        with tempfile.TemporaryDirectory(prefix="speechsubs-") as name:
            return self._placed(sentences, text, pronouncer, voices, Path(name))

    def _placed(
        self,
        sentences: Sequence[Sentence],
        text: script.Script,
        pronouncer: Pronouncer,
        voices: "np.ndarray[Any, np.dtype[np.float32]]",
        folder: Path,
    ) -> Placement:
        sound = self._recording
        wide = voice.join(voices, sound.duration_ms, _GENEROUS, _PAD_MS, 200)
        narrow = voice.join(voices, sound.duration_ms, 0.5, 0, 200)
        language.write_dictionary(pronouncer.units, folder / "words.dict")
        heard: list[listen.Heard] = []
        if text.units:
            language.write_model(text, folder / "text.lm")
            heard = listen.listen(
                sound, listen.groups(wide), folder, self._count(), self._step("listen")
            )
        times = match.match(text, heard)
        grammars = Grammars(folder)
        spans = decide.spans(text, times, wide, sound, grammars)
        placed, fallen = self._aligned(text, times, spans, wide, narrow, grammars)
        sure = self._trust(placed, spans, fallen, voices, narrow)
        onsets = voice.join(voices, sound.duration_ms, _ONSET, 0, 100)
        fades = voice.join(voices, sound.duration_ms, 0.5, 0, 100)
        placed = edges.widened(placed, onsets, fades)
        filled = between(text, placed, sound.duration_ms)
        done = tuple(
            replace(sentence, words=self._words(line, row, placed[n] is not None, sure[n]))
            for n, (sentence, line, row) in enumerate(
                zip(sentences, text.lines, filled, strict=True)
            )
        )
        return Placement(
            done, self.name, report(text, done, placed, fallen, sure, narrow, sound.offset_ms)
        )

    def _aligned(
        self,
        text: script.Script,
        times: match.Times,
        spans: Sequence[decide.Span | None],
        wide: Sequence[voice.Region],
        narrow: Sequence[voice.Region],
        grammars: Grammars,
    ) -> tuple[list[Times | None], set[int]]:
        """Token times of the spoken lines, and the lines where only a guess was left."""
        placed: list[Times | None] = [None] * len(text.lines)
        fallen: set[int] = set()
        pieces = cutting.chunks(spans, wide, self._recording.duration_ms)
        step = self._step("align")
        for done, piece in enumerate(pieces):
            lines = [text.lines[n] for n in piece.lines]
            part = self._recording.samples[piece.start_ms * _MS : piece.end_ms * _MS]
            found = grammars.align(part, piece.start_ms, lines)
            rows = self._without_burst(found, lines, grammars) if found else None
            if rows is not None:
                kept = [spans[number] for number in piece.lines]
                rows = [
                    self._again(line, row, span, grammars)
                    for line, row, span in zip(lines, rows, kept, strict=True)
                ]
            for row, number in enumerate(piece.lines):
                span = spans[number]
                assert span is not None
                if rows is None:
                    fallen.add(number)
                    placed[number] = from_heard(text, number, times, span)
                else:
                    placed[number] = edges.snapped(rows[row], narrow)
            if step is not None:
                step(done + 1, len(pieces))
        return placed, fallen

    def _without_burst(
        self, found: Aligned, lines: Sequence[script.Line], grammars: Grammars
    ) -> list[Times]:
        """Lines whose outer words took in sound that is not theirs, heard once more."""
        result: list[Times] = []
        for line, times in zip(lines, found.lines, strict=True):
            if not edges.stretched(times):
                result.append(times)
                continue
            start, end = times[0].start_ms, times[-1].end_ms
            part = self._recording.samples[start * _MS : end * _MS]
            decided = grammars.decide(part, start, [line], GARBAGE_DEAR)
            span = decided.lines[0] if decided is not None else None
            result.append(edges.shortened(edges.narrowed(times, *span) if span else times))
        return result

    def _again(
        self, line: script.Line, times: Times, span: decide.Span | None, grammars: Grammars
    ) -> Times:
        """A line that reaches far beyond where it was heard, aligned to that time alone.

        Other speech beside it had been taken in. The wider times stay where they fit
        the sound clearly better.
        """
        said = [t for t in times if t.phones]
        if span is None or not span.heard or not said:
            return times
        early = span.start_ms - said[0].start_ms
        late = said[-1].end_ms - span.end_ms
        if max(early, late) < _FAR_MS:
            return times
        start = max(0, said[0].start_ms if early < _FAR_MS else span.start_ms - _NEAR_MS)
        end = said[-1].end_ms if late < _FAR_MS else span.end_ms + _NEAR_MS
        part = self._recording.samples[start * _MS : (end + _TAIL_MS) * _MS]
        found = grammars.align(part, start, [line])
        if found is None or trust.score(found.lines[0]) < trust.score(times) - _BETTER:
            return times
        return found.lines[0]

    def _trust(
        self,
        placed: Sequence[Times | None],
        spans: Sequence[decide.Span | None],
        fallen: set[int],
        voices: "np.ndarray[Any, np.dtype[np.float32]]",
        narrow: Sequence[voice.Region],
    ) -> list[float]:
        taken = [n for n, times in enumerate(placed) if times]
        edge = [_outer(times) for times in placed if times]
        beside = {n: voiced.loose(narrow, edge, place) for place, n in enumerate(taken)}
        known: list[trust.Signs | None] = []
        for number, times in enumerate(placed):
            span = spans[number]
            if times is None or span is None or number in fallen:
                known.append(None)
                continue
            known.append(trust.signs(times, span, _voiced(times, voices), beside.get(number, 0)))
        middle, deviation = trust.spread([k.score for k in known if k is not None])
        return [
            trust.confidence(k, middle, deviation)
            if k is not None
            else (trust.FALLBACK if n in fallen else trust.NONE)
            for n, k in enumerate(known)
        ]

    def _words(
        self, line: script.Line, times: Times, spoken: bool, sure: float
    ) -> tuple[Word, ...]:
        shift = self._recording.offset_ms
        words = []
        clock = 0
        for token, offset, time in zip(line.tokens, line.offsets, times, strict=True):
            start = max(clock, time.start_ms)
            end = max(start, time.end_ms)
            clock = start
            value = sure if spoken else trust.NONE
            words.append(Word(token.text, offset, start + shift, end + shift, round(value, 3)))
        return tuple(words)

    def _count(self) -> int:
        if self._helpers is not None:
            return max(1, self._helpers)
        if self._recording.duration_ms < _WORTH_HELP_MS:
            return 1
        return min(_MOST_HELPERS, os.cpu_count() or 1)

    def _step(self, name: str) -> Callable[[int, int], None] | None:
        progress = self._progress
        if progress is None:
            return None
        return lambda done, total: progress(name, done, total)


def _outer(times: Times) -> tuple[int, int]:
    return times[0].start_ms, times[-1].end_ms


def _voiced(times: Times, voices: "np.ndarray[Any, np.dtype[np.float32]]") -> float:
    """The share of a line's words that the detector calls voice."""
    total = heard = 0.0
    for time in times:
        if not time.phones:
            continue
        low = time.start_ms // voice.FRAME_MS
        part = voices[low : max(low + 1, -(-time.end_ms // voice.FRAME_MS))]
        total += len(part)
        heard += float((part > _GENEROUS).sum())
    return heard / total if total else 0.0
