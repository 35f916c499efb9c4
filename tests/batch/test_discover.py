"""Which files a batch takes, where their outputs go, and what a manifest may say."""

from pathlib import Path
from typing import Any

import pytest

from speechsubs import batch
from speechsubs.batch import Choice, Request, discover
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.options import Options

TREE = ("a.txt", "b.TXT", ".hidden.txt", "notes.doc", "in/c.txt", "in/deep/d.txt", "in/deep/e.md",
        ".git/f.txt", "out/g.txt", "[x].txt")  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in TREE:
        path = tmp_path / "talks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Hello.\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*arguments: str, output: str = "", **options: Any) -> list[str]:
    choice = Choice((".txt", ".md"), **options)
    found = discover.gather([Path(a) for a in arguments], choice, Path(output) if output else None)
    return [item.path.as_posix() for item in found]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["[x].txt", "a.txt", "b.TXT"]),
        ({"recursive": True},
         ["[x].txt", "a.txt", "b.TXT", "in/c.txt", "in/deep/d.txt", "in/deep/e.md", "out/g.txt"]),
        ({"recursive": True, "include": ("*.md",)}, ["in/deep/e.md"]),
        ({"include": ("*.doc",)}, ["notes.doc"]),
        ({"recursive": True, "include": ("in/**",)}, ["in/c.txt", "in/deep/d.txt", "in/deep/e.md"]),
        ({"recursive": True, "include": ("**/d.*", "a.*")}, ["a.txt", "in/deep/d.txt"]),
        ({"recursive": True, "include": ("in/*/*.txt",)}, ["in/deep/d.txt"]),
        ({"recursive": True, "exclude": ("in/**", "out/*", "[[]x*")}, ["a.txt", "b.TXT"]),
        ({"recursive": True, "exclude": ("*.txt", "*.TXT")}, ["in/deep/e.md"]),
    ],
)  # fmt: skip
def test_folders(tree: Path, options: dict[str, Any], expected: list[str]) -> None:
    assert names("talks", **options) == [f"talks/{name}" for name in expected]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("talks/*.txt", ["[x].txt", "a.txt"]),
        ("talks/**/*.txt", ["[x].txt", "a.txt", "in/c.txt", "in/deep/d.txt", "out/g.txt"]),
        ("talks/i?/*", ["in/c.txt"]),
        ("talks/*/deep/*.md", ["in/deep/e.md"]),
        ("talks/[ab].*", ["a.txt", "b.TXT"]),
        ("talks/[x].txt", ["[x].txt"]),
    ],
)
def test_patterns(tree: Path, pattern: str, expected: list[str]) -> None:
    assert names(pattern) == [f"talks/{name}" for name in expected]


def test_a_pattern_from_here_and_many_stars_take_no_time(tree: Path) -> None:
    assert names("**/deep/*.md") == ["talks/in/deep/e.md"]
    with pytest.raises(InputError, match="no matching files"):
        names("talks/" + "**/" * 200 + "x*" * 50 + ".nope")


def test_the_outputs_folder_links_and_repetitions_are_not_taken(tree: Path) -> None:
    (tree / "talks" / "in" / "round").symlink_to(tree / "talks")
    (tree / "talks" / "link.txt").symlink_to(tree / "talks" / "a.txt")
    found = names("talks", "talks/a.txt", "talks/in/c.txt", output="talks/out", recursive=True)
    assert found == ["talks/[x].txt", "talks/a.txt", "talks/b.TXT", "talks/in/c.txt",
                     "talks/in/deep/d.txt", "talks/in/deep/e.md"]  # fmt: skip


@pytest.mark.parametrize("argument", ["talks/empty", "talks/*.nope", "nowhere/*.txt"])
def test_where_there_is_nothing(tree: Path, argument: str) -> None:
    (tree / "talks" / "empty").mkdir()
    with pytest.raises(InputError, match=r"no matching (input )?files"):
        names(argument)


def folders(request: Request) -> list[tuple[str, str]]:
    return [(u.source.name, u.folder.as_posix()) for u in batch.jobs(request)]


def request(*arguments: str, output: str | None = "subs", recursive: bool = True) -> Request:
    return Request(
        tuple(Path(a) for a in arguments),
        "subtitle",
        Options(),
        Choice((".md",), recursive=recursive),
        ("es",),
        Path(output) if output else None,
    )


def test_outputs_mirror_the_tree(tree: Path) -> None:
    (tree / "more" / "x").mkdir(parents=True)
    (tree / "more" / "x" / "z.md").write_text("Hello.\n", "utf-8")
    assert folders(request("talks")) == [("e.md", "subs/in/deep")]
    assert folders(request("talks/in")) == [("e.md", "subs/deep")]
    assert folders(request("talks/in/deep/e.md")) == [("e.md", "subs")]
    assert folders(request("talks/**/*.md")) == [("e.md", "subs/in/deep")]
    assert folders(request("talks", "more")) == [
        ("e.md", "subs/talks/in/deep"), ("z.md", "subs/more/x"),
    ]  # fmt: skip
    assert folders(request("talks", output=None)) == [("e.md", "talks/in/deep")]


# Manifests.


def rows(tmp_path: Path, name: str, text: str) -> list[discover.Row]:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return discover.read(path)


GOOD_YAML = """\
version: 1
jobs:
  - talks/a.txt
  - source: talks/b.txt
    audio: talks/b.mp3
    languages: [es, ca]
    options: {max-lines: 2, crlf: yes it is, bilingual: true}
  - source: /absolute/c.txt
    languages: es ca
"""
GOOD_CSV = """\
source,audio,languages,options
talks/a.txt,,,
talks/b.txt,talks/b.mp3,es ca,max-lines=2; --crlf=yes it is; bilingual

"/absolute/c.txt",,"es, ca",
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [("jobs.yml", GOOD_YAML), ("jobs.csv", GOOD_CSV), ("jobs.CSV", "\ufeff" + GOOD_CSV),
     ("semi.csv", GOOD_CSV.replace(";", "§").replace(",", ";").replace("§", ",").replace(
         "max-lines=2, --crlf=yes it is, bilingual", '"max-lines=2; --crlf=yes it is; bilingual"')),
     ("crlf.csv", GOOD_CSV.replace("\n", "\r\n"))],
)  # fmt: skip
def test_manifests(tmp_path: Path, name: str, text: str) -> None:
    a, b, c = rows(tmp_path, name, text)
    assert (a.source, a.audio, a.languages, a.options) == (
        tmp_path / "talks/a.txt", None, None, {},
    )  # fmt: skip
    assert (b.source, b.audio) == (tmp_path / "talks/b.txt", tmp_path / "talks/b.mp3")
    assert b.languages == ("es", "ca")
    assert b.options == {"max-lines": "2", "crlf": "yes it is", "bilingual": True}
    assert (c.source, c.languages) == (Path("/absolute/c.txt"), ("es", "ca"))
    line = 4 if name.endswith("yml") else 3
    assert b.place == f"{tmp_path / name}:{line}"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("j.yml", "version: 2\njobs: [a.txt]\n", "j.yml:1: version must be 1"),
        ("j.yml", "jobs: [a.txt]\n", "j.yml:1: version must be 1"),
        ("j.yml", "version: 1\njobs: a.txt\n", "j.yml:2: jobs must be a list"),
        ("j.yml", "version: 1\njobs: []\n", "contains no jobs"),
        ("j.yml", "version: 1\njob: []\n", "j.yml:2: unknown key 'job'. Did you mean jobs?"),
        ("j.yml", "version: 1\njobs:\n- a.txt\n- {sorce: b}\n", "j.yml:4: unknown key 'sorce'"),
        ("j.yml", "version: 1\njobs:\n- {audio: b}\n", "j.yml:3: a job requires a source"),
        ("j.yml", "version: 1\njobs:\n- {source: 3}\n", "j.yml:3: source must be a path"),
        ("j.yml", "version: 1\njobs:\n- [a]\n", "j.yml:3: a job must be a path"),
        ("j.yml", "version: 1\njobs:\n- {source: a, languages: [1]}\n", "j.yml:3: languages must"),
        ("j.yml", "version: 1\njobs:\n- {source: a, options: [x]}\n", "j.yml:3: options must be"),
        ("j.yml", "version: 1\njobs:\n- {source: a, options: {x: [1]}}\n", "j.yml:3: x must be"),
        (
            "j.yml",
            "version: 1\njobs:\n- a.txt\n- b.txt\n- a.txt\n",
            "j.yml:5: duplicate source .*, first at .*:3",
        ),
        ("j.yml", "version: 1\njobs: [\n", "j.yml:3"),
        ("j.yml", "version: 1\njobs:\n- \"a\\0b\"\n", "NUL"),
        ("j.csv", "", "j.csv:1: the first line must contain the column names"),
        ("j.csv", "a.txt,b\n", "j.csv:1: .*unknown column 'a.txt'"),
        ("j.csv", "source,source\n", "j.csv:1: the first line"),
        ("j.csv", "audio\nx\n", "j.csv:1: the first line"),
        ("j.csv", "source\n", "contains no jobs"),
        ("j.csv", "source,audio\na.txt,b,c\n", "j.csv:2: 3 cells for 2 columns"),
        ("j.csv", "source,audio\na.txt,\n,x.mp3\n", "j.csv:3: a job requires a source"),
        ("j.csv", "source,options\na.txt,x=1;x=2\n", "j.csv:2: duplicate option 'x'"),
        ("j.csv", 'source\n"a.txt\n', "j.csv:.*not valid CSV"),
        ("j.csv", "source\na\0b\n", "j.csv:2: contains a NUL byte"),
    ],
)  # fmt: skip
def test_a_wrong_manifest_is_told_with_its_line(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(SpeechsubsError, match=message):
        rows(tmp_path, name, text)


def test_other_bytes_than_text(tmp_path: Path) -> None:
    (tmp_path / "j.csv").write_bytes(b"source\nb\xff.txt\n")
    with pytest.raises(InputError, match=r"j.csv:2: not UTF-8 text"):
        discover.read(tmp_path / "j.csv")
