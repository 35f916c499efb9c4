"""How far a cue's times are to be trusted, from the words that it shows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from speechsubs.model import Cue, Finding, Sentence, Severity, Track, Word

#: Cues below this are shown to a person.
UNSURE: Final = 0.25
#: So many of them are named where one finding stands for all.
_SHOWN: Final = 20


def trusted(track: Track, sentences: Sequence[Sentence]) -> Track:
    """The track with a confidence in every cue whose words have one.

    It is halfway between the mean of the words on screen and the lowest of them: one
    lost word in a cue is worth a look, though nine good ones hold the cue in place.
    """
    return replace(track, cues=tuple(_with(cue, sentences) for cue in track.cues))


def unsure(track: Track) -> Iterator[Finding]:
    """A finding for every cue under `UNSURE`."""
    for number, cue in enumerate(track.cues, start=1):
        if cue.confidence is not None and cue.confidence < UNSURE:
            yield Finding(
                "timing-unsure",
                Severity.WARNING,
                f"its time is not sure ({cue.confidence:.2f}): listen to it",
                file=track.source,
                locale=track.language,
                cue=number,
                start_ms=cue.start_ms,
                value=cue.confidence,
                limit=UNSURE,
            )


def counted(track: Track) -> list[Finding]:
    """One word about all the cues under `UNSURE`, for tracks that follow the source's times.

    The source track names each of them; the same list again in every language would
    bury what a translator should look at.
    """
    numbers = [
        number
        for number, cue in enumerate(track.cues, start=1)
        if cue.confidence is not None and cue.confidence < UNSURE
    ]
    if not numbers:
        return []
    shown = ", ".join(map(str, numbers[:_SHOWN])) + (" ..." if len(numbers) > _SHOWN else "")
    message = (
        f"the time of cue {shown} is not sure"
        if len(numbers) == 1
        else f"the times of {len(numbers)} cues are not sure: {shown}"
    )
    return [
        Finding(
            "timing-unsure",
            Severity.INFO,
            message,
            file=track.source,
            locale=track.language,
            value=float(len(numbers)),
            limit=UNSURE,
        )
    ]


def confidence(words: Sequence[Word]) -> float | None:
    """Of a stretch of words: half their mean and half the lowest; None without any."""
    known = [word.confidence for word in words if word.confidence is not None]
    if not known:
        return None
    return round((sum(known) / len(known) + min(known)) / 2, 3)


def _with(cue: Cue, sentences: Sequence[Sentence]) -> Cue:
    words = [w for number in cue.sentences for w in sentences[number].words]
    heard = [w for w in words if w.start_ms < cue.end_ms and w.end_ms > cue.start_ms]
    return replace(cue, confidence=confidence(heard or words))
