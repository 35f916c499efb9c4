"""What people decided is never lost: rejections, several reviews, and time that text takes."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from speechsubs import formats, outputs, project
from speechsubs.model import Track
from speechsubs.review import decisions
from speechsubs.review.model import Decision, Decisions, Verdict

OLD = """\
version: 1
terms:
  - id: xiaomi
    source: Xiaomi
    policy: keep
  - id: su7
    source: SU7
    policy: keep
"""
NEW = OLD.replace("    policy: keep\n  - id: su7",
                  "    policy: keep\n    targets: {es: Xiaomi Inc}\n  - id: su7")  # fmt: skip
THIRD = NEW.replace("Xiaomi Inc", "Xiaomi Corporation")
TALK = "Xiaomi made a car.\n\nIt is the SU7.\n\nNobody at Xiaomi slept.\n"
RUN = ("subtitle", "talk.txt", "--to", "es", "--engine", "echo", "--project", "proj",
       "--overwrite", "-q")  # fmt: skip

Cli = Callable[..., Any]


@pytest.fixture
def folder(here: Path, cli: Cli) -> Path:
    for name, text in (("old.yml", OLD), ("new.yml", NEW), ("third.yml", THIRD)):
        (here / name).write_text(text, "utf-8")
    (here / "talk.txt").write_text(TALK, "utf-8")
    assert cli(*RUN, "-g", "old.yml").code in (0, 3)
    return here


def diff(cli: Cli, *arguments: str) -> dict[str, Any]:
    ran = cli("glossary", "diff", *arguments, "--format", "json")
    assert ran.code in (0, 3), ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def decide(data: dict[str, Any], *verdicts: Verdict, path: str = "d.yml") -> None:
    made = tuple(
        Decision(item["id"], verdict, item["source_hash"], item["text_hash"], author="Ana",
                 reason="not here", demands=tuple(item["demands"].items()))
        for item, verdict in zip(data["items"], verdicts, strict=False)
    )  # fmt: skip
    decisions.save(Decisions(data["project"], data["old"], data["new"], made), Path(path))


def texts() -> list[str]:
    (track,) = project.load(Path("proj")).sources[0].tracks
    return [segment.text for segment in track.segments]


# ---- rejected ------------------------------------------------------------------------


def test_what_was_rejected_is_neither_proposed_again_nor_applied_by_a_run(
    cli: Cli, folder: Path
) -> None:
    decide(diff(cli, "new.yml", "--in", "proj"), Verdict.REJECT, Verdict.ACCEPT)
    assert "demands: {" in Path("d.yml").read_text("utf-8")
    assert cli("glossary", "apply", "d.yml", "--project", "proj", "-g", "new.yml").code == 0
    kept = ["Xiaomi made a car.", "It is the SU7.", "Nobody at Xiaomi Inc slept."]
    assert texts() == kept
    assert diff(cli, "old.yml", "new.yml", "--in", "proj")["items"] == []
    # The main job runs with the new glossary, once and again.
    for _ in range(2):
        assert cli(*RUN, "-g", "new.yml").code in (0, 3)
        assert texts() == kept
    (track,) = project.load(Path("proj")).sources[0].tracks
    first = track.segments[0]
    assert (first.state.value, first.author, first.reason) == ("machine", "Ana", "not here")
    assert [term for term, _ in first.declined] == ["xiaomi"]
    assert "Xiaomi made" in Path("talk.es.srt").read_text("utf-8")


def test_another_wording_is_another_question(cli: Cli, folder: Path) -> None:
    decide(diff(cli, "new.yml", "--in", "proj"), Verdict.REJECT, Verdict.REJECT)
    assert cli("glossary", "apply", "d.yml", "--project", "proj").code == 0
    assert diff(cli, "new.yml", "--in", "proj")["items"] == []
    found = diff(cli, "third.yml", "--in", "proj")["items"]
    assert [item["new_text"] for item in found] == [
        "Xiaomi Corporation made a car.", "Nobody at Xiaomi Corporation slept.",
    ]  # fmt: skip
    # So a run with a glossary that asks for something else follows it.
    assert cli(*RUN, "-g", "third.yml").code in (0, 3)
    assert texts()[0] == "Xiaomi Corporation made a car."


def test_another_sentence_is_another_question(cli: Cli, folder: Path) -> None:
    decide(diff(cli, "new.yml", "--in", "proj"), Verdict.REJECT, Verdict.REJECT)
    assert cli("glossary", "apply", "d.yml", "--project", "proj").code == 0
    Path("talk.txt").write_text(TALK.replace("made a car", "made two cars"), "utf-8")
    assert cli(*RUN, "-g", "new.yml").code in (0, 3)
    assert texts()[0] == "Xiaomi Inc made two cars."
    assert texts()[2] == "Nobody at Xiaomi slept."


def test_an_edit_ends_a_rejection(cli: Cli, folder: Path) -> None:
    decide(diff(cli, "new.yml", "--in", "proj"), Verdict.REJECT, Verdict.REJECT)
    assert cli("glossary", "apply", "d.yml", "--project", "proj").code == 0
    (track,) = project.load(Path("proj")).sources[0].tracks
    assert track.segments[0].declined
    assert project.edit(track, 0, "Otra cosa.", author="Eva").segments[0].declined == ()
    same = project.edit(track, 0, track.segments[0].text, author="Eva")
    assert same.segments[0].declined == track.segments[0].declined


@pytest.mark.parametrize("wrong", ["[]", '{"a": "b"}', '{1: "0123456789abcdef"}', "x", '{"a": 1}'])
def test_demands_that_are_none_are_refused(cli: Cli, folder: Path, wrong: str) -> None:
    decide(diff(cli, "new.yml", "--in", "proj"), Verdict.REJECT)
    path = Path("d.yml")
    path.write_text(re.sub(r"demands: .*", f"demands: {wrong}", path.read_text("utf-8")), "utf-8")
    ran = cli("glossary", "apply", "d.yml", "--project", "proj")
    assert (ran.code, "demands" in ran.err) == (1, True), ran.err


# ---- several reviews -------------------------------------------------------------------


def test_a_second_review_has_a_file_of_its_own(cli: Cli, folder: Path) -> None:
    first = diff(cli, "new.yml", "--in", "proj")
    decide(first, Verdict.ACCEPT, path="proj/decisions.yml")
    before = Path("proj/decisions.yml").read_bytes()
    ran = cli("glossary", "review", "third.yml", "--in", "proj")
    assert ran.lines == [str(Path("proj/review-2.html"))]
    assert "decisions.yml belongs to another review" in ran.err
    # What the page downloads has the same name, so it falls on no other review's file.
    assert '"decisions_name":"decisions-2.yml"' in Path("proj/review-2.html").read_text("utf-8")
    decide(diff(cli, "third.yml", "--in", "proj"), Verdict.REJECT, path="proj/decisions-2.yml")
    ran = cli("review", "proj")
    assert ran.lines == [str(Path("proj/review-3.html"))]
    # Going on with the first finds the first's.
    ran = cli("glossary", "review", "new.yml", "--in", "proj")
    assert ran.lines == [str(Path("proj/review.html"))]
    assert "another" not in ran.err
    assert Path("proj/decisions.yml").read_bytes() == before
    # A name of one's own.
    ran = cli("glossary", "review", "third.yml", "--in", "proj", "-o", "mine.html",
              "--decisions", "mine.yml")  # fmt: skip
    assert (ran.code, ran.lines) == (0, ["mine.html"])
    ran = cli(
        "glossary", "review", "third.yml", "--in", "proj", "--decisions", "proj/decisions.yml"
    )
    assert (ran.code, "another review" in ran.err) == (1, True)
    assert Path("proj/decisions.yml").read_bytes() == before


# ---- time ------------------------------------------------------------------------------------


def with_pause(ms: int) -> None:
    """The project with so much silence behind its first cue, and its file."""
    own = project.load(Path("proj"))
    (source,) = own.sources
    (track,) = source.tracks
    tight = replace(track.cues[0], start_ms=0, end_ms=1_100)
    shift = 1_100 + ms - track.cues[1].start_ms
    moved = [
        replace(c, start_ms=c.start_ms + shift, end_ms=c.end_ms + shift) for c in track.cues[1:]
    ]
    said = source.sentences[0]
    words = tuple(replace(w, start_ms=0, end_ms=tight.end_ms) for w in said.words)
    sentences = (replace(said, words=words), *source.sentences[1:])
    cues = (tight, *moved)
    track = replace(track, cues=cues)
    project.write(replace(own, sources=(replace(source, tracks=(track,), sentences=sentences),)))
    Path("talk.es.srt").unlink()
    outputs.write_data(Path("talk.es.srt"), formats.render(Track(cues, "es"), "srt").encode())


@pytest.mark.parametrize(("pause", "longer"), [(3_000, True), (84, False)])
def test_a_longer_text_takes_time_from_the_pause(
    cli: Cli, folder: Path, pause: int, longer: bool
) -> None:
    with_pause(pause)
    data = diff(cli, "third.yml", "--in", "proj", "--to", "es")
    cue = data["items"][0]["cues"][0]
    assert (cue["end_ms"], cue["new_end_ms"] > cue["end_ms"]) == (1_100, longer)
    assert cue["new_end_ms"] <= cue["latest_end_ms"] <= 1_100 + 1_500
    table = cli("glossary", "diff", "third.yml", "--in", "proj").out
    assert ("s longer, until 0:00:0" in table) == longer
    before = Path("talk.es.srt").read_text("utf-8")
    decide(data, Verdict.ACCEPT)
    ran = cli("glossary", "apply", "d.yml", "--project", "proj", "-g", "third.yml")
    assert ran.code in (0, 3), ran.err
    after = Path("talk.es.srt").read_text("utf-8")
    assert after.split("\n\n")[1:] == before.split("\n\n")[1:]
    first = after.split("\n\n")[0].split("\n")
    assert " ".join(first[2:]) == "Xiaomi Corporation made a car."
    (track,) = project.load(Path("proj")).sources[0].tracks
    assert track.cues[0].end_ms == cue["new_end_ms"]
    seconds, ms = divmod(cue["new_end_ms"], 1_000)
    assert first[1].endswith(f"--> 00:00:{seconds:02},{ms:03}")


def test_a_review_uses_the_projects_own_limits(cli: Cli, folder: Path) -> None:
    assert cli(*RUN, "-g", "old.yml", "--line-width", "20", "--max-lines", "3").code in (0, 3)
    data = diff(cli, "third.yml", "--in", "proj")
    assert (data["limits"]["es"]["line_width"], data["limits"]["es"]["max_lines"]) == (20, 3)
    lines = [line for item in data["items"] for cue in item["cues"] for line in cue["new_lines"]]
    assert lines
    assert max(map(len, lines)) <= 20


# ---- subtitle files -------------------------------------------------------------------------


FILE = "1\n00:00:00,000 --> 00:00:03,000\n{}\n\n2\n00:00:03,100 --> 00:00:06,000\n{}\n"


def test_files_are_translated_again_only_where_an_engine_is_named(cli: Cli, folder: Path) -> None:
    Path("a").mkdir()
    Path("a/t.en.srt").write_text(FILE.format("We like May. It is warm.", "Nobody came."), "utf-8")
    Path("a/t.es.srt").write_text(
        FILE.format("Nos gusta el quinto mes. Hace calor.", "No vino nadie."), "utf-8"
    )
    new = OLD + "  - {id: may, source: May, policy: fixed, targets: {es: MAYO}}\n"
    Path("may.yml").write_text(new, "utf-8")
    (item,) = diff(cli, "old.yml", "may.yml", "--in", "a")["items"]
    assert (item["new_text"], item["method"]) == ("", "")
    assert "only retranslated if an engine is specified (--engine)" in item["findings"][0]
    (item,) = diff(cli, "old.yml", "may.yml", "--in", "a", "--engine", "echo")["items"]
    # Only the sentence with the term, not all that is on screen with it.
    assert (item["source"], item["text"]) == ("We like May.", "Nos gusta el quinto mes.")
    assert item["new_text"] == "We like MAYO."
    assert [cue["number"] for cue in item["cues"]] == [1]
    assert " ".join(item["cues"][0]["new_lines"]) == "We like MAYO. Hace calor."
    (item,) = diff(cli, "old.yml", "may.yml", "--in", "a", "--engine", "echo", "--no-translate")[
        "items"
    ]
    assert item["method"] == ""
