"""Cues back into running text whose words have times."""

import pytest

from speechsubs import formats
from speechsubs.model import Cue, Track


def paragraphs(*cues: Cue) -> list[tuple[str, str, int]]:
    found = formats.from_track(Track(cues)).paragraphs
    return [(p.speaker, p.text, p.line) for p in found]


def test_a_pause_of_more_than_two_seconds_ends_a_paragraph() -> None:
    assert paragraphs(
        Cue(0, 1000, ("One",)), Cue(3000, 4000, ("two.",)), Cue(6001, 7000, ("Three.",))
    ) == [("", "One two.", 1), ("", "Three.", 3)]


def test_dashes_and_labels_are_speakers_and_minus_signs_are_not() -> None:
    assert paragraphs(
        Cue(0, 1000, ("- Who?", "- Me.")),
        Cue(1000, 2000, ("LEI JUN: It was", "-5 degrees.")),
        Cue(2000, 3000, ("And cold.",)),
        Cue(3000, 4000, (">> True.",)),
    ) == [
        ("", "Who?", 1),
        ("", "Me.", 1),
        ("LEI JUN", "It was -5 degrees. And cold.", 2),
        ("", "True.", 4),
    ]


@pytest.mark.parametrize("sound", ["[applause]", "(music)", "♪ La la", "♪", "【掌声】"])
def test_sounds_stand_alone(sound: str) -> None:
    found = paragraphs(Cue(0, 1, ("a",)), Cue(1, 2, (sound,)), Cue(2, 3, ("b",)))
    assert [text for _, text, _ in found] == ["a", sound, "b"]


def test_each_voice_of_a_cue_is_a_speaker() -> None:
    text = "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ann &amp; Co>Hi</v>\n<v Bob>Hello</v>\n"
    found = formats.read_bytes(text.encode(), "x")
    assert isinstance(found, Track)
    spoken = formats.from_track(found).paragraphs
    assert [(p.speaker, p.text) for p in spoken] == [("Ann & Co", "Hi"), ("Bob", "Hello")]


def test_a_word_cut_between_cues_has_the_times_of_both_halves() -> None:
    track = Track((Cue(0, 1000, ("inter-",)), Cue(1000, 2000, ("national international",))))
    (paragraph,) = formats.from_track(track).paragraphs
    assert paragraph.text == "international international"
    word = paragraph.words[0]
    assert (word.text, word.start_ms, word.end_ms) == ("international", 0, 1380)


def test_overlapping_cues_give_ascending_words() -> None:
    track = Track((Cue(0, 3000, ("a b",)), Cue(1000, 2000, ("c",)), Cue(1000, 4000, ("d",))))
    words = [w for p in formats.from_track(track).paragraphs for w in p.words]
    assert [(w.text, w.start_ms, w.end_ms) for w in words] == [
        ("a", 0, 1500),
        ("b", 1500, 3000),
        ("c", 3000, 3000),
        ("d", 3000, 4000),
    ]


def test_an_echo_in_an_ordinary_track_is_no_rolling_caption() -> None:
    track = [Cue(i * 1000, i * 1000 + 1000, (text,)) for i, text in enumerate("abccdefg")]
    assert paragraphs(*track) == [("", "a b c c d e f g", 1)]
