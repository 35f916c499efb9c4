"""Find possible line breaks and score them by grammar.

A text is divided into tokens, the smallest pieces that stay on one line. In languages
written with spaces a token is a word with its punctuation; a no-break space joins two
words in one token. In Chinese, Japanese and Thai a token is a phrase found by budoux,
corrected by the kinsoku rules. Each token has the cost of ending a line, or a cue, right
after it. The word lists are in `locales/*.yml` under `breaks`.

Sources of the rules: Netflix Timed Text Style Guide (break after punctuation,
before conjunctions and prepositions; never separate article and noun, first and last
name, verb and subject pronoun, verb and auxiliary or negation); BBC Subtitle
Guidelines (linguistic breaks before geometric ones); JIS X 4051 (kinsoku).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from speechsubs.language.locales import Locale

if TYPE_CHECKING:
    from budoux import Parser

# The scale: 0 is the end of a sentence; from 100 on a break is a last resort.
SENTENCE = 0.0
CLAUSE = 6.0
COMMA_CONJUNCTION = 7.0
"""After a comma before a conjunction, where a clause begins."""
COMMA = 10.0
SPACE = 12.0
"""A space in a language that has none between words: the end of a phrase."""
BEFORE_CONJUNCTION = 16.0
BEFORE_PREPOSITION = 26.0
BEFORE_VERB = 26.0
BEFORE_ARTICLE = 32.0
BEFORE_GENITIVE = 34.0
PHRASE = 24.0
ORDINARY = 52.0
AFTER_ADJECTIVE = 72.0
"""After the word that follows an article, which is more often an adjective than a noun."""
AFTER_CONJUNCTION = 70.0
AFTER_VERB_PART = 62.0
AFTER_PRONOUN = 70.0
AFTER_PREPOSITION = 80.0
AFTER_ARTICLE = 88.0
BEFORE_TRAILING = 80.0
INSIDE_NAME = 84.0
NUMBER_UNIT = 100.0
INSIDE_PHRASE = 56.0
NO_BREAK = 140.0
INSIDE_WORD = 200.0

_CLOSING = "\"'”’»›)]}」』）】》〉〕｝］"
_OPENING = "«‹“‘„¿¡(["
_LOOSE = "»›”’?!:;…)]"
_CLAUSE_END = ";:—–…；：。．.!?！？؟؛"
_COMMA_END = ",，、،､"
_ELIDED = re.compile(r"([^\W\d_]{1,7}['’])(?=[^\W\d_])")
#: Letters each followed by a full stop: "d." of "d. h.", "z.B.", "p.m.", "J."
_LETTERS = re.compile(r"(?:[^\W\d_]\.)+")
#: Characters that are numbers or end one.
NUMERAL = "一二三四五六七八九十百千万萬亿億兆两兩几幾〇만억조천백"


def phrase_cost(before: str, word: str, following: str, spaced: bool, locale: Locale) -> float:
    """Return the cost of a break after `word`, given the tokens before and after it.

    `spaced` is False if there is no space between `word` and `following`.
    """
    bare = word.rstrip(_CLOSING)
    last = bare[-1:] if bare else word[-1:]
    key = _key(word)
    rules = locale.breaks
    if not word.strip(_OPENING) or not following.strip(_LOOSE):
        # "« Non ! »" with plain spaces: no line ends with « or begins with » or ?.
        return NO_BREAK
    if key in rules.titles:
        return INSIDE_NAME
    if word[-1:] == "." and (abbreviation := _abbreviation_cost(word, following)):
        return abbreviation
    if last and last in _CLAUSE_END and not _continues(word, following):
        return CLAUSE
    if last and last in _COMMA_END:
        return _comma_cost(key, following, locale)
    if locale.words == "phrases":
        if spaced and not (word[-1:].isascii() or following[:1].isascii()):
            return SPACE
        if not spaced:
            return _phrase_cost(word, following, locale)
    found = _word_cost(word, key, following, locale)
    if found == ORDINARY and before.lower() in rules.articles:
        return AFTER_ADJECTIVE
    return found


def _key(word: str) -> str:
    """Normalize a word for the lists of a locale; titles keep their full stop."""
    return word.strip("\"'“”‘’«»()[]¿¡„,;:").lower()


def _abbreviation_cost(word: str, following: str) -> float:
    """Return the cost after the full stop of an abbreviation; 0 if it is another full stop.

    The text is one sentence, so most full stops inside it belong to abbreviations or
    ordinals: "d. h.", "No. 5", "J. Smith", "der 3. Platz".
    """
    bare = word.lstrip("\"'“‘«([¿¡„")
    opening = following.lstrip("\"'“‘«([¿¡„")
    letters = _LETTERS.fullmatch(bare)
    if letters and _LETTERS.match(opening):
        return NO_BREAK
    if bare[:-1].isdigit() or opening[:1].isdigit():
        return NUMBER_UNIT if not bare.endswith("..") else 0.0
    if letters and len(bare) == 2 and opening[:1].isupper():
        return INSIDE_NAME
    return 0.0


def _continues(word: str, following: str) -> bool:
    """True if a lower-case letter follows the full stop of an abbreviation ("ca. hundert")."""
    return word[-1:] == "." and not word.endswith("..") and following[:1].islower()


def _comma_cost(key: str, following: str, locale: Locale) -> float:
    rules = locale.breaks
    if key in rules.conjunctions and len(key) <= 3:
        # "..., and, after all": it starts a clause. Longer conjunctions may end one.
        return AFTER_CONJUNCTION
    head, _ = _split_elision(_key(following), locale)
    return COMMA_CONJUNCTION if head in rules.conjunctions else COMMA


def _split_elision(key: str, locale: Locale) -> tuple[str, str]:
    """Split an elided word: "qu'il" starts like a conjunction and ends like a pronoun.

    Words with an elision that the locale does not list are returned twice, unchanged.
    """
    match = _ELIDED.match(key)
    if not match:
        return key, key
    head, rules = match.group().replace("’", "'"), locale.breaks
    lists = (rules.articles, rules.prepositions, rules.conjunctions, rules.pronouns)
    if head in rules.negations or any(head in words for words in lists):
        return head, key[match.end() :]
    return key, key


def _phrase_cost(word: str, following: str, locale: Locale) -> float:
    """The cost in Chinese and Japanese: particles follow their phrase, 在 precedes it."""
    rules = locale.breaks
    if word in rules.prepositions or word in rules.conjunctions:
        return AFTER_PREPOSITION
    if following[:1] in rules.auxiliaries or following in rules.auxiliaries:
        return AFTER_VERB_PART
    if _is_enclitic(following, locale):
        return AFTER_VERB_PART
    single = len(word) == 1
    if single and len(following.rstrip("，。、！？；：")) == 1:
        # Two single characters in a row are usually one word that budoux split.
        return AFTER_VERB_PART
    if following in rules.conjunctions:
        return BEFORE_CONJUNCTION
    if single and rules.single_clings and word not in rules.trailing:
        # A verb or an adverb without its complement, or half a name.
        return INSIDE_PHRASE
    if rules.tight and word.endswith(tuple(rules.tight)):
        return INSIDE_PHRASE
    return PHRASE


def _is_enclitic(following: str, locale: Locale) -> bool:
    """True if a phrase starts with a trailing word, or is one of a single character."""
    bare = following.rstrip("，。、！？；：")
    return any(
        bare == word if len(word) == 1 else following.startswith(word)
        for word in locale.breaks.trailing
    )


def _word_cost(word: str, key: str, following: str, locale: Locale) -> float:
    rules = locale.breaks
    opening = following.lstrip("\"'“‘«([¿¡„")
    next_key = following.strip("\"'“”‘’«»()[]¿¡„.,;:!?…").lower()
    head, _ = _split_elision(next_key, locale)
    _, tail = _split_elision(key, locale)
    if _has_unit(word, opening, head, locale) or key in rules.magnitudes:
        return NUMBER_UNIT
    if tail in rules.articles and head not in rules.prepositions:
        # "each of", "la de": an article before a preposition is a pronoun.
        return AFTER_ARTICLE
    if next_key in rules.trailing:
        return BEFORE_TRAILING
    if tail in rules.bound or next_key in rules.bound:
        return AFTER_VERB_PART
    if head in rules.conjunctions and tail not in rules.prepositions:
        # "estavam se perguntando": a conjunction that is also a pronoun stays with its verb.
        with_verb = head in rules.pronouns and tail in rules.auxiliaries
        return AFTER_VERB_PART if with_verb else BEFORE_CONJUNCTION
    if tail in rules.conjunctions:
        return AFTER_CONJUNCTION
    if tail in rules.negations:
        return AFTER_VERB_PART
    if tail in rules.pronouns:
        return AFTER_PRONOUN
    if tail in rules.auxiliaries:
        return AFTER_VERB_PART
    if tail in rules.prepositions:
        return AFTER_PREPOSITION
    if head in rules.genitives:
        return BEFORE_GENITIVE
    if head in rules.prepositions:
        return BEFORE_PREPOSITION
    return _name_or_ordinary(word, opening, following, head, locale)


def _has_unit(word: str, opening: str, head: str, locale: Locale) -> bool:
    """True if a number is followed by what it counts, which is never a function word."""
    rules = locale.breaks
    if not any(c.isdigit() for c in word):
        return False
    if opening[:1] in tuple("%‰°€$£¥"):
        return True
    if not (word[-1:].isdigit() or word[-1:] in NUMERAL) or not opening[:1].isalpha():
        return False
    function_words = (rules.prepositions, rules.conjunctions, rules.pronouns, rules.auxiliaries)
    return head in rules.genitives or not any(head in words for words in function_words)


def _name_or_ordinary(word: str, opening: str, following: str, head: str, locale: Locale) -> float:
    rules = locale.breaks
    if word[:1].isupper() and opening[:1].isupper() and following[:1] not in '(["“':
        return INSIDE_NAME
    if opening[:1].isdigit() and word[:1].isupper():
        return INSIDE_NAME
    if following[:1] in "([":
        return COMMA + 4
    if head in rules.auxiliaries or head in rules.negations:
        return BEFORE_VERB
    if head in rules.articles or head in rules.pronouns:
        return BEFORE_ARTICLE
    if rules.tight and word.endswith(tuple(rules.tight)):
        return AFTER_ADJECTIVE
    return ORDINARY


#: Whitespace at which a line may break, so no no-break spaces.
_BREAKABLE = re.compile(r"[^\S\u00a0\u202f\u2007\u2060]+")
#: Characters that must not start or end a line (JIS X 4051, GB/T 15834).
NO_START = frozenset(
    "、。，．・：；？！」』）】》〉〕｝］”’…—～ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ,.!?:;)]}%％‰℃°»›"
)
NO_END = frozenset("「『（【《〈〔｛［“‘([{¿¡«‹$€£¥＄￥")
_CJK = re.compile(  # and Thai, which is also written without spaces
    r"[\u0e00-\u0e7f\u2e80-\u303f\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text that stays on one line. `start` and `end` are offsets in the text.

    `width` is in the locale's line units; `space` is the width of the space after it,
    which disappears at a line break; `cost` is the cost of a break right after it.
    """

    start: int
    end: int
    width: float
    space: float
    cost: float


def tokens(
    text: str, locale: Locale, no_break_spans: Sequence[tuple[int, int]] = ()
) -> list[Token]:
    """Divide a text into tokens with the cost of a break after each.

    `no_break_spans` (names, amounts) should not be divided by a break. No token is wider
    than a line of the locale: longer ones, such as URLs, are split at the best position.

    >>> from speechsubs.language.locales import load
    >>> [t.cost for t in tokens("The car, in the end, ran.", load("en"))]
    [88.0, 10.0, 80.0, 88.0, 10.0, 0.0]
    """
    spans = [part for span in _spans(text, locale) for part in _split_wide(text, span, locale)]
    words = [text[start:end] for start, end, _ in spans]
    result = []
    unbroken = sorted(no_break_spans)
    cursor = 0
    for number, (start, end, inside) in enumerate(spans):
        following = spans[number + 1][0] if number + 1 < len(spans) else end
        last = number + 1 == len(spans)
        if last:
            cost = SENTENCE
        elif inside:
            cost = INSIDE_WORD
        else:
            while cursor < len(unbroken) and unbroken[cursor][1] <= end:
                cursor += 1
            if (
                cursor < len(unbroken)
                and unbroken[cursor][0] < end
                and following < unbroken[cursor][1]
            ):
                cost = NO_BREAK
            else:
                before = words[number - 1] if number else ""
                spaced = following > end
                cost = phrase_cost(before, words[number], words[number + 1], spaced, locale)
        space = locale.width(space_of(text[end:following]))
        result.append(Token(start, end, locale.width(words[number]), space, cost))
    return result


def space_of(between: str) -> str:
    """Collapse the whitespace between two tokens to one space, or nothing.

    An ideographic space is kept; a tab or a control character becomes a space.

    >>> space_of(" \\t"), space_of("\u3000") == "\u3000", space_of("")
    (' ', True, '')
    """
    if not between:
        return ""
    return "\u3000" if "\u3000" in between else " "


def _spans(text: str, locale: Locale) -> Iterator[tuple[int, int, bool]]:
    """Yield start and end of each token; the flag is True if a split inside a word follows."""
    position = 0
    for chunk in _BREAKABLE.split(text):
        if chunk:
            start = text.index(chunk, position)
            position = start + len(chunk)
            if locale.words == "phrases" and _CJK.search(chunk):
                yield from _split_phrases(chunk, start, locale)
            else:
                yield from _split_at_dashes(chunk, start)


def _split_at_dashes(chunk: str, start: int) -> Iterator[tuple[int, int, bool]]:
    """Split a word after an em dash inside it ("build—not")."""
    begin = 0
    for match in re.finditer(r"(?<=\w)[—–](?=\w{2})", chunk):
        if match.group() == "—" or not chunk[match.start() - 1].isdigit():
            yield start + begin, start + match.end(), False
            begin = match.end()
    yield start + begin, start + len(chunk), False


@cache
def _parser(name: str) -> "Parser":
    # budoux reads its model when imported, so only for languages that need it.
    import budoux

    parser: Parser = getattr(budoux, f"load_default_{name}_parser")()
    return parser


def _split_phrases(chunk: str, start: int, locale: Locale) -> Iterator[tuple[int, int, bool]]:
    name = locale.breaks.model
    parts = _parser(name).parse(chunk) if name else list(chunk)
    begin = end = 0
    for part in parts:
        if end > begin and _may_split(chunk, end, locale.breaks.counters):
            yield start + begin, start + end, False
            begin = end
        end += len(part)
    if end > begin:
        yield start + begin, start + end, False


def _may_split(text: str, at: int, counters: str) -> bool:
    """False if kinsoku, a Latin word, a number or a combining mark forbids a split."""
    before, after = text[at - 1], text[at]
    if after in NO_START or before in NO_END or unicodedata.combining(after):
        return False
    ascii_both = before.isascii() and after.isascii()
    number = before.isdigit() and (after.isdigit() or after in counters)
    counted = before in NUMERAL and after in counters
    # Dates are not split: 2021年1月15日.
    date = before in "年月" and after.isdigit()
    return not (ascii_both or number or counted or date)


def _split_wide(
    text: str, span: tuple[int, int, bool], locale: Locale
) -> Iterator[tuple[int, int, bool]]:
    """Yield a token, in pieces if it is wider than a line."""
    start, end, inside = span
    limit = locale.limits.line_width
    if locale.width(text[start:end]) > limit:
        # Each split looks at one line only, so the running time stays linear.
        while (cut := _forced_split(text, start, end, locale, limit)) < end:
            yield start, cut, True
            start = cut
    yield start, end, inside


def _forced_split(text: str, start: int, end: int, locale: Locale, limit: float) -> int:
    """Return the end of the piece that starts at `start`; `end` if the rest fits."""
    width, cut, nice = 0.0, start, start
    for at in range(start, end):
        width += locale.width(text[at])
        if width > limit and at > start:
            break
        cut = at + 1
        joined = cut < end and (unicodedata.combining(text[cut]) or text[cut] in "\u200d\ufe0f")
        if cut < end and not joined:
            phrase = locale.words == "phrases" and _may_split(text, cut, locale.breaks.counters)
            if (
                phrase
                or text[at] in "/-_.?&=,、。　\u00a0\u202f"
                or not _is_word_character(text[at])
            ):
                nice = cut
    if cut >= end:
        return end
    # A break that fills less than half a line is worse than one inside a word.
    return nice if nice - start > (cut - start) // 2 else _grapheme_start(text, start, cut)


def _is_word_character(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _grapheme_start(text: str, start: int, cut: int) -> int:
    """Move a split back to keep combining marks with their base character."""
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
