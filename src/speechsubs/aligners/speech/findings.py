"""What a person should know about a placement."""

from collections.abc import Sequence
from typing import Final

from speechsubs.aligners.speech.decode import TokenTime
from speechsubs.aligners.speech.script import Script
from speechsubs.aligners.voice import Region
from speechsubs.model import Finding, Sentence, Severity

#: A voice for shorter than this may be a cough, a laugh or a slip of the detector.
_SPEECH_MS: Final = 1_200
_MARGIN_MS: Final = 250
_UNSURE: Final = 0.5
_MOST_WORDS: Final = 60
_SHOWN: Final = 60


def report(
    script: Script,
    sentences: Sequence[Sentence],
    placed: Sequence[tuple[TokenTime, ...] | None],
    fallen: set[int],
    sure: Sequence[float],
    regions: Sequence[Region],
    offset_ms: int,
) -> tuple[Finding, ...]:
    """Sentences not spoken or not sure, speech not in the text, guessed words."""
    found: list[Finding] = []
    for number, sentence in enumerate(sentences):
        if not script.lines[number].length:
            continue
        code, message = "", ""
        if placed[number] is None:
            code, message = "not-spoken", "not heard in the recording; its time is a guess"
        elif number in fallen:
            code, message = "not-aligned", "its words could not be aligned; times are rough"
        elif sure[number] < _UNSURE:
            code, message = "unsure-time", "the words fit the sound badly; look at its time"
        if code:
            found.append(
                Finding(
                    code,
                    Severity.WARNING,
                    f"{message}: {_short(sentence.text)}",
                    sentence=sentence.index,
                    line=sentence.line,
                    start_ms=sentence.words[0].start_ms if sentence.words else None,
                    value=round(sure[number], 3),
                )
            )
    found += _not_in_text(placed, regions, offset_ms)
    guessed = dict.fromkeys(t.text for line in script.lines for t in line.tokens if t.guessed)
    if guessed:
        shown = ", ".join(list(guessed)[:_MOST_WORDS])
        more = f" and {len(guessed) - _MOST_WORDS} more" if len(guessed) > _MOST_WORDS else ""
        found.append(
            Finding(
                "pronunciation-guessed",
                Severity.INFO,
                f"pronunciation guessed (a lexicon corrects it): {shown}{more}",
                value=float(len(guessed)),
            )
        )
    return tuple(found)


def _not_in_text(
    placed: Sequence[tuple[TokenTime, ...] | None], regions: Sequence[Region], offset_ms: int
) -> list[Finding]:
    """Stretches with a voice that no line covers. Linear in lines and regions."""
    covered = [(t[0].start_ms - _MARGIN_MS, t[-1].end_ms + _MARGIN_MS) for t in placed if t]
    found: list[Finding] = []
    low = 0
    for region in regions:
        while low < len(covered) and covered[low][1] < region.start_ms:
            low += 1
        clock = region.start_ms
        at = low
        holes: list[tuple[int, int]] = []
        while at < len(covered) and covered[at][0] < region.end_ms:
            holes.append((clock, covered[at][0]))
            clock = max(clock, covered[at][1])
            at += 1
        holes.append((clock, region.end_ms))
        for start, end in holes:
            if end - start >= _SPEECH_MS:
                found.append(
                    Finding(
                        "not-in-text",
                        Severity.WARNING,
                        f"a voice for {(end - start) / 1_000:.1f} s that is not in the text",
                        start_ms=start + offset_ms,
                        value=float(end - start),
                    )
                )
    return found


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
