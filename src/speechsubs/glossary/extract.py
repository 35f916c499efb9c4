"""Term extraction: find names, codes and recurring phrases that are not in the glossary.

Uses rules and statistics over the given texts; the only word lists are the function words
of the locale files. Names are recognized by capitalization, so extraction works best for
languages that capitalize names but not common nouns: in German it suggests too much, in
Chinese, Japanese and Korean only codes in Latin letters.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from speechsubs.errors import UnknownLocaleError
from speechsubs.glossary.match import Matcher
from speechsubs.glossary.model import Glossary
from speechsubs.language.normalize import key_of

# Words in scripts with capitals: Latin, Greek, Cyrillic, Armenian, and combining marks.
# Other scripts are excluded, so that "小米SU7的" gives "SU7".
_LETTERS = "0-9A-Za-zªµºÀ-ÖØ-öø-ʯ\u0300-\u036fͰ-ϿЀ-ԯԱ-ևḀ-ỿἀ-ῼ"
_TOKEN = re.compile(rf"(?:[A-Z]\.){{2,}}|[{_LETTERS}]+(?:['’&.‑-][{_LETTERS}]+)*")
_POSSESSIVE = re.compile(r"['’][sS]\Z")
_STOP = re.compile(r"[.!?…:;。！？]")
_OPENING = re.compile(r"(?:[\"“„«‘¿¡(\[—–]|(?:^|\s)['-])\s?\Z")
_ENDED = re.compile(r"[.!?…,;:。！？][\"'”’»)\]\s]*\Z")
#: "5km", "90s", "3rd", "1.5m", "10K", "3GB": amounts and counts, not codes.
_QUANTITY = re.compile(r"[0-9][0-9.]*(?:[a-zµ]{1,3}|[KMGT]?B|[KMG]?W|[KMG]?Hz|[KM])")
_INNER_CAPITAL = re.compile(r"[a-zß-öø-ÿ][A-ZÀ-ÖØ-Þ]|^[A-Z]{2,}[a-z]")
_AMOUNT_AFTER = re.compile(r"\s?[$€£¥₩]|\s?[0-9]")
_AMOUNT_BEFORE = re.compile(r"[0-9]\s?\Z")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CURRENCIES = _set("USD EUR GBP JPY CNY RMB KRW CHF HKD TWD CAD AUD US CA AU HK NT")
_JOINERS = _set("of de del della di da do dos du van von &")
#: Capitalized in English (and German) without being names.
_CALENDAR = _set(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday januar februar märz mai juni juli "
    "oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag"
)
#: Words that often precede a name in English, in addition to the locale's function words.
_OPENERS = _set(
    "then now yesterday today tomorrow later here there once still soon maybe perhaps even only "
    "also just however meanwhile instead again finally first last dear thank thanks both so why "
    "how what where who did does do let see meet yes no well ladies"
)
#: Words that form no name with a following number: "Chapter 3", "on Page 12".
_COUNTED = _set(
    "chapter page section figure table step part level episode season volume act scene room gate "
    "number no day week year phase stage round grade class article paragraph line lesson unit "
    "question answer slide kapitel seite abbildung tabelle teil schritt capítulo página sección "
    "figura tabla parte chapitre partie étape capitolo pagina sezione"
)
#: A longer run of capitalized words is a title or a slogan.
_MAX_WORDS = 5
#: A word and a number ("Model 3") are a phrase if they occur together this often.
_MIN_RECURRENCES = 2


class Place(NamedTuple):
    """An occurrence of a candidate: the index of the text and the character offset in it."""

    text: int
    start: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A term candidate.

    `kind` is "name" (capitalized words), "code" (letters with digits, capitals inside
    or all capitals) or "phrase" (capitalized words with a number). `text` is the most
    frequent spelling.
    """

    text: str
    count: int
    places: tuple[Place, ...]
    kind: str = "name"


class _Hit(NamedTuple):
    text: str
    kind: str
    start: int


@dataclass(frozen=True, slots=True)
class _Token:
    """A word. `initial`: it starts a sentence or a quotation. `title`: its line is in
    Title Case or all capitals. In both cases its capital is no evidence. `gap` is the text
    between it and the previous word, including glossary terms.
    """

    text: str
    start: int
    gap: str
    initial: bool
    title: bool
    amount: bool

    @property
    def capital(self) -> bool:
        return self.text[0].isupper() or self.text[0].istitle()

    @property
    def adjacent(self) -> bool:
        """True if only a space separates it from the previous word."""
        return self.gap in (" ", "\u00a0")

    @property
    def currency(self) -> bool:
        """True for a currency code or country next to an amount: "USD 300", "US$300"."""
        return self.amount and self.text in _CURRENCIES

    @property
    def code(self) -> bool:
        """True for letters with digits, a capital inside, or capitals only."""
        text = self.text
        if self.currency:
            return False
        letters = any(character.isalpha() for character in text)
        if letters and any(character.isdigit() for character in text):
            return not _QUANTITY.fullmatch(text)
        if self.title:
            return False
        return (len(text) > 1 and text.isupper()) or bool(_INNER_CAPITAL.search(text))


def extract(texts: Iterable[str], glossary: Glossary) -> list[Candidate]:
    """Extract term candidates from source texts, by frequency, then alphabetically.

    - Codes count in any position, but quantities ("5km", "90s") are not codes.
    - A run of capitalized words is a name. The first word of a sentence belongs to it if
      it is capitalized inside a sentence elsewhere, or if it never occurs in lower case
      and a name follows directly; on its own it counts only in the first case.
    - A word is not a name if it occurs in lower case more often than capitalized inside a
      sentence, or if it is a function word, a month or a day. Headings in Title Case are
      ignored as evidence.
    - "Model 3" and "iPhone 15 Pro" are one phrase; `_is_part_of_name` decides whether a
      number belongs to the name.

    Text covered by a glossary entry is skipped. The time is linear in the texts.
    """
    matcher = Matcher(glossary)
    statistics = _Statistics(*_function_words(glossary.language))
    lines: list[tuple[int, list[_Token]]] = []
    for number, text in enumerate(texts):
        known = [(match.start, match.suffix_end) for match in matcher.find(text)]
        for tokens in _lines(text, known, statistics):
            statistics.add(tokens)
            lines.append((number, tokens))
    pairs = Counter(key for _, tokens in lines for key in _numbered_names(tokens, statistics))
    recurring = frozenset(key for key, count in pairs.items() if count >= _MIN_RECURRENCES)
    found: dict[str, list[tuple[_Hit, Place]]] = defaultdict(list)
    for number, tokens in lines:
        for hit in _find_names(tokens, statistics, recurring):
            found[key_of(hit.text)].append((hit, Place(number, hit.start)))
    result = [
        Candidate(
            Counter(hit.text for hit, _ in group).most_common(1)[0][0],
            len(group),
            tuple(sorted(place for _, place in group)),
            group[0][0].kind,
        )
        for group in found.values()
    ]
    return sorted(result, key=lambda c: (-c.count, c.text.casefold(), c.text))


class _Statistics:
    """How often each word occurs in lower case, and with a significant capital."""

    def __init__(self, function_words: frozenset[str], articles: frozenset[str]) -> None:
        self.function_words = function_words
        self.articles = articles
        self._lower: Counter[str] = Counter()
        self._capital: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()

    def add(self, tokens: list[_Token]) -> None:
        """Count the words of one line."""
        for token in tokens:
            if not token.capital:
                self._lower[token.text.lower()] += 1
            elif not token.initial and not token.title:
                self._capital[token.text.lower()] += 1
        for first, second in pairwise(tokens):
            if first.capital and second.capital and second.adjacent and not first.initial:
                self._pairs[first.text, second.text] += not first.title

    def ordinary(self, token: _Token) -> bool:
        """True for an ordinary word, whose capital is not significant."""
        word = token.text.lower()
        if token.code:
            return False
        if token.currency or len(word) == 1 or word in _CALENDAR or self.small(word):
            return True
        return self._lower[word] > self._capital[word]

    def named(self, token: _Token) -> bool:
        """True if the capital marks the word as a name."""
        return (token.capital or token.code) and not token.title and not self.ordinary(token)

    def starts(self, tokens: list[_Token], at: int) -> bool:
        """True if a name starts with this word."""
        token = tokens[at]
        if token.code:
            return True
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        before_name = following is not None and following.adjacent and self.named(following)
        if before_name and following and self._pairs[token.text, following.text]:
            # "He Xiaopeng": a function word with a capital inside a sentence is a name.
            return len(token.text) > 1 and not token.title
        if not self.named(token):
            return False
        word = token.text.lower()
        return (
            not token.initial or self._capital[word] > 0 or (before_name and not self._lower[word])
        )

    def small(self, word: str) -> bool:
        """True for a function word, which cannot start a name."""
        return word in self.function_words or word in _OPENERS


def _function_words(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """The function words of a language, and the articles among them, in lower case."""
    from speechsubs.language import locales

    try:
        rules = locales.load(language).breaks
    except UnknownLocaleError:
        return frozenset(), frozenset()
    groups = (rules.articles, rules.prepositions, rules.conjunctions, rules.pronouns,
              rules.auxiliaries, rules.negations, rules.titles)  # fmt: skip
    # Titles are listed with a full stop, but tokens never end in one.
    words = frozenset(word.lower().rstrip(".") for group in groups for word in group)
    return words, frozenset(word.lower() for word in rules.articles)


def _lines(
    text: str, known: list[tuple[int, int]], statistics: _Statistics
) -> Iterator[list[_Token]]:
    """The words of each line that are not covered by a glossary entry."""
    offset = covered = 0
    for line in text.splitlines(keepends=True):
        title = _title_case(line, statistics)
        tokens: list[_Token] = []
        last = 0
        for match in _TOKEN.finditer(line):
            start, end = match.span()
            while covered < len(known) and known[covered][1] <= offset + start:
                covered += 1
            if covered < len(known) and known[covered][0] < offset + end:
                continue
            word = _POSSESSIVE.sub("", match[0])
            gap = line[last:start]
            initial = _initial(gap, tokens[-1].text if tokens else None, statistics)
            amount = bool(
                _AMOUNT_AFTER.match(line, end)
                or _AMOUNT_BEFORE.search(line, max(0, start - 2), start)
            )
            tokens.append(_Token(word, offset + start, gap, initial, title, amount))
            last = start + len(word)
        if tokens:
            yield tokens
        offset += len(line)


def _initial(gap: str, before: str | None, statistics: _Statistics) -> bool:
    """True if a sentence or a quotation starts after `gap`."""
    if before is None and not any(character.isalnum() for character in gap):
        return True
    if _OPENING.search(gap[-3:]):
        return True
    if not _STOP.search(gap) or not gap[-1:].isspace():
        return False
    if before is None or gap.strip() != ".":
        return True
    # "Dr. Smith", "J. Smith": the full stop belongs to the word.
    titled = before[0].isupper() and before.lower() in statistics.function_words
    return not titled and not (len(before) == 1 and before.isupper())


def _title_case(line: str, statistics: _Statistics) -> bool:
    words = [match[0] for match in _TOKEN.finditer(line)]
    if len(words) < 2:
        return False
    if line.isupper():
        return True
    if _ENDED.search(line[-10:]):
        return False
    small = statistics.function_words
    return all(w[0].isupper() or w[0].isdigit() or w.lower() in small for w in words)


def _is_number(token: _Token) -> bool:
    """True for up to four digits directly after a word."""
    return token.text.isdecimal() and len(token.text) <= 4 and token.adjacent


def _numbered_names(tokens: list[_Token], statistics: _Statistics) -> Iterator[str]:
    """The keys of names followed by a number."""
    for before, token in pairwise(tokens):
        if _is_number(token) and statistics.named(before) and not before.initial:
            yield key_of(f"{before.text} {token.text}")


def _is_part_of_name(
    tokens: list[_Token], at: int, first: int, statistics: _Statistics, known: frozenset[str]
) -> bool:
    """Whether the number at `at` is a part of the name before it: "iPhone 15 Pro".

    It is if both recur together or another word of the name follows; otherwise if an
    article precedes the name or no noun follows: "a Model 3 home", "the Mi 10 was", but
    not "in Berlin 300 people". Years and "Chapter 3" are never part of a name.
    """
    name, number = tokens[at - 1], tokens[at]
    if not _is_number(number):
        return False
    if key_of(f"{name.text} {number.text}") in known:
        return True
    if name.text.lower() in _COUNTED or re.fullmatch("(?:19|20)[0-9]{2}", number.text):
        return False
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is not None and following.adjacent and statistics.named(following):
        return not following.initial
    if name.initial:
        return False
    if first and tokens[first].adjacent and tokens[first - 1].text.lower() in statistics.articles:
        return True
    ended = following is None or not following.adjacent
    return ended or (following is not None and statistics.small(following.text.lower()))


def _find_names(
    tokens: list[_Token], statistics: _Statistics, known: frozenset[str]
) -> Iterator[_Hit]:
    at = 0
    while at < len(tokens):
        if not statistics.starts(tokens, at):
            at += 1
            continue
        end = _end_of_run(tokens, at, statistics, known)
        run = tokens[at:end]
        if len(run) <= _MAX_WORDS:
            text = run[0].text + "".join(token.gap + token.text for token in run[1:])
            kind = "code" if len(run) == 1 and run[0].code else "name"
            if any(token.text.isdecimal() for token in run):
                kind = "phrase"
            yield _Hit(text, kind, run[0].start)
        at = end


def _end_of_run(
    tokens: list[_Token], at: int, statistics: _Statistics, known: frozenset[str]
) -> int:
    """The end of the run of name words that starts at `at`."""
    end = at + 1
    while end < len(tokens) and tokens[end].adjacent and not tokens[end].initial:
        if statistics.named(tokens[end]) or _is_part_of_name(tokens, end, at, statistics, known):
            end += 1
        elif (
            tokens[end].text in _JOINERS
            and end + 1 < len(tokens)
            and tokens[end + 1].adjacent
            and statistics.named(tokens[end + 1])
        ):
            end += 2
        else:
            break
    return end
