"""Where a line may end, and how much it hurts there.

A text becomes tokens: the smallest stretches that stay together on a line. In
languages that write words apart a token is a word with its punctuation (a
no-break space keeps two words in one token); in Chinese, Japanese and Thai it is
a phrase that budoux finds, mended by the kinsoku rules. Each token carries the
cost of ending a line, or a cue, right after it.

Sources of the rules: Netflix Timed Text Style Guide (break after punctuation,
before conjunctions and prepositions; never part article and noun, first and last
name, verb and subject pronoun, verb and auxiliary or negation); BBC Subtitle
Guidelines (linguistic breaks before geometric ones); JIS X 4051 (kinsoku).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from speechsubs.locales import Locale

if TYPE_CHECKING:
    from budoux import Parser

# The scale: 0 is a sentence's end, 100 is never unless there is no other way.
SENTENCE = 0.0
CLAUSE = 6.0
COMMA = 10.0
BEFORE_CONJUNCTION = 16.0
BEFORE_PREPOSITION = 26.0
BEFORE_VERB = 26.0
BEFORE_ARTICLE = 32.0
PHRASE = 24.0
ORDINARY = 52.0
AFTER_ADJECTIVE = 72.0
"""After the word behind an article: more often an adjective than a noun that ends there."""
AFTER_CONJUNCTION = 70.0
AFTER_VERB_PART = 62.0
AFTER_PRONOUN = 70.0
AFTER_PREPOSITION = 80.0
AFTER_ARTICLE = 88.0
INSIDE_NAME = 84.0
NUMBER_UNIT = 90.0
GLUED = 140.0
INSIDE_WORD = 200.0

#: White space at which a line may break. No-break spaces are not in it.
_BREAKABLE = re.compile(r"[^\S\u00a0\u202f\u2007\u2060]+")
_CLOSING = "\"'”’»›)]}」』）】》〉〕｝］"
_CLAUSE_END = ";:—–…；：。．.!?！？؟؛"
_COMMA_END = ",，、،､"
#: A line must not begin with these, nor end with those (JIS X 4051, GB/T 15834).
NO_START = frozenset(
    "、。，．・：；？！」』）】》〉〕｝］”’…—～ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ,.!?:;)]}%％‰℃°»›"
)
NO_END = frozenset("「『（【《〈〔｛［“‘([{¿¡«‹$€£¥＄￥")
_CJK = re.compile(  # and Thai, which is written without blanks too
    r"[\u0e00-\u0e7f\u2e80-\u303f\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
_BUDOUX = {"zh-CN": "simplified_chinese", "zh-TW": "traditional_chinese", "ja": "japanese",
           "th": "thai"}  # fmt: skip
_ELIDED = re.compile(r"^(?:[lLdDjJmMtTsScCnN]|[qQ]u|un|all|dell|nell|sull|dall)['’](?=\w)")


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch that stays together. `start` and `end` are offsets in the text.

    `width` is in the locale's line units; `space` is the width of the blank behind
    it, which a line break swallows; `cost` is what a break right after it costs.
    """

    start: int
    end: int
    width: float
    space: float
    cost: float


def tokens(text: str, locale: Locale, glued: Sequence[tuple[int, int]] = ()) -> list[Token]:
    """Cut a text into tokens with the cost of a break after each.

    `glued` are spans (names, amounts) that a break should not part. No token is
    wider than a line of the locale: longer ones (web addresses) are cut where it
    hurts least.

    >>> from speechsubs.locales import load
    >>> [t.cost for t in tokens("The car, in the end, ran.", load("en"))]
    [88.0, 10.0, 80.0, 88.0, 10.0, 0.0]
    """
    spans = [part for span in _spans(text, locale) for part in _fitting(text, span, locale)]
    words = [text[start:end] for start, end, _ in spans]
    result = []
    glue = sorted(glued)
    cursor = 0
    for number, (start, end, inside) in enumerate(spans):
        following = spans[number + 1][0] if number + 1 < len(spans) else end
        last = number + 1 == len(spans)
        if last:
            cost = SENTENCE
        elif inside:
            cost = INSIDE_WORD
        else:
            while cursor < len(glue) and glue[cursor][1] <= end:
                cursor += 1
            if cursor < len(glue) and glue[cursor][0] < end and following < glue[cursor][1]:
                cost = GLUED
            else:
                before = words[number - 1] if number else ""
                spaced = following > end
                cost = _cost(before, words[number], words[number + 1], spaced, locale)
        space = locale.width(blank_of(text[end:following]))
        result.append(Token(start, end, locale.width(words[number]), space, cost))
    return result


def blank_of(between: str) -> str:
    """The one blank that stands for all white space between two tokens.

    An ideographic space stays one; a tab or a control character becomes a space.

    >>> blank_of(" \\t"), blank_of("\u3000") == "\u3000", blank_of("")
    (' ', True, '')
    """
    if not between:
        return ""
    return "\u3000" if "\u3000" in between else " "


def _spans(text: str, locale: Locale) -> Iterator[tuple[int, int, bool]]:
    """Start and end of every token; the flag is False: an honest place to break."""
    position = 0
    for chunk in _BREAKABLE.split(text):
        if chunk:
            start = text.index(chunk, position)
            position = start + len(chunk)
            if locale.words == "phrases" and _CJK.search(chunk):
                yield from _phrases(chunk, start, locale)
            else:
                yield from _dashed(chunk, start)


def _dashed(chunk: str, start: int) -> Iterator[tuple[int, int, bool]]:
    """A word, parted after an em dash that stands inside it ("build—not")."""
    begin = 0
    for match in re.finditer(r"(?<=\w)[—–](?=\w{2})", chunk):
        if match.group() == "—" or not chunk[match.start() - 1].isdigit():
            yield start + begin, start + match.end(), False
            begin = match.end()
    yield start + begin, start + len(chunk), False


@cache
def _parser(name: str) -> "Parser":
    # budoux reads its model when imported: only languages that need it pay.
    import budoux

    parser: Parser = getattr(budoux, f"load_default_{name}_parser")()
    return parser


def _phrases(chunk: str, start: int, locale: Locale) -> Iterator[tuple[int, int, bool]]:
    name = _BUDOUX.get(locale.tag, "")
    parts = _parser(name).parse(chunk) if name else list(chunk)
    begin = end = 0
    for part in parts:
        if end > begin and _may_part(chunk, end):
            yield start + begin, start + end, False
            begin = end
        end += len(part)
    if end > begin:
        yield start + begin, start + end, False


def _may_part(text: str, at: int) -> bool:
    """False where kinsoku, a Latin word, a number or a combining mark forbids it."""
    before, after = text[at - 1], text[at]
    if after in NO_START or before in NO_END or unicodedata.combining(after):
        return False
    ascii_both = before.isascii() and after.isascii()
    number = before.isdigit() and (after.isdigit() or after in "万萬亿億千百円元％%年月日时時")
    return not (ascii_both or number)


def _fitting(
    text: str, span: tuple[int, int, bool], locale: Locale
) -> Iterator[tuple[int, int, bool]]:
    """A token as it is, or in pieces where it is wider than a line."""
    start, end, inside = span
    limit = locale.limits.line_width
    if locale.width(text[start:end]) > limit:
        # Each cut looks at one line only: the rest is not measured again.
        while (cut := _forced(text, start, end, locale, limit)) < end:
            yield start, cut, True
            start = cut
    yield start, end, inside


def _forced(text: str, start: int, end: int, locale: Locale, limit: float) -> int:
    """Where a piece that starts at `start` ends; `end` where all the rest fits."""
    width, cut, nice = 0.0, start, start
    for at in range(start, end):
        width += locale.width(text[at])
        if width > limit and at > start:
            break
        cut = at + 1
        joined = cut < end and (unicodedata.combining(text[cut]) or text[cut] in "\u200d\ufe0f")
        if cut < end and not joined:
            phrase = locale.words == "phrases" and _may_part(text, cut)
            if phrase or text[at] in "/-_.?&=,、。　\u00a0\u202f" or not _word(text[at]):
                nice = cut
    if cut >= end:
        return end
    # A break that leaves less than half a line full is worse than one inside a word.
    return nice if nice - start > (cut - start) // 2 else _grapheme(text, start, cut)


def _word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _grapheme(text: str, start: int, cut: int) -> int:
    """Step back so that a mark stays with the character that it stands on."""
    at = cut
    while (
        at > start + 1
        and at < len(text)
        and (
            unicodedata.combining(text[at])
            or text[at] in "\u200d\ufe0f"
            or text[at - 1] == "\u200d"
        )
    ):
        at -= 1
    return at


def _cost(before: str, word: str, following: str, spaced: bool, locale: Locale) -> float:
    bare = word.rstrip(_CLOSING)
    last = bare[-1:] if bare else word[-1:]
    key = word.strip("\"'“”‘’«»()[]¿¡„,;:").lower()
    rules = locale.breaks
    if key in rules.titles:
        return INSIDE_NAME
    if last and last in _CLAUSE_END:
        return CLAUSE
    if last and last in _COMMA_END:
        return COMMA
    if not spaced and locale.words == "phrases":
        return _phrase_cost(word, following, locale)
    cost = _word_cost(word, key, following, locale)
    if cost == ORDINARY and before.lower() in rules.articles:
        return AFTER_ADJECTIVE
    return cost


def _phrase_cost(word: str, following: str, locale: Locale) -> float:
    """Chinese and Japanese: particles stay with what they follow, 在 with what comes."""
    rules = locale.breaks
    if word in rules.prepositions or word in rules.conjunctions:
        return AFTER_PREPOSITION
    if following[:1] in rules.auxiliaries or following in rules.auxiliaries:
        return AFTER_VERB_PART
    if len(word) == 1 and len(following.rstrip("，。、！？；：")) == 1:
        # Two single characters in a row are as a rule one word that budoux parted.
        return AFTER_VERB_PART
    if following in rules.conjunctions:
        return BEFORE_CONJUNCTION
    return PHRASE


def _word_cost(word: str, key: str, following: str, locale: Locale) -> float:
    rules = locale.breaks
    opening = following.lstrip("\"'“‘«([¿¡„")
    next_key = following.strip("\"'“”‘’«»()[]¿¡„.,;:!?…").lower()
    elided = _ELIDED.match(next_key)
    if any(c.isdigit() for c in word) and word[-1:].isdigit() and opening[:1].isalpha():
        return NUMBER_UNIT
    if key in rules.magnitudes:
        return NUMBER_UNIT
    if key in rules.articles and next_key not in rules.prepositions:
        # "each of", "la de": before a preposition an article is a pronoun.
        return AFTER_ARTICLE
    if key in rules.bound or next_key in rules.bound:
        return AFTER_VERB_PART
    if next_key in rules.conjunctions and key not in rules.prepositions:
        return BEFORE_CONJUNCTION
    if key in rules.conjunctions:
        return AFTER_CONJUNCTION
    if key in rules.negations:
        return AFTER_VERB_PART
    if key in rules.pronouns:
        return AFTER_PRONOUN
    if key in rules.auxiliaries:
        return AFTER_VERB_PART
    if key in rules.prepositions:
        return AFTER_PREPOSITION
    if next_key in rules.prepositions or (elided and elided.group()[0].lower() == "d"):
        return BEFORE_PREPOSITION
    if word[:1].isupper() and opening[:1].isupper() and following[:1] not in '(["“':
        return INSIDE_NAME
    if opening[:1].isdigit() and word[:1].isupper():
        return INSIDE_NAME
    if following[:1] in "([":
        return COMMA + 4
    if next_key in rules.auxiliaries or next_key in rules.negations:
        return BEFORE_VERB
    if next_key in rules.articles or next_key in rules.pronouns:
        return BEFORE_ARTICLE
    return ORDINARY
