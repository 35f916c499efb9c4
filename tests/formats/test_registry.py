"""Choosing a format, writing files, and what the errors say."""

import json
import sys
from pathlib import Path

import pytest

from speechsubs import formats
from speechsubs.errors import InputError, OutputError
from speechsubs.model import Cue, Track, Transcript

SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello\n"
VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n"
HELLO = Track((Cue(1000, 2000, ("Hello",)),))


def track(text: str, name: str = "") -> Track:
    result = formats.read_bytes(text.encode(), "talk", name)
    assert isinstance(result, Track)
    return result


def transcript(text: str, name: str = "") -> Transcript:
    result = formats.read_bytes(text.encode(), "talk", name)
    assert isinstance(result, Transcript)
    return result


@pytest.mark.parametrize(
    ("name", "content", "mismatch"),
    [
        ("a.srt", SRT, False),
        ("a.SRT", SRT, False),
        ("a.srt", VTT, True),
        ("a.vtt", VTT, False),
        ("a.txt", SRT, True),
        ("a", VTT, False),
        ("a.unknown", SRT, False),
    ],
)
def test_content_wins_over_the_suffix(
    tmp_path: Path, name: str, content: str, mismatch: bool
) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    result = formats.read(path)
    assert isinstance(result, Track)
    assert result.cues == HELLO.cues
    assert result.source == str(path)
    assert [f.code for f in result.findings] == (["format-mismatch"] if mismatch else [])


def test_a_bracket_alone_is_not_json() -> None:
    assert transcript("[Music] Good evening.").paragraphs[0].text == "[Music] Good evening."


def test_vtt_without_its_first_line_is_read_with_a_finding() -> None:
    found = track("00:01.000 --> 00:02.000\nHello\n", "vtt")
    assert found.cues == HELLO.cues
    assert [f.code for f in found.findings] == ["header-missing", "times-mended"]


@pytest.mark.parametrize("name", ["text", "markdown", "srt", "vtt", "json"])
def test_text_without_a_use_is_an_input_error(name: str) -> None:
    with pytest.raises(InputError) as caught:
        formats.read_bytes(b"---\n" if name == "markdown" else b"   \n\x0b", "talk", name)
    assert str(caught.value).startswith("talk")


def test_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="text, markdown, srt, vtt, json"):
        formats.read_bytes(b"x", "-", "docx")
    with pytest.raises(InputError, match="srt or vtt"):
        formats.render(HELLO, "text")
    assert formats.writable() == ("srt", "vtt")
    assert set(formats.readable_suffixes()) >= {".txt", ".md", ".markdown", ".srt", ".vtt", ".json"}


def test_written_files_are_what_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "new" / "talk.es.srt"
    formats.write(HELLO, path, crlf=True, bom=True)
    assert path.read_bytes() == b"\xef\xbb\xbf" + SRT.replace("\n", "\r\n").encode()
    formats.write(HELLO, path)
    assert path.read_bytes() == SRT.encode()
    assert [p.name for p in path.parent.iterdir()] == ["talk.es.srt"]
    with pytest.raises(OutputError, match=r"\.srt or \.vtt"):
        formats.write(HELLO, tmp_path / "talk.docx")


@pytest.mark.parametrize(
    ("document", "where", "problem"),
    [
        ('{"segments": [{"words": [{"word": "a", "start": "x"}]}]}',
         "segments[0].words[0].start", "expected a time in seconds, not a text"),
        ('{"segments": [{"start": -1, "text": "a"}]}', "segments[0].start", "the time is negative"),
        ('{"segments": [{"start": true, "text": "a"}]}', "segments[0].start", "true or false"),
        ('{"segments": [{"start": 1e300, "text": "a"}]}', "segments[0].start", "1,000 hours"),
        ('{"segments": [{"start": 1e999, "text": "a"}]}', "segments[0].start", "finite"),
        ('{"segments": [{"start": NaN, "text": "a"}]}', "talk", "NaN"),
        ('{"segments": [{"start": ' + "9" * 5000 + '}]}', "talk", "too long"),
        ('{"segments": {"a": 1}}', "segments", "expected a list, not an object"),
        ('{"segments": [7]}', "segments[0]", "expected a segment, not a number"),
        ('{"segments": [{"text": "a"}]}', "segment 1", "no times"),
        ('{"segments": [{"text": 5}]}', "segments[0].text", "expected a string"),
        ('[[1, 2]]', "[0][0]", "expected a segment"),
        ('{"other": 1}', "talk", "no segments"),
        ('{"segments": [', "talk:1:", "not valid JSON"),
        ("[" * 100_000, "talk", "nested too deeply"),
    ],
)  # fmt: skip
def test_json_errors_name_the_place(document: str, where: str, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        formats.read_bytes(document.encode(), "talk", "json")
    assert where in caught.value.where
    assert problem in str(caught.value)


def test_json_text_without_times_is_a_plain_transcript() -> None:
    found = transcript(json.dumps({"text": "Good evening.\n\nWe are here."}))
    assert [p.text for p in found.paragraphs] == ["Good evening.", "We are here."]
    assert not found.timed


def test_lone_surrogates_in_json_do_not_reach_a_file() -> None:
    document = '{"segments": [{"start": 0, "end": 1, "text": "a \\ud800 b"}]}'
    assert transcript(document).paragraphs[0].text == "a \ufffd b"


def test_heavy_libraries_are_not_needed_to_import_the_formats() -> None:
    import subprocess

    code = (
        "import sys, speechsubs.formats; "
        "print([m for m in ('markdown_it', 'charset_normalizer', 'ruamel') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
