"""Words and the joints between them, in scripts with spaces and without."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from speechsubs.model import Word

#: Scripts that are written without spaces: kana, Han, full-width forms and CJK
#: punctuation (Korean has spaces), and the scripts from Thai to Khmer.
_CJK = "\u2e80-\u2fdf\u3000-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
_CJK += "\uf900-\ufaff\uff01-\uff9f\U00020000-\U0003ffff"
_ASIAN = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_UNSPACED = re.compile(f"[{_CJK}{_ASIAN}]")
_CJK_ONE = re.compile(f"[{_CJK}]")
_CJK_MARK = re.compile("[\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]")
_OPENING = "「『（〈《【〔［｛“‘\"'(\\[{¿¡"
_CLOSING = "」』）〉》】〕］｝”’、。，．！？：；・…—～ー々\"')\\]},.!?:;%"
#: One character of such a script with the marks that are written on it.
_PIECE = re.compile(
    f"[{_OPENING}]*(?:[{_CJK}]|[\u0e40-\u0e44]?[{_ASIAN}][\u0e30-\u0e3a\u0e45-\u0e4e"
    f"\u0eb0-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3]*|[^{_CJK}{_ASIAN}{_OPENING}]+)"
    f"[{_CLOSING}]*|[{_OPENING}]+"
)
_SOFT_HYPHEN = "\u00ad"
_CUT_WORD = re.compile(r"([^\W\d_]+)-$")
_REST_WORD = re.compile(r"[^\W\d_]+")


def is_cjk(char: str) -> bool:
    """True for a character of Chinese or Japanese writing, punctuation included."""
    return _CJK_ONE.match(char) is not None


def cjk_count(text: str) -> int:
    """How many characters of Chinese or Japanese writing a text holds."""
    return len(_CJK_ONE.findall(text))


def join(left: str, right: str, whole: Callable[[str], bool] | None = None) -> str:
    """What goes on after `left`, with the joint that the scripts want.

    Nothing between two CJK characters or at full-width punctuation. A hyphen
    at the end holds its word together; it goes where it is a soft one, or where `whole`
    knows the word without it.

    >>> join("今天", "我们"), join("from Xiaomi", "today"), join("a well-", "known man")
    ('今天我们', 'from Xiaomi today', 'a well-known man')
    """
    if not left or not right:
        return left + right
    if left.endswith(_SOFT_HYPHEN):
        return left[:-1] + right
    if left[-1] == "-":
        start, rest = _CUT_WORD.search(left[-80:]), _REST_WORD.match(right)
        if start and rest and rest[0][0].islower():
            if whole is not None and whole((start[1] + rest[0]).casefold()):
                return left[:-1] + right
            return left + right
    if is_cjk(left[-1]) and is_cjk(right[0]):
        return left + right
    # Full-width punctuation brings its own space, whatever stands on its other side.
    if _CJK_MARK.match(left[-1]) or _CJK_MARK.match(right[0]):
        return left + right
    return f"{left} {right}"


def join_all(lines: Iterable[str], whole: Callable[[str], bool] | None = None) -> str:
    """Lines as one running text, joined as by `join`, in linear time."""
    parts: list[str] = []
    last = ""
    for line in lines:
        joined = join(last, line, whole)
        # All but the new line: the last one, with its joint and perhaps without its hyphen.
        parts.append(joined[: len(joined) - len(line)])
        last = line
    parts.append(last)
    return "".join(parts)


def pieces(text: str) -> list[tuple[int, str]]:
    """The words of a text with their offsets: by spaces, or by character without them.

    >>> pieces("买了 SU7。")
    [(0, '买'), (1, '了'), (3, 'SU7。')]
    """
    found: list[tuple[int, str]] = []
    for chunk in re.finditer(r"\S+", text):
        if _UNSPACED.search(chunk[0]):
            found.extend((chunk.start() + m.start(), m[0]) for m in _PIECE.finditer(chunk[0]))
        else:
            found.append((chunk.start(), chunk[0]))
    return found


def spread(parts: Sequence[str], start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """Times for words that share a stretch of time, by how long they are written.

    >>> spread(["a", "bcd"], 0, 1000)
    [(0, 250), (250, 1000)]
    """
    total = sum(map(len, parts))
    if not total:
        return [(start_ms, start_ms) for _ in parts]
    times: list[tuple[int, int]] = []
    done = 0
    span = end_ms - start_ms
    for part in parts:
        before = start_ms + span * done // total
        done += len(part)
        times.append((before, start_ms + span * done // total))
    return times


def known_words(texts: Iterable[str]) -> Callable[[str], bool]:
    """A test whether a word occurs in the texts; they are searched when first asked."""
    words: set[str] = set()
    pending = list(texts)

    def known(word: str) -> bool:
        while pending:
            words.update(match[0].casefold() for match in _REST_WORD.finditer(pending.pop()))
        return word in words

    return known


@dataclass(slots=True)
class Running:
    """A paragraph under construction: text parts and the words on them."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    tail: str = ""
    words: list[Word] = field(default_factory=list)

    def add(
        self,
        text: str,
        words: Sequence[Word],
        whole: Callable[[str], bool] | None = None,
    ) -> None:
        """Append a text whose words have offsets into it.

        Where no space comes between (a word cut by a hyphen), the two halves become
        one word. Only the end of what stands there is looked at, so that a paragraph
        of any length is built in linear time.
        """
        tail = self.tail[-96:]
        joined = join(tail, text, whole)
        kept = len(joined) - len(text)
        glue = joined[:kept]
        cut = len(tail) - len(glue)
        if cut > 0:
            # The hyphen at the end went.
            self.parts[-1] = self.parts[-1][:-cut]
            self.length -= cut
        elif cut < 0:
            self.parts.append(glue[len(tail) :])
            self.length -= cut
        shift = self.length
        moved = [Word(w.text, w.offset + shift, w.start_ms, w.end_ms, w.confidence) for w in words]
        halves = bool(tail) and cut >= 0 and not (is_cjk(tail[-1]) or is_cjk(text[:1]))
        if halves and self.words and moved:
            last, first = self.words.pop(), moved[0]
            start = last.text[: len(last.text) - cut] + first.text
            moved[0] = Word(
                start, last.offset, last.start_ms, max(last.end_ms, first.end_ms), last.confidence
            )
        self.words.extend(moved)
        self.parts.append(text)
        self.length += len(text)
        self.tail = joined[-96:]

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self.parts)
