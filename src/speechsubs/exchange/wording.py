"""How the target writes a slot, and where such wordings stand in a text."""

import re
from collections.abc import Collection, Mapping

from speechsubs import locales, money, numbers
from speechsubs.errors import UnknownLocaleError
from speechsubs.glossary import Term, target_for
from speechsubs.locales import Locale
from speechsubs.model import Slot, SlotKind
from speechsubs.project import Source

# A letter or digit that makes a word longer; CJK characters and Thai letters do not.
_EDGE = r"[^\W\u0e00-\u0e7f\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]"


class Wording:
    """What slots become in a locale where no target shows it yet."""

    def __init__(self, source: Source, terms: Mapping[str, Term], locale: Locale) -> None:
        self._terms, self._locale = terms, locale
        try:
            self._language = locales.load(source.language).language
        except UnknownLocaleError:
            self._language = ""
        self._texts = [sentence.text for sentence in source.sentences]
        self._money: money.Context | None = None

    def of(self, text: str, slot: Slot) -> str:
        """The wording of a slot of `text`; as the source writes it where nothing is known."""
        written = text[slot.start : slot.end]
        if slot.kind is SlotKind.TERM:
            term = self._terms.get(slot.key)
            return target_for(term, self._locale.tag)[0] if term else written
        if not self._language:
            return written
        if slot.kind is SlotKind.MONEY:
            return self._amount(text, slot) or written
        return numbers.rewritten(slot.key, written, self._language, self._locale)

    def _amount(self, text: str, slot: Slot) -> str:
        if self._money is None:
            self._money = money.context(self._texts, self._language, "USD")
        for amount in money.find(text, self._language, self._money):
            if (amount.start, amount.end) == (slot.start, slot.end):
                return money.render(amount, self._locale)
        return ""


def spans(text: str, wordings: Collection[str]) -> dict[str, list[tuple[int, int]]]:
    """Where each wording stands as a word of its own, a longer one before a shorter one.

    >>> spans("Taycan Turbo, no Taycans, Taycan", ["Taycan", "Taycan Turbo"])
    {'Taycan': [(26, 32)], 'Taycan Turbo': [(0, 12)]}
    """
    found: dict[str, list[tuple[int, int]]] = {w: [] for w in wordings if w}
    if not found:
        return found
    choice = "|".join(map(re.escape, sorted(found, key=len, reverse=True)))
    for match in re.finditer(f"(?<!{_EDGE})(?:{choice})(?!{_EDGE})", text):
        found[match.group()].append(match.span())
    return found
