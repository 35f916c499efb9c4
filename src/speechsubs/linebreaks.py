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

from speechsubs import breakcosts
from speechsubs.breakcosts import GLUED, INSIDE_WORD, NUMERAL, SENTENCE
from speechsubs.locales import Locale

if TYPE_CHECKING:
    from budoux import Parser

#: White space at which a line may break. No-break spaces are not in it.
_BREAKABLE = re.compile(r"[^\S\u00a0\u202f\u2007\u2060]+")
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
#: Chinese and Japanese words that count what the number before them numbers.
_COUNTERS = "万萬亿億千百円元个個名位辆輛台次项項家座条條月日年天岁歲本冊枚匹頭回番时時分％%"


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
                cost = breakcosts.cost(before, words[number], words[number + 1], spaced, locale)
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
    number = before.isdigit() and (after.isdigit() or after in _COUNTERS)
    counted = before in NUMERAL and after in _COUNTERS
    # A date stays whole: 2021年1月15日.
    date = before in "年月" and after.isdigit()
    return not (ascii_both or number or counted or date)


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
