"""Checks of a translation against its source: terms, amounts, numbers, units, emptiness."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from speechsubs.glossary import Glossary, Matcher
from speechsubs.glossary.verify import counts, forbidden
from speechsubs.language.locales import Locale
from speechsubs.model import Cue, Finding, Money, Severity, Track
from speechsubs.qa.cues import NumberedCue
from speechsubs.quantities.compare import find_differences
from speechsubs.quantities.dates import find_lost_months
from speechsubs.quantities.parse import Quantities, parse
from speechsubs.quantities.repair import compare_units

_WORDS = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?…。！？؟][\"'”’»›)\]」』）】]*\s*$")
#: Maximum number of cues compared at once in tracks without full stops.
MAX_PAIRED_CUES = 16


def compare(
    source: Sequence[Quantities],
    target: Sequence[str],
    *,
    glossary: Glossary,
    matcher: Matcher,
    locale: Locale,
) -> list[list[Finding]]:
    """Compare terms, amounts and numbers of translated sentences with their sources.

    Returns one list of findings per pair, without cue numbers; `assign_cues` adds them.
    Only finished texts are compared, so errors of the restoring stage are found too.
    """
    result = []
    for before, after in zip(source, target, strict=True):
        found = _check_terms(before.text, after, glossary, matcher, locale)
        # Rendered amounts state explicitly which dollar and which ¥ they mean.
        found += _check_quantities(before, parse(after, locale.language), locale)
        found += _check_text(before.text, after, locale)
        result.append(found)
    return result


def _check_terms(
    before: str, after: str, glossary: Glossary, matcher: Matcher, locale: Locale
) -> list[Finding]:
    found = []
    for term, expected, count, hard in counts(matcher.find(before), after, locale.tag):
        wanted = f"{term.source!r} occurs {_compare_counts(expected, count)}"
        if hard and count < expected:
            found.append(Finding("term-missing", Severity.ERROR, wanted, locale=locale.tag))
        elif hard and count > expected:
            found.append(Finding("term-extra", Severity.WARNING, wanted, locale=locale.tag))
        elif count < expected:
            message = f"{term.source!r}: the glossary's wording does not occur in the translation"
            found.append(Finding("term-wording", Severity.INFO, message, locale=locale.tag))
    for term, start, end in forbidden(glossary, after, locale.tag):
        message = f"{after[start:end]!r} is forbidden by the glossary ({term.id})"
        found.append(Finding("term-forbidden", Severity.ERROR, message, locale=locale.tag))
    return found


def _compare_counts(source: int, translation: int) -> str:
    """Two counts in words.

    >>> _compare_counts(1, 0)
    '1 time in the source, 0 times in the translation'
    """
    first, second = (f"{n} time{'' if n == 1 else 's'}" for n in (source, translation))
    return f"{first} in the source, {second} in the translation"


def _check_quantities(before: Quantities, after: Quantities, locale: Locale) -> list[Finding]:
    found = []
    wanted = Counter(value for amount in before.amounts for value in amount.values)
    there = Counter(value for amount in after.amounts for value in amount.values)
    for amount in wanted - there:
        occurs = _compare_counts(wanted[amount], there[amount])
        message = f"the amount {_format_amount(amount)} occurs {occurs}"
        found.append(Finding("amount-missing", Severity.ERROR, message, locale=locale.tag))
    for amount in there - wanted:
        occurs = _compare_counts(wanted[amount], there[amount])
        message = f"the amount {_format_amount(amount)} occurs {occurs}"
        found.append(Finding("amount-extra", Severity.ERROR, message, locale=locale.tag))
    if found:
        return found
    # Equal amounts are equal numbers in any wording: "$5M to $7M" is "5–7 millones".
    rest, other_rest = (
        side.without([(amount.start, amount.end) for amount in side.amounts])
        for side in (before, after)
    )
    for one in find_differences(rest, other_rest):
        told = f"the number {_format_number(one.value)}"
        if one.unread:
            message = f"{told} is spelled out, and number words in {locale.name} cannot be checked"
            found.append(Finding("number-unread", Severity.INFO, message, locale=locale.tag))
        elif one.lost:
            message = f"{told} from the source is missing"
            found.append(Finding("number-missing", Severity.ERROR, message, locale=locale.tag))
        else:
            message = f"{told} is not in the source"
            found.append(Finding("number-extra", Severity.ERROR, message, locale=locale.tag))
    found += _check_months(before, after, locale)
    return found + _check_units(before, after, locale)


def _check_months(before: Quantities, after: Quantities, locale: Locale) -> list[Finding]:
    """Find dates whose month is wrong, even if day and year are right."""
    return [
        Finding(
            "month-missing",
            Severity.ERROR,
            f"the month of {date.text!r} is missing",
            locale=locale.tag,
        )
        for date in find_lost_months(before.dates, after.text, locale.language)
    ]


def _check_units(before: Quantities, after: Quantities, locale: Locale) -> list[Finding]:
    """Find numbers that have a different unit, or no recognizable one."""
    found = []
    for change in compare_units(before, after):
        said = change.measure.text
        if change.unit:
            message = f"{said!r} from the source became {change.unit!r}"
            found.append(Finding("unit-changed", Severity.ERROR, message, locale=locale.tag))
        elif not change.measure.number.spelled:
            message = f"the number of {said!r} is missing its unit"
            found.append(Finding("unit-missing", Severity.WARNING, message, locale=locale.tag))
    return found


def _format_amount(amount: Money) -> str:
    return f"{_format_number(amount.value)} {amount.currency}"


def _format_number(value: Decimal) -> str:
    return f"{value:,f}"


def _check_text(before: str, after: str, locale: Locale) -> list[Finding]:
    words = _WORDS.findall(before.casefold())
    if not after.strip():
        return [Finding("empty", Severity.ERROR, "no translation", locale=locale.tag)]
    if len(words) >= 4 and words == _WORDS.findall(after.casefold()):
        message = "the text is the same as in the source language"
        return [Finding("untranslated", Severity.WARNING, message, locale=locale.tag)]
    return []


def assign_cues(found: Sequence[Sequence[Finding]], track: Track) -> list[Finding]:
    """Add to findings about sentences the first cue that shows each sentence."""
    first: dict[int, int] = {}
    for number, cue in enumerate(track.cues, start=1):
        for sentence in cue.sentences:
            first.setdefault(sentence, number)
    result = []
    for sentence, own in enumerate(found):
        at = first.get(sentence)
        start = track.cues[at - 1].start_ms if at else None
        result += [
            replace(f, sentence=sentence, cue=at, start_ms=start, file=track.source) for f in own
        ]
    return result


def pair_texts(source: Track, target: Track) -> list[tuple[str, str, int]]:
    """Texts of both tracks that are on screen together: source, target, target's first cue.

    Both tracks are processed in parallel; a pair ends where no cue extends past the
    other track's and both are at the end of a sentence. Only there do subtitles with
    different segmentation align: a number may be in the first cue of a sentence in one
    language and in the second in the other.
    """
    result: list[tuple[str, str, int]] = []
    a = b = 0
    above, below = source.cues, target.cues
    while b < len(below):
        first_b = b
        first_a = a
        end = below[b].end_ms
        b += 1
        while True:
            if a < len(above) and _middle(above[a]) < end:
                end, a = max(end, above[a].end_ms), a + 1
            elif b < len(below) and _middle(below[b]) < end:
                end, b = max(end, below[b].end_ms), b + 1
            elif a - first_a + b - first_b >= MAX_PAIRED_CUES:
                break
            elif b < len(below) and not _ends_sentence(below[b - 1]):
                end, b = max(end, below[b].end_ms), b + 1
            elif first_a < a < len(above) and not _ends_sentence(above[a - 1]):
                end, a = max(end, above[a].end_ms), a + 1
            else:
                break
        before = " ".join(" ".join(cue.lines) for cue in above[first_a:a])
        after = " ".join(" ".join(cue.lines) for cue in below[first_b:b])
        result.append((before, after, first_b + 1))
    if a < len(above) and result:
        before, after, number = result[-1]
        rest = " ".join(" ".join(cue.lines) for cue in above[a:])
        result[-1] = (f"{before} {rest}", after, number)
    return result


def _ends_sentence(cue: Cue) -> bool:
    return bool(_SENTENCE_END.search(cue.lines[-1])) if cue.lines else False


def _middle(cue: Cue) -> int:
    return (cue.start_ms + cue.end_ms) // 2


def find_forbidden(track: Track, glossary: Glossary, locale: Locale) -> list[Finding]:
    """Find words forbidden by the glossary in a track without a source."""
    found = []
    for number, cue in enumerate(track.cues, start=1):
        text = " ".join(cue.lines)
        for term, start, end in forbidden(glossary, text, locale.tag):
            message = f"{text[start:end]!r} is forbidden by the glossary ({term.id})"
            place = NumberedCue(number, cue, track)
            found.append(place.finding("term-forbidden", message, Severity.ERROR))
    return found
