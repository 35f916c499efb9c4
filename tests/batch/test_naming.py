"""The language of a source file and the names of its outputs."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.batch import naming
from speechsubs.batch.model import Job
from speechsubs.model import Cue, Track, Transcript
from speechsubs.options import Options

TAGS = st.lists(st.sampled_from(["en", "es", "ca", "de", "pt-BR"]))


def job(command: str, options: Options, source: str = "in/talk.srt", *targets: str) -> Job:
    return Job(Path(source), Path("out"), source, command, options, targets)


@pytest.mark.parametrize(
    ("name", "declared", "of_transcript", "of_track"),
    [
        ("talk.txt", "", "", ""),
        ("talk.es.txt", "", "es", "es"),
        ("talk.txt", "de", "de", "de"),
        # A recognizer knows the language; a subtitle header may be a copy of another file's.
        ("talk.es.txt", "de", "de", "es"),
        ("talk.es.txt", "qqq", "es", "es"),
    ],
)
def test_the_language_is_declared_or_in_the_name(
    name: str, declared: str, of_transcript: str, of_track: str
) -> None:
    track = Track((Cue(0, 1_000, ("One.",)),), language=declared)
    assert naming.language(Path(name), Transcript((), language=declared)) == of_transcript
    assert naming.language(Path(name), track) == of_track


@given(wanted=TAGS, source=st.sampled_from(["en", "es"]))
def test_targets_are_distinct_in_order_and_without_the_source(
    wanted: list[str], source: str
) -> None:
    found = naming.targets(wanted, source)
    assert set(found) == set(wanted) - {source}
    assert list(found) == sorted(found, key=wanted.index)


def test_a_subtitle_file_keeps_its_own_type_unless_told_otherwise() -> None:
    assert naming.kinds(Path("talk.vtt"), Options()) == ("vtt",)
    assert naming.kinds(Path("talk.txt"), Options()) == ("srt",)
    assert naming.kinds(Path("talk.vtt"), Options(kinds=("srt", "vtt", "srt"))) == ("srt", "vtt")


def test_every_command_names_its_outputs() -> None:
    both = Options(kinds=("srt", "vtt"))
    names = [str(path) for path in naming.files(job("convert", both), "en", "en")]
    assert names == ["out/talk.srt", "out/talk.vtt"]
    assert naming.files(job("check", both), "en", "en") == []
    bilingual = job("subtitle", Options(kinds=("srt",), bilingual=True))
    names = [path.name for path in naming.files(bilingual, "en", "es")]
    assert names == ["talk.es.srt", "talk.en+es.srt"]
    assert [path.name for path in naming.files(bilingual, "en", "en")] == ["talk.en.srt"]


def test_translate_does_not_write_the_source_language() -> None:
    options = Options(kinds=("srt",))
    found = naming.all_files(job("translate", options, "talk.srt", "es", "en"), "en")
    assert [path.name for path in found] == ["talk.es.srt"]
    found = naming.all_files(job("subtitle", options, "talk.srt", "es"), "en")
    assert [path.name for path in found] == ["talk.en.srt", "talk.es.srt"]
