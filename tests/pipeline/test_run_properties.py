"""Any text at all: no exception, all of it shown, every limit that is a promise kept."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechsubs import formats, pipeline
from speechsubs.cues.timeline import split_words
from speechsubs.engines.echo import EchoEngine
from speechsubs.errors import InputError
from speechsubs.glossary import Glossary, Target, Term
from speechsubs.language.locales import load
from speechsubs.model import Paragraph, Transcript, Word
from speechsubs.options import Options

GLOSSARY = Glossary(
    (
        Term("lei", "Lei Jun", targets={"zh-CN": Target("雷军")}),
        Term("su7", "SU7"),
        Term("s", "\u00e9"),
    )
)
WORDS = ["Lei Jun", "SU7", "a", "the", "and", "word", "word,", "word.", "word?", '"Go!"', "Dr."]
NUMBERS = ["$10", "29700$", "5.4 million", "15 January 2021", "4.13 p.m.", "U.S.", "9" * 30, "%",
           "0.0000001 dollars", "1.5 to 2 million dollars", "€", "#"]  # fmt: skip
SCRIPTS = ["小米的车", "こんにちは。", "مرحبا", "한국어", "…", "—", "。", "」", "“", "(", "\u3000"]
HOSTILE = ["👩\u200d👧", "e\u0301", "\u200b", "\u202e", "\x00", "\t", "\n", "\u00a0", "\ud800",
           "ZQ1", "ZQ2", "KX1", "-->", "<i>", "&", "x" * 150]  # fmt: skip
PIECES = st.sampled_from([*WORDS, *NUMBERS, *SCRIPTS, *HOSTILE])
PARAGRAPHS = st.lists(
    st.one_of(
        st.lists(PIECES, max_size=25).map(" ".join),
        st.lists(PIECES, max_size=12).map("".join),
        st.text(max_size=80),
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """With and without times; times in any order, speakers at once."""
    texts = draw(PARAGRAPHS)
    if draw(st.booleans()):
        return Transcript(tuple(Paragraph(text) for text in texts))
    paragraphs = []
    for text in texts:
        clock, words = draw(st.integers(0, 20_000)), []
        for part, offset in split_words(text):
            end = clock + draw(st.sampled_from([0, 1, 80, 300, 4_000]))
            words.append(Word(part, offset, clock, end))
            clock = end + draw(st.sampled_from([0, 0, 20, 900, 6_000]))
        paragraphs.append(Paragraph(text, words=tuple(words), speaker=draw(st.sampled_from("AB"))))
    return Transcript(tuple(paragraphs))


def bare(text: str) -> str:
    return "".join(text.split())


def visible(text: str) -> bool:
    return any(unicodedata.category(c) not in ("Cc", "Cf", "Zs", "Zl", "Zp") for c in text)


@settings(max_examples=100, deadline=None)
@given(
    transcripts(),
    st.sampled_from(["en", "zh-CN", "ja"]),
    st.sampled_from(["es", "zh-CN", "fr", "ja"]),
)
def test_any_text(transcript: Transcript, source: str, target: str) -> None:
    def run() -> pipeline.Result:
        return pipeline.subtitle(
            [transcript],
            pipeline.make_settings(load(source), GLOSSARY, Options(bilingual=True)),
            targets=[(load(target), EchoEngine(source, target))],
        )[0]

    if not any(visible(p.text) for p in transcript.paragraphs):
        with pytest.raises(InputError, match="no text"):
            run()
        return
    result = run()
    said = bare("".join(p.text for p in transcript.paragraphs if visible(p.text)))
    assert bare("".join(s.text for s in result.sentences)) == said
    for output in result.outputs:
        limits, gap = output.locale.limits, output.locale.limits.min_gap_ms
        cues = output.track.cues
        texts = [translation.finished.text for translation in output.translations]
        shown = "".join("".join(cue.lines) for cue in cues)
        # Speakers who talk at once are shown in the order of their times.
        assert sorted(bare(shown)) == sorted(bare("".join(texts)))
        for cue in cues:
            assert len(cue.lines) <= limits.max_lines
            assert all(output.locale.width(line) <= limits.line_width for line in cue.lines)
            assert cue.duration_ms <= limits.max_duration_ms
        for first, second in pairwise(cues):
            assert second.start_ms - first.end_ms >= gap
        for name in ("srt", "vtt"):
            assert formats.render(output.track, name)
        for translation, slots in zip(output.translations, result.placeables, strict=True):
            for place in translation.finished.spans:
                assert translation.finished.text[place.start : place.end]
                assert place.slot < len(slots)
        if output.stacked:
            for first, second in pairwise(output.stacked.cues):
                assert second.start_ms - first.end_ms >= gap
