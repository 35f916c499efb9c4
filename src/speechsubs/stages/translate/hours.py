"""Times of day as engines are given them: "4:13 p.m." as "16:13".

Models cut "p.m." to "p." and ".m." and lose what stands behind it; they copy "16:13",
with the right little word before it more often than not (a las 16:13).
"""

from dataclasses import replace

from speechsubs.masking import Protected


def retimed(protected: Protected) -> Protected:
    """The sentence with every time slot in digits of the 24-hour clock, its slots moved.

    >>> from speechsubs.model import SlotKind
    >>> slot = Slot(SlotKind.NUMBER, 3, 7, "7 pm", "time:19:00")
    >>> retimed(Protected(0, "At 7 pm.", (slot,), (None,), (None,))).text
    'At 19:00.'
    """
    times = {
        number: _digits(slot.key)
        for number, slot in enumerate(protected.slots)
        if slot.key.startswith("time:")
    }
    if not times:
        return protected
    done = protected.spanned.fill(times)
    slots = tuple(
        replace(slot, start=span.start, end=span.end, text=done.text[span.start : span.end])
        for slot, span in zip(protected.slots, done.spans, strict=True)
    )
    return replace(protected, text=done.text, slots=slots)


def _digits(key: str) -> str:
    """ "time:09:05" as "9:05"."""
    return key.partition(":")[2].removeprefix("0")
