"""The same format keeps everything; another one says what it cannot hold."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs import formats
from speechsubs.model import Track

SRT = """\
1
00:00:01,000 --> 00:00:03,000
{\\an8}<font color="#ff0000">A sign</font>
{\\i1}and more{\\i0}

2
00:00:02,000 --> 00:00:04,000
{\\pos(10,20)}<i>Someone</i> & <FONT face="Arial">someone</FONT>
"""
VTT = """\
WEBVTT - The title
Kind: captions
X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000

STYLE
::cue(.loud) { color: red }

REGION
id:fred
width:40%

NOTE
A translator's remark.

intro
00:00:01.000 --> 00:00:03.000 region:fred align:left
<v Ann><c.loud>Who</c> is <lang de>das</lang>?

NOTE in between

00:00:02.000 --> 00:00:04.000 line:0 position:20%,center
<ruby>漢<rt>kan</rt></ruby> &amp; <00:00:03.000>more

NOTE the end
"""


def read(text: str, name: str) -> Track:
    found = formats.read_bytes(text.encode(), f"talk.{name}", name)
    assert isinstance(found, Track)
    return found


@pytest.mark.parametrize(("text", "name"), [(SRT, "srt"), (VTT, "vtt")])
def test_the_same_format_keeps_every_byte(text: str, name: str) -> None:
    track = read(text, name)
    assert formats.render(track, name) == text
    assert formats.find_losses(track, name) == []


def test_subrip_in_webvtt() -> None:
    track = read(SRT, "srt")
    assert formats.render(track, "vtt") == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.000 line:0\nA sign\n<i>and more</i>\n\n"
        "00:00:02.000 --> 00:00:04.000\n<i>Someone</i> &amp; someone\n"
    )
    assert [f.message for f in formats.find_losses(track, "vtt")] == [
        "fonts and colors (<font>): 2 left out, because WebVTT has no counterpart",
        "effects and exact positions ({\\pos} and the like): 1 left out, because WebVTT has no "
        "counterpart",
    ]


def test_webvtt_in_subrip() -> None:
    track = read(VTT, "vtt")
    assert formats.render(track, "srt") == (
        "1\n00:00:01,000 --> 00:00:03,000\n{\\an1}Who is das?\n\n"
        "2\n00:00:02,000 --> 00:00:04,000\n{\\an8}漢kan & more\n"
    )
    said = {f.message.partition(":")[0]: f.message for f in formats.find_losses(track, "srt")}
    assert set(said) == {
        "voices (<v>)", "classes (<c>, <b.name>)", "ruby text (<ruby>)",
        "languages of words (<lang>)", "times of words", "styles (STYLE)", "regions (REGION)",
        "comments (NOTE)",
    }  # fmt: skip
    assert said["comments (NOTE)"].startswith("comments (NOTE): 3 left out")


def test_a_note_about_the_language_alone_is_no_comment() -> None:
    text = formats.render(Track(read(SRT, "srt").cues, "es"), "vtt")
    assert "NOTE\nKind: subtitles\nLanguage: es" in text
    assert formats.find_losses(read(text, "vtt"), "srt") == []


TAGS = st.sampled_from([
    "<i>", "</i>", "<b>", "</b>", '<font color="red">', "</font>", "{\\an8}", "{\\pos(1,2)}",
    "{\\i1}", "word", "two words", " ", "\n", "&amp;", "&lt;", "é", "1 < 2",
])  # fmt: skip


@given(st.lists(TAGS, min_size=1, max_size=12).map("".join))
def test_a_second_conversion_to_the_same_format_changes_nothing(text: str) -> None:
    source = f"1\n00:00:01,000 --> 00:00:02,000\nx{text}\n"
    once = formats.render(read(source, "srt"), "srt")
    assert formats.render(read(once, "srt"), "srt") == once
    # No tag and no word is lost, whatever it is.
    assert "".join(html.unescape(once).split()) == "".join(html.unescape(source).split())
