"""`speechsubs glossary diff`, `apply` and `merge` as a person uses them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speechsubs import project
from speechsubs.review import decisions
from speechsubs.review.model import Decision, Decisions, Item, Verdict

OLD = """\
# Ours
version: 1
terms:
  - id: xiaomi
    source: Xiaomi   # the company
    policy: keep
  - id: su7
    source: SU7
    policy: keep
"""
NEW = OLD.replace(
    "    policy: keep\n  - id: su7", "    policy: keep\n    targets: {es: Xiaomi <i>}\n  - id: su7"
)
TALK = "Xiaomi made a car.\n\nIt is the SU7.\n\nNobody at Xiaomi slept.\n"


@pytest.fixture
def folder(here: Path, cli: Callable[..., Any]) -> Path:
    (here / "old.yml").write_text(OLD, "utf-8")
    (here / "new.yml").write_text(NEW, "utf-8")
    (here / "talk.txt").write_text(TALK, "utf-8")
    ran = cli("subtitle", "talk.txt", "--to", "es", "--engine", "echo", "-g", "old.yml",
              "--project", "proj", "--format", "srt", "--format", "vtt", "-q")  # fmt: skip
    assert ran.code in (0, 3), ran.err
    return here


def items(cli: Callable[..., Any], *arguments: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    ran = cli("glossary", "diff", *arguments, "--format", "json")
    assert ran.code == 3, ran.err
    data = json.loads(ran.out)
    return data, data["items"]


def decide(data: dict[str, Any], *verdicts: Verdict, path: str = "d.yml", **more: Any) -> None:
    made = tuple(
        Decision(item["id"], verdict, item["source_hash"], item["text_hash"], author="Ana",
                 date="2026-10-01T12:00:00Z", reason="because", **more)
        for item, verdict in zip(data["items"], verdicts, strict=False)
    )  # fmt: skip
    decisions.save(Decisions(data["project"], data["old"], data["new"], made), Path(path))


# ---- diff ------------------------------------------------------------------------


def test_no_change_and_a_change(cli: Callable[..., Any], folder: Path) -> None:
    same = cli("glossary", "diff", "old.yml", "old.yml")
    assert (same.code, same.out) == (0, "0 changes, 0 conflicts, 0 segments to decide\n")
    ran = cli("glossary", "diff", "old.yml", "new.yml")
    assert ran.code == 3
    assert ran.lines[0] == "xiaomi target es: nothing → Xiaomi <i> (line 4 → 4)"


def test_a_project_knows_its_old_glossary(cli: Callable[..., Any], folder: Path) -> None:
    data, found = items(cli, "new.yml", "--in", "proj")
    assert [item["text"] for item in found] == ["Xiaomi made a car.", "Nobody at Xiaomi slept."]
    assert found[0]["new_text"] == "Xiaomi <i> made a car."
    assert data["changes"][0]["id"] in found[0]["changes"]
    assert items(cli, "new.yml", "--in", "proj", "--to", "de")[1] == []


@pytest.mark.parametrize("kind", ["table", "markdown", "tsv"])
def test_every_format_into_a_file(cli: Callable[..., Any], folder: Path, kind: str) -> None:
    ran = cli("glossary", "diff", "new.yml", "--in", "proj", "--format", kind, "-o", "out.txt")
    assert (ran.code, ran.out) == (3, "out.txt\n")
    made = (folder / "out.txt").read_text("utf-8")
    assert "made a car" in made
    assert ("<i>" in made) == (kind != "markdown")


def test_subtitle_files_without_a_project(cli: Callable[..., Any], folder: Path) -> None:
    files = ["--in", "talk.en.srt", "--in", "talk.es.srt"]
    _, found = items(cli, "old.yml", "new.yml", *files)
    assert [(i["locale"], i["cues"][0]["number"], i["method"]) for i in found] == [
        ("es", 1, "replaced"),
        ("es", 3, "replaced"),
    ]
    assert items(cli, "old.yml", "new.yml", "--in", ".")[1] != []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["old.yml"], 2, "two glossaries"),
        (["a", "b", "c"], 2, "two glossaries"),
        (["old.yml", "absent.yml"], 1, "no such file"),
        (["old.yml", "talk.txt"], 1, "talk.txt:1"),
        (["old.yml", "new.yml", "--in", "talk.txt"], 1, "no language in its file name"),
        (["old.yml", "new.yml", "--in", "talk.es.srt"], 1, "no en file next to it"),
        (["old.yml", "new.yml", "-o", "new.yml"], 1, "would replace an input"),
        (["old.yml", "new.yml", "--to", "xx-yy-zz-q"], 1, "unknown language tag"),
        (
            ["--textconv", "old.yml", "new.yml"],
            2,
            "--textconv takes a single FILE and no other arguments",
        ),
        (["HEAD:old.yml", "new.yml"], 1, "not found by git"),
        (["-q:old.yml", "new.yml"], 2, "No such option"),
    ],
)
def test_what_can_go_wrong(
    cli: Callable[..., Any], folder: Path, arguments: list[str], code: int, said: str
) -> None:
    ran = cli("glossary", "diff", *arguments)
    assert (ran.code, said in ran.err) == (code, True), ran.err


def test_a_revision_of_git(
    cli: Callable[..., Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*arguments: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@b.invalid", "-c", "init.defaultBranch=m"]
        subprocess.run(["git", *who, *arguments], check=True, capture_output=True)

    git("init")
    git("add", "old.yml")
    git("commit", "-m", "one")
    (folder / "old.yml").write_text(NEW, "utf-8")
    ran = cli("glossary", "diff", "HEAD:old.yml", "old.yml")
    assert ran.code == 3
    assert ran.lines[0].startswith("xiaomi target es")
    assert "not found by git" in cli("glossary", "diff", "nope:old.yml", "old.yml").err
    monkeypatch.setenv("PATH", str(folder))
    ran = cli("glossary", "diff", "HEAD:old.yml", "old.yml")
    assert (ran.code, "git is not installed" in ran.err) == (1, True)


def test_textconv_is_canonical(cli: Callable[..., Any], folder: Path) -> None:
    one = cli("glossary", "diff", "--textconv", "old.yml")
    entries = OLD.partition("terms:\n")[2].partition("  - id: su7")
    turned = "version: 1\nterms:\n  - id: su7" + entries[2] + entries[0]
    (folder / "turned.yml").write_text(turned, "utf-8")
    assert one.code == 0
    assert one.out == cli("glossary", "diff", "--textconv", "turned.yml").out
    assert "#" not in one.out
    broken = cli("glossary", "diff", "--textconv", "talk.txt")
    assert broken.code == 0
    assert broken.out.startswith("# not a glossary: ")
    assert broken.out.endswith(TALK)


# ---- apply -----------------------------------------------------------------------


def test_accepted_rejected_and_what_stays(cli: Callable[..., Any], folder: Path) -> None:
    data, _ = items(cli, "new.yml", "--in", "proj")
    decide(data, Verdict.ACCEPT, Verdict.REJECT)
    before = {name: (folder / name).read_bytes() for name in ("talk.es.srt", "talk.es.vtt")}
    dry = cli("glossary", "apply", "d.yml", "--project", "proj", "-g", "new.yml", "--dry-run")
    assert dry.code == 0
    assert "1 changed, 0 approved, 1 rejected" in dry.err
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert project.load(Path("proj")).sources[0].tracks[0].segments[0].author == ""
    ran = cli("glossary", "apply", "d.yml", "--project", "proj", "-g", "new.yml")
    assert ran.code == 0
    assert sorted(ran.lines) == ["talk.es.srt", "talk.es.vtt"]
    for name, escaped in (("talk.es.srt", b"Xiaomi <i>"), ("talk.es.vtt", b"Xiaomi &lt;i&gt;")):
        expected = before[name].replace(b"Xiaomi made", escaped + b" made")
        assert (folder / name).read_bytes() == expected
    own = project.load(Path("proj"))
    first, _, last = own.sources[0].tracks[0].segments
    assert (first.text, first.state.value) == ("Xiaomi <i> made a car.", "approved")
    assert (first.author, first.date, first.reason) == ("Ana", "2026-10-01T12:00:00Z", "because")
    assert (last.text, last.state.value, last.reason) == (
        "Nobody at Xiaomi slept.", "machine", "because",
    )  # fmt: skip
    assert own.glossary == NEW
    assert own.glossary_digest == data["new"]


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_marks_stay(cli: Callable[..., Any], folder: Path, bom: bytes) -> None:
    options = ["--crlf", *(["--bom"] if bom else [])]
    made = cli("subtitle", "talk.txt", "--to", "es", "--engine", "echo", "-g", "old.yml",
               "--project", "proj", "--overwrite", "-q", *options)  # fmt: skip
    assert made.code in (0, 3), made.err
    before = (folder / "talk.es.srt").read_bytes()
    assert (before[:3] == bom) == bool(bom)
    data, _ = items(cli, "new.yml", "--in", "proj")
    decide(data, Verdict.ACCEPT)
    assert cli("glossary", "apply", "d.yml", "--project", "proj", "-g", "new.yml").code == 0
    expected = before.replace(b"Xiaomi made", b"Xiaomi <i> made")
    assert (folder / "talk.es.srt").read_bytes() == expected
    assert b"\r\n" in expected


def test_edited_with_lines_and_a_file_that_a_person_changed(
    cli: Callable[..., Any], folder: Path
) -> None:
    data, _ = items(cli, "new.yml", "--in", "proj")
    decide(data, Verdict.EDIT, text="Un coche <b>de</b> Xiaomi.",
           lines=(("Un coche <b>de</b>", "Xiaomi."),))  # fmt: skip
    own = folder / "talk.es.srt"
    own.write_bytes(own.read_bytes().replace(b"Nobody", b"No one"))
    ran = cli("glossary", "apply", "d.yml", "--project", "proj", "-g", "new.yml")
    assert ran.code == 3
    assert "was edited since speechsubs wrote it" in ran.err
    assert "talk.es.new.srt" in ran.lines
    assert b"Un coche" not in own.read_bytes()
    new = (folder / "talk.es.new.srt").read_bytes()
    assert b"Un coche <b>de</b>\nXiaomi.\n" in new
    assert b"No one" in new  # what the person changed stays in the new one too
    segment = project.load(Path("proj")).sources[0].tracks[0].segments[0]
    assert (segment.state.value, segment.pinned) == ("edited", True)


def test_stale_unknown_and_foreign_decisions_are_refused(
    cli: Callable[..., Any], folder: Path
) -> None:
    data, _ = items(cli, "new.yml", "--in", "proj")
    decide(data, Verdict.ACCEPT, Verdict.ACCEPT)
    apply = ["glossary", "apply", "d.yml", "--project", "proj", "-g", "new.yml"]
    assert cli(*apply).code == 0
    before = (folder / "talk.es.srt").read_bytes()
    again = cli(*apply)
    assert again.code == 1
    assert "2 decisions are stale, nothing was applied" in again.err
    assert "talk es sentence 1: the translation has changed; talk es sentence 3" in again.err
    unknown = {**data, "items": [{**data["items"][0], "id": "0" * 16}]}
    decide(unknown, Verdict.REJECT)
    assert "1 item is not in this project: 0000000000000000" in cli(*apply).err
    decide({**data, "new": "f" * 64, "old": "e" * 64}, Verdict.REJECT)
    assert "neither the old nor the new one of the review" in cli(*apply).err
    decide({**data, "new": "f" * 64, "old": data["new"]}, Verdict.REJECT)
    assert "has changed since the review was made" in cli(*apply).err
    assert (folder / "talk.es.srt").read_bytes() == before


def test_what_cannot_be_carried_out_is_refused_whole(cli: Callable[..., Any], folder: Path) -> None:
    data, _ = items(cli, "new.yml", "--in", "proj")
    decide(data, Verdict.REJECT, Verdict.ACCEPT)
    ran = cli("glossary", "apply", "d.yml", "--project", "proj")
    assert (ran.code, "Specify the new glossary" in ran.err) == (1, True)
    decide(data, Verdict.EDIT, text="a b", lines=(("a",), ("b",)))
    ran = cli("glossary", "apply", "d.yml", "--project", "proj", "-g", "new.yml")
    assert (ran.code, "lines for 2 cues, but it has 1" in ran.err) == (1, True)
    assert project.load(Path("proj")).glossary == OLD
    (folder / "d.yml").write_text("schema: x\n", "utf-8")
    assert cli("glossary", "apply", "d.yml", "--project", "proj").code == 1
    assert cli("glossary", "apply", "d.yml", "--project", "absent").code == 1


def test_approved_as_it_is_and_a_file_that_has_gone(cli: Callable[..., Any], folder: Path) -> None:
    own = project.load(Path("proj"))
    segment = own.sources[0].tracks[0].segments[1]
    item = Item(own.sources[0].id, "", "es", 1, segment.source, segment.text, "", ())
    made = Decision(item.id, Verdict.APPROVE, item.source_hash, item.text_hash, author="Ana")
    decisions.save(Decisions("proj", "", "", (made,)), Path("d.yml"))
    ran = cli("glossary", "apply", "d.yml", "--project", "proj")
    assert (ran.code, ran.out) == (0, "")
    assert project.load(Path("proj")).sources[0].tracks[0].segments[1].state.value == "approved"
    (folder / "talk.es.vtt").unlink()
    data, _ = items(cli, "new.yml", "--in", "proj")
    decide(data, Verdict.ACCEPT)
    gone = cli("glossary", "apply", "d.yml", "--project", "proj", "-g", "new.yml")
    assert (gone.code, "does not exist, so only the project was updated" in gone.err) == (
        3,
        True,
    )
    assert gone.lines == ["talk.es.srt"]


# ---- merge -----------------------------------------------------------------------


def test_a_merge_and_a_conflict(cli: Callable[..., Any], folder: Path) -> None:
    theirs = OLD.replace("source: SU7", "source: SU7 Max")
    (folder / "theirs.yml").write_text(theirs, "utf-8")
    ran = cli("glossary", "merge", "old.yml", "new.yml", "theirs.yml")
    assert (ran.code, ran.out) == (0, NEW.replace("source: SU7", "source: SU7 Max"))
    (folder / "ours.yml").write_bytes(b"\xef\xbb\xbf" + OLD.replace("SU7", "YU7").encode())
    ran = cli("glossary", "merge", "old.yml", "ours.yml", "theirs.yml", "-o", "ours.yml")
    assert (ran.code, ran.out) == (1, "")
    assert 'ours.yml:7: su7 source: ours "YU7", theirs "SU7 Max", base "SU7"' in ran.err
    made = (folder / "ours.yml").read_text("utf-8")
    assert made.startswith("\ufeff# Ours\n")
    assert "  # CONFLICT su7 source" in made
    assert cli("glossary", "check", "ours.yml").code == 0
    broken = cli("glossary", "merge", "old.yml", "talk.txt", "theirs.yml", "-o", "x.yml")
    assert (broken.code, (folder / "x.yml").exists()) == (1, False)


def test_the_merge_driver_of_git(cli: Callable[..., Any], folder: Path) -> None:
    """%O, %A and %B have names without a suffix."""
    for name, text in (("O", OLD), ("A", NEW), ("B", OLD.replace("keep", "translate"))):
        (folder / f".merge_{name}").write_text(text, "utf-8")
    ran = cli("glossary", "merge", ".merge_O", ".merge_A", ".merge_B", "-o", ".merge_A", "-q")
    assert (ran.code, ran.out + ran.err) == (0, "")
    assert (folder / ".merge_A").read_text("utf-8") == NEW.replace("keep", "translate")
