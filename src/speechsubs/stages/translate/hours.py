"""Times of day as engines are given them: "4:13 p.m." as "16:13".

Models cut "p.m." to "p." and ".m." and lose what stands behind it; they copy "16:13",
with the right little word before it more often than not (a las 16:13).
"""

from dataclasses import replace

from speechsubs.masking import Protected
from speechsubs.model import Slot


def retimed(protected: Protected) -> Protected:
    """The sentence with every time slot in digits of the 24-hour clock, its slots moved.

    >>> from speechsubs.model import SlotKind
    >>> slot = Slot(SlotKind.NUMBER, 3, 7, "7 pm", "time:19:00")
    >>> retimed(Protected(0, "At 7 pm.", (slot,), (None,), (None,))).text
    'At 19:00.'
    """
    if not any(slot.key.startswith("time:") for slot in protected.slots):
        return protected
    pieces: list[str] = []
    slots: list[Slot] = []
    position = length = 0
    for slot in protected.slots:
        text = _digits(slot.key) if slot.key.startswith("time:") else slot.text
        before = protected.text[position : slot.start]
        start = length + len(before)
        length = start + len(text)
        pieces += [before, text]
        slots.append(replace(slot, start=start, end=length, text=text))
        position = slot.end
    text = "".join([*pieces, protected.text[position:]])
    return replace(protected, text=text, slots=tuple(slots))


def _digits(key: str) -> str:
    """ "time:09:05" as "9:05"."""
    return key.partition(":")[2].removeprefix("0")
