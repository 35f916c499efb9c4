"""Whether a translation survives another number: "2 coches" does not become "1 coches"."""

import re
from decimal import Decimal

from speechsubs.model import Slot, SlotKind
from speechsubs.tags import primary

_AMOUNT = re.compile(r"(?:.*\.\.)?(-?\d{1,30}(?:\.\d{1,20})?)(?: [A-Z]{3})?", re.ASCII)
#: Where CLDR's "many" is for whole millions and only says that a "de" follows. It is
#: written with an amount, so amounts of these languages have no such form.
_MILLIONS = frozenset({"ca", "es", "fr", "it", "pt"})


def same_form(before: Slot, after: Slot, tag: str) -> bool:
    """True where both values ask for one plural form in the language of `tag`.

    The forms are CLDR's plural rules. Values too long to judge, and languages without
    rules, are False: the translation is then a proposal and not an answer.

    >>> two, one = (Slot(SlotKind.NUMBER, 0, 1, n, n) for n in "21")
    >>> same_form(two, one, "es"), same_form(two, one, "zh-CN")
    (False, True)
    """
    if before.key == after.key:
        return True
    forms = [_form(slot, primary(tag)) for slot in (before, after)]
    return bool(forms[0]) and forms[0] == forms[1]


def _form(slot: Slot, language: str) -> str:
    # Here, because it is heavy and most look-ups never need it.
    from babel import Locale, UnknownLocaleError

    match = _AMOUNT.fullmatch(slot.key)
    if not match:
        return ""
    try:
        form = str(Locale.parse(language).plural_form(abs(Decimal(match.group(1)))))
    except (UnknownLocaleError, ValueError):
        return ""
    if form == "many" and slot.kind is SlotKind.MONEY and language in _MILLIONS:
        return "other"
    return form
