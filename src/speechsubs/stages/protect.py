"""What no engine may touch: glossary terms, amounts of money, numbers."""

from collections.abc import Sequence

from speechsubs import money, numbers
from speechsubs.glossary import Matcher, Policy
from speechsubs.masking import Placeable, Protected
from speechsubs.model import Sentence, Slot, SlotKind


def find(
    sentences: Sequence[Sentence],
    matcher: Matcher,
    language: str,
    context: money.Context,
    dates: bool = True,
    units: bool = True,
) -> list[Protected]:
    """The slots of every sentence, left to right, never overlapping.

    Where a term and an amount overlap the longer one wins ("4S" against "4"), and a
    term wins a tie. A possessive ('s) stays outside the slot, because the engine
    needs it to build the phrase; a plural s goes with the term. `dates` False leaves
    dates to the engine, `units` False times, units and percentages; their numbers stay
    numbers.
    """
    return [_protect(one, matcher, language, context, (dates, units)) for one in sentences]


def _protect(
    sentence: Sentence,
    matcher: Matcher,
    language: str,
    context: money.Context,
    kinds: tuple[bool, bool],
) -> Protected:
    text = sentence.text
    found: list[Placeable] = []
    for match in matcher.find(text):
        if match.term.policy in (Policy.TRANSLATE, Policy.FORBIDDEN):
            continue
        plural = match.suffix and not match.suffix.startswith(("'", "’"))
        end = match.suffix_end if plural else match.end
        slot = Slot(SlotKind.TERM, match.start, end, match.text, match.term.id, match.suffix)
        found.append(Placeable(slot, match.term))
    for amount in money.find(text, language, context):
        slot = Slot(SlotKind.MONEY, amount.start, amount.end, amount.text, amount.key)
        found.append(Placeable(slot, amount))
    for spot in numbers.spots(text, language, *kinds):
        slot = Slot(SlotKind.NUMBER, spot.start, spot.end, spot.text, spot.key)
        found.append(Placeable(slot, spot.value))
    return Protected(sentence.index, text, tuple(_apart(found)))


def _apart(found: list[Placeable]) -> list[Placeable]:
    rank = {SlotKind.TERM: 0, SlotKind.MONEY: 1, SlotKind.NUMBER: 2}
    found.sort(key=lambda f: (f.slot.start - f.slot.end, rank[f.slot.kind], f.slot.start))
    taken: list[Placeable] = []
    for item in found:
        slot = item.slot
        if all(slot.end <= p.slot.start or slot.start >= p.slot.end for p in taken):
            taken.append(item)
    taken.sort(key=lambda item: item.slot.start)
    return taken
