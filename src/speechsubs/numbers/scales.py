"""The plural of scale words that an engine wrote: "5,4 milió" becomes "5,4 milions"."""

import re

from speechsubs.locales import Locale
from speechsubs.numbers.numerals import find
from speechsubs.numbers.written import category


def scale_edits(text: str, locale: Locale) -> list[tuple[int, int, str]]:
    """Edits that give the scale word behind each number its plural form.

    Only the locale's own scale words (million and up) right behind a number in digits are
    looked at, and only their form changes, never the value.

    >>> from speechsubs.locales import load
    >>> scale_edits("5,4 milió de quilòmetres", load("ca"))
    [(4, 9, 'milions')]
    """
    forms = {
        form.casefold(): entry
        for power, entry in locale.numbers.scales.items()
        if power >= 6
        for form in entry.written.values()
    }
    if not forms:
        return []
    words = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
    pattern = re.compile(rf"(?<=\d)[ \u00a0\u202f]({words})(?!\w)", re.IGNORECASE)
    found = []
    for match in pattern.finditer(text):
        number = re.search(r"[\d.,\u00a0\u202f']*\d$", text[: match.start()])
        values = find(number.group(), locale.language) if number else []
        entry = forms[match.group(1).casefold()]
        if len(values) != 1:
            continue
        wanted = entry.of(category(values[0].value, locale))
        word = match.group(1)
        if wanted.casefold() != word.casefold():
            cased = wanted[:1].upper() + wanted[1:] if word[:1].isupper() else wanted
            found.append((*match.span(1), cased))
    return found
