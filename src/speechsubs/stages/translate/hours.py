"""Times of day as engines are given them: "4:13 p.m." as "16:13".

Models cut "p.m." to "p." and ".m." and lose what stands behind it; they copy "16:13",
with the right little word before it more often than not (a las 16:13).
"""

from dataclasses import replace

from speechsubs.masking import Protected
from speechsubs.numbers.clock import Time


def retimed(protected: Protected) -> Protected:
    """The sentence with every time slot in digits of the 24-hour clock, its slots moved.

    >>> from speechsubs.masking import Placeable
    >>> from speechsubs.model import Slot, SlotKind
    >>> slot = Slot(SlotKind.NUMBER, 3, 7, "7 pm", "time:19:00")
    >>> evening = Placeable(slot, Time(3, 7, "7 pm", 19, 0, half=True, marked=True))
    >>> retimed(Protected(0, "At 7 pm.", (evening,))).text
    'At 19:00.'
    """
    times = {
        number: f"{placeable.value.hour}:{placeable.value.minute:02}"
        for number, placeable in enumerate(protected.placeables)
        if isinstance(placeable.value, Time)
    }
    if not times:
        return protected
    done = protected.spanned.fill(times)
    moved = []
    for placeable, span in zip(protected.placeables, done.spans, strict=True):
        text = done.text[span.start : span.end]
        slot = replace(placeable.slot, start=span.start, end=span.end, text=text)
        moved.append(replace(placeable, slot=slot))
    return replace(protected, text=done.text, placeables=tuple(moved))
