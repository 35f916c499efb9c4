"""Forced alignment of pieces of sound with pocketsphinx's grammars.

A grammar holds the tokens of some lines with all their readings. The plain one gives
edges; the doubting one may leave lines out and may hear other speech between them.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from speechsubs.alignment.forced.pronounce import PHONES
from speechsubs.alignment.forced.recognize import FRAME_MS, garbage
from speechsubs.alignment.forced.script import Ways
from speechsubs.audio import RATE

if TYPE_CHECKING:
    import numpy as np

#: Narrow beams are quick and fail on hard speech; then wider ones try.
BEAMS: Final = ("1e-48", "1e-80", "1e-300")
#: The doubting grammar keeps far more ways open: in noise nothing is found at 1e-120,
#: and 1e-300 takes 2.4 times as long as 1e-200 for the same answers (measured).
DOUBTING_BEAMS: Final = ("1e-200", "1e-300")
#: What it costs to hear a phone that is not in the text, and to leave a line out.
#: Noise makes free phones fit better than the right words, so the price must be high
#: where the room suits the text; it is low where something must be left over.
GARBAGE_DEAR: Final = 1e-12
GARBAGE_CHEAP: Final = 1e-9
_SKIP: Final = 1e-40

Arc = tuple[int, int, float, str] | tuple[int, int, float]


@dataclass(frozen=True, slots=True)
class Piece:
    """A dictionary word of the grammar as it was found."""

    name: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class TokenTime:
    """One token's time with what the second pass says of it.

    `score` is the acoustic log score per frame, `shortest` how many of `phones` are
    as short as the model allows. `first` is the phone that it begins with and
    `first_ms` how long that lasts. A token that is not spoken has no phones.
    """

    start_ms: int
    end_ms: int
    score: float = 0.0
    phones: int = 0
    shortest: int = 0
    first: str = ""
    first_ms: int = 0


@dataclass(frozen=True, slots=True)
class Sounds:
    """What the second pass says of one unit; fields as in `TokenTime`."""

    score: float = 0.0
    phones: int = 0
    shortest: int = 0
    first: str = ""
    first_ms: int = 0


@dataclass(frozen=True, slots=True)
class Aligned:
    """The tokens of the lines that were asked for, and the beam that it took."""

    lines: tuple[tuple[TokenTime, ...], ...]
    beam: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What the doubting grammar heard: for every line its time, or None."""

    lines: tuple[tuple[int, int] | None, ...]


class Grammars:
    """Decoders for one dictionary, one for each beam, made when needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._decoders: dict[str, Any] = {}

    def align(
        self, samples: "np.ndarray[Any, Any]", start_ms: int, lines: Sequence[Ways]
    ) -> Aligned | None:
        """Times of all tokens, or None where no beam finds a way through."""
        arcs, final = _plain(lines)
        if not final or len(samples) < RATE // 20:
            return None
        data = samples.tobytes()
        for beam in BEAMS:
            found = self._decode(data, beam, arcs, final)
            if not found:
                continue
            path = _path(arcs, final, [p.name for p in found])
            if path is None:
                continue
            scores = self._scores(data, beam)
            if len(scores) != len(found):
                scores = [Sounds()] * len(found)
            return Aligned(_tokens(lines, path, found, scores, start_ms), beam)
        return None

    def decide(
        self,
        samples: "np.ndarray[Any, Any]",
        start_ms: int,
        lines: Sequence[Ways],
        price: float = GARBAGE_CHEAP,
    ) -> Decided | None:
        """Which of the lines are spoken in a piece, or None where that cannot be told.

        `price` is the probability of a phone that is not in the text.
        """
        arcs, final, entries = _doubting(lines, price)
        if len(samples) < RATE // 10:
            return None
        data = samples.tobytes()
        found: list[Piece] = []
        path: list[int] | None = None
        for beam in DOUBTING_BEAMS:
            found = self._decode(data, beam, arcs, final)
            path = _path(arcs, final, [p.name for p in found]) if found else None
            self._drop(beam)
            if path is not None:
                break
        if path is None:
            return None
        times: list[tuple[int, int] | None] = [None] * len(lines)
        for arc, piece in zip(path, found, strict=True):
            line = entries.get(arc)
            if line is None:
                continue
            span = times[line]
            begin = start_ms + piece.start_ms if span is None else span[0]
            times[line] = (begin, start_ms + piece.end_ms)
        return Decided(tuple(times))

    def _decoder(self, beam: str) -> Any:
        from pocketsphinx import Decoder

        from speechsubs.alignment.forced.pronounce import model

        if beam not in self._decoders:
            width = float(beam)
            self._decoders[beam] = Decoder(
                hmm=str(model() / "en-us"),
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

    def _drop(self, beam: str) -> None:
        """Give back what the last search of a decoder remembers."""
        decoder = self._decoders[beam]
        if decoder.current_search() == "lines":
            decoder.remove_search("lines")

    def _decode(self, data: bytes, beam: str, arcs: Sequence[Arc], final: int) -> list[Piece]:
        decoder = self._decoder(beam)
        try:
            decoder.add_fsg("lines", decoder.create_fsg("lines", 0, final, list(arcs)))
            decoder.activate_search("lines")
            _run(decoder, data)
            if decoder.hyp() is None:
                return []
            return [
                Piece(
                    s.word.partition("(")[0],
                    s.start_frame * FRAME_MS,
                    (s.end_frame + 1) * FRAME_MS,
                )
                for s in decoder.seg()
                if s.word[0] not in "<[("
            ]
        except (RuntimeError, ValueError):
            return []

    def _scores(self, data: bytes, beam: str) -> list[Sounds]:
        """The sounds of each word of the last decoding."""
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
            found.append(Sounds(score, len(phones), short, first, length * FRAME_MS))
        _forget(decoder)
        return found


def _forget(decoder: Any) -> None:
    """Give back the table of the second pass: it grows with the square of the piece.

    50 s take 65 MB, which otherwise stay until the next piece (measured on 2026-11-23).
    """
    decoder.activate_search("lines")
    try:
        decoder.remove_search("_state_align")
    except (KeyError, RuntimeError):
        return  # named otherwise: it stays until the next piece


def _run(decoder: Any, data: bytes) -> None:
    # Without this the noise of the piece before is taken off this one, and results
    # depend on who decoded what before.
    decoder.reinit_feat()
    decoder.start_utt()
    try:
        decoder.process_raw(data, full_utt=True)
    finally:
        decoder.end_utt()


def _plain(lines: Sequence[Ways]) -> tuple[list[Arc], int]:
    """Arcs that say all lines, and the last state."""
    arcs: list[Arc] = []
    state = top = 0
    for line in lines:
        state, top, _ = _say(line, state, top, arcs)
    # States that readings took on the way may be higher than the last one.
    return arcs, state


def _say(line: Ways, state: int, top: int, arcs: list[Arc]) -> tuple[int, int, list[int]]:
    """Add a line from a state on: the state after it, the highest one, its arcs."""
    mine: list[int] = []
    for readings in line:
        if not readings:
            continue
        top += 1
        after = top
        for reading in readings:
            at = state
            for number, unit in enumerate(reading):
                target = after
                if number + 1 < len(reading):
                    top += 1
                    target = top
                mine.append(len(arcs))
                arcs.append((at, target, 1.0, unit))
                at = target
        state = after
    return state, top, mine


def _doubting(lines: Sequence[Ways], price: float) -> tuple[list[Arc], int, dict[int, int]]:
    """Arcs of the doubting grammar, its last state, and which line an arc belongs to."""
    arcs: list[Arc] = []
    entries: dict[int, int] = {}
    state = top = 0
    names = [garbage(phone) for phone in sorted(PHONES)]
    for number, line in enumerate(lines):
        arcs += [(state, state, price, name) for name in names]
        after, top, mine = _say(line, state, top, arcs)
        entries.update(dict.fromkeys(mine, number))
        if after != state:
            arcs.append((state, after, _SKIP))
        state = after
    arcs += [(state, state, price, name) for name in names]
    return arcs, state, entries


def _path(arcs: Sequence[Arc], final: int, names: Sequence[str]) -> list[int] | None:
    """The arcs that a list of words took, or None where it reaches no end."""
    outgoing: dict[int, list[int]] = {}
    for number, arc in enumerate(arcs):
        outgoing.setdefault(arc[0], []).append(number)

    def closed(states: dict[int, int]) -> dict[int, int]:
        queue = list(states)
        for state in queue:
            for number in outgoing.get(state, ()):
                if len(arcs[number]) == 3 and arcs[number][1] not in states:
                    states[arcs[number][1]] = states[state]
                    queue.append(arcs[number][1])
        return states

    # For every word, state -> (arc that led there, row before); rows share one list.
    trail: list[tuple[int, int]] = []
    now = closed({0: -1})
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
        now = closed(reached)
    if final not in now:
        return None
    taken: list[int] = []
    link = now[final]
    while link >= 0:
        number, link = trail[link]
        taken.append(number)
    return taken[::-1]


def _tokens(
    lines: Sequence[Ways],
    path: Sequence[int],
    found: Sequence[Piece],
    scores: Sequence[Sounds],
    start_ms: int,
) -> tuple[tuple[TokenTime, ...], ...]:
    """Units gathered into the tokens that they are readings of."""
    arcs: list[Arc] = []
    owner: dict[int, tuple[int, int]] = {}
    state = top = 0
    for row, line in enumerate(lines):
        for column, readings in enumerate(line):
            state, top, mine = _say((readings,), state, top, arcs)
            owner.update(dict.fromkeys(mine, (row, column)))
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
