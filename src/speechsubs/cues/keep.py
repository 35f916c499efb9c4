"""Translations put into the cues that are already there, one for one.

Sentences are translated whole; each is then parted over the cues that its source
ran through: near the place where the source was parted, at the border of a phrase.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from speechsubs.cues.layout import wrap
from speechsubs.cues.timeline import Warp, anchors
from speechsubs.language.linebreaks import Token, tokens
from speechsubs.language.locales import Locale
from speechsubs.model import Cue, Sentence, Slot, Track
from speechsubs.spans import SpannedText

#: What it costs to part a sentence a whole sentence's length away from the source's place,
#: in the unit of `linebreaks` costs.
DRIFT = 600.0

_DASH = re.compile(r"[-‐‑–—]\s*(?=\S)")


def track(
    source: Track,
    sentences: Sequence[Sentence],
    finished: Sequence[SpannedText],
    slots: Sequence[tuple[Slot, ...]],
    locale: Locale,
) -> Track:
    """The source track's cues, times and number unchanged, with the translation in them.

    A cue whose source had no sentence (only a note, "♪") keeps its own text; one in which
    several people speak keeps a dash and a line for each.
    """
    texts: list[list[tuple[int, str]]] = [[] for _ in source.cues]
    shown: list[list[int]] = [[] for _ in source.cues]
    starts = [cue.start_ms for cue in source.cues]
    for sentence, done, own in zip(sentences, finished, slots, strict=True):
        parts = _source_parts(sentence, starts)
        borders = [start for _, start in parts[1:]]
        parted = _parted(sentence, done, own, borders, locale)
        for (number, _), text in zip(parts, parted, strict=True):
            if text:
                texts[number].append((sentence.paragraph, text))
            shown[number].append(sentence.index)
    cues = []
    for cue, own_texts, indexes in zip(source.cues, texts, shown, strict=True):
        lines = _lines(cue, own_texts, locale) or (cue.lines if not indexes else ("…",))
        cues.append(
            Cue(cue.start_ms, cue.end_ms, lines, tuple(indexes), (), cue.name, cue.settings)
        )
    return Track(tuple(cues), locale.tag, source.source)


def _lines(cue: Cue, own_texts: Sequence[tuple[int, str]], locale: Locale) -> tuple[str, ...]:
    """The lines of a cue from its texts, each with the paragraph that it is of.

    A speaker's turn is a paragraph; where the source gave each a dash, so does this.
    """
    dashes = [match.group() for line in cue.lines if (match := _DASH.match(line))]
    turns = dict.fromkeys(paragraph for paragraph, _ in own_texts)
    if len(dashes) < 2 or len(turns) < 2:
        return wrap([text for _, text in own_texts], locale)
    lines: list[str] = []
    for turn in turns:
        said = " ".join(text for paragraph, text in own_texts if paragraph == turn)
        # A no-break space, so that no line is left with a dash alone.
        dash = "" if _DASH.match(said) else dashes[0].replace(" ", "\u00a0")
        first, *rest = wrap([dash + said], locale) or ("",)
        lines += [dashes[0] + first.removeprefix(dash) if dash else first, *rest]
    return tuple(line for line in lines if line)


def _source_parts(sentence: Sentence, starts: Sequence[int]) -> list[tuple[int, int]]:
    """The cues that a sentence runs through, with the offset where its part begins."""
    parts: list[tuple[int, int]] = []
    for word in sentence.words:
        at = max(0, bisect_right(starts, word.start_ms) - 1)
        if not parts or at > parts[-1][0]:
            parts.append((at, word.offset))
    return parts or [(0, 0)]


def _parted(
    sentence: Sentence,
    done: SpannedText,
    own: Sequence[Slot],
    borders: Sequence[int],
    locale: Locale,
) -> list[str]:
    """A finished sentence in one more part than there are borders in its source."""
    if not borders:
        return [done.text]
    glued = tuple((p.start, p.end) for p in done.spans)
    found = tokens(done.text, locale, glued)
    warp = Warp(len(done.text), len(sentence.text), anchors(done, sentence.text, own))
    cuts = _cheapest(found, [warp(t.end) for t in found], borders, len(sentence.text))
    edges = [0, *cuts, len(found)]
    return [
        done.text[found[a].start : found[b - 1].end] if b > a else "" for a, b in pairwise(edges)
    ]


def _cheapest(
    found: Sequence[Token], places: Sequence[float], borders: Sequence[int], length: int
) -> list[int]:
    """After how many tokens each border lies, by a dynamic program over both.

    Parts may only be empty where there are more parts than tokens.
    """
    count = len(found)
    infinite = float("inf")
    best = [0.0] + [infinite] * count
    back: list[list[int]] = []
    least = 1 if count > len(borders) else 0
    for number, border in enumerate(borders):
        row, origin = [infinite] * (count + 1), [0] * (count + 1)
        low, low_at = infinite, 0
        for cut in range(count + 1):
            before = cut - least
            if before >= 0 and best[before] < low:
                low, low_at = best[before], before
            if low == infinite or count - cut < least * (len(borders) - number):
                continue
            place = places[cut - 1] if cut else 0.0
            price = found[cut - 1].cost if cut else 0.0
            row[cut] = low + price + DRIFT * abs(place - border) / max(1, length)
            origin[cut] = low_at
        best = row
        back.append(origin)
    cut = min(range(count + 1), key=lambda at: best[at])
    cuts = []
    for origin in reversed(back):
        cuts.append(cut)
        cut = origin[cut]
    return cuts[::-1]
