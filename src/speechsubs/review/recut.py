"""Lay out a segment's new text in its existing cues.

The number of cues and their start times never change, so that all other cues keep their
numbers and a file can be rewritten cue by cue. Unchanged words stay in their lines; a
line is only rewrapped if it no longer fits, and the text is only redistributed over its
cues if it no longer fits them. The cue breaks then move as little as needed for every
cue to hold its part.

A longer text may stay on screen into the following pause under the same rule as in the
pipeline: until it can be read, at most `MAX_LAG_MS` after its last word, and never into
the next cue.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from fractions import Fraction
from itertools import groupby, pairwise

from speechsubs.cues import keep
from speechsubs.cues.keep import DRIFT
from speechsubs.cues.layout import MAX_LAG_MS, reading_ms, wrap
from speechsubs.language.linebreaks import Token, tokens
from speechsubs.language.locales import Locale
from speechsubs.model import Cue, Sentence, Track, Word
from speechsubs.spans import Span, SpannedText

#: The lines of one cue.
Lines = tuple[str, ...]

#: How many words a cue break may move.
MAX_SHIFT = 8
#: Longer texts keep their cue breaks: they cannot be read in a few cues anyway.
MAX_SHARED_TOKENS = 200


def fits(lines: Lines, locale: Locale) -> bool:
    """True if the lines are within the limits of one cue."""
    limits = locale.limits
    return len(lines) <= limits.max_lines and all(
        locale.width(line) <= limits.line_width for line in lines
    )


def move_borders(
    text: str, parts: Sequence[str], around: Sequence[tuple[str, str]], locale: Locale
) -> tuple[Lines, ...] | None:
    """Move the cue breaks of a text until every cue fits; None if no breaks do.

    `parts` is the current division of the text, one part per cue; `around` is what each
    cue shows before and after its part.
    """
    found = tokens(text, locale, ())
    if not 1 < len(parts) <= len(found) <= MAX_SHARED_TOKENS:
        return None
    borders = _borders(found, text, parts)
    if borders is None:
        return None
    choices = [
        range(max(1, b - MAX_SHIFT), min(len(found) - 1, b + MAX_SHIFT) + 1) for b in borders
    ]
    # Dynamic programming over cues: the cheapest breaks that end at each token.
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for number, places in enumerate([*choices, (len(found),)]):
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (price, cuts) in best.items():
            for end in places:
                if end <= start:
                    continue
                lines = _wrap_part(found, text, start, end, around[number], locale)
                if not fits(lines, locale):
                    continue
                own = price
                if end < len(found):
                    away = abs(found[end - 1].end - found[borders[number] - 1].end)
                    own += found[end - 1].cost + DRIFT * away / len(text)
                if end not in following or own < following[end][0]:
                    following[end] = own, (*cuts, end)
        best = following
    if len(found) not in best:
        return None
    edges = [0, *best[len(found)][1]]
    return tuple(
        _wrap_part(found, text, a, b, around[number], locale)
        for number, (a, b) in enumerate(pairwise(edges))
    )


def _borders(found: Sequence[Token], text: str, parts: Sequence[str]) -> list[int] | None:
    """The number of tokens before the end of each part; None if a part has no token."""
    ends = list(_ends(parts))
    result: list[int] = []
    gone = 0
    for number, token in enumerate(found, 1):
        gone += len("".join(text[token.start : token.end].split()))
        while len(result) < len(ends) and gone >= ends[len(result)]:
            result.append(number)
    distinct = len(set(result)) == len(ends) and all(0 < n < len(found) for n in result)
    return result if distinct else None


def _ends(parts: Sequence[str]) -> Iterator[int]:
    """Yield the number of characters, without spaces, before each inner break."""
    gone = 0
    for part in parts[:-1]:
        gone += len("".join(part.split()))
        yield gone


def _wrap_part(
    found: Sequence[Token], text: str, start: int, end: int, around: tuple[str, str], locale: Locale
) -> Lines:
    part = text[found[start].start : found[end - 1].end]
    return wrap([piece for piece in (around[0], part, around[1]) if piece], locale)


#: Longer sentences are redistributed at once: comparing is quadratic in the worst case.
MAX_TOKENS = 400
#: Texts of more than this many times the capacity of their cues are refused: finding the
#: best lines would take very long, and nobody could read them.
MAX_FILL = 2
#: Longer sentences, which no speaker says, are not searched for in the cues.
MAX_SEARCHED_TOKENS = 10_000
# A no-break space is part of a word: no line may break there.
_WORDS = re.compile(r"([ \t\n]*)([^ \t\n]+)")
_PHRASES = re.compile(r"([ \t\n\u3000]*)([A-Za-z0-9]+|[^ \t\n\u3000])")


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, or a character in scripts without spaces, with the space before it."""

    text: str
    glue: str
    cue: int = 0
    line: int = 0


def recut(
    cues: Sequence[Cue], old: SpannedText, new: SpannedText, locale: Locale, *, alike: bool
) -> tuple[Lines, ...] | None:
    """Replace `old` by `new` in the cues; the words of other sentences stay.

    If `alike`, the texts differ in a few words only and the common ones stay in their
    lines. Returns the lines of every cue, or None if the cues do not show `old` or `new`
    is far too long for them.
    """
    if not cues:
        return ()
    shown = _shown(cues, locale)
    own = _tokens(old.text, locale)
    start = _find(own, shown)
    if start is None:
        return None
    before, after = shown[:start], shown[start + len(own) :]
    around = sum(locale.width(token.text) + 1 for token in (*before, *after))
    room = locale.limits.line_width * locale.limits.max_lines * len(cues)
    if locale.width(new.text) + around > MAX_FILL * room:
        return None
    placed = shown[start : start + len(own)]
    words = _tokens(new.text, locale)
    if alike and max(len(own), len(words)) <= MAX_TOKENS:
        kept = _keep_in_lines(placed, words)
        if kept:
            kept[0] = replace(kept[0], glue=placed[0].glue)  # behind the sentence before
        lines = _lines_by_cue(cues, [*before, *kept, *after], locale) if kept else None
        if lines and all(len(own_lines) <= locale.limits.max_lines for own_lines in lines):
            return lines
    return _split_again(cues, (before, placed, after), old, new, locale)


def _tokens(text: str, locale: Locale, cue: int = 0, line: int = 0) -> list[_Token]:
    pattern = _WORDS if locale.words == "spaces" else _PHRASES
    return [_Token(m[2], m[1], cue, line) for m in pattern.finditer(text)]


def _shown(cues: Sequence[Cue], locale: Locale) -> list[_Token]:
    return [
        token
        for number, cue in enumerate(cues)
        for at, line in enumerate(cue.lines)
        for token in _tokens(line, locale, number, at)
    ]


def _find(own: Sequence[_Token], shown: Sequence[_Token]) -> int | None:
    """The index at which the words of the segment begin in the cues, or None."""
    words, there = [t.text for t in own], [t.text for t in shown]
    if not 0 < len(words) <= MAX_SEARCHED_TOKENS:
        return None
    for start in range(len(there) - len(words) + 1):
        if there[start] == words[0] and there[start : start + len(words)] == words:
            return start
    return None


def _keep_in_lines(old: Sequence[_Token], new: Sequence[_Token]) -> list[_Token] | None:
    """Put new words into the lines of the old ones; None if a change spans a line break."""
    matcher = SequenceMatcher(None, [t.text for t in old], [t.text for t in new], autojunk=False)
    result: list[_Token] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            pairs = zip(old[a:b], new[c:d], strict=True)
            result += [_Token(n.text, n.glue, o.cue, o.line) for o, n in pairs]
            continue
        places = {(t.cue, t.line) for t in old[a:b]} or {
            (t.cue, t.line) for t in old[max(0, a - 1) : max(1, a)]
        }
        if len(places) > 1:
            return None
        cue, line = places.pop()
        result += [_Token(t.text, t.glue, cue, line) for t in new[c:d]]
    return result


def _lines_by_cue(
    cues: Sequence[Cue], tokens: Sequence[_Token], locale: Locale
) -> tuple[Lines, ...]:
    """Lines of placed words. Unchanged cues keep theirs; lines that are too wide are wrapped."""
    by_cue: dict[int, list[list[_Token]]] = {}
    for (cue, _), group in groupby(tokens, key=lambda t: (t.cue, t.line)):
        by_cue.setdefault(cue, []).append(list(group))
    result: list[Lines] = []
    for number, cue in enumerate(cues):
        made = tuple(_join(group) for group in by_cue.get(number, []))
        if [t.split() for t in made] == [line.split() for line in cue.lines]:
            result.append(cue.lines)
            continue
        widest = max([locale.limits.line_width, *map(locale.width, cue.lines)])
        if any(locale.width(line) > widest for line in made):
            space = " " if locale.words == "spaces" else ""
            flat = [t for group in by_cue[number] for t in group]
            glued = [_Token(t.text, t.glue or space * (t.line != u.line), t.cue, t.line)
                     for u, t in zip([flat[0], *flat], flat, strict=False)]  # fmt: skip
            made = wrap([_join(glued)], locale)
        result.append(made)
    return tuple(result)


def _join(tokens: Sequence[_Token]) -> str:
    return "".join(
        (" " if token.glue and at else "") + token.text for at, token in enumerate(tokens)
    )


def _split_again(
    cues: Sequence[Cue],
    around: tuple[Sequence[_Token], Sequence[_Token], Sequence[_Token]],
    old: SpannedText,
    new: SpannedText,
    locale: Locale,
) -> tuple[Lines, ...]:
    """Divide the new text close to where the old one was divided."""
    before, placed, after = around
    sentence, slots = _as_source(cues, placed, old)
    bare = [Cue(c.start_ms, c.end_ms, ("…",)) for c in cues]
    done = SpannedText(new.text, tuple(p for p in new.spans if p.slot < len(slots)))
    track = keep.fill_track(Track(tuple(bare), locale.tag), [sentence], [done], [slots], locale)
    result: list[Lines] = []
    space = " " if locale.words == "spaces" else ""
    sides = [
        (_join([t for t in before if t.cue == n]), _join([t for t in after if t.cue == n]))
        for n in range(len(cues))
    ]
    parts = [space.join(made.lines) if made.sentences else "" for made in track.cues]
    for cue, made, part, (head, tail) in zip(cues, track.cues, parts, sides, strict=True):
        lines = made.lines if made.sentences else ()
        if head or tail:
            lines = wrap([text for text in (head, part, tail) if text], locale)
        same = "".join("".join(lines).split()) == "".join("".join(cue.lines).split())
        result.append(cue.lines if same or not lines else lines)
    if all(fits(lines, locale) for lines in result):
        return tuple(result)
    return move_borders(new.text, parts, sides, locale) or tuple(result)


def _as_source(
    cues: Sequence[Cue], placed: Sequence[_Token], old: SpannedText
) -> tuple[Sentence, tuple[Span, ...]]:
    """The old text as a sentence whose word times mark the start of each cue."""
    words: list[Word] = []
    position = 0
    for token in placed:
        offset = old.text.find(token.text, position)
        position = offset + len(token.text)
        if not words or cues[token.cue].start_ms > words[-1].start_ms:
            cue = cues[token.cue]
            words.append(Word(token.text, offset, cue.start_ms, cue.end_ms))
    spans = {place.slot: place for place in old.spans}
    slots = tuple(
        spans.get(n, Span(n, 0, 0)) for n in range(min(max(spans, default=-1) + 1, 10_000))
    )
    return Sentence(0, 0, old.text, words=tuple(words)), slots


def latest_end_ms(
    cues: Sequence[Cue],
    number: int,
    sentences: Sequence[Sentence],
    locale: Locale,
    fps: Fraction | None = None,
) -> int:
    """The latest time in milliseconds that cue `number` (0-based) may end at.

    This is its current end if no pause is known to follow.
    """
    cue = cues[number]
    following = cues[number + 1] if number + 1 < len(cues) else None
    last = cue.sentences[-1] if cue.sentences else -1
    if not 0 <= last < len(sentences) or not sentences[last].words:
        return cue.end_ms
    if following is not None and last in following.sentences:
        return cue.end_ms  # its sentence continues in the next cue
    end = min(
        sentences[last].words[-1].end_ms + MAX_LAG_MS, cue.start_ms + locale.limits.max_duration_ms
    )
    if following is not None:
        end = min(end, following.start_ms - locale.limits.min_gap_ms)
    if fps is not None:
        end = _floor_to_frame(end, fps)
    return max(cue.end_ms, end)


def needed_end_ms(
    cue: Cue, lines: Lines, latest_ms: int, locale: Locale, fps: Fraction | None = None
) -> int:
    """When a cue with these lines should end: its own end, or later if they need more time.

    >>> from speechsubs.language.locales import load
    >>> cue = Cue(0, 2_000, ("Tarda poco.",))
    >>> needed_end_ms(cue, ("Tarda lo que tarda en llegar a la ciudad.",), 5_000, load("es"))
    2412
    """
    if lines == cue.lines:
        return cue.end_ms
    need = cue.start_ms + reading_ms(sum(map(locale.width, lines)), locale.limits)
    if need <= cue.end_ms:
        return cue.end_ms
    if fps is not None:
        need = _floor_to_frame(need + -(-1_000 * fps.denominator // fps.numerator), fps)
    return max(cue.end_ms, min(need, latest_ms))


def _floor_to_frame(time_ms: int, fps: Fraction) -> int:
    """Round a time down to a frame: the first millisecond inside that frame."""
    frame = int(Fraction(time_ms) * fps / 1_000)
    exact = Fraction(frame) * 1_000 / fps
    return -(-exact.numerator // exact.denominator)
