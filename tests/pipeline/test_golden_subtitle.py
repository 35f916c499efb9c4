"""Whole runs that a person can read: a folder with an input, what comes out, and its origin.

`input.<tag>.<suffix>` is what was said; there is an `expected.<tag>.srt` for every
language, made with the engine that gives each text back. After a change that is meant,
`python tests/golden/test_subtitle.py` writes them anew: read the difference.
"""

from pathlib import Path

import pytest

from speechsubs import formats, glossary, outputs, pipeline
from speechsubs.engines.echo import EchoEngine
from speechsubs.language import locales
from speechsubs.model import Transcript

FOLDER = Path(__file__).parents[1] / "golden" / "subtitle"
CASES = sorted(path for path in FOLDER.iterdir() if path.is_dir())
TARGETS = ("es", "zh-CN", "de")


def made(folder: Path) -> dict[str, str]:
    """The SRT text of every language of a case."""
    path = next(folder.glob("input.*"))
    transcript = formats.read(path)
    assert isinstance(transcript, Transcript)
    source = locales.load(outputs.language_in(path))
    result = pipeline.subtitle(
        [transcript],
        pipeline.make_settings(source, glossary.load(FOLDER.parents[2] / "glossary.yml")),
        targets=[
            (locales.load(tag), EchoEngine(source.tag, tag)) for tag in TARGETS if tag != source.tag
        ],
    )[0]
    return {out.locale.tag: formats.render(out.track, "srt") for out in result.outputs}


def test_there_are_cases_and_each_says_where_it_comes_from() -> None:
    assert len(CASES) >= 6
    for folder in CASES:
        assert (folder / "origin.txt").read_text("utf-8").strip()


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_golden(folder: Path) -> None:
    found = made(folder)
    expected = {
        path.name.removeprefix("expected.").removesuffix(".srt"): path.read_text("utf-8")
        for path in folder.glob("expected.*.srt")
    }
    assert found == expected


if __name__ == "__main__":
    for case in CASES:
        for tag, text in made(case).items():
            (case / f"expected.{tag}.srt").write_text(text, "utf-8")
