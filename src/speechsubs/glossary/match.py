"""Find glossary terms in a text: whole words, longest match first, in one pass."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

from speechsubs.glossary.model import Case, Glossary, Policy, Term
from speechsubs.language.normalize import (
    APOSTROPHES,
    ZERO_WIDTH_SPACE,
    bounded,
    bounded_after,
    bounded_before,
    key_of,
    keyed,
)

#: How many characters back to look for a quotation mark that an apostrophe may close.
_QUOTE_REACH = 200
_ASCII_WORD = re.compile(r"[A-Za-z0-9_]{2,}")
_PLURAL = re.compile(r"e?s(?![A-Za-z0-9_])")
_OWNED = re.compile(r"\s+\w")
_OPEN_QUOTE = re.compile(r"‘|(?:^|(?<=[\s(\[{\"“«—–-]))'")


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A match of a term. `start` and `end` are character offsets of the term itself.

    `suffix` is its plural or possessive ending ("s", "'s", "s'") or "", `suffix_end` the
    end of the ending. `text` is the spelling in the text.
    """

    term: Term
    start: int
    end: int
    text: str
    suffix: str = ""

    @property
    def suffix_end(self) -> int:
        """The end of the match including its ending."""
        return self.end + len(self.suffix)


class Finder:
    """Finds many spellings at once, including overlaps, in time linear in the text.

    An automaton reports all hits in the case-folded key of the text; exact case is checked
    afterwards. Leftmost-longest search in the automaton would be wrong: a longer spelling
    that is not a whole word ("4S deal" in "4S dealer") would hide a shorter valid one
    ("4S").

    `loose` are the indexes of spellings that may be part of a longer word.
    """

    def __init__(
        self, spellings: Sequence[tuple[str, Case]], loose: Collection[int] = frozenset()
    ) -> None:
        self._exact = [key_of(text) if case == "exact" else "" for text, case in spellings]
        by_key: dict[str, list[int]] = {}
        for index, (text, _) in enumerate(spellings):
            folded = key_of(text, fold=True)
            if folded:
                by_key.setdefault(folded, []).append(index)
        self._spellings = [text for text, _ in spellings]
        self._indexes = list(by_key.values())
        self._loose = bool(loose)
        self._automaton = (
            AhoCorasick(list(by_key), matchkind=MatchKind.Standard, store_patterns=False)
            if by_key
            else None
        )

    def spans(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Every (index of the spelling, start, end) in the text, in arbitrary order.

        Spans that are clearly part of a longer word are skipped; the caller checks the
        rest (see `keys.bounded`).
        """
        if self._automaton is None or not text:
            return
        key = keyed(text, fold=True)
        found = self._automaton.find_matches_as_indexes(key.text, overlapping=True)
        # Invisible spaces are word boundaries in the text, but are not part of the key.
        if found and not self._loose and ZERO_WIDTH_SPACE not in text:
            may_start, may_end = _edges(key.text)
            found = [hit for hit in found if may_start[hit[1]] and may_end[hit[2]]]
        for pattern, key_start, key_end in found:
            start, end = key.start(key_start), key.end(key_end)
            if start is None or end is None:
                continue
            written = text[start:end]
            for index in self._indexes[pattern]:
                exact = self._exact[index]
                if not exact or written == self._spellings[index] or key_of(written) == exact:
                    yield index, start, end


def _edges(key: str) -> tuple[bytearray, bytearray]:
    """The positions in a key where a word may start or end, allowing for a plural ending.

    Only considers ASCII letters and digits, which cheaply filters out nearly all false hits
    of short terms ("Mi" in "family") before the slow checks.
    """
    may_start = bytearray(b"\x01") * (len(key) + 1)
    for run in _ASCII_WORD.finditer(key):
        first, last = run.span()
        may_start[first + 1 : last] = bytes(last - first - 1)
    may_end = bytearray(may_start)
    for ending in _PLURAL.finditer(key):
        may_end[ending.start() : ending.end()] = b"\x01" * len(ending[0])
    return may_start, may_end


class Matcher:
    """Finds glossary terms in texts. Build it once, because it contains the automaton.

    Matches are leftmost-longest and never overlap. A term must be a whole word (see
    `keys.bounded`), with an optional ending: plural "s" or "es", possessive "'s" or "'".
    If two entries match the same span, the one with exact case wins. Forbidden and
    deprecated entries are not matched.
    """

    def __init__(self, glossary: Glossary) -> None:
        self._terms: list[Term] = []
        spellings: list[tuple[str, Case]] = []
        for term in glossary.terms:
            if term.policy is Policy.FORBIDDEN or term.status == "deprecated":
                continue
            for spelling in term.spellings:
                self._terms.append(term)
                spellings.append((spelling, term.case))
        loose = [i for i, term in enumerate(self._terms) if term.boundary == "none"]
        self._finder = Finder(spellings, loose)

    def find(self, text: str) -> list[TermMatch]:
        """Find the terms of a text, in text order.

        >>> from speechsubs.glossary import Glossary, Matcher, Term
        >>> matcher = Matcher(Glossary((Term("lei", "Lei Jun"), Term("suv", "SUV"))))
        >>> [(m.text, m.suffix) for m in matcher.find("Lei Jun’s SUVs")]
        [('Lei Jun', '’s'), ('SUV', 's')]
        """
        candidates: list[tuple[int, int, int, int]] = []
        for index, start, end in self._finder.spans(text):
            term = self._terms[index]
            if term.boundary == "none":
                stop: int | None = end
                if bounded(text, start, end):
                    stop = _with_ending(text, start, end)
            elif bounded_before(text, start):
                stop = _with_ending(text, start, end)
            else:
                continue
            if stop is not None:
                candidates.append((start, end, stop, index))
        matches = []
        free = 0
        for start, end, stop, index in sorted(candidates, key=self._rank):
            if start >= free:
                term = self._terms[index]
                matches.append(TermMatch(term, start, end, text[start:end], text[end:stop]))
                free = stop
        return matches

    def _rank(self, candidate: tuple[int, int, int, int]) -> tuple[int, int, bool, int]:
        start, end, _, index = candidate
        return start, -end, self._terms[index].case != "exact", index


def _with_ending(text: str, start: int, end: int) -> int | None:
    """The end of the word that starts with text[start:end], if only an ending follows."""
    if bounded_after(text, end):
        return _possessive(text, end)
    for plural in _plurals(text[start:end]):
        stop = end + len(plural)
        if text.startswith(plural, end) and bounded_after(text, stop):
            return _possessive(text, stop)
    return None


def _plurals(written: str) -> tuple[str, ...]:
    # A decomposed accent at the end is not a letter by itself.
    written = unicodedata.normalize("NFC", written[-40:])
    # Two lower-case letters and an "s" are nearly always another word ("mi", "mis").
    if len(written) < 3 and not (written.isupper() and written[-1:].isalnum()):
        return ()
    if not written[-1:].isalnum():
        return ()
    sibilant = written.endswith(("s", "x", "z", "ch", "sh")) and len(written) > 2
    return ("es",) if sibilant else ("s",)


def _possessive(text: str, end: int) -> int:
    """The end of "'s" or a bare "'" at `end`, or `end` itself if there is neither."""
    if text[end : end + 1] not in APOSTROPHES or not text[end : end + 1]:
        return end
    if text[end + 1 : end + 2] in ("s", "S") and bounded_after(text, end + 2):
        return end + 2
    # "the bosses' cars", but not 'one of the bosses': an apostrophe is a closing
    # quotation mark if one was opened, or if no word follows.
    owns = _OWNED.match(text, end + 1) is not None
    if text[end - 1] not in "sxzSXZ" or not owns:
        return end
    quoted = _OPEN_QUOTE.search(text[max(0, end - _QUOTE_REACH) : end])
    return end if quoted else end + 1
