"""speechsubs review and glossary review, from a project to a page and back."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from speechsubs import project
from speechsubs.review import decisions
from speechsubs.review.model import Decision, Decisions, Verdict
from speechsubs.review.translation import review_translation

GLOSSARY = """\
version: 1
source: en
terms:
  - id: su7
    source: SU7
    policy: fixed
    targets:
      es: {term: SU7}
"""


@pytest.fixture
def made(cli: Callable[..., Any], here: Path) -> Path:
    """A project of one talk in two languages."""
    (here / "talk.txt").write_text("We built the SU7. It costs 215,900 yuan.\n", "utf-8")
    (here / "old.yml").write_text(GLOSSARY, "utf-8")
    (here / "new.yml").write_text(GLOSSARY.replace("term: SU7", "term: Xiaomi SU7"), "utf-8")
    ran = cli("subtitle", "talk.txt", "--to", "es", "--to", "ar", "--engine", "echo",
              "-g", "old.yml", "-o", "out", "--project", "talk.project", "-q")  # fmt: skip
    assert ran.code in (0, 3), ran.err
    return here / "talk.project"


def data(page: Path) -> dict[str, Any]:
    inside = page.read_text("utf-8").partition('id="data">')[2].partition("</script>")[0]
    found: dict[str, Any] = json.loads(inside)
    return found


def test_a_whole_translation(cli: Callable[..., Any], made: Path) -> None:
    ran = cli("review", made)
    assert (ran.code, ran.lines) == (0, [str(made / "review.html")])
    found = data(made / "review.html")
    assert [(i["locale"], i["source"]) for i in found["items"]] == [
        (tag, text) for tag in ("es", "ar")
        for text in ("We built the SU7.", "It costs 215,900 yuan.")
    ]  # fmt: skip
    first = found["items"][0]
    assert first["marks"] == [[13, 16]]
    assert first["after"] == "It costs 215,900 yuan."
    assert first["cues"][0]["lines"] == ["We built the SU7."]
    assert found["languages"] == {first["source_id"]: "en"}


def test_findings_are_those_of_the_sentence(cli: Callable[..., Any], made: Path) -> None:
    loaded = project.load(made)
    track = project.edit(loaded.sources[0].tracks[0], 1, "Cuesta.", author="Ana")
    sources = (replace(loaded.sources[0], tracks=(track, *loaded.sources[0].tracks[1:])),)
    items = review_translation(project.Project(made, sources, loaded.glossary), "es").items
    assert any("215,900 CNY" in finding for finding in items[1].findings)
    assert (items[1].severity, items[1].state, items[1].locked) == ("error", "edited", True)
    assert not any("CNY" in finding for finding in items[0].findings)


def test_one_language_and_state(cli: Callable[..., Any], made: Path, here: Path) -> None:
    assert cli("review", made, "--to", "ar", "-o", "ar.html", "-q").code == 0
    assert {i["locale"] for i in data(here / "ar.html")["items"]} == {"ar"}
    ran = cli("review", made, "--state", "approved")
    assert ran.code == 1
    assert "nothing to review" in ran.err


def test_a_recording_is_found_from_where_the_page_lies(
    cli: Callable[..., Any], made: Path, here: Path
) -> None:
    (here / "sound #1.mp3").write_bytes(b"x")
    ran = cli("review", made, "-o", "pages/de ep/r.html", "--media", "sound #1.mp3")
    assert ran.code == 0, ran.err
    page = here / "pages" / "de ep" / "r.html"
    (address,) = data(page)["media"].values()
    assert "#" not in address
    assert (page.parent / unquote(address)).resolve() == here / "sound #1.mp3"
    missing = cli("review", made, "--media", "none.mp3")
    assert (missing.code, "no such recording" in missing.err) == (1, True)


def test_what_is_no_project_is_said(cli: Callable[..., Any], here: Path) -> None:
    ran = cli("review", here)
    assert ran.code == 1
    assert "not a subtitle project" in ran.err


def test_decisions_of_before_are_in_the_page(cli: Callable[..., Any], made: Path) -> None:
    item = review_translation(project.load(made)).items[0]
    taken = Decision(item.id, Verdict.APPROVE, item.source_hash, item.text_hash, author="Ana")
    decisions.save(Decisions("talk.project", "", "", (taken,)), made / "decisions.yml")
    assert cli("review", made, "-q").code == 0
    assert [d["item"] for d in data(made / "review.html")["decisions"]] == [item.id]


@pytest.mark.parametrize("names", [("old.yml", "new.yml"), ("new.yml",)])
def test_a_change_of_the_glossary(
    cli: Callable[..., Any], made: Path, names: tuple[str, ...]
) -> None:
    ran = cli("glossary", "review", *names, "--in", made, "--engine", "echo")
    assert ran.code == 0, ran.err
    found = data(made / "review.html")
    assert [(c["term"], c["old"], c["new"]) for c in found["changes"]] == [
        ("su7", "SU7", "Xiaomi SU7")
    ]
    (item,) = found["items"]
    assert item["new_text"] == "We built the Xiaomi SU7."
    assert item["cues"][0]["new_lines"] == ["We built the Xiaomi SU7."]


def test_what_the_page_accepts_can_be_applied(
    cli: Callable[..., Any], made: Path, here: Path
) -> None:
    assert cli("glossary", "review", "old.yml", "new.yml", "--in", made, "-q").code == 0
    found = data(made / "review.html")
    (item,) = found["items"]
    taken = Decision(
        item["id"], Verdict.ACCEPT, item["source_hash"], item["text_hash"], item["new_text"],
        tuple(tuple(cue["new_lines"]) for cue in item["cues"]), "Ana",
    )  # fmt: skip
    path = made / "decisions.yml"
    decisions.save(Decisions(found["project"], found["old"], found["new"], (taken,)), path)
    ran = cli("glossary", "apply", path, "--project", made, "-g", "new.yml")
    assert ran.code in (0, 3), ran.err
    assert "We built the Xiaomi SU7." in (here / "out" / "talk.es.srt").read_text("utf-8")
    # Another review's decisions are not mixed with these, and never replace them.
    before = path.read_bytes()
    ran = cli("review", made)
    assert (ran.code, ran.lines) == (0, [str(made / "review-2.html")])
    assert "decisions.yml belongs to another review" in ran.err
    assert "decisions-2.yml" in ran.err
    ran = cli("review", made, "--decisions", path)
    assert (ran.code, "another review" in ran.err) == (1, True)
    assert path.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is a signal on POSIX")
def test_serving_ends_with_ctrl_c(made: Path, here: Path) -> None:
    code = "from speechsubs.cli import main; main(prog_name='speechsubs')"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "review", str(made), "--serve"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=here,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert b"speechsubs-review/1" in answer.read()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert "Traceback" not in err
