"""Changing a text while knowing where its slots are.

Restoring a translation takes several small repairs; each is a list of edits, and
the places of names and amounts follow.
"""

from collections.abc import Sequence
from dataclasses import replace

from speechsubs.model import Finished

#: Start, end, and what stands there instead.
Edit = tuple[int, int, str]


def apply(finished: Finished, edits: Sequence[Edit]) -> Finished:
    """The text with the edits made and the places moved along.

    Edits must not overlap each other. An edit that touches a place from outside
    moves it; one that reaches into a place is refused, because slots are exact.

    >>> from speechsubs.model import Place
    >>> apply(Finished("a SU7 b", (Place(0, 2, 5),)), [(0, 1, "the")]).places
    (Place(slot=0, start=4, end=7),)
    """
    if not edits:
        return finished
    ordered = sorted(edits, key=lambda edit: (edit[0], edit[1]))
    pieces: list[str] = []
    position = 0
    for start, end, text in ordered:
        if start < position:
            raise ValueError("edits overlap")
        for place in finished.places:
            if start < place.end and end > place.start:
                raise ValueError("an edit reaches into a slot")
        pieces += [finished.text[position:start], text]
        position = end
    pieces.append(finished.text[position:])
    places = tuple(
        replace(place, start=_moved(place.start, ordered), end=_moved(place.end, ordered, True))
        for place in finished.places
    )
    return Finished("".join(pieces), places)


def _moved(offset: int, edits: Sequence[Edit], is_end: bool = False) -> int:
    shift = 0
    for start, end, text in edits:
        # What is inserted right at a place's end stands behind it.
        if end > offset or (is_end and start >= offset):
            break
        shift += len(text) - (end - start)
    return offset + shift
