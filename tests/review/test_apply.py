"""New cues in old subtitle files: everything else stays byte for byte."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from speechsubs import formats
from speechsubs.model import Cue, Track
from speechsubs.review import apply

LINES = st.lists(
    st.text("ab1 <>&-:,.小شé\u202e", min_size=1, max_size=12).filter(str.strip),
    min_size=1,
    max_size=2,
).map(tuple)


@given(
    st.lists(LINES, min_size=1, max_size=5),
    st.dictionaries(st.integers(0, 4), LINES, max_size=2),
    st.sampled_from(["srt", "vtt"]),
    st.booleans(),
    st.booleans(),
)
def test_other_cues_stay_byte_for_byte(
    lines: list[tuple[str, ...]],
    changes: dict[int, tuple[str, ...]],
    kind: str,
    crlf: bool,
    bom: bool,
) -> None:
    old = [Cue(n * 1_000, n * 1_000 + 900, own) for n, own in enumerate(lines)]
    new = [replace(c, lines=changes.get(n, c.lines)) for n, c in enumerate(old)]

    def encoded(cues: list[Cue]) -> bytes:
        text = formats.render(Track(tuple(cues), "es"), kind)
        text = text.replace("\n", "\r\n") if crlf else text
        return text.encode("utf-8-sig" if bom else "utf-8")

    made = apply.rewrite_cues(encoded(old), Path(f"a.{kind}"), old, new, "es")
    assert made == encoded(new)


NOTES = (
    "WEBVTT\n\nSTYLE\n::cue {}\n\nNOTE by me\n\n"
    "1\n00:00.000 --> 00:01.000 line:0\n<v Ann>a  b\n\n\n"
)
LAST = "00:02.000 --> 00:03.000\nc &amp; d\n"


def test_what_a_person_put_into_a_file_stays() -> None:
    old = [Cue(0, 1_000, ("a  b",)), Cue(2_000, 3_000, ("c & d",))]
    new = [old[0], replace(old[1], lines=("<e>", "f"))]
    made = apply.rewrite_cues((NOTES + LAST).encode(), Path("a.vtt"), old, new, "es")
    assert made.decode() == NOTES + "00:02.000 --> 00:03.000\n&lt;e&gt;\nf\n"


def test_a_file_with_other_cues_is_written_anew() -> None:
    old = [Cue(0, 1_000, ("a",))]
    new = [replace(old[0], lines=("b",))]
    for data in (b"", b"\xff\xfe", b"1\n00:00:05,000 --> 00:00:06,000\nx\n", b"no times"):
        made = apply.rewrite_cues(data, Path("a.srt"), old, new, "es")
        assert made == b"1\n00:00:00,000 --> 00:00:01,000\nb\n"
