"""Count the terms in a translation and compare with the source.

Counts include whole words only, count each text span once, and prefer a longer form over
one nested in it. Plain substring counting gets all three wrong.
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

# What can precede a sentence: the start of the text, or a mark with or without a space.
_SENTENCE_START = re.compile(r"(?:^|[.!?…:。！？¿¡\"“”„«»‘’'(\[\n–—-])\s*\Z")

#: A plural s can follow a word in Latin letters, with composed or decomposed accents.
_LATIN_END = re.compile(r"[A-Za-z0-9\u00c0-\u024f][\u0300-\u036f]*$")


class Count(NamedTuple):
    """How often a term is required in a text and how often it occurs.

    `hard` is True if the glossary requires the term (kept and fixed terms), False if it is
    only preferred.
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
    """Count the whole words or phrases in a text that match one of the forms.

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
    """Count the forms of each key in a text; each span counts for one key.

    `case` is one rule, or one per key. If several keys accept the same form, spans are
    allocated to meet as many of the required counts in `wanted` as possible; without
    `wanted` the first key gets them. A lower-case form also matches with a capital at the
    start of a sentence.

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
    """Count how often each source term is required in a translation and how often it occurs.

    `source_matches` come from `Matcher.find`. Kept and fixed terms are hard. A
    `translate` term is included only if the glossary has a target for the locale.
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
    """True if the genitive s has no apostrophe: "Lei Juns Auto"."""
    # Locales import the YAML reader, which `import speechsubs.cli` must not load.
    from speechsubs.language import locales

    try:
        return locales.load(tag).typography.possessive == "s"
    except UnknownLocaleError:
        return False


def missing(source_matches: Iterable[TermMatch], target_text: str, locale_tag: str) -> list[Count]:
    """The terms that occur less often in a translation than required. See `counts`."""
    return [c for c in counts(source_matches, target_text, locale_tag) if c.found < c.expected]


def surplus(source_matches: Iterable[TermMatch], target_text: str, locale_tag: str) -> list[Count]:
    """The terms that occur more often than in the source: doubled, or in place of a pronoun."""
    return [c for c in counts(source_matches, target_text, locale_tag) if c.found > c.expected]


def forbidden(glossary: Glossary, target_text: str, locale_tag: str) -> list[tuple[Term, int, int]]:
    """Find forbidden terms in a text, with their offsets, in order.

    These are the terms of `policy: forbidden` entries and the `forbidden` renderings of all
    targets. A forbidden term inside a longer accepted one ("Bin" in "Li Bin") is not
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
            # "Mi" counts for the exact form "Mi", not for "mi" at the start of a sentence.
            keys = sorted(plain or initials, key=order.__getitem__)
            spans.append(_Span(start, end, tuple(keys)))
            free = end
    return spans


def _allocate(
    counts: dict[str, int], shared: Counter[tuple[str, ...]], wanted: Mapping[str, int]
) -> None:
    """Allocate spans that several keys accept, to meet as many required counts as possible.

    Computes a maximum flow from groups of equal spans to keys by shortest augmenting paths;
    remaining spans go to the first key of their group.
    """
    room = {key: max(0, wanted.get(key, 0) - number) for key, number in counts.items()}
    given: dict[tuple[tuple[str, ...], str], int] = Counter()
    for group, number in shared.items():
        left = number
        while left:
            path = _path(group, shared, given, room)
            if path is None:
                break
            # The path alternates: assign to a key, then take it back from another group.
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
    """The forbidden terms of one locale, and the accepted terms that may contain them."""

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
        """Find forbidden terms in a text, with their offsets, in order."""
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
