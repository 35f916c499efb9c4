"""Other ways to ask an engine for a sentence that it got wrong."""

import re
from collections.abc import Callable, Iterator, Sequence

from speechsubs.masking import Masked, Protected, inline, mask
from speechsubs.model import SlotKind
from speechsubs.protocols import MaskFamily
from speechsubs.stages.translate.verify import Raw

#: What slot number N of a sentence becomes in the target language.
Wording = Callable[[Protected, int], str]

HARD = frozenset({SlotKind.TERM, SlotKind.MONEY})
ALL = frozenset(SlotKind)
#: How many places a lost mask is forced into.
PLACES = 4
_BORDER = re.compile(r"(?<!\S)(?=\S)")


def first(protected: Protected, families: Sequence[MaskFamily]) -> Masked | None:
    """Terms and amounts hidden by the best family with words enough."""
    for family in families:
        hidden = mask(protected, family, HARD)
        if hidden is not None:
            return hidden
    return None


def likeliest(
    protected: Protected,
    families: Sequence[MaskFamily],
    wording: Wording | None,
    hidden: Masked,
    problems: Sequence[str],
) -> Iterator[tuple[str, Masked]]:
    """The one or two hidings that most likely mend what went wrong.

    A changed number is hidden too; a lost mask gives way to the next family's or to
    the target's own wording; anything else is asked again for its next best outputs.
    """
    kinds = {problem.partition(":")[0] for problem in problems}
    found: list[tuple[str, Masked | None]] = []
    if kinds & {"number-missing", "number-extra", "unit-changed", "unit-missing"}:
        found.append((f"masks {families[0].name}", mask(protected, families[0], ALL)))
    elif kinds & {"mask-lost", "mask-repeated", "leftover"}:
        second = families[1 % len(families)]
        found.append((f"masks {second.name}", mask(protected, second, HARD)))
        if wording is not None:
            found.append(("inline", inline(protected, families[0], wording)))
    if not any(other for _, other in found):
        found.append(("again", hidden))
    yield from ((name, other) for name, other in found if other is not None)


def others(
    protected: Protected, families: Sequence[MaskFamily], wording: Wording | None
) -> Iterator[tuple[str, Masked]]:
    """Every other hiding, with a name: other masks, numbers hidden too, terms in clear.

    "Inline" puts the target's own wording into the source: names that both languages
    write alike often pass as they are, with better grammar around them than a mask.
    """
    seen: set[str] = set()
    found: list[tuple[str, Masked | None]] = [
        (f"masks {family.name}", mask(protected, family, kinds))
        for family in families
        for kinds in (HARD, ALL)
    ]
    if wording is not None:
        found += [("inline", inline(protected, family, wording)) for family in families[:2]]
    for name, hidden in found:
        if hidden is not None and hidden.text not in seen:
            seen.add(hidden.text)
            yield name, hidden


def beginnings(failed: Raw, hidden: Masked) -> list[str]:
    """Beginnings of an output with its first lost mask forced in, likely places first.

    The mask belongs between the masks that stand before and behind it in the source;
    the place nearest to its share of the source is tried first.
    """
    lost = [p for p in failed.problems if p.startswith("mask-lost:")]
    if not lost:
        return []
    slot = min(int(p.partition(":")[2]) for p in lost)
    word = hidden.words[hidden.slots.index(slot)]
    share = hidden.text.index(word) / max(1, len(hidden.text))
    low = max((p.end for p in failed.places if p.slot < slot), default=0)
    high = min((p.start for p in failed.places if p.slot > slot), default=len(failed.text))
    borders = [m.start() for m in _BORDER.finditer(failed.text)]
    inside = [b for b in borders if low <= b <= high] or [b for b in borders if b >= low]
    inside.sort(key=lambda b: abs(b - share * len(failed.text)))
    # Where the masks changed their order, what stands before must still be whole.
    return [f"{failed.text[:b].rstrip()} {word}".strip() for b in inside[:PLACES]]
