"""Projects: what people did survives every new run."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from speechsubs import pipeline, project
from speechsubs.engines import EchoEngine
from speechsubs.errors import InputError
from speechsubs.language.locales import load as locale
from speechsubs.memory import Memory
from speechsubs.model import MethodKind, Paragraph, Transcript
from speechsubs.pipeline import Result
from speechsubs.project import Project, State, TrackRecord

TEXT = (
    "Good evening to you all. The first car came in the winter of that year.",
    "Nobody in the room had expected it. We drove it for three long days.",
)


def run(old: Project | None = None, texts: Sequence[str] = TEXT, name: str = "talk.txt") -> Result:
    transcript = Transcript(tuple(Paragraph(t) for t in texts), name)
    own = old.source(name) if old else None
    recall = [partial(project.recall, own)]
    return pipeline.subtitle(
        [transcript],
        pipeline.make_settings(locale("en")),
        targets=[(locale("es"), EchoEngine())],
        recall=recall,
    )[0]


def recorded(folder: Path, result: Result, old: Project | None = None) -> Project:
    return project.record(
        old or Project(folder), [result], written={}, glossary="", options={"engine": "echo"}
    )


def spanish(own: Project) -> TrackRecord:
    track = own.sources[0].track("es")
    assert track is not None
    return track


def edited(own: Project, index: int, text: str, **more: object) -> Project:
    track = project.edit(spanish(own), index, text, author="Ana", **more)  # type: ignore[arg-type] # keywords of edit
    return replace(own, sources=(replace(own.sources[0], tracks=(track,)),))


def pinned(own: Project, index: int, lines: Sequence[Sequence[str]]) -> Project:
    track = project.pin(spanish(own), index, lines)
    return replace(own, sources=(replace(own.sources[0], tracks=(track,)),))


def test_a_project_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    own = recorded(tmp_path, run())
    project.write(own)
    again = project.load(tmp_path)
    assert replace(again, version="", revision=0) == own
    assert again.revision == 1
    assert [s.state for s in spanish(again).segments] == [State.MACHINE] * 4


def test_an_edit_survives_a_new_run(tmp_path: Path) -> None:
    own = edited(recorded(tmp_path, run()), 1, "El primer coche llegó aquel invierno.")
    result = run(own)
    translation = result.targets[0].translations[1]
    assert (translation.finished.text, str(translation.method), translation.tries) == (
        "El primer coche llegó aquel invierno.", "edited", 0,
    )  # fmt: skip
    after = spanish(recorded(tmp_path, result, own)).segments[1]
    assert (after.state, after.author) == (State.EDITED, "Ana")


def test_the_engine_is_not_asked_for_what_a_person_wrote(tmp_path: Path) -> None:
    own = recorded(tmp_path, run())
    for index in range(4):
        own = edited(own, index, f"Frase {index}.", state=State.APPROVED)

    class Never(EchoEngine):
        def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
            assert not texts
            return []

    transcript = Transcript(tuple(Paragraph(t) for t in TEXT), "talk.txt")
    (result,) = pipeline.subtitle(
        [transcript],
        pipeline.make_settings(locale("en")),
        targets=[(locale("es"), Never())],
        recall=[partial(project.recall, own.sources[0])],
    )
    assert [d.finished.text for d in result.targets[0].translations] == [
        f"Frase {n}." for n in range(4)
    ]


def test_a_changed_source_sentence_is_translated_anew(tmp_path: Path) -> None:
    own = edited(recorded(tmp_path, run()), 1, "El primer coche llegó.")
    changed = (TEXT[0].replace("winter", "summer"), TEXT[1])
    translation = run(own, changed).targets[0].translations[1]
    assert translation.method.kind is not MethodKind.EDITED


def test_an_edit_follows_its_sentence_to_another_place(tmp_path: Path) -> None:
    own = edited(recorded(tmp_path, run()), 3, "La condujimos tres largos días.")
    moved = ("A new beginning stands before all of it.", *TEXT)
    translations = run(own, moved).targets[0].translations
    assert translations[4].finished.text == "La condujimos tres largos días."


def test_pinned_cues_stay_as_a_person_left_them(tmp_path: Path) -> None:
    own = recorded(tmp_path, run())
    shown = [cue for cue in spanish(own).cues if 3 in cue.sentences]
    lines = [("La condujimos", f"parte {n}") for n, _ in enumerate(shown)]
    text = " ".join(" ".join(some) for some in lines)
    own = pinned(edited(own, 3, text), 3, lines)
    result = run(own)
    output = result.targets[0]
    track = project.with_pinned(
        output.track, spanish(own), [d.finished for d in output.translations]
    )
    again = [cue for cue in track.cues if 3 in cue.sentences]
    assert [cue.lines for cue in again] == lines
    assert [(c.start_ms, c.end_ms) for c in again] == [(c.start_ms, c.end_ms) for c in shown]
    for first, second in zip(track.cues, track.cues[1:], strict=False):
        assert first.end_ms <= second.start_ms


def test_two_sources_of_one_name_have_files_of_their_own(tmp_path: Path) -> None:
    own = recorded(tmp_path, run(name="a/talk.txt"))
    own = recorded(tmp_path, run(name="b/talk.txt"), own)
    project.write(own)
    assert sorted(p.name for p in tmp_path.glob("talk*.json")) == ["talk-2.json", "talk.json"]
    assert [s.name for s in project.load(tmp_path).sources] == ["a/talk.txt", "b/talk.txt"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("project.json", "{", "not valid JSON"),
        ("project.json", "[]", "JSON object"),
        ("project.json", '{"schema": "x"}', "schema"),
        ("project.json", '{"schema": "speechsubs-project/1"}', "broken"),
        ("project.json", '{"schema": "speechsubs-project/1", "sources": [{"id": "a", '
         '"file": "../a.json"}]}', "not a valid source file name"),
        ("talk.json", "{}", "broken"),
        ("talk.json", '{"name": 1, "sentences": 3}', "broken"),
        ("talk.json", "\x00", "not valid JSON"),
    ],
)  # fmt: skip
def test_broken_files_are_named(tmp_path: Path, name: str, content: str, words: str) -> None:
    project.write(recorded(tmp_path, run()))
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=words) as caught:
        project.load(tmp_path)
    assert name in str(caught.value)


def test_a_folder_without_a_manifest_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a subtitle project"):
        project.load(tmp_path)


def test_broken_times_in_a_file_are_an_input_error(tmp_path: Path) -> None:
    project.write(recorded(tmp_path, run()))
    path = tmp_path / "talk.json"
    data = json.loads(path.read_text())
    data["cues"][0]["end_ms"] = -5
    path.write_text(json.dumps(data))
    with pytest.raises(InputError, match=r"talk\.json"):
        project.load(tmp_path)


def test_a_new_text_frees_the_cues_that_the_old_one_was_pinned_to(tmp_path: Path) -> None:
    own = recorded(tmp_path, run())
    shown = [cue for cue in spanish(own).cues if 3 in cue.sentences]
    own = pinned(edited(own, 3, "Una."), 3, [("Una.",)] * len(shown))
    assert spanish(own).segments[3].pinned
    assert spanish(edited(own, 3, "Una.", state=State.APPROVED)).segments[3].pinned
    assert not spanish(edited(own, 3, "Otra.")).segments[3].pinned


def test_what_people_answer_for_goes_into_a_memory(tmp_path: Path) -> None:
    own = edited(recorded(tmp_path, run()), 1, "El primer coche llegó.", state=State.APPROVED)
    own = edited(own, 2, "Nadie lo esperaba.")
    every = {("talk", "es", n) for n in range(4)}
    found = project.remembered(own, every)
    assert [(s.target, s.state.name, s.author) for s in found] == [
        ("El primer coche llegó.", "APPROVED", "Ana"),
        ("Nadie lo esperaba.", "EDITED", "Ana"),
    ]
    assert project.remembered(own, {("talk", "es", 2)}) == found[1:]
    with Memory.open(tmp_path / "m.db") as store:
        assert store.remember(found) == 2
        recall = pipeline.from_memory(store, "other.txt", locale("en"))
        transcript = Transcript(tuple(Paragraph(t) for t in TEXT), "other.txt")
        (result,) = pipeline.subtitle(
            [transcript],
            pipeline.make_settings(locale("en")),
            targets=[(locale("es"), EchoEngine())],
            recall=[recall],
        )
    translations = result.targets[0].translations
    assert translations[1].finished.text == "El primer coche llegó."
    assert translations[1].method.kind is MethodKind.MEMORY
