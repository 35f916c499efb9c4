"""Whether a translation survives another number: "2 coches" does not become "1 coches"."""

import re
from decimal import Decimal

from speechsubs.memory.tags import primary
from speechsubs.model import Slot

_AMOUNT = re.compile(r"(?:.*\.\.)?(-?\d{1,30}(?:\.\d{1,20})?)(?: [A-Z]{3})?", re.ASCII)


def same_form(before: Slot, after: Slot, tag: str) -> bool:
    """True where both values ask for one plural form in the language of `tag`.

    The forms are CLDR's plural rules. Values too long to judge, and languages without
    rules, are False: the translation is then a proposal and not an answer.
    """
    if before.key == after.key:
        return True
    values = [_AMOUNT.fullmatch(slot.key) for slot in (before, after)]
    if not all(values):
        return False
    # Here, because it is heavy and most look-ups never need it.
    from babel import Locale, UnknownLocaleError

    try:
        form = Locale.parse(primary(tag)).plural_form
    except (UnknownLocaleError, ValueError):
        return False
    first, second = (form(abs(Decimal(match.group(1)))) for match in values if match)
    return bool(first == second)
