"""The W3C file-parsing suite: the same cues, ids, text and settings as the reference parser."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from speechsubs.errors import InputError
from speechsubs.formats import registry, timing_lines, vtt, vtt_scan
from speechsubs.formats.vtt_scan import FoundCue
from speechsubs.model import Track

SHARED = Path(
    os.environ.get("SPEECHSUBS_SHARED", Path(__file__).parents[2] / ".." / "shared")
).resolve()
FOLDER = SHARED / "conformance" / "webvtt"
NAMES = sorted(path.name for path in FOLDER.glob("*.vtt"))
#: Files whose cues, if any, have no text.
NOTHING_TO_SHOW = {
    "signature-bom.vtt", "signature-no-newline.vtt", "signature-space-no-newline.vtt",
    "signature-space.vtt", "signature-tab-no-newline.vtt", "signature-tab.vtt",
    "signature-timings.vtt", "timings-eof.vtt",
}  # fmt: skip
needs_suite = pytest.mark.skipif(
    not NAMES, reason="the W3C WebVTT suite (conformance/webvtt) is not on this machine"
)


def expected(name: str) -> dict[str, Any]:
    # A line number of 2**64 is a double for the reference parser, so all numbers are.
    text = (FOLDER / "expected.json").read_text("utf-8")
    table: dict[str, dict[str, Any]] = json.loads(text, parse_int=float)
    return table[name]


def as_expected(cue: FoundCue) -> dict[str, Any]:
    meant = vtt.parse_settings(cue.settings)
    (times,) = timing_lines.resolve([cue.timing])
    assert times.start_ms is not None
    assert times.end_ms is not None
    return {
        "id": cue.name,
        "start_s": times.start_ms / 1000,
        "end_s": times.end_ms / 1000,
        # The specification ends a cue at any line with an arrow; ours keeps that line.
        "text": "\n".join(line for line in cue.payload if "-->" not in line),
        "vertical": meant.vertical,
        "snap_to_lines": meant.snap_to_lines,
        "line": meant.line,
        "line_align": meant.line_align,
        "position": meant.position,
        "position_align": meant.position_align,
        "size": meant.size,
        "align": meant.align,
    }


def found(text: str) -> list[FoundCue]:
    return vtt_scan.scan(text, vtt._timing).cues if vtt.has_signature(text) else []


@needs_suite
def test_the_whole_suite_is_there() -> None:
    assert len(NAMES) == 37


@needs_suite
@pytest.mark.parametrize("name", NAMES)
def test_file_gives_the_cues_of_the_reference_parser(name: str) -> None:
    # Bytes, because reading as text would hide what line ends the file has.
    text = (FOLDER / name).read_bytes().decode("utf-8")
    cues = [as_expected(cue) for cue in found(text) if cue.timing.mark == "."]
    assert cues == expected(name)["cues"]
    count = expected(name)["asserted_cue_count"]
    assert count is None or len(cues) == count


@needs_suite
@pytest.mark.parametrize("name", NAMES)
def test_what_the_specification_drops_is_kept_and_reported(name: str) -> None:
    wanted = expected(name)["cues"]
    shown = [c for c in wanted if c["text"].strip() and c["end_s"] > c["start_s"]]
    if name in NOTHING_TO_SHOW:
        with pytest.raises(InputError, match=r"contains no cue|WEBVTT"):
            registry.read(FOLDER / name)
        assert not shown
        return
    track = registry.read(FOLDER / name)
    assert isinstance(track, Track)
    starts = {cue.start_ms for cue in track.cues}
    assert {round(cue["start_s"] * 1000) for cue in shown} <= starts
    codes = {finding.code for finding in track.findings}
    assert len(track.cues) == len(shown) or codes & {"times-mended", "time-repaired"}
