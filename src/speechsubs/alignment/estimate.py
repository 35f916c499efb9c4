"""Word times without a recording, estimated from the text.

Always reported as an estimate. It is good enough for segmentation and reading speed;
scaled to a known duration it drifts by seconds, not minutes. Lip-synchronous cues need
the recording.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from speechsubs.cues.timeline import split_words
from speechsubs.language.locales import Locale
from speechsubs.model import Sentence, Word
from speechsubs.protocols import Placement

_VOWELS = re.compile(
    r"[aeiouyáéíóúàèìòùâêîôûäëïöüãõåæœøýıаеёиоуыэюяіїєαεηιουωάέήίόύώ]+", re.IGNORECASE
)
_SPELLED = re.compile(r"[A-ZÄÖÜ]{2,5}\d*|[A-Z]\d+|\d+[A-Z]")
_CLAUSE = re.compile(r"[,;:—–…，；：、]['\"”’»」』)]*$|[.!?。！？]['\"”’»」』)]+$")
_MIN_WORD_MS = 90


class EstimateAligner:
    """An `Aligner` that estimates word durations from the text alone."""

    name = "estimate"

    def __init__(self, locale: Locale, duration_ms: int | None = None) -> None:
        """`duration_ms` is the length of the speech, if known: all times are scaled to it."""
        self._locale = locale
        self._duration_ms = duration_ms

    def place(self, sentences: Sequence[Sentence]) -> Placement:
        """Add estimated word times to every sentence."""
        rules = self._locale.speech
        clock = 0.0
        spans: list[list[tuple[str, int, float, float]]] = []
        for number, sentence in enumerate(sentences):
            if number:
                same = sentences[number - 1].paragraph == sentence.paragraph
                clock += rules.sentence_pause_ms if same else rules.paragraph_pause_ms
            found: list[tuple[str, int, float, float]] = []
            words = split_words(sentence.text)
            for index, (text, offset) in enumerate(words):
                length = self.estimate_word_ms(text)
                found.append((text, offset, clock, clock + length))
                clock += length
                if index + 1 < len(words) and _CLAUSE.search(text):
                    clock += rules.comma_pause_ms
            spans.append(found)
        scale = self._duration_ms / clock if self._duration_ms and clock else 1.0
        timed = tuple(
            replace(
                sentence,
                words=tuple(
                    Word(text, offset, round(start * scale), round(end * scale))
                    for text, offset, start, end in found
                ),
            )
            for sentence, found in zip(sentences, spans, strict=True)
        )
        return Placement(timed, self.name)

    def estimate_word_ms(self, text: str) -> float:
        """A word's expected duration in milliseconds, without the pause that follows it."""
        rules = self._locale.speech
        return max(_MIN_WORD_MS, rules.ms_per_word + rules.ms_per_unit * self._count_units(text))

    def _count_units(self, text: str) -> float:
        """The number of syllables in a word (characters in Chinese and Japanese)."""
        bare = text.strip("\"'“”‘’«»()[]¿¡.,;:!?…。，、！？：；")
        if not bare:
            return 0.0
        count = _count_number_units(bare)
        letters = re.sub(r"[^\w]|\d|_", "", bare)
        if _SPELLED.fullmatch(bare):
            return count + len(letters)
        if self._locale.speech.unit == "character":
            wide = sum(1 for c in letters if ord(c) > 0x2E7F)
            latin = len(letters) - wide
            return count + wide + (max(1, latin / 2.5) if latin else 0)
        groups = len(_VOWELS.findall(letters))
        if groups > 1 and self._locale.speech.silent_ending.search(letters):
            groups -= 1
        if letters and not groups:
            # Scripts without written vowels (Arabic): about one syllable per two letters.
            groups = max(1, round(len(letters) / 2.2))
        return count + groups


def _count_number_units(text: str) -> float:
    """The syllables of the digits and signs in a word: 215,900 has ten, 2021 five."""
    digits = [c for c in text if c.isdigit()]
    if not digits:
        return 0.0
    spoken = sum(1 for c in digits if c != "0")
    groups = max(0, (len(digits) - 1) // 3)
    signs = 2 * sum(text.count(sign) for sign in "$€£¥%")
    # "hundred" in a group of three digits, "thousand" between groups.
    return 1.5 * spoken + 2.0 * groups + (1.5 if len(digits) >= 3 else 0) + signs
