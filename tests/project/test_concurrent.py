"""Several writers of one project, in any order and killed at any write: no words are lost."""

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from speechsubs import project
from speechsubs.adapters import files
from speechsubs.engines.echo import EchoEngine
from speechsubs.errors import InputError, OutputError
from speechsubs.project import Project, Segment, State, TrackRecord

Cli = Callable[..., Any]
RUN = ("--to", "es", "--engine", "echo", "--no-glossary", "--format", "srt", "--project", "p", "-q")


def track(folder: Path, number: int = 0) -> TrackRecord:
    found = project.load(folder).sources[number].track("es")
    assert found is not None
    return found


def edit(folder: Path, text: str, *, sentence: int = 0) -> None:
    """Do what `project import` does, as a person who edits one segment."""
    with project.changing(folder):
        own = project.load(folder)
        edited = project.edit(track(folder), sentence, text, author="Ana")
        source = own.sources[0]
        project.write(replaced(own, replaced(source, edited)))


def replaced(whole: Any, part: Any) -> Any:
    if isinstance(whole, Project):
        return replace(whole, sources=(part, *whole.sources[1:]))
    return replace(whole, tracks=(part,))


def test_an_edit_during_a_run_wins_in_the_project_and_in_the_files(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "talk.txt").write_text("Good evening. The car is new.\n")
    assert cli("subtitle", "talk.txt", *RUN).code in (0, 3)
    translate, edits = EchoEngine.translate, iter(["El coche es nuevo."])

    def meanwhile(self: EchoEngine, *arguments: Any, **more: Any) -> Any:
        for text in edits:
            edit(here / "p", text, sentence=1)
        return translate(self, *arguments, **more)

    monkeypatch.setattr(EchoEngine, "translate", meanwhile)
    assert cli("subtitle", "talk.txt", *RUN).code in (0, 3)
    segments = track(here / "p").segments
    assert (segments[1].text, segments[1].state) == ("El coche es nuevo.", State.EDITED)
    assert "El coche es nuevo." in (here / "talk.es.srt").read_text("utf-8")


def test_another_source_added_during_a_run_stays(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "one.txt").write_text("Good evening.\n")
    (here / "two.txt").write_text("Good morning.\n")
    translate, runs = EchoEngine.translate, iter(["two.txt"])

    def meanwhile(self: EchoEngine, *arguments: Any, **more: Any) -> Any:
        for name in runs:
            assert cli("subtitle", name, *RUN).code == 0
        return translate(self, *arguments, **more)

    monkeypatch.setattr(EchoEngine, "translate", meanwhile)
    assert cli("subtitle", "one.txt", *RUN).code == 0
    assert {source.name for source in project.load(here / "p").sources} == {"one.txt", "two.txt"}


def test_who_knows_an_older_project_cannot_write_it(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text("Good evening.\n")
    cli("subtitle", "talk.txt", *RUN)
    old = project.load(here / "p")
    edit(here / "p", "Buenas tardes.")
    with pytest.raises(OutputError, match="has been changed meanwhile: run the command again"):
        project.write(old)
    assert track(here / "p").segments[0].text == "Buenas tardes."


def test_no_lock_is_made_where_there_is_no_project(here: Path) -> None:
    with pytest.raises(InputError, match="not a subtitle project"), project.changing(here / "p"):
        pass
    assert list(here.iterdir()) == []


def test_words_for_a_sentence_that_goes_come_back_with_it(cli: Cli, here: Path) -> None:
    (here / "talk.txt").write_text("Good evening. The car is new.\n")
    cli("subtitle", "talk.txt", *RUN)
    edit(here / "p", "El coche es nuevo.", sentence=1)
    for text in ("Good evening. The car was new.\n", "Good evening.\n"):
        (here / "talk.txt").write_text(text)
        cli("subtitle", "talk.txt", *RUN)
        (former,) = track(here / "p").former
        assert (former.source, former.text) == ("The car is new.", "El coche es nuevo.")
    (here / "talk.txt").write_text("The car is new. Good evening.\n")
    cli("subtitle", "talk.txt", *RUN)
    assert track(here / "p").segments[0].text == "El coche es nuevo."
    assert track(here / "p").former == ()


class Killed(BaseException):
    """The process ends here."""


SENTENCES = ["Good evening.", "The car is new.", "Nobody slept.", "We went home."]


class ProjectMachine(RuleBasedStateMachine):
    """Runs, edits, renames and kills in any order."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.here = Path(self.folder.name)
        self.name = "talk0.txt"
        #: What a person wrote last for each sentence.
        self.words: dict[str, str] = {}
        (self.here / self.name).write_text(" ".join(SENTENCES))
        self.subtitle()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def subtitle(self, *more: str) -> None:
        from speechsubs.cli import main

        arguments = ["subtitle", str(self.here / self.name), *RUN[:-3], "--project",
                     str(self.here / "p"), "-o", str(self.here / "out"), "-q", *more]  # fmt: skip
        result = CliRunner().invoke(main, arguments)
        if isinstance(result.exception, Killed):
            raise result.exception
        assert result.exit_code in (0, 3), result.output

    @rule(overwrite=st.booleans())
    def run(self, overwrite: bool) -> None:
        self.subtitle(*["--overwrite"] * overwrite)

    @rule(sentences=st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4, unique=True))
    def rewrite_the_source(self, sentences: list[str]) -> None:
        (self.here / self.name).write_text(" ".join(sentences))
        self.subtitle()

    @rule()
    def rename_the_source(self) -> None:
        before, self.name = self.name, f"talk{int(self.name[4:-4]) + 1}.txt"
        (self.here / before).rename(self.here / self.name)
        self.subtitle()

    @rule(place=st.integers(0, 3), text=st.sampled_from(["Hola.", "Adiós.", "Un coche."]))
    def edit(self, place: int, text: str) -> None:
        segments = track(self.here / "p").segments
        place %= len(segments)
        edit(self.here / "p", text, sentence=place)
        self.words[segments[place].source] = text

    @rule(writes=st.integers(0, 5), again=st.booleans())
    def be_killed(self, writes: int, again: bool) -> None:
        left = [writes]
        write = files.write_atomic

        def dying(path: Path, data: bytes) -> None:
            if not left[0]:
                raise Killed
            left[0] -= 1
            write(path, data)

        with pytest.MonkeyPatch.context() as patch:
            for module in ("speechsubs.project.store", "speechsubs.outputs"):
                patch.setattr(f"{module}.write_atomic", dying)
            with suppress(Killed):
                self.subtitle()
        if again:
            self.subtitle()

    @precondition(lambda self: hasattr(self, "here"))
    @invariant()
    def nobody_has_lost_a_word(self) -> None:
        own = track(self.here / "p")
        for sentence, text in self.words.items():
            kept: list[Segment] = [s for s in (*own.segments, *own.former) if s.source == sentence]
            assert [s.text for s in kept if s.state.by_person] == [text] * len(kept) != []

    @precondition(lambda self: hasattr(self, "here"))
    @invariant()
    def the_files_are_whole(self) -> None:
        manifest = json.loads((self.here / "p" / "project.json").read_bytes())
        assert {entry["file"] for entry in manifest["sources"]} <= {
            path.name for path in (self.here / "p").iterdir()
        }
        assert len(manifest["sources"]) == 1


TestProject = ProjectMachine.TestCase
TestProject.settings = settings(max_examples=12, stateful_step_count=8, deadline=None)
