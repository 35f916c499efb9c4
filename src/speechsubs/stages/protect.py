"""What no engine may touch: glossary terms, amounts of money, numbers."""

from collections.abc import Sequence

from speechsubs import money, numbers
from speechsubs.glossary import Matcher, Policy, Term
from speechsubs.masking import Protected
from speechsubs.model import Sentence, Slot, SlotKind
from speechsubs.money import Amount

_Found = tuple[Slot, Term | None, Amount | None]


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
    found: list[_Found] = []
    for match in matcher.find(text):
        if match.term.policy in (Policy.TRANSLATE, Policy.FORBIDDEN):
            continue
        plural = match.suffix and not match.suffix.startswith(("'", "’"))
        end = match.suffix_end if plural else match.end
        slot = Slot(SlotKind.TERM, match.start, end, match.text, match.term.id, match.suffix)
        found.append((slot, match.term, None))
    for amount in money.find(text, language, context):
        slot = Slot(SlotKind.MONEY, amount.start, amount.end, amount.text, amount.key)
        found.append((slot, None, amount))
    for spot in numbers.spots(text, language, *kinds):
        slot = Slot(SlotKind.NUMBER, spot.start, spot.end, spot.text, spot.key)
        found.append((slot, None, None))
    kept = _apart(found)
    return Protected(
        sentence.index,
        text,
        tuple(slot for slot, _, _ in kept),
        tuple(term for _, term, _ in kept),
        tuple(amount for _, _, amount in kept),
    )


def _apart(found: list[_Found]) -> list[_Found]:
    rank = {SlotKind.TERM: 0, SlotKind.MONEY: 1, SlotKind.NUMBER: 2}
    found.sort(key=lambda f: (f[0].start - f[0].end, rank[f[0].kind], f[0].start))
    taken: list[_Found] = []
    for item in found:
        slot = item[0]
        if all(slot.end <= other.start or slot.start >= other.end for other, _, _ in taken):
            taken.append(item)
    taken.sort(key=lambda f: f[0].start)
    return taken
