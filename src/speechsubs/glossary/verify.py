"""Count the terms in a translation and compare with the source.

Counting is token-anchored (whole words), exclusive (a stretch of text counts once)
and maximal (a longer form claims its text before one that is nested in it). Plain
substring counting is wrong in each of these ways.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from speechsubs.errors import UnknownLocaleError
from speechsubs.glossary.match import Finder, TermMatch
from speechsubs.glossary.model import Case, Glossary, Policy, Term, target_entry
from speechsubs.language.normalize import bounded

# What a sentence may start after: the text's start, or a mark with or without a space.
_SENTENCE_START = re.compile(r"(?:^|[.!?…:。！？¿¡\"“”„«»‘’'(\[\n–—-])\s*\Z")

#: A plural s goes on a word in Latin letters, accents composed or not.
_LATIN_END = re.compile(r"[A-Za-z0-9\u00c0-\u024f][\u0300-\u036f]*$")


class Count(NamedTuple):
    """How often a term is asked for and stands in a text.

    `hard` is True where the glossary promises it (kept and fixed terms), False where
    it only prefers it.
    """

    term: Term
    expected: int
    found: int
    hard: bool


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    keys: tuple[str, ...]


def count(text: str, forms: Sequence[str], *, case: Case = "exact") -> int:
    """How many whole words or phrases of a text are one of the forms.

    >>> count("El SU7 y los SU7-Max, no SU78", ["SU7"])
    2
    """
    return occurrences(text, {"": forms}, case=case)[""]


def occurrences(
    text: str,
    needs: Mapping[str, Sequence[str]],
    *,
    case: Case | Mapping[str, Case] = "exact",
    wanted: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """How often each key's forms stand in a text, each stretch counted for one key.

    `case` is one rule, or one per key. Where several keys accept the same form,
    `wanted` (how often each is needed) decides who gets it: as many needs as possible
    are met; without it the first key gets it. A form in lower case also counts with a
    capital at the start of a sentence.

    >>> occurrences("Model 3 y Model", {"car": ["Model 3"], "word": ["Model"]})
    {'car': 1, 'word': 1}
    """
    counts = dict.fromkeys(needs, 0)
    shared: Counter[tuple[str, ...]] = Counter()
    for span in _spans(text, needs, case):
        if len(span.keys) == 1:
            counts[span.keys[0]] += 1
        else:
            shared[span.keys] += 1
    if shared:
        _allocate(counts, shared, wanted or {})
    return counts


def counts(source_matches: Iterable[TermMatch], target_text: str, locale_tag: str) -> list[Count]:
    """What a translation owes the terms of its source, and what it holds, per term.

    `source_matches` come from `Matcher.find`. Kept and fixed terms are hard. A
    `translate` term counts where the glossary has a target for the locale; otherwise
    it asks for nothing and is left out.
    """
    terms: dict[str, Term] = {}
    expected: Counter[str] = Counter()
    plural: set[str] = set()
    for match in source_matches:
        terms[match.term.id] = match.term
        expected[match.term.id] += 1
        owned = match.suffix.startswith(("'", "’")) and _has_plain_genitive(locale_tag)
        if owned or match.suffix.startswith(("s", "es")):
            plural.add(match.term.id)
    needs: dict[str, tuple[str, ...]] = {}
    cases: dict[str, Case] = {}
    for term_id, term in terms.items():
        forms = _forms(term, locale_tag)
        if forms:
            latin = (f for f in forms if _LATIN_END.search(f))
            endings = tuple(f + "s" for f in latin) if term_id in plural else ()
            needs[term_id] = forms + endings
            cases[term_id] = "any" if term.policy is Policy.TRANSLATE else "exact"
    found = occurrences(target_text, needs, case=cases, wanted=expected)
    return [
        Count(terms[i], expected[i], found[i], terms[i].policy is not Policy.TRANSLATE)
        for i in needs
    ]


@lru_cache(maxsize=64)
def _has_plain_genitive(tag: str) -> bool:
    """True where a name takes an s without an apostrophe: "Lei Juns Auto"."""
    # Reading locales pulls in the YAML reader, which `import speechsubs.cli` must not.
    from speechsubs.language import locales

    try:
        return locales.load(tag).typography.possessive == "s"
    except UnknownLocaleError:
        return False


def missing(source_matches: Iterable[TermMatch], target_text: str, locale_tag: str) -> list[Count]:
    """The terms that stand less often in a translation than they should. See `counts`."""
    return [c for c in counts(source_matches, target_text, locale_tag) if c.found < c.expected]


def surplus(source_matches: Iterable[TermMatch], target_text: str, locale_tag: str) -> list[Count]:
    """The terms that stand more often than in the source: doubled, or a name for a pronoun."""
    return [c for c in counts(source_matches, target_text, locale_tag) if c.found > c.expected]


def forbidden(glossary: Glossary, target_text: str, locale_tag: str) -> list[tuple[Term, int, int]]:
    """The forbidden words in a text with their offsets, in order.

    Words of `policy: forbidden` entries, and the `forbidden` renderings of any entry's
    target. A forbidden word inside a longer accepted one ("Bin" in "Li Bin") is not
    reported.
    """
    words = _forbidden_words(glossary, locale_tag)
    return words.find(target_text) if words.any else []


def _forms(term: Term, tag: str) -> tuple[str, ...]:
    if term.policy is Policy.FORBIDDEN:
        return ()
    target = target_entry(term, tag)
    if target is not None:
        return target.accepted
    return () if term.policy is Policy.TRANSLATE else (term.source,)


def _spans(
    text: str, needs: Mapping[str, Sequence[str]], case: Case | Mapping[str, Case]
) -> list[_Span]:
    owners: list[tuple[str, bool]] = []
    spellings: list[tuple[str, Case]] = []
    for key, forms in needs.items():
        rule: Case = case.get(key, "exact") if isinstance(case, Mapping) else case
        for form in dict.fromkeys(forms):
            owners.append((key, False))
            spellings.append((form, rule))
            if rule == "exact" and form[:1].islower() and form == form.lower():
                owners.append((key, True))
                spellings.append((form[0].upper() + form[1:], rule))
    found: dict[tuple[int, int], tuple[set[str], set[str]]] = {}
    for index, start, end in Finder(spellings).spans(text):
        key, initial = owners[index]
        if not bounded(text, start, end):
            continue
        if initial and not _SENTENCE_START.search(text, max(0, start - 8), start):
            continue
        found.setdefault((start, end), (set(), set()))[initial].add(key)
    order = {key: place for place, key in enumerate(needs)}
    spans: list[_Span] = []
    free = 0
    for (start, end), (plain, initials) in sorted(
        found.items(), key=lambda item: (item[0][0], -item[0][1])
    ):
        if start >= free:
            # "Mi" as it is written belongs to "Mi", not to a "mi" that starts a sentence.
            keys = sorted(plain or initials, key=order.__getitem__)
            spans.append(_Span(start, end, tuple(keys)))
            free = end
    return spans


def _allocate(
    counts: dict[str, int], shared: Counter[tuple[str, ...]], wanted: Mapping[str, int]
) -> None:
    """Give stretches that several keys accept to keys, meeting as many needs as can be.

    A maximum flow from groups of equal stretches to keys, by shortest augmenting paths;
    what is left over goes to the first key of its group.
    """
    room = {key: max(0, wanted.get(key, 0) - number) for key, number in counts.items()}
    given: dict[tuple[tuple[str, ...], str], int] = Counter()
    for group, number in shared.items():
        left = number
        while left:
            path = _path(group, shared, given, room)
            if path is None:
                break
            # The path alternates: give to a key, take back from another group's share of it.
            taken = [(g, k) for g, k, gives in path if not gives]
            step = min([left, room[path[-1][1]], *(given[pair] for pair in taken)])
            for owner, key, gives in path:
                given[owner, key] += step if gives else -step
            room[path[-1][1]] -= step
            left -= step
        if left:
            given[group, group[0]] += left
    for (_, key), number in given.items():
        counts[key] += number


_Step = tuple[tuple[str, ...], str, bool]


def _path(
    group: tuple[str, ...],
    groups: Iterable[tuple[str, ...]],
    given: Mapping[tuple[tuple[str, ...], str], int],
    room: Mapping[str, int],
) -> list[_Step] | None:
    queue: list[tuple[tuple[str, ...], list[_Step]]] = [(group, [])]
    seen_keys: set[str] = set()
    seen_groups = {group}
    for owner, steps in queue:
        for key in owner:
            if key in seen_keys:
                continue
            seen_keys.add(key)
            here = [*steps, (owner, key, True)]
            if room[key]:
                return here
            for other in groups:
                if other not in seen_groups and given.get((other, key), 0) > 0:
                    seen_groups.add(other)
                    queue.append((other, [*here, (other, key, False)]))
    return None


class _ForbiddenWords:
    """The words that must not stand in one locale, and the accepted ones around them."""

    def __init__(self, glossary: Glossary, tag: str) -> None:
        self._owners: list[Term | None] = []
        spellings: list[tuple[str, Case]] = []
        for term in glossary.terms:
            if term.status == "deprecated":
                continue
            bad, good = _bad_and_good(term, tag)
            for word in bad:
                self._owners.append(term)
                spellings.append((word, term.case))
            for word in good:
                self._owners.append(None)
                spellings.append((word, "exact"))
        self.any = any(owner is not None for owner in self._owners)
        loose = [i for i, term in enumerate(self._owners) if term and term.boundary == "none"]
        self._finder = Finder(spellings if self.any else (), loose)

    def find(self, text: str) -> list[tuple[Term, int, int]]:
        """The forbidden words of a text with their offsets, in order."""
        bad: dict[tuple[int, int], Term] = {}
        good: list[tuple[int, int]] = []
        for index, start, end in self._finder.spans(text):
            owner = self._owners[index]
            if owner is None:
                if bounded(text, start, end):
                    good.append((start, end))
            elif owner.boundary == "none" or bounded(text, start, end):
                bad.setdefault((start, end), owner)
        result = []
        good.sort()
        reach, place = 0, 0
        for (start, end), term in sorted(bad.items(), key=lambda item: (item[0][0], item[0][1])):
            while place < len(good) and good[place][0] <= start:
                if good[place] not in bad:
                    reach = max(reach, good[place][1])
                place += 1
            if end > reach:
                result.append((term, start, end))
        return result


def _bad_and_good(term: Term, tag: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    target = target_entry(term, tag)
    if term.policy is not Policy.FORBIDDEN:
        return (target.forbidden if target else ()), _forms(term, tag)
    if target is not None:
        return target.accepted, ()
    return (() if term.targets else term.spellings), ()


@lru_cache(maxsize=32)
def _forbidden_words(glossary: Glossary, tag: str) -> _ForbiddenWords:
    return _ForbiddenWords(glossary, tag)
