"""WebVTT: raw cues are kept, and only what players support is written."""

from speechsubs import formats
from speechsubs.formats import vtt
from speechsubs.formats.timing_lines import Times, resolve
from speechsubs.formats.vtt_scan import scan
from speechsubs.model import Cue, Track


def test_webvtt_writer_keeps_what_players_know_and_nothing_else() -> None:
    cue = Cue(
        360_000_000,
        360_000_500,
        ("R&D", "now"),
        markup=("<i.big>R&amp;D", "<blink>now"),
        name="NOTE 1 --> 2",
        settings="align:left line:oops region:top\n00:00",
    )
    assert formats.render(Track((cue,), "no language!"), "vtt") == (
        "WEBVTT\n\n100:00:00.000 --> 100:00:00.500 align:left\n<i.big>R&amp;D\nnow</i>\n"
    )
    assert "<i>R&D\nnow</i>" in formats.render(Track((cue,)), "srt")


def test_raw_cues_keep_id_text_and_settings() -> None:
    text = "WEBVTT\n\nfirst\n00:01.000 --> 00:00.500 align:left \n<b>x"
    (cue,) = scan(text, vtt._timing).cues
    assert (cue.name, cue.payload, cue.settings, cue.line) == ("first", ["<b>x"], "align:left", 4)
    assert resolve([cue.timing]) == [Times(1000, 500)]
