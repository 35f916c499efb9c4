"""The first pass: recognize the text in the recording to find anchors.

The recognizer uses a trigram language model of the text itself, with half of the
probability mass left for other words. It finds parts of the text in whatever order they
are spoken, and does not fail where text and speech differ, as a forced alignment would.
After Moreno et al., "A recursive algorithm for the forced alignment of very long audio
segments", ICSLP 1998.

The recognized units are then matched with the text by dynamic programming. Long words
weigh more than short ones, and isolated matches are discarded as coincidences.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from speechsubs.alignment import vad
from speechsubs.alignment.forced.pronounce import PHONES, Unit
from speechsubs.alignment.forced.script import PHONE_MS, Script
from speechsubs.audio import RATE

if TYPE_CHECKING:
    import numpy as np

#: One frame of the acoustic model.
FRAME_MS: Final = 10
_MAX_GROUP_MS: Final = 25_000
#: A wider search takes twice the time and finds 2 % more words. Decoding every second
#: frame saves a third of the time and finds 2 % fewer words in clear speech and 4 % more
#: in noise (measured on 2026-11-23). This pass needs approximate times only.
_SETTINGS: Final[dict[str, Any]] = {
    "lw": 12.0, "fwdflat": False, "bestpath": False, "maxhmmpf": 2_000, "maxwpf": 8, "ds": 2
}  # fmt: skip
_FILLERS: Final = "<[("


@dataclass(frozen=True, slots=True)
class RecognizedUnit:
    """A unit with the time at which it was recognized."""

    unit: str
    start_ms: int
    end_ms: int


def group_regions(
    regions: Sequence[vad.Region], longest_ms: int = _MAX_GROUP_MS
) -> list[tuple[int, int]]:
    """Group regions into pieces to be decoded at once; long regions are cut."""
    found: list[list[int]] = []
    for region in regions:
        start = region.start_ms
        if found and region.end_ms - found[-1][0] <= longest_ms and start - found[-1][1] < 2_000:
            found[-1][1] = region.end_ms
            continue
        while region.end_ms - start > 2 * longest_ms:
            found.append([start, start + longest_ms])
            start += longest_ms
        found.append([start, region.end_ms])
    return [(a, b) for a, b in found]


class Recognizer:
    """A recognizer with the language model of one text."""

    def __init__(self, folder: Path) -> None:
        from pocketsphinx import Decoder

        from speechsubs.alignment.forced.pronounce import model_folder

        self._decoder = Decoder(
            hmm=str(model_folder() / "en-us"),
            dict=str(folder / "words.dict"),
            lm=str(folder / "text.lm"),
            loglevel="FATAL",
            **_SETTINGS,
        )

    def recognize(self, samples: "np.ndarray[Any, Any]", start_ms: int) -> list[RecognizedUnit]:
        """Recognize units; [] if there are none or the decoder fails."""
        if len(samples) < RATE // 10:
            return []
        decoder = self._decoder
        try:
            # Without this, noise estimated from the previous call is subtracted here, and
            # results depend on the order of the calls.
            decoder.reinit_feat()
            decoder.start_utt()
            decoder.process_raw(samples.tobytes(), full_utt=True)
            decoder.end_utt()
            segments = decoder.seg() if decoder.hyp() is not None else []
            return [
                RecognizedUnit(
                    s.word.partition("(")[0],
                    start_ms + s.start_frame * FRAME_MS,
                    start_ms + (s.end_frame + 1) * FRAME_MS,
                )
                for s in segments
                if s.word[0] not in _FILLERS
            ]
        except RuntimeError:
            return []


#: The share of probability for words that do not come next in the text.
_BACKOFF_MASS: Final = 0.5
_MIN_PROBABILITY: Final = 1e-10


def write_dictionary(units: tuple[Unit, ...], path: Path) -> None:
    """Write the pronunciations in the decoder's format."""
    with path.open("w", encoding="ascii") as out:
        for unit in units:
            for number, phones in enumerate(unit.phones):
                name = unit.name if not number else f"{unit.name}({number + 1})"
                out.write(f"{name} {' '.join(phones)}\n")
        # Every phone as a word of its own: the filler for speech that is not in the text.
        for phone in sorted(PHONES):
            out.write(f"{garbage_name(phone)} {phone}\n")


def garbage_name(phone: str) -> str:
    """The dictionary entry of a phone outside the text."""
    return f"g{phone}"


def write_model(script: Script, path: Path) -> None:
    """Write the trigram model of a text in ARPA format."""
    one: Counter[str] = Counter()
    two: Counter[tuple[str, str]] = Counter()
    three: Counter[tuple[str, str, str]] = Counter()
    for run in _training_runs(script):
        one.update(run)
        two.update(pairwise(run))
        three.update(zip(run, run[1:], run[2:], strict=False))
    one["<s>"] = max(1, one["<s>"])
    one["</s>"] = max(1, one["</s>"])
    total = sum(one.values())
    p1 = {a: n / total for a, n in one.items()}
    starts: Counter[str] = Counter()
    for (a, _), n in two.items():
        starts[a] += n
    p2 = {(a, b): (1 - _BACKOFF_MASS) * n / starts[a] for (a, b), n in two.items()}
    pairs: Counter[tuple[str, str]] = Counter()
    for (a, b, _), n in three.items():
        pairs[a, b] += n
    p3 = {(a, b, c): (1 - _BACKOFF_MASS) * n / pairs[a, b] for (a, b, c), n in three.items()}
    seen1: Counter[str] = Counter()
    for a, b in two:
        seen1[a] += p1[b]  # type: ignore[assignment] # a Counter adds floats as well
    seen2: Counter[tuple[str, str]] = Counter()
    for a, b, c in three:
        seen2[a, b] += p2.get((b, c), 0)  # type: ignore[assignment] # a Counter adds floats as well
    with path.open("w", encoding="ascii") as out:
        out.write(f"\\data\\\nngram 1={len(one)}\nngram 2={len(two)}\nngram 3={len(three)}\n")
        out.write("\n\\1-grams:\n")
        for a in sorted(one):
            out.write(f"{_log10(p1[a])} {a} {_log10(_BACKOFF_MASS / max(1e-6, 1 - seen1[a]))}\n")
        out.write("\n\\2-grams:\n")
        for a, b in sorted(two):
            rest = _log10(_BACKOFF_MASS / max(1e-6, 1 - seen2[a, b]))
            out.write(f"{_log10(p2[a, b])} {a} {b} {rest}\n")
        out.write("\n\\3-grams:\n")
        for a, b, c in sorted(three):
            out.write(f"{_log10(p3[a, b, c])} {a} {b} {c}\n")
        out.write("\n\\end\\\n")


def _log10(value: float) -> str:
    return f"{math.log10(max(value, _MIN_PROBABILITY)):.4f}"


def _training_runs(script: Script) -> Iterator[list[str]]:
    """The text as one sequence, then every alternative form between its neighbors."""
    yield ["<s>", *(unit.name for unit in script.units), "</s>"]
    for number, line in enumerate(script.lines):
        at = line.first
        for token in line.tokens:
            if not token.spoken_forms:
                continue
            end = at + len(token.spoken_forms[0])
            for form in token.spoken_forms[1:]:
                before = [u.name for u in script.units[max(0, at - 2) : at]]
                after = [u.name for u in script.units[end : end + 2]]
                yield [*before, *(u.name for u in form), *after]
            at = end
        if not number:
            continue
        # Recordings are decoded in pieces, so any line may come first.
        yield ["<s>", *(u.name for u in script.units[line.first : line.first + 2])]


_GAP_COST: Final = 0.35
_MISMATCH_COST: Final = 0.6
#: Band width in columns: 8,000 units are almost an hour of speech.
_BAND: Final = 8_000
#: Neighbors further apart than this do not confirm each other.
_NEAR_MS: Final = 1_500

UnitTimes = list["RecognizedUnit | None"]


def match_units(script: Script, heard: Sequence[RecognizedUnit]) -> UnitTimes:
    """Match each unit of the script with where it was recognized, or None."""
    times: UnitTimes = [None] * len(script.units)
    for row, column in _pair_units(script, heard):
        times[row] = heard[column]
    return _drop_isolated(script, times)


def _pair_units(script: Script, heard: Sequence[RecognizedUnit]) -> list[tuple[int, int]]:
    """The best monotonic pairing of equal units (rows: script, columns: recognized)."""
    import numpy as np

    rows, columns = len(script.units), len(heard)
    if not rows or not columns:
        return []
    width = min(columns, _BAND)
    ids = {unit.name: n for n, unit in enumerate(script.units)}
    sounds = np.array([ids.get(h.unit, -1) for h in heard])
    back = np.zeros((rows, width), np.int8)
    lows = np.zeros(rows, np.int64)
    ramp = np.arange(columns + 1) * _GAP_COST
    before = -ramp.copy()
    low = 0
    for row, unit in enumerate(script.units):
        low = min(columns - width, max(low, _band_center(before, low, width) - width // 2))
        lows[row] = low
        gain = np.where(
            sounds[low : low + width] == ids[unit.name],
            0.5 + min(unit.length, 10) / 4,
            -_MISMATCH_COST,
        )
        across = before[low : low + width] + gain
        down = before[low + 1 : low + width + 1] - _GAP_COST
        best = np.maximum(across, down)
        first = before[low] - _GAP_COST
        edge = np.concatenate(([first], best))
        along = np.maximum.accumulate(edge + ramp[: width + 1]) - ramp[: width + 1]
        now = along[1:]
        back[row] = np.where(now > best + 1e-9, 2, np.where(across >= down, 0, 1))
        before[low] = first
        before[low + 1 : low + width + 1] = now
        before[low + width + 1 :] = -1e9 if low + width < columns else before[low + width + 1 :]
    return _trace_back(back, lows, sounds, [ids[u.name] for u in script.units], before)


def _band_center(before: "object", low: int, width: int) -> int:
    import numpy as np

    values = np.asarray(before)
    return low + int(np.argmax(values[low : low + width + 1]))


def _trace_back(
    back: "object", lows: "object", sounds: "object", ids: Sequence[int], last: "object"
) -> list[tuple[int, int]]:
    import numpy as np

    moves, starts, heard = np.asarray(back), np.asarray(lows), np.asarray(sounds)
    row = len(ids)
    column = int(np.argmax(np.asarray(last)))
    found: list[tuple[int, int]] = []
    while row > 0 and column > 0:
        at = column - 1 - int(starts[row - 1])
        move = 1 if not 0 <= at < moves.shape[1] else int(moves[row - 1, at])
        if move == 2:
            column -= 1
        elif move == 1:
            row -= 1
        else:
            row, column = row - 1, column - 1
            if heard[column] == ids[row]:
                found.append((row, column))
    return found[::-1]


def _drop_isolated(script: Script, times: UnitTimes) -> UnitTimes:
    """Drop matches whose neighbors in the text were recognized elsewhere or not at all."""
    kept: UnitTimes = list(times)
    count = len(times)
    for number, heard in enumerate(times):
        if heard is None:
            continue
        evidence = script.units[number].length
        for other in (*range(number - 3, number), *range(number + 1, number + 4)):
            near = times[other] if 0 <= other < count else None
            if near is None:
                continue
            between = script.units[min(number, other) : max(number, other)]
            expected = sum(u.length for u in between) * PHONE_MS
            gap = abs(near.start_ms - heard.start_ms)
            if gap < expected * 2 + _NEAR_MS:
                evidence += script.units[other].length
        if evidence < 7:
            kept[number] = None
    return kept
