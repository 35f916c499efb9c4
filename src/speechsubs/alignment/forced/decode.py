"""Decode pieces of a recording with pocketsphinx grammars.

A grammar contains the tokens of some lines with all their spoken forms. The alignment
grammar requires every line and gives word boundaries; in the decision grammar lines are
optional and other speech may come between them.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from speechsubs.alignment.forced.pronounce import PHONES
from speechsubs.alignment.forced.recognize import FRAME_MS, garbage_name
from speechsubs.alignment.forced.script import LineForms
from speechsubs.audio import RATE

if TYPE_CHECKING:
    import numpy as np

#: Narrow beams are fast but fail on difficult speech, so wider ones follow.
BEAMS: Final = ("1e-48", "1e-80", "1e-300")
#: The decision grammar needs wider beams: in noise nothing is found at 1e-120, and 1e-300
#: takes 2.4 times as long as 1e-200 for the same results (measured).
DECISION_BEAMS: Final = ("1e-200", "1e-300")
#: The probability of a phone that is not in the text, and of skipping a line. In noise
#: free phones fit better than the correct words, so they must be improbable where the
#: duration matches the text, and more probable where some speech must be left over.
LOW_GARBAGE: Final = 1e-12
HIGH_GARBAGE: Final = 1e-9
_SKIP: Final = 1e-40

Arc = tuple[int, int, float, str] | tuple[int, int, float]


@dataclass(frozen=True, slots=True)
class DecodedWord:
    """A dictionary word found by a grammar."""

    name: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class TokenTime:
    """The time of a token, with scores from the second pass.

    `score` is the acoustic log score per frame, `shortest` the number of `phones` at the
    model's minimum length, `first` the first phone and `first_ms` its duration. A token
    that is not spoken has no phones.
    """

    start_ms: int
    end_ms: int
    score: float = 0.0
    phones: int = 0
    shortest: int = 0
    first: str = ""
    first_ms: int = 0


@dataclass(frozen=True, slots=True)
class UnitScores:
    """The second pass's scores of one unit; fields as in `TokenTime`."""

    score: float = 0.0
    phones: int = 0
    shortest: int = 0
    first: str = ""
    first_ms: int = 0


@dataclass(frozen=True, slots=True)
class LineTimes:
    """The token times of the requested lines, and the beam that found them."""

    lines: tuple[tuple[TokenTime, ...], ...]
    beam: str


@dataclass(frozen=True, slots=True)
class LineDecision:
    """The result of the decision grammar: the time of every line, or None."""

    lines: tuple[tuple[int, int] | None, ...]


class Grammars:
    """Decoders for one dictionary, one for each beam, created on demand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._decoders: dict[str, Any] = {}

    def align(
        self, samples: "np.ndarray[Any, Any]", start_ms: int, lines: Sequence[LineForms]
    ) -> LineTimes | None:
        """The times of all tokens, or None if no beam finds a path."""
        arcs, final = _alignment_grammar(lines)
        if not final or len(samples) < RATE // 20:
            return None
        data = samples.tobytes()
        for beam in BEAMS:
            found = self._decode(data, beam, arcs, final)
            if not found:
                continue
            path = _find_path(arcs, final, [p.name for p in found])
            if path is None:
                continue
            scores = self._scores(data, beam)
            if len(scores) != len(found):
                scores = [UnitScores()] * len(found)
            return LineTimes(_collect_tokens(lines, path, found, scores, start_ms), beam)
        return None

    def decide(
        self,
        samples: "np.ndarray[Any, Any]",
        start_ms: int,
        lines: Sequence[LineForms],
        garbage_probability: float = HIGH_GARBAGE,
    ) -> LineDecision | None:
        """Which of the lines are spoken, or None if no beam finds a path.

        `garbage_probability` is the probability of a phone that is not in the text.
        """
        arcs, final, line_of_arc = _decision_grammar(lines, garbage_probability)
        if len(samples) < RATE // 10:
            return None
        data = samples.tobytes()
        found: list[DecodedWord] = []
        path: list[int] | None = None
        for beam in DECISION_BEAMS:
            found = self._decode(data, beam, arcs, final)
            path = _find_path(arcs, final, [p.name for p in found]) if found else None
            self._remove_search(beam)
            if path is not None:
                break
        if path is None:
            return None
        times: list[tuple[int, int] | None] = [None] * len(lines)
        for arc, piece in zip(path, found, strict=True):
            line = line_of_arc.get(arc)
            if line is None:
                continue
            span = times[line]
            begin = start_ms + piece.start_ms if span is None else span[0]
            times[line] = (begin, start_ms + piece.end_ms)
        return LineDecision(tuple(times))

    def _decoder(self, beam: str) -> Any:
        from pocketsphinx import Decoder

        from speechsubs.alignment.forced.pronounce import model_folder

        if beam not in self._decoders:
            width = float(beam)
            self._decoders[beam] = Decoder(
                hmm=str(model_folder() / "en-us"),
                dict=str(self._folder / "words.dict"),
                lm=None,
                loglevel="FATAL",
                beam=width,
                pbeam=width,
                wbeam=width,
                lw=1.0,
                wip=1.0,
                bestpath=False,
            )
        return self._decoders[beam]

    def _remove_search(self, beam: str) -> None:
        """Free the memory of a decoder's last search."""
        decoder = self._decoders[beam]
        if decoder.current_search() == "lines":
            decoder.remove_search("lines")

    def _decode(self, data: bytes, beam: str, arcs: Sequence[Arc], final: int) -> list[DecodedWord]:
        decoder = self._decoder(beam)
        try:
            decoder.add_fsg("lines", decoder.create_fsg("lines", 0, final, list(arcs)))
            decoder.activate_search("lines")
            _run(decoder, data)
            if decoder.hyp() is None:
                return []
            return [
                DecodedWord(
                    s.word.partition("(")[0],
                    s.start_frame * FRAME_MS,
                    (s.end_frame + 1) * FRAME_MS,
                )
                for s in decoder.seg()
                if s.word[0] not in "<[("
            ]
        except (RuntimeError, ValueError):
            return []

    def _scores(self, data: bytes, beam: str) -> list[UnitScores]:
        """The scores of each word of the last decoding, from a second pass."""
        decoder = self._decoder(beam)
        try:
            decoder.set_alignment()
            _run(decoder, data)
            alignment = decoder.get_alignment()
        except RuntimeError:
            return []
        if alignment is None:
            return []
        found = []
        for word in alignment:
            if word.name[0] in "<[(":
                continue
            phones = [(phone.name, phone.duration) for phone in word]
            short = sum(1 for _, length in phones if length <= 3)
            first, length = phones[0] if phones else ("", 0)
            score = word.score / max(1, word.duration)
            found.append(UnitScores(score, len(phones), short, first, length * FRAME_MS))
        _free_alignment(decoder)
        return found


def _free_alignment(decoder: Any) -> None:
    """Free the table of the second pass, which grows with the square of the length.

    50 s take 65 MB, which would stay allocated until the next call (measured on
    2026-11-23).
    """
    decoder.activate_search("lines")
    try:
        decoder.remove_search("_state_align")
    except (KeyError, RuntimeError):
        return  # another version's name for it: freed by the next call


def _run(decoder: Any, data: bytes) -> None:
    # Without this, noise estimated from the previous call is subtracted here, and results
    # depend on the order of the calls.
    decoder.reinit_feat()
    decoder.start_utt()
    try:
        decoder.process_raw(data, full_utt=True)
    finally:
        decoder.end_utt()


def _alignment_grammar(lines: Sequence[LineForms]) -> tuple[list[Arc], int]:
    """The arcs of all lines in sequence, and the final state."""
    arcs: list[Arc] = []
    state = top = 0
    for line in lines:
        state, top, _ = _add_line(line, state, top, arcs)
    # States inside spoken forms may have higher numbers than the final one.
    return arcs, state


def _add_line(line: LineForms, state: int, top: int, arcs: list[Arc]) -> tuple[int, int, list[int]]:
    """Append a line's arcs after `state`: the state after it, the highest one, its arcs."""
    added: list[int] = []
    for spoken_forms in line:
        if not spoken_forms:
            continue
        top += 1
        after = top
        for form in spoken_forms:
            at = state
            for number, unit in enumerate(form):
                target = after
                if number + 1 < len(form):
                    top += 1
                    target = top
                added.append(len(arcs))
                arcs.append((at, target, 1.0, unit))
                at = target
        state = after
    return state, top, added


def _decision_grammar(
    lines: Sequence[LineForms], garbage_probability: float
) -> tuple[list[Arc], int, dict[int, int]]:
    """The arcs of the decision grammar, its final state, and the line of each arc."""
    arcs: list[Arc] = []
    line_of_arc: dict[int, int] = {}
    state = top = 0
    names = [garbage_name(phone) for phone in sorted(PHONES)]
    for number, line in enumerate(lines):
        arcs += [(state, state, garbage_probability, name) for name in names]
        after, top, added = _add_line(line, state, top, arcs)
        line_of_arc.update(dict.fromkeys(added, number))
        if after != state:
            arcs.append((state, after, _SKIP))
        state = after
    arcs += [(state, state, garbage_probability, name) for name in names]
    return arcs, state, line_of_arc


def _find_path(arcs: Sequence[Arc], final: int, names: Sequence[str]) -> list[int] | None:
    """The arcs that a sequence of words takes, or None if it does not reach `final`."""
    outgoing: dict[int, list[int]] = {}
    for number, arc in enumerate(arcs):
        outgoing.setdefault(arc[0], []).append(number)

    def closure(states: dict[int, int]) -> dict[int, int]:
        queue = list(states)
        for state in queue:
            for number in outgoing.get(state, ()):
                if len(arcs[number]) == 3 and arcs[number][1] not in states:
                    states[arcs[number][1]] = states[state]
                    queue.append(arcs[number][1])
        return states

    # Back pointers (arc, index of the previous one); `now` maps states to indices.
    trail: list[tuple[int, int]] = []
    now = closure({0: -1})
    for name in names:
        reached: dict[int, int] = {}
        for state, link in now.items():
            for number in outgoing.get(state, ()):
                arc = arcs[number]
                if len(arc) == 4 and arc[3] == name and arc[1] not in reached:
                    trail.append((number, link))
                    reached[arc[1]] = len(trail) - 1
        if not reached:
            return None
        now = closure(reached)
    if final not in now:
        return None
    taken: list[int] = []
    link = now[final]
    while link >= 0:
        number, link = trail[link]
        taken.append(number)
    return taken[::-1]


def _collect_tokens(
    lines: Sequence[LineForms],
    path: Sequence[int],
    found: Sequence[DecodedWord],
    scores: Sequence[UnitScores],
    start_ms: int,
) -> tuple[tuple[TokenTime, ...], ...]:
    """Combine the decoded units into the tokens that they belong to."""
    arcs: list[Arc] = []
    owner: dict[int, tuple[int, int]] = {}
    state = top = 0
    for row, line in enumerate(lines):
        for column, spoken_forms in enumerate(line):
            state, top, added = _add_line((spoken_forms,), state, top, arcs)
            owner.update(dict.fromkeys(added, (row, column)))
    times: dict[tuple[int, int], TokenTime] = {}
    for arc, piece, new in zip(path, found, scores, strict=True):
        where = owner[arc]
        old = times.get(where)
        start, end = start_ms + piece.start_ms, start_ms + piece.end_ms
        if old is None:
            times[where] = TokenTime(start, end, *astuple(new))
            continue
        # The score of several units is their mean, weighted by phones.
        total = max(1, old.phones + new.phones)
        times[where] = replace(
            old,
            end_ms=end,
            score=(old.score * old.phones + new.score * new.phones) / total,
            phones=old.phones + new.phones,
            shortest=old.shortest + new.shortest,
        )
    result: list[tuple[TokenTime, ...]] = []
    clock = start_ms
    for row, line in enumerate(lines):
        done = []
        for column in range(len(line)):
            time = times.get((row, column), TokenTime(clock, clock))
            clock = time.end_ms
            done.append(time)
        result.append(tuple(done))
    return tuple(result)
