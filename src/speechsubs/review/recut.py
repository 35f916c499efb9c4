"""Borders between cues moved as little as needed for every cue to hold its part.

A text is parted where its old one was parted; where it grew, the fuller cue may overflow
while the next has room.

A segment's new text in the cues that it has: their number and times never change.

So every other cue keeps its number, and a file can be rewritten cue by cue. Words that
stay are left in the line where they stand; only a line that no longer fits is wrapped
again, and only a text that no longer fits its cues is parted again.

The time that a longer text may take.

A text that got longer may stay on screen into the pause behind it, as the main job lets
it: until it can be read, at most `MAX_LAG_MS` after its last word, and never into the
next cue. No other cue is touched.
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
from speechsubs.model import Cue, Sentence, Slot, SlotKind, Track, Word
from speechsubs.spans import SpannedText

_SharingLines = tuple[str, ...]

#: How many words a border may move.
REACH = 8
#: Longer texts are left as they are parted: nobody reads them in a few cues anyway.
MOST_SHARED_TOKENS = 200


def fits(lines: _SharingLines, locale: Locale) -> bool:
    """True where a cue may show these lines."""
    limits = locale.limits
    return len(lines) <= limits.max_lines and all(
        locale.width(line) <= limits.line_width for line in lines
    )


def shared(
    text: str, parts: Sequence[str], around: Sequence[tuple[str, str]], locale: Locale
) -> tuple[_SharingLines, ...] | None:
    """The lines of every cue with the text's borders moved; None where that is no help.

    `parts` is the text as it is parted now, a part for each cue; `around` is what each
    cue shows before and behind it.
    """
    found = tokens(text, locale, ())
    if not 1 < len(parts) <= len(found) <= MOST_SHARED_TOKENS:
        return None
    borders = _borders(found, text, parts)
    if borders is None:
        return None
    choices = [range(max(1, b - REACH), min(len(found) - 1, b + REACH) + 1) for b in borders]
    # The cheapest way to every border, from the first cue on.
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for number, places in enumerate([*choices, (len(found),)]):
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (price, cuts) in best.items():
            for end in places:
                if end <= start or not fits(_lines(found, text, start, end, around[number], locale),
                                            locale):  # fmt: skip
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
        _lines(found, text, a, b, around[number], locale)
        for number, (a, b) in enumerate(pairwise(edges))
    )


def _borders(found: Sequence[Token], text: str, parts: Sequence[str]) -> list[int] | None:
    """After how many tokens each part ends; None where a part has nothing."""
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
    """How many letters have gone by at each inner border."""
    gone = 0
    for part in parts[:-1]:
        gone += len("".join(part.split()))
        yield gone


def _lines(
    found: Sequence[Token], text: str, start: int, end: int, around: tuple[str, str], locale: Locale
) -> _SharingLines:
    part = text[found[start].start : found[end - 1].end]
    return wrap([piece for piece in (around[0], part, around[1]) if piece], locale)


Lines = tuple[str, ...]

#: A sentence of more tokens is parted anew at once: comparing is quadratic at worst.
MOST_TOKENS = 400
#: Texts are put into cues up to so many times of what these may hold: the best lines of
#: much more take very long to find, and nobody could read them.
MOST_FILLED = 2
#: A sentence of more tokens than any speaker says is not looked for.
MOST_LOOKED_FOR = 10_000
# No-break spaces belong to a word: nothing may be broken there.
_WORDS = re.compile(r"([ \t\n]*)([^ \t\n]+)")
_PHRASES = re.compile(r"([ \t\n\u3000]*)([A-Za-z0-9]+|[^ \t\n\u3000])")


@dataclass(frozen=True, slots=True)
class _Token:
    """A word (a character where words are not parted), what stands before it, its place."""

    text: str
    glue: str
    cue: int = 0
    line: int = 0


def recut(
    cues: Sequence[Cue], old: SpannedText, new: SpannedText, locale: Locale, *, alike: bool
) -> tuple[Lines, ...] | None:
    """The lines of every cue with `new` where `old` stood; other sentences' words stay.

    `alike` says that both texts are the same but for a few words, which then stay in
    their lines. None where the cues do not show `old`, so that nobody knows what to
    replace, and where `new` is far too long for them.
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
    if locale.width(new.text) + around > MOST_FILLED * room:
        return None
    placed = shown[start : start + len(own)]
    words = _tokens(new.text, locale)
    if alike and max(len(own), len(words)) <= MOST_TOKENS:
        kept = _in_place(placed, words)
        if kept:
            kept[0] = replace(kept[0], glue=placed[0].glue)  # behind the sentence before
        lines = _cutting_lines(cues, [*before, *kept, *after], locale) if kept else None
        if lines and all(len(own_lines) <= locale.limits.max_lines for own_lines in lines):
            return lines
    return _parted(cues, (before, placed, after), old, new, locale)


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
    """Where in what is shown the segment's own words begin."""
    words, there = [t.text for t in own], [t.text for t in shown]
    if not 0 < len(words) <= MOST_LOOKED_FOR:
        return None
    for start in range(len(there) - len(words) + 1):
        if there[start] == words[0] and there[start : start + len(words)] == words:
            return start
    return None


def _in_place(old: Sequence[_Token], new: Sequence[_Token]) -> list[_Token] | None:
    """New words in the lines of the old ones; None where a change runs over a line's end."""
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


def _cutting_lines(
    cues: Sequence[Cue], tokens: Sequence[_Token], locale: Locale
) -> tuple[Lines, ...]:
    """Lines from placed words. A cue without changes keeps its own; one too wide is wrapped."""
    by_cue: dict[int, list[list[_Token]]] = {}
    for (cue, _), group in groupby(tokens, key=lambda t: (t.cue, t.line)):
        by_cue.setdefault(cue, []).append(list(group))
    result: list[Lines] = []
    for number, cue in enumerate(cues):
        made = tuple(_joined(group) for group in by_cue.get(number, []))
        if [t.split() for t in made] == [line.split() for line in cue.lines]:
            result.append(cue.lines)
            continue
        widest = max([locale.limits.line_width, *map(locale.width, cue.lines)])
        if any(locale.width(line) > widest for line in made):
            blank = " " if locale.words == "spaces" else ""
            flat = [t for group in by_cue[number] for t in group]
            glued = [_Token(t.text, t.glue or blank * (t.line != u.line), t.cue, t.line)
                     for u, t in zip([flat[0], *flat], flat, strict=False)]  # fmt: skip
            made = wrap([_joined(glued)], locale)
        result.append(made)
    return tuple(result)


def _joined(tokens: Sequence[_Token]) -> str:
    return "".join(
        (" " if token.glue and at else "") + token.text for at, token in enumerate(tokens)
    )


def _parted(
    cues: Sequence[Cue],
    around: tuple[Sequence[_Token], Sequence[_Token], Sequence[_Token]],
    old: SpannedText,
    new: SpannedText,
    locale: Locale,
) -> tuple[Lines, ...]:
    """The new text parted near the places where the old one was parted."""
    before, placed, after = around
    sentence, slots = _as_source(cues, placed, old)
    bare = [Cue(c.start_ms, c.end_ms, ("…",)) for c in cues]
    done = SpannedText(new.text, tuple(p for p in new.spans if p.slot < len(slots)))
    track = keep.track(Track(tuple(bare), locale.tag), [sentence], [done], [slots], locale)
    result: list[Lines] = []
    blank = " " if locale.words == "spaces" else ""
    sides = [
        (_joined([t for t in before if t.cue == n]), _joined([t for t in after if t.cue == n]))
        for n in range(len(cues))
    ]
    parts = [blank.join(made.lines) if made.sentences else "" for made in track.cues]
    for cue, made, part, (head, tail) in zip(cues, track.cues, parts, sides, strict=True):
        lines = made.lines if made.sentences else ()
        if head or tail:
            lines = wrap([text for text in (head, part, tail) if text], locale)
        same = "".join("".join(lines).split()) == "".join("".join(cue.lines).split())
        result.append(cue.lines if same or not lines else lines)
    if all(fits(lines, locale) for lines in result):
        return tuple(result)
    return shared(new.text, parts, sides, locale) or tuple(result)


def _as_source(
    cues: Sequence[Cue], placed: Sequence[_Token], old: SpannedText
) -> tuple[Sentence, tuple[Slot, ...]]:
    """The old text as a sentence whose words say when each cue begins."""
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
        Slot(SlotKind.TERM, spans[n].start, spans[n].end, "", "")
        if n in spans
        else Slot(SlotKind.TERM, 0, 0, "", "")
        for n in range(min(max(spans, default=-1) + 1, 10_000))
    )
    return Sentence(0, 0, old.text, words=tuple(words)), slots


def latest(
    cues: Sequence[Cue],
    number: int,
    sentences: Sequence[Sentence],
    locale: Locale,
    fps: Fraction | None = None,
) -> int:
    """Until when cue `number` (from 0) may stay, in milliseconds; its end where no pause
    is known behind it.
    """
    cue = cues[number]
    following = cues[number + 1] if number + 1 < len(cues) else None
    last = cue.sentences[-1] if cue.sentences else -1
    if not 0 <= last < len(sentences) or not sentences[last].words:
        return cue.end_ms
    if following is not None and last in following.sentences:
        return cue.end_ms  # its sentence goes on in the next cue
    end = min(
        sentences[last].words[-1].end_ms + MAX_LAG_MS, cue.start_ms + locale.limits.max_duration_ms
    )
    if following is not None:
        end = min(end, following.start_ms - locale.limits.min_gap_ms)
    if fps is not None:
        end = _frame(end, fps)
    return max(cue.end_ms, end)


def until(
    cue: Cue, lines: Lines, latest_ms: int, locale: Locale, fps: Fraction | None = None
) -> int:
    """When a cue with these lines goes: its own end, or later where they need it.

    >>> from speechsubs.language.locales import load
    >>> cue = Cue(0, 2_000, ("Tarda poco.",))
    >>> until(cue, ("Tarda lo que tarda en llegar a la ciudad.",), 5_000, load("es"))
    2412
    """
    if lines == cue.lines:
        return cue.end_ms
    need = cue.start_ms + reading_ms(sum(map(locale.width, lines)), locale.limits)
    if need <= cue.end_ms:
        return cue.end_ms
    if fps is not None:
        need = _frame(need + -(-1_000 * fps.denominator // fps.numerator), fps)
    return max(cue.end_ms, min(need, latest_ms))


def _frame(time_ms: int, fps: Fraction) -> int:
    """The last frame at or before a time, in milliseconds inside that frame."""
    frame = int(Fraction(time_ms) * fps / 1_000)
    exact = Fraction(frame) * 1_000 / fps
    return -(-exact.numerator // exact.denominator)
