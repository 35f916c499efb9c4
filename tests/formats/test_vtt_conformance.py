"""The W3C file-parsing suite: the same cues, ids, text and settings as the reference parser."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from speechsubs.errors import InputError
from speechsubs.formats import registry, vtt
from speechsubs.model import Track

SHARED = Path(
    os.environ.get("SPEECHSUBS_SHARED", Path(__file__).parents[2] / ".." / "shared")
).resolve()
FOLDER = SHARED / "conformance" / "webvtt"
NAMES = sorted(path.name for path in FOLDER.glob("*.vtt"))
needs_suite = pytest.mark.skipif(
    not NAMES, reason="the W3C WebVTT suite (conformance/webvtt) is not on this machine"
)


def expected(name: str) -> dict[str, Any]:
    # A line number of 2**64 is a double for the reference parser, so all numbers are.
    text = (FOLDER / "expected.json").read_text("utf-8")
    table: dict[str, dict[str, Any]] = json.loads(text, parse_int=float)
    return table[name]


def as_expected(cue: vtt.RawCue) -> dict[str, Any]:
    meant = vtt.parse_settings(cue.settings)
    return {
        "id": cue.id,
        "start_s": cue.start_ms / 1000,
        "end_s": cue.end_ms / 1000,
        "text": cue.text,
        "vertical": meant.vertical,
        "snap_to_lines": meant.snap_to_lines,
        "line": meant.line,
        "line_align": meant.line_align,
        "position": meant.position,
        "position_align": meant.position_align,
        "size": meant.size,
        "align": meant.align,
    }


@needs_suite
def test_the_whole_suite_is_there() -> None:
    assert len(NAMES) == 37


@needs_suite
@pytest.mark.parametrize("name", NAMES)
def test_file_gives_the_cues_of_the_reference_parser(name: str) -> None:
    # Bytes, because reading as text would hide what line ends the file has.
    text = (FOLDER / name).read_bytes().decode("utf-8")
    cues = [as_expected(cue) for cue in vtt.parse_cues(text)]
    assert cues == expected(name)["cues"]
    count = expected(name)["asserted_cue_count"]
    assert count is None or len(cues) == count


@needs_suite
@pytest.mark.parametrize("name", NAMES)
def test_file_is_read_or_refused_in_words(name: str) -> None:
    shown = [c for c in expected(name)["cues"] if c["text"].strip() and c["end_s"] > c["start_s"]]
    if not shown and name.startswith("signature"):
        with pytest.raises(InputError, match=r"contains no cues|WEBVTT"):
            registry.read(FOLDER / name)
        return
    track = registry.read(FOLDER / name)
    assert isinstance(track, Track)
    assert len(track.cues) == len(shown)
    assert shown or track.findings
