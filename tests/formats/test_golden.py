"""Every case in tests/golden/formats reads as its expected.txt says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from speechsubs import formats
from speechsubs.model import Finding, Track, Transcript

FOLDER = Path(__file__).parents[1] / "golden" / "formats"
CASES = sorted(path for path in FOLDER.iterdir() if path.is_dir())


def described(result: Transcript | Track) -> Iterator[str]:
    """A result as lines that a person can check."""
    if isinstance(result, Track):
        yield f"TRACK language={result.language or '?'}"
        for cue in result.cues:
            extras = " ".join(filter(None, [cue.name, cue.settings]))
            yield f"{cue.start_ms}-{cue.end_ms} {' / '.join(cue.lines)} {extras}".rstrip()
            if cue.markup:
                yield f"    markup {' / '.join(cue.markup)}"
        yield from map(finding, result.findings)
        yield ""
        yield from described(formats.from_track(result))
        for name in formats.writable():
            yield from ("", f"AS {name}", formats.render(result, name).rstrip("\n"))
        return
    yield f"TRANSCRIPT language={result.language or '?'}"
    for paragraph in result.paragraphs:
        speaker = f" <{paragraph.speaker}>" if paragraph.speaker else ""
        yield f"{paragraph.line} {paragraph.kind}{speaker}: {paragraph.text}"
        for word in paragraph.words:
            trust = "" if word.confidence is None else f" {word.confidence}"
            yield f"    {word.start_ms}-{word.end_ms} @{word.offset} {word.text}{trust}"
    yield from map(finding, result.findings)


def finding(found: Finding) -> str:
    line = "" if found.line is None else f" line {found.line}"
    return f"! {found.severity} {found.code}{line}: {found.message}"


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_case(case: Path, tmp_path: Path) -> None:
    (source,) = case.glob("input.*")
    got = "\n".join(described(formats.read(source))) + "\n"
    actual = tmp_path / "expected.txt"
    actual.write_text(got, "utf-8")
    expected = (case / "expected.txt").read_text("utf-8")
    assert got == expected, f"compare {actual} with {case / 'expected.txt'}"


def test_there_are_cases_for_every_format() -> None:
    suffixes = {source.suffix for case in CASES for source in case.glob("input.*")}
    assert suffixes == {".txt", ".md", ".srt", ".vtt", ".json"}
