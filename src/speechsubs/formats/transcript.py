"""Convert subtitles to a transcript: running text with word times."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from typing import Final

from speechsubs.formats.text import Labels, is_title_case, strip_turn_marker
from speechsubs.formats.wordtimes import (
    ParagraphBuilder,
    join_all,
    make_word_lookup,
    split_words,
    spread_times,
)
from speechsubs.model import Cue, Paragraph, Track, Transcript, Word

#: A longer pause ends a paragraph.
PARAGRAPH_GAP_MS: Final = 2_000
#: A longer pause ends a heading, which has no final punctuation.
HEADING_GAP_MS: Final = 400

_DASH = re.compile(r"[-‐‑–—]\s*(?=\S)")
_DASH_SPACE = re.compile(r"[-‐‑–]\s+(?=\S)")
#: Sounds: text completely in brackets or between notes. Parentheses count only without a
#: full stop inside, because a speaker may say a sentence in parentheses.
_SOUND = re.compile(
    r"\[[^\]]*\][.!]?|【[^】]*】|\([^().!?]*\)|（[^（）。！？]*）|[♪♫#*][^♪♫]*[♪♫#*]|[♪♫].*|[♪♫]+",
    re.DOTALL,
)
_VOICE = re.compile(r"<v(?:\.[^ >]*)? ([^>]{1,80})>")


@dataclass(frozen=True, slots=True)
class _Turn:
    """The text of one speaker in one cue. `opens` starts a new paragraph."""

    lines: list[str]
    speaker: str = ""
    opens: bool = False
    sound: bool = False


@dataclass(slots=True)
class _OpenParagraph:
    """The paragraph under construction."""

    running: ParagraphBuilder
    number: int
    speaker: str
    sound: bool


def from_track(track: Track) -> Transcript:
    """Join the cues of a track into paragraphs with word times.

    A pause of more than two seconds, a dash or a speaker label starts a new paragraph;
    music and sounds are paragraphs of their own. Word times are interpolated within the
    cue by length. Roll-up captions, in which each cue repeats the last line of the
    previous one, are deduplicated. `Paragraph.line` is the 1-based number of the cue.
    """
    shown = _remove_repeats(track.cues)
    labels = Labels.detect(line for _, _, lines in shown for line in lines)
    whole = make_word_lookup(line for _, _, lines in shown for line in lines)
    paragraphs: list[Paragraph] = []
    current: _OpenParagraph | None = None
    end_ms = 0
    for number, cue, lines in shown:
        start = max(cue.start_ms, end_ms)
        turns = _turns(lines, cue, labels)
        texts = [join_all(turn.lines, whole) for turn in turns]
        timed = _time_words(texts, start, max(start, cue.end_ms))
        for turn, text, words in zip(turns, texts, timed, strict=True):
            if current is None or _starts_paragraph(turn, text, current, cue.start_ms - end_ms):
                if current is not None:
                    paragraphs.append(_close(current))
                current = _OpenParagraph(ParagraphBuilder(), number, turn.speaker, turn.sound)
            current.running.add(text, words, whole)
        end_ms = max(start, cue.end_ms)
    if current is not None:
        paragraphs.append(_close(current))
    return Transcript(tuple(paragraphs), track.source, track.language, track.findings)


def _starts_paragraph(turn: _Turn, text: str, current: _OpenParagraph, pause_ms: int) -> bool:
    if turn.opens or turn.sound or current.sound or pause_ms > PARAGRAPH_GAP_MS:
        return True
    if pause_ms >= HEADING_GAP_MS:
        # A heading has no full stop: its pauses and capitals show where it begins and ends.
        before = current.running.text
        if is_title_case(before) and text[:1].isupper():
            return True
        if is_title_case(text) and before.rstrip("\"'”’»")[-1:] in ".!?":
            return True
    return bool(turn.speaker) and turn.speaker != current.speaker


def _close(current: _OpenParagraph) -> Paragraph:
    running = current.running
    return Paragraph(
        running.text, line=current.number, words=tuple(running.words), speaker=current.speaker
    )


def _time_words(texts: Sequence[str], start_ms: int, end_ms: int) -> list[tuple[Word, ...]]:
    """Time the words of the texts of one cue."""
    found = [split_words(text) for text in texts]
    times = iter(spread_times([word for part in found for _, word in part], start_ms, end_ms))
    return [tuple(Word(word, offset, *next(times)) for offset, word in part) for part in found]


def _turns(lines: Sequence[str], cue: Cue, labels: Labels) -> list[_Turn]:
    """Group the lines of a cue by speaker."""
    if _SOUND.fullmatch("\n".join(lines)):
        return [_Turn(list(lines), sound=True)]
    voices = cue.markup if len(cue.markup) == len(lines) else ("",) * len(lines)
    dashes = sum(_DASH.match(line) is not None for line in lines)
    name = ""
    turns: list[_Turn] = []
    for line, markup in zip(lines, voices, strict=True):
        opens, line = strip_turn_marker(line)
        # A single dash may be a minus sign, so it needs a space after it.
        dash = (_DASH if dashes > 1 else _DASH_SPACE).match(line)
        if dash:
            opens, line = True, line[dash.end() :]
        speaker, line = labels.split(line)
        voice = _VOICE.search(markup)
        name = speaker or (unescape(voice[1]).strip() if voice else name)
        if not line:
            # A label on a line of its own names the speaker of the next line.
            continue
        last = turns[-1] if turns else None
        if _SOUND.fullmatch(line):
            turns.append(_Turn([line], sound=True))
        elif last is None or last.sound or opens or (name and name != last.speaker):
            turns.append(_Turn([line], name, opens))
        else:
            last.lines.append(line)
        name = ""
    return turns


def _remove_repeats(cues: Sequence[Cue]) -> list[tuple[int, Cue, tuple[str, ...]]]:
    """Cues with their numbers and lines, without the repeated lines of roll-up captions.

    Automatic captions of video sites repeat the last line of a cue as the first of the
    next. They do so throughout, so a few repeats in an ordinary track ("No! - No!") are
    kept.
    """
    numbered = list(enumerate(sorted(cues, key=lambda c: (c.start_ms, c.end_ms)), start=1))
    plain = [(number, cue, cue.lines) for number, cue in numbered if cue.lines]
    repeats = sum(_rolls(a[1], b[1]) for a, b in pairwise(plain))
    if len(plain) < 4 or repeats * 2 < len(plain) - 1:
        return plain
    return list(_unroll(plain))


def _rolls(before: Cue, after: Cue) -> bool:
    touching = after.start_ms - before.end_ms <= 50
    return touching and before.lines[-1] == after.lines[0]


def _unroll(
    plain: Sequence[tuple[int, Cue, tuple[str, ...]]],
) -> Iterator[tuple[int, Cue, tuple[str, ...]]]:
    previous: Cue | None = None
    for number, cue, lines in plain:
        if previous is not None and _rolls(previous, cue):
            shared = next(
                size
                for size in range(min(len(previous.lines), len(lines), 4), 0, -1)
                if previous.lines[-size:] == lines[:size]
            )
            lines = lines[shared:]
        previous = cue
        if lines:
            yield number, cue, lines
