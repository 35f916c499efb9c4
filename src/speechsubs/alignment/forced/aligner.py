"""The forced aligner: runs the steps described in the package docstring."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from speechsubs.adapters.files import temporary_folder
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
from speechsubs.alignment.forced.chunks import fill_gaps, place_recognized
from speechsubs.alignment.forced.decode import TokenTime
from speechsubs.alignment.forced.pronounce import Pronouncer
from speechsubs.alignment.forced.workers import WorkerPool
from speechsubs.audio import Recording
from speechsubs.errors import InputError
from speechsubs.language.locales import Locale
from speechsubs.model import Sentence, Word
from speechsubs.protocols import Placement

if TYPE_CHECKING:
    import numpy as np

#: Shorter recordings are not worth the start of worker processes.
_MIN_PARALLEL_MS: Final = 90_000
_MAX_WORKERS: Final = 4
#: VAD threshold of the first pass: low, so that no quiet word is lost.
_LOW_THRESHOLD: Final = 0.35
_PAD_MS: Final = 150
#: Upper limits of confidence: the acoustic model was trained on English only. Italian and
#: Catalan were measured too, on one voice each: all starts were within 100 ms.
_MAX_ENGLISH: Final = 1.0
_MAX_FOREIGN: Final = 0.85
_MAX_SPELLED: Final = 0.6
#: VAD threshold for onsets: lower, because speech may begin softly.
_ONSET_THRESHOLD: Final = 0.3
#: Called with the name of a step ("voice", "listen", "decide", "align"), the work done
#: and the total.
Progress = Callable[[str, int, int], None]
Times = tuple[TokenTime, ...]


class ForcedAligner:
    """An `Aligner` that recognizes the words. See the package docstring.

    `lexicon` holds the user's pronunciations (`pronounce.load_lexicon`).
    """

    name = "speech"

    def __init__(
        self,
        recording: Recording,
        locale: Locale,
        *,
        lexicon: pronounce.Lexicon | None = None,
        progress: Progress | None = None,
        workers: int | None = None,
        curve: vad.SpeechCurve | None = None,
    ) -> None:
        """`workers` is the number of processes (None: one per core, up to 4, for long
        recordings). `curve` is the recording's speech curve, if the caller has it already.
        """
        self._recording = recording
        self._locale = locale
        self._lexicon = lexicon or {}
        self._progress = progress
        self._workers = workers
        self._curve = curve or vad.SpeechCurve(recording)

    def place(self, sentences: Sequence[Sentence]) -> Placement:
        """Time every word of every sentence; sentences that are not spoken are reported.

        Raises `InputError` if pocketsphinx is not installed.
        """
        try:
            import numpy as np  # noqa: F401 - part of an extra
            import pocketsphinx  # noqa: F401
        except ImportError as error:
            raise InputError(
                self._recording.name,
                f"forced alignment requires further packages ({error.name})",
                "Install them: pip install 'speechsubs[align]', or use --aligner estimate",
            ) from error
        pronouncer = Pronouncer(self._locale.language, self._lexicon)
        text = script.build_script(sentences, pronouncer)
        probabilities = self._curve.values(self._progress_of("voice"))
        with temporary_folder() as folder:
            return self._place(sentences, text, pronouncer, probabilities, folder)

    def _place(
        self,
        sentences: Sequence[Sentence],
        text: script.Script,
        pronouncer: Pronouncer,
        probabilities: "np.ndarray[Any, np.dtype[np.float32]]",
        folder: Path,
    ) -> Placement:
        sound = self._recording
        wide = vad.find_regions(probabilities, sound.duration_ms, _LOW_THRESHOLD, _PAD_MS, 200)
        narrow = vad.find_regions(probabilities, sound.duration_ms, 0.5, 0, 200)
        recognize.write_dictionary(pronouncer.units, folder / "words.dict")
        recognize.write_model(text, folder / "text.lm")
        with WorkerPool(folder, sound.samples, self._worker_count()) as pool:
            groups = recognize.group_regions(wide) if text.units else []
            parts = pool.map(
                lambda part: pool.recognize(*part), groups, self._progress_of("listen")
            )
            times = recognize.match_units(text, [heard for part in parts for heard in part])
            spans = decide.find_spans(
                text, times, wide, sound.duration_ms, pool, self._progress_of("decide")
            )
            placed, unaligned = self._align(text, times, spans, wide, narrow, pool)
        confidences, middle = self._rate_lines(placed, spans, unaligned, probabilities, narrow)
        onsets = vad.find_regions(probabilities, sound.duration_ms, _ONSET_THRESHOLD, 0, 100)
        fades = vad.find_regions(probabilities, sound.duration_ms, 0.5, 0, 100)
        placed = boundaries.widen(placed, onsets, fades, confidences)
        filled = fill_gaps(text, placed, sound.duration_ms)
        done = tuple(
            replace(
                sentence,
                words=self._to_words(
                    line, row, _recognized_tokens(line, row, times), confidences[n], middle
                ),
            )
            for n, (sentence, line, row) in enumerate(
                zip(sentences, text.lines, filled, strict=True)
            )
        )
        findings = (
            *confidence.find_doubtful_sentences(text, done, placed, unaligned, confidences),
            *confidence.find_speech_without_text(placed, narrow, sound.offset_ms),
            *confidence.find_guessed_words(text),
        )
        return Placement(done, self.name, findings)

    def _align(
        self,
        text: script.Script,
        times: recognize.UnitTimes,
        spans: Sequence[decide.Span | None],
        wide: Sequence[vad.Region],
        narrow: Sequence[vad.Region],
        pool: WorkerPool,
    ) -> tuple[list[Times | None], set[int]]:
        """Token times of the spoken lines, and the lines that could not be aligned."""
        found: list[Times | None] = [None] * len(text.lines)
        unaligned: set[int] = set()
        todo = chunks.build_chunks(spans, wide, self._recording.duration_ms)

        def place(chunk: chunks.Chunk) -> list[Times] | None:
            lines = [text.lines[n].spoken_forms for n in chunk.lines]
            return chunks.align_chunk(chunk, lines, [spans[n] for n in chunk.lines], narrow, pool)

        for chunk, rows in zip(
            todo, pool.map(place, todo, self._progress_of("align")), strict=True
        ):
            for row, number in enumerate(chunk.lines):
                span = spans[number]
                assert span is not None
                if rows is None:
                    unaligned.add(number)
                    found[number] = place_recognized(text, number, times, span)
                else:
                    found[number] = boundaries.snap_to_pauses(rows[row], narrow)
        return found, unaligned

    def _rate_lines(
        self,
        placed: Sequence[Times | None],
        spans: Sequence[decide.Span | None],
        unaligned: set[int],
        probabilities: "np.ndarray[Any, np.dtype[np.float32]]",
        narrow: Sequence[vad.Region],
    ) -> tuple[list[float], float]:
        """The confidence in each line, and the recording's median score."""
        taken = [n for n, times in enumerate(placed) if times]
        edge = [_extent(times) for times in placed if times]
        beside = {
            n: boundaries.uncovered_speech(narrow, edge, place) for place, n in enumerate(taken)
        }
        known: list[confidence.Evidence | None] = []
        for number, times in enumerate(placed):
            span = spans[number]
            if times is None or span is None or number in unaligned:
                known.append(None)
                continue
            speech_share = _speech_share(times, probabilities)
            known.append(
                confidence.collect_evidence(times, span, speech_share, beside.get(number, (0, 0)))
            )
        middle, deviation = confidence.median_and_deviation(
            [k.score for k in known if k is not None]
        )
        most = self._max_confidence()
        confidences = [
            most * confidence.line_confidence(k, middle, deviation)
            if k is not None
            else (confidence.FALLBACK if n in unaligned else confidence.NO_EVIDENCE)
            for n, k in enumerate(known)
        ]
        return confidences, middle

    def _to_words(
        self,
        line: script.Line,
        times: Times,
        heard: Sequence[bool],
        line_confidence: float,
        middle: float,
    ) -> tuple[Word, ...]:
        shift = self._recording.offset_ms
        words = []
        clock = 0
        for token, offset, time, known in zip(line.tokens, line.offsets, times, heard, strict=True):
            start = max(clock, time.start_ms)
            end = max(start, time.end_ms)
            clock = start
            value = confidence.word_confidence(line_confidence, time, known, middle)
            words.append(Word(token.text, offset, start + shift, end + shift, round(value, 3)))
        return tuple(words)

    def _max_confidence(self) -> float:
        language = self._locale.language
        if language == "en":
            return _MAX_ENGLISH
        espeak = pronounce.load_espeak()
        return _MAX_FOREIGN if espeak is not None and espeak.supports(language) else _MAX_SPELLED

    def _worker_count(self) -> int:
        if self._workers is not None:
            return max(1, self._workers)
        if self._recording.duration_ms < _MIN_PARALLEL_MS:
            return 1
        # The cores this process may use: containers often have fewer than the machine.
        allowed = getattr(os, "sched_getaffinity", None)
        cores = len(allowed(0)) if allowed else os.cpu_count() or 1
        return min(_MAX_WORKERS, cores)

    def _progress_of(self, name: str) -> Callable[[int, int], None] | None:
        progress = self._progress
        if progress is None:
            return None
        return lambda done, total: progress(name, done, total)


def _recognized_tokens(line: script.Line, row: Times, times: recognize.UnitTimes) -> list[bool]:
    """For each token, whether part of it was recognized where it was aligned."""
    found = []
    at = line.first
    for token, time in zip(line.tokens, row, strict=True):
        count = len(token.spoken_forms[0]) if token.spoken_forms else 0
        units = times[at : at + count]
        at += count
        found.append(
            any(u and u.start_ms < time.end_ms and u.end_ms > time.start_ms for u in units)
        )
    return found


def _extent(times: Times) -> tuple[int, int]:
    return times[0].start_ms, times[-1].end_ms


def _speech_share(times: Times, probabilities: "np.ndarray[Any, np.dtype[np.float32]]") -> float:
    """The share of a line's words that the VAD classifies as speech."""
    total = heard = 0.0
    for time in times:
        if not time.phones:
            continue
        low = time.start_ms // vad.FRAME_MS
        part = probabilities[low : max(low + 1, -(-time.end_ms // vad.FRAME_MS))]
        total += len(part)
        heard += float((part > _LOW_THRESHOLD).sum())
    return heard / total if total else 0.0


def supports(locale: Locale) -> bool:
    """True if pronunciations are available: for English, or through espeak-ng.

    Without espeak-ng the words of other languages would be read by English spelling
    rules. Measured on 2026-11-23, that lost 3 of 14 Italian sentences, each with a low
    confidence, while espeak-ng placed all of them: the pause aligner does better.
    """
    if locale.language == "en":
        return True
    espeak = pronounce.load_espeak()
    return espeak is not None and espeak.supports(locale.language)
