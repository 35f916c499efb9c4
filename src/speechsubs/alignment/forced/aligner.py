"""The `speech` aligner: the order of its steps.

Cue times from the speech itself: forced alignment that survives a wrong text.

A recogniser that expects the text says what it heard where (`language`, `listen`,
`match`); a grammar decides the doubtful lines (`decide`); pieces between sure places
are aligned word by word (`chunks`, `decode`); edges are repaired (`edges`) and every
time gets a confidence (`confidence`). All of it offline, with pocketsphinx.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from speechsubs.alignment import vad
from speechsubs.alignment.forced import (
    boundaries,
    chunks,
    confidence,
    decide,
    pronounce,
    recognize,
    script,
)
from speechsubs.alignment.forced.chunks import between, from_heard
from speechsubs.alignment.forced.confidence import report
from speechsubs.alignment.forced.decode import TokenTime
from speechsubs.alignment.forced.pronounce import Pronouncer
from speechsubs.alignment.forced.workers import Crew
from speechsubs.audio import Recording
from speechsubs.errors import InputError
from speechsubs.language.locales import Locale
from speechsubs.model import Sentence, Word
from speechsubs.protocols import Placement

if TYPE_CHECKING:
    import numpy as np

#: Recordings from this length on are worth starting helpers for.
_WORTH_HELP_MS: Final = 90_000
_MOST_HELPERS: Final = 4
#: A voice for the first pass: generous, so that no quiet word is lost.
_GENEROUS: Final = 0.35
_PAD_MS: Final = 150
#: The most that is trusted: the model has heard English only. Other languages measured
#: as well (Italian and Catalan: all starts within 100 ms), on one voice each.
_ENGLISH: Final = 1.0
_FOREIGN: Final = 0.85
_SPELLED: Final = 0.6
#: A voice that sets in: lower, because soft beginnings count.
_ONSET: Final = 0.3
#: Told the name of a step ("voice", "listen", "decide", "align"), how much is done of it,
#: of how much.
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
        lexicon: pronounce.Lexicon | None = None,
        progress: Progress | None = None,
        helpers: int | None = None,
        curve: vad.Curve | None = None,
    ) -> None:
        """`helpers` processes share the work (None: as many as there are cores, up to 4,
        for long recordings). `curve` is the recording's, where the caller has it.
        """
        self._recording = recording
        self._locale = locale
        self._lexicon = lexicon or {}
        self._progress = progress
        self._helpers = helpers
        self._curve = curve or vad.Curve(recording)

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
        voices = self._curve.values(self._step("voice"))
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
        wide = vad.join(voices, sound.duration_ms, _GENEROUS, _PAD_MS, 200)
        narrow = vad.join(voices, sound.duration_ms, 0.5, 0, 200)
        recognize.write_dictionary(pronouncer.units, folder / "words.dict")
        recognize.write_model(text, folder / "text.lm")
        with Crew(folder, sound.samples, self._count()) as crew:
            groups = recognize.groups(wide) if text.units else []
            parts = crew.each(lambda part: crew.hear(*part), groups, self._step("listen"))
            times = recognize.match(text, [heard for part in parts for heard in part])
            spans = decide.spans(text, times, wide, sound.duration_ms, crew, self._step("decide"))
            placed, fallen = self._aligned(text, times, spans, wide, narrow, crew)
        sure, middle = self._trust(placed, spans, fallen, voices, narrow)
        onsets = vad.join(voices, sound.duration_ms, _ONSET, 0, 100)
        fades = vad.join(voices, sound.duration_ms, 0.5, 0, 100)
        placed = boundaries.widened(placed, onsets, fades, sure)
        filled = between(text, placed, sound.duration_ms)
        done = tuple(
            replace(
                sentence, words=self._words(line, row, _heard(line, row, times), sure[n], middle)
            )
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
        times: recognize.Times,
        spans: Sequence[decide.Span | None],
        wide: Sequence[vad.Region],
        narrow: Sequence[vad.Region],
        crew: Crew,
    ) -> tuple[list[Times | None], set[int]]:
        """Token times of the spoken lines, and the lines where only a guess was left."""
        found: list[Times | None] = [None] * len(text.lines)
        fallen: set[int] = set()
        todo = chunks.chunks(spans, wide, self._recording.duration_ms)

        def place(piece: chunks.Chunk) -> list[Times] | None:
            lines = [text.lines[n].ways for n in piece.lines]
            return chunks.placed(piece, lines, [spans[n] for n in piece.lines], narrow, crew)

        for piece, rows in zip(todo, crew.each(place, todo, self._step("align")), strict=True):
            for row, number in enumerate(piece.lines):
                span = spans[number]
                assert span is not None
                if rows is None:
                    fallen.add(number)
                    found[number] = from_heard(text, number, times, span)
                else:
                    found[number] = boundaries.snapped(rows[row], narrow)
        return found, fallen

    def _trust(
        self,
        placed: Sequence[Times | None],
        spans: Sequence[decide.Span | None],
        fallen: set[int],
        voices: "np.ndarray[Any, np.dtype[np.float32]]",
        narrow: Sequence[vad.Region],
    ) -> tuple[list[float], float]:
        """The trust in each line, and the file's median score."""
        taken = [n for n, times in enumerate(placed) if times]
        edge = [_outer(times) for times in placed if times]
        beside = {n: boundaries.loose(narrow, edge, place) for place, n in enumerate(taken)}
        known: list[confidence.Signs | None] = []
        for number, times in enumerate(placed):
            span = spans[number]
            if times is None or span is None or number in fallen:
                known.append(None)
                continue
            voiced_ = _voiced(times, voices)
            known.append(confidence.signs(times, span, voiced_, beside.get(number, (0, 0))))
        middle, deviation = confidence.spread([k.score for k in known if k is not None])
        most = self._most()
        sure = [
            most * confidence.confidence(k, middle, deviation)
            if k is not None
            else (confidence.FALLBACK if n in fallen else confidence.NONE)
            for n, k in enumerate(known)
        ]
        return sure, middle

    def _words(
        self,
        line: script.Line,
        times: Times,
        heard: Sequence[bool],
        sure: float,
        middle: float,
    ) -> tuple[Word, ...]:
        shift = self._recording.offset_ms
        words = []
        clock = 0
        for token, offset, time, known in zip(line.tokens, line.offsets, times, heard, strict=True):
            start = max(clock, time.start_ms)
            end = max(start, time.end_ms)
            clock = start
            value = confidence.of_word(sure, time, known, middle)
            words.append(Word(token.text, offset, start + shift, end + shift, round(value, 3)))
        return tuple(words)

    def _most(self) -> float:
        language = self._locale.language
        if language == "en":
            return _ENGLISH
        speaker = pronounce.find()
        return _FOREIGN if speaker is not None and speaker.knows(language) else _SPELLED

    def _count(self) -> int:
        if self._helpers is not None:
            return max(1, self._helpers)
        if self._recording.duration_ms < _WORTH_HELP_MS:
            return 1
        # What this process may use: containers are given fewer cores than there are.
        allowed = getattr(os, "sched_getaffinity", None)
        cores = len(allowed(0)) if allowed else os.cpu_count() or 1
        return min(_MOST_HELPERS, cores)

    def _step(self, name: str) -> Callable[[int, int], None] | None:
        progress = self._progress
        if progress is None:
            return None
        return lambda done, total: progress(name, done, total)


def _heard(line: script.Line, row: Times, times: recognize.Times) -> list[bool]:
    """For each token whether the recogniser heard part of it where it was aligned."""
    found = []
    at = line.first
    for token, time in zip(line.tokens, row, strict=True):
        count = len(token.readings[0]) if token.readings else 0
        units = times[at : at + count]
        at += count
        found.append(
            any(u and u.start_ms < time.end_ms and u.end_ms > time.start_ms for u in units)
        )
    return found


def _outer(times: Times) -> tuple[int, int]:
    return times[0].start_ms, times[-1].end_ms


def _voiced(times: Times, voices: "np.ndarray[Any, np.dtype[np.float32]]") -> float:
    """The share of a line's words that the detector calls voice."""
    total = heard = 0.0
    for time in times:
        if not time.phones:
            continue
        low = time.start_ms // vad.FRAME_MS
        part = voices[low : max(low + 1, -(-time.end_ms // vad.FRAME_MS))]
        total += len(part)
        heard += float((part > _GENEROUS).sum())
    return heard / total if total else 0.0


def supports(locale: Locale) -> bool:
    """True where the sounds of a language are known: English, or what espeak-ng speaks.

    Without espeak-ng other languages are read by English spelling. Measured on
    2026-11-23, that lost 3 of 14 Italian sentences, with a low confidence each, where
    espeak-ng's sounds placed all of them: the pauses alone do better.
    """
    if locale.language == "en":
        return True
    speaker = pronounce.find()
    return speaker is not None and speaker.knows(locale.language)
