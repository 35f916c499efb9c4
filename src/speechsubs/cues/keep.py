"""Fill existing cues with the translation, one for one.

Whole sentences are translated; each is then split over the cues of its source sentence,
close to where the source was split and preferably at a phrase boundary.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from speechsubs.cues.layout import wrap
from speechsubs.cues.timeline import Stretch, Warp, anchors
from speechsubs.language.linebreaks import Token, tokens
from speechsubs.language.locales import Locale
from speechsubs.model import Cue, Sentence, Track
from speechsubs.spans import SpannedText

#: The cost of splitting a whole sentence's length away from the source's position, in the
#: unit of `linebreaks` costs.
DRIFT = 600.0

_DASH = re.compile(r"[-‐‑–—]\s*(?=\S)")


def fill_track(
    source: Track,
    sentences: Sequence[Sentence],
    finished: Sequence[SpannedText],
    slots: Sequence[tuple[Stretch, ...]],
    locale: Locale,
) -> Track:
    """The source track's cues, with unchanged times and numbers, and the translation.

    A cue without a source sentence (such as "♪") keeps its own text; one with several
    speakers keeps a dash and a line for each.
    """
    texts: list[list[tuple[int, str]]] = [[] for _ in source.cues]
    shown: list[list[int]] = [[] for _ in source.cues]
    starts = [cue.start_ms for cue in source.cues]
    for sentence, done, own in zip(sentences, finished, slots, strict=True):
        parts = _source_parts(sentence, starts)
        boundaries = [start for _, start in parts[1:]]
        parted = _split_sentence(sentence, done, own, boundaries, locale)
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
    """The lines of a cue from its texts, each with its paragraph.

    A speaker's turn is a paragraph; if the source marks turns with dashes, so do these.
    """
    dashes = [match.group() for line in cue.lines if (match := _DASH.match(line))]
    turns = dict.fromkeys(paragraph for paragraph, _ in own_texts)
    if len(dashes) < 2 or len(turns) < 2:
        return wrap([text for _, text in own_texts], locale)
    lines: list[str] = []
    for turn in turns:
        said = " ".join(text for paragraph, text in own_texts if paragraph == turn)
        # A no-break space, so that no line consists of a dash alone.
        dash = "" if _DASH.match(said) else dashes[0].replace(" ", "\u00a0")
        first, *rest = wrap([dash + said], locale) or ("",)
        lines += [dashes[0] + first.removeprefix(dash) if dash else first, *rest]
    return tuple(line for line in lines if line)


def _source_parts(sentence: Sentence, starts: Sequence[int]) -> list[tuple[int, int]]:
    """The cues of a sentence, each with the offset at which its part begins."""
    parts: list[tuple[int, int]] = []
    for word in sentence.words:
        at = max(0, bisect_right(starts, word.start_ms) - 1)
        if not parts or at > parts[-1][0]:
            parts.append((at, word.offset))
    return parts or [(0, 0)]


def _split_sentence(
    sentence: Sentence,
    done: SpannedText,
    own: Sequence[Stretch],
    boundaries: Sequence[int],
    locale: Locale,
) -> list[str]:
    """Split a finished sentence into one part more than there are boundaries."""
    if not boundaries:
        return [done.text]
    no_break_spans = tuple((p.start, p.end) for p in done.spans)
    found = tokens(done.text, locale, no_break_spans)
    warp = Warp(len(done.text), len(sentence.text), anchors(done, sentence.text, own))
    cuts = _choose_cuts(found, [warp(t.end) for t in found], boundaries, len(sentence.text))
    edges = [0, *cuts, len(found)]
    return [
        done.text[found[a].start : found[b - 1].end] if b > a else "" for a, b in pairwise(edges)
    ]


def _choose_cuts(
    found: Sequence[Token], places: Sequence[float], boundaries: Sequence[int], length: int
) -> list[int]:
    """Choose the number of tokens before each boundary by dynamic programming.

    Parts are only empty if there are more parts than tokens.
    """
    count = len(found)
    infinite = float("inf")
    best = [0.0] + [infinite] * count
    back: list[list[int]] = []
    least = 1 if count > len(boundaries) else 0
    for number, boundary in enumerate(boundaries):
        row, origin = [infinite] * (count + 1), [0] * (count + 1)
        low, low_at = infinite, 0
        for cut in range(count + 1):
            before = cut - least
            if before >= 0 and best[before] < low:
                low, low_at = best[before], before
            if low == infinite or count - cut < least * (len(boundaries) - number):
                continue
            place = places[cut - 1] if cut else 0.0
            price = found[cut - 1].cost if cut else 0.0
            row[cut] = low + price + DRIFT * abs(place - boundary) / max(1, length)
            origin[cut] = low_at
        best = row
        back.append(origin)
    cut = min(range(count + 1), key=lambda at: best[at])
    cuts = []
    for origin in reversed(back):
        cuts.append(cut)
        cut = origin[cut]
    return cuts[::-1]
