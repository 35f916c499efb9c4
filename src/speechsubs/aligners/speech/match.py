"""Which units of the text were heard, and when.

A dynamic program puts the script beside what was heard: long words count more than
short ones, and a match that stands alone is chance, not evidence.
"""

from collections.abc import Sequence
from typing import Final

from speechsubs.aligners.speech.listen import Heard
from speechsubs.aligners.speech.script import PHONE_MS, Script

_GAP: Final = 0.35
_OTHER: Final = 0.6
#: Columns that are looked at for each row: 8,000 units are almost an hour of speech.
_BAND: Final = 8_000
#: Neighbours further apart than this do not confirm each other.
_NEAR_MS: Final = 1_500

Times = list["Heard | None"]


def match(script: Script, heard: Sequence[Heard]) -> Times:
    """For every unit of the script the moment where it was heard, or None."""
    times: Times = [None] * len(script.units)
    for row, column in _pairs(script, heard):
        times[row] = heard[column]
    return _confirmed(script, times)


def _pairs(script: Script, heard: Sequence[Heard]) -> list[tuple[int, int]]:
    """The best monotonous pairing of equal units (rows of the script, columns heard)."""
    import numpy as np

    rows, columns = len(script.units), len(heard)
    if not rows or not columns:
        return []
    width = min(columns, _BAND)
    ids = {unit.name: n for n, unit in enumerate(script.units)}
    sounds = np.array([ids.get(h.unit, -1) for h in heard])
    back = np.zeros((rows, width), np.int8)
    lows = np.zeros(rows, np.int64)
    ramp = np.arange(columns + 1) * _GAP
    before = -ramp.copy()
    low = 0
    for row, unit in enumerate(script.units):
        low = min(columns - width, max(low, _centre(before, low, width) - width // 2))
        lows[row] = low
        gain = np.where(
            sounds[low : low + width] == ids[unit.name], 0.5 + min(unit.length, 10) / 4, -_OTHER
        )
        across = before[low : low + width] + gain
        down = before[low + 1 : low + width + 1] - _GAP
        best = np.maximum(across, down)
        first = before[low] - _GAP
        edge = np.concatenate(([first], best))
        along = np.maximum.accumulate(edge + ramp[: width + 1]) - ramp[: width + 1]
        now = along[1:]
        back[row] = np.where(now > best + 1e-9, 2, np.where(across >= down, 0, 1))
        before[low] = first
        before[low + 1 : low + width + 1] = now
        before[low + width + 1 :] = -1e9 if low + width < columns else before[low + width + 1 :]
    return _traced(back, lows, sounds, [ids[u.name] for u in script.units], before)


def _centre(before: "object", low: int, width: int) -> int:
    import numpy as np

    values = np.asarray(before)
    return low + int(np.argmax(values[low : low + width + 1]))


def _traced(
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


def _confirmed(script: Script, times: Times) -> Times:
    """Drop matches whose neighbours in the text were heard elsewhere or not at all."""
    kept: Times = list(times)
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
