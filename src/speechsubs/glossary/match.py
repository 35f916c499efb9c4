"""Find terms in a text: whole words, longest match first, in one pass."""

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
    """A term in a text. `start` and `end` are character offsets of the term itself.

    `suffix` is its plural or possessive ending ("s", "'s", "s'"), "" if there is none;
    `suffix_end` is the end of that. `text` is as written.
    """

    term: Term
    start: int
    end: int
    text: str
    suffix: str = ""

    @property
    def suffix_end(self) -> int:
        """The end of the term including its ending."""
        return self.end + len(self.suffix)


class Finder:
    """Finds many spellings at once, overlapping ones too, in time linear in the text.

    An automaton runs over the folded key of the text and reports everything; what
    needs exact capitals is compared afterwards. Leftmost-longest search inside the
    automaton would be wrong here: a longer spelling that turns out to be no whole word
    ("4S deal" in "4S dealer") would hide the shorter one that is ("4S").

    `loose` are the indexes of spellings that may be a part of a longer word.
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
        """Every (index of the spelling, start, end) in the text, in no useful order.

        Spans that are clearly a part of a longer word are left out; the caller decides
        about the rest (see `keys.bounded`).
        """
        if self._automaton is None or not text:
            return
        key = keyed(text, fold=True)
        found = self._automaton.find_matches_as_indexes(key.text, overlapping=True)
        # An invisible space ends a word in the text, and is not in the key to show it.
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
    """Where in a key a word may start, and where one may end but for a plural ending.

    Only what ASCII letters and digits decide; nearly every false hit of a short term
    ("Mi" in "family") is dropped here, before anything slow looks at it.
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
    """Finds a glossary's terms in texts. Build it once; it holds the automaton.

    Matches are leftmost-longest and never overlap. A term stands as a whole word
    (see `keys.bounded`), with or without an ending: plural "s" or "es", possessive
    "'s" or "'". Where two entries claim one span, the one with exact capitals wins.
    Forbidden and deprecated entries are not looked for: they are nothing to protect.
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
    """Where the word that text[start:end] begins ends, if only an ending follows."""
    if bounded_after(text, end):
        return _possessive(text, end)
    for plural in _plurals(text[start:end]):
        stop = end + len(plural)
        if text.startswith(plural, end) and bounded_after(text, stop):
            return _possessive(text, stop)
    return None


def _plurals(written: str) -> tuple[str, ...]:
    # A decomposed accent at the end is no letter by itself.
    written = unicodedata.normalize("NFC", written[-40:])
    # Two lower-case letters and an "s" are nearly always another word ("mi", "mis").
    if len(written) < 3 and not (written.isupper() and written[-1:].isalnum()):
        return ()
    if not written[-1:].isalnum():
        return ()
    sibilant = written.endswith(("s", "x", "z", "ch", "sh")) and len(written) > 2
    return ("es",) if sibilant else ("s",)


def _possessive(text: str, end: int) -> int:
    """Where "'s" or a bare "'" written at `end` ends; `end` itself without one."""
    if text[end : end + 1] not in APOSTROPHES or not text[end : end + 1]:
        return end
    if text[end + 1 : end + 2] in ("s", "S") and bounded_after(text, end + 2):
        return end + 2
    # "the bosses' cars", but not 'one of the bosses': an apostrophe is a closing
    # quotation mark where one was opened, or where no word follows for it to own.
    owns = _OWNED.match(text, end + 1) is not None
    if text[end - 1] not in "sxzSXZ" or not owns:
        return end
    quoted = _OPEN_QUOTE.search(text[max(0, end - _QUOTE_REACH) : end])
    return end if quoted else end + 1
