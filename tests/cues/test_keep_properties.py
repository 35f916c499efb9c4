"""--keep-cues on any track: every cue stays, no text is lost, what is too much is reported."""

import re
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from speechsubs import formats
from speechsubs.cues import keep
from speechsubs.engines.echo import EchoEngine
from speechsubs.glossary import Glossary, Term
from speechsubs.language.locales import load
from speechsubs.model import Cue, Sentence, Track, Word
from speechsubs.pipeline import Output, make_settings, subtitle
from speechsubs.spans import SpannedText

EN = load("en")
WORDS = Glossary((Term("lei", "Lei Jun"), Term("su7", "SU7")))
TEXT = st.lists(
    st.sampled_from(
        ["he", "came", "to", "the", "city", "Lei Jun", "SU7", "$5 million", "30,000", "and", "of",
         "yesterday.", "Why?", "it,", "♪", "unbelievablylongwordthatfillsalineofitsown", "再见。",
         "-", "“so”", "..."]
    ),
    min_size=1,
    max_size=14,
).map(" ".join)  # fmt: skip


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    clock = draw(st.integers(0, 5_000))
    cues = []
    for text in draw(st.lists(TEXT, min_size=1, max_size=8)):
        start = clock + draw(st.integers(0, 2_000))
        clock = start + draw(st.integers(40, 7_000))
        cues.append(Cue(start, clock, (text,)))
    return Track(tuple(cues), "en", "talk.srt")


CHANGES: list[Callable[[str], str]] = [
    lambda text: text,
    lambda text: " ".join(f"{word} más" for word in text.split(" ")),
    lambda text: text[: len(text) // 3],
    lambda text: "",
    lambda text: " ".join(reversed(text.split(" "))),
    lambda text: text.replace(" ", ""),
]


def made(source: Track, tag: str, change: Callable[[str], str]) -> Output:
    (result,) = subtitle(
        [formats.from_track(source)],
        make_settings(EN, WORDS),
        targets=[(load(tag), EchoEngine("en", tag, change=change))],
        kept=[source],
    )
    return result.targets[0]


@given(tracks(), st.sampled_from(["es", "fr", "zh-CN", "ja", "ar"]), st.sampled_from(CHANGES))
@settings(max_examples=150)
def test_cues_stay_and_text_is_kept(source: Track, tag: str, change: Callable[[str], str]) -> None:
    output = made(source, tag, change)
    track = output.track
    assert [(c.start_ms, c.end_ms) for c in track.cues] == [
        (c.start_ms, c.end_ms) for c in source.cues
    ]
    assert all(any(line.strip() for line in cue.lines) for cue in track.cues)
    # All that was translated stands there once, in order; a mark alone fills what is empty.
    shown = [cue for cue in track.cues if cue.sentences]
    wanted = "".join(translation.finished.text for translation in output.translations)
    found = "".join(line for cue in shown for line in cue.lines if line != "…")
    assert re.sub(r"\s", "", found) == re.sub(r"\s", "", wanted)
    for cue in set(track.cues) - set(shown):
        assert cue.lines == source.cues[track.cues.index(cue)].lines


@given(tracks(), st.sampled_from(["es", "zh-CN"]), st.sampled_from(CHANGES))
@settings(max_examples=100)
def test_what_exceeds_a_limit_is_a_finding(
    source: Track, tag: str, change: Callable[[str], str]
) -> None:
    output = made(source, tag, change)
    limits = output.locale.limits
    for number, cue in enumerate(output.track.cues, start=1):
        codes = {f.code for f in output.findings if f.cue == number}
        if len(cue.lines) > limits.max_lines:
            assert "lines" in codes
        if any(output.locale.width(line) > limits.line_width for line in cue.lines):
            assert "line-width" in codes


@given(
    st.lists(st.integers(0, 9_000), min_size=1, max_size=12),
    st.lists(st.integers(1, 9_000), min_size=1, max_size=6, unique=True),
    st.text(max_size=40),
)
def test_any_words_and_any_cues(times: list[int], starts: list[int], text: str) -> None:
    ordered = sorted(starts)
    cues = [Cue(a, b, ("x",)) for a, b in zip(ordered, [*ordered[1:], 20_000], strict=True)]
    said = " ".join(f"w{n}" for n in range(len(times)))
    words = [
        Word(word.group(), word.start(), start, start)
        for word, start in zip(re.finditer(r"\S+", said), sorted(times), strict=True)
    ]
    sentence = Sentence(0, 0, said, words=tuple(words))
    track = keep.fill_track(
        Track(tuple(cues), "en"), [sentence], [SpannedText(text)], [()], load("es")
    )
    assert len(track.cues) == len(cues)
    found = "".join("".join(cue.lines) for cue in track.cues if cue.sentences)
    assert _visible(text) in (_visible(found), _visible(found.replace("…", "")))


def _visible(text: str) -> str:
    return re.sub(r"\s", "", text)
