"""Markup of cues is canonical and always matches the lines."""

from hypothesis import given
from hypothesis import strategies as st

from speechsubs import formats
from speechsubs.formats.markup import clean, escape, from_srt, from_vtt, to_srt, to_vtt
from speechsubs.model import Cue, Track


def test_stale_markup_never_brings_back_old_words() -> None:
    stale = Track((Cue(0, 1000, ("new",), markup=("<i>old</i>",)),))
    assert "old" not in formats.render(stale, "srt") + formats.render(stale, "vtt")


@given(st.text())
def test_escaped_text_is_read_back(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    lines, markup = from_vtt(escape(clean(text)))
    assert lines == ((stripped,) if (stripped := clean(text).strip(" ")).strip() else ())
    assert markup == ()


@given(st.text("<>/ibuv&;-. \n{\\}123", max_size=60))
def test_any_markup_becomes_well_nested(text: str) -> None:
    for lines, markup in (from_vtt(text), from_srt(text)):
        assert len(markup) in (0, len(lines))
        assert from_vtt("\n".join(to_vtt(lines, markup)))[0] == lines
        assert not any("-->" in line for line in to_srt(lines, markup))


def test_unescaped_text_is_kept() -> None:
    assert from_vtt("I <3 you")[0] == ("I <3 you",)
    assert from_srt("<font color=red>a</font> < b")[0] == ("a < b",)
