"""Formats by name for export, by their content for import."""

from dataclasses import replace
from pathlib import Path

import pytest

from speechsubs import project
from speechsubs.errors import InputError
from speechsubs.exchange import registry
from speechsubs.project import Project

from .samples import GOLDEN


@pytest.fixture
def talk() -> Project:
    return project.load(GOLDEN)


@pytest.mark.parametrize("name", [n for n in registry.names() if n != "markdown"])
def test_the_format_is_detected_from_the_content(name: str, talk: Project, tmp_path: Path) -> None:
    (exported,) = registry.export(talk, name)
    path = tmp_path / "returned.bin"
    path.write_bytes(exported.data)
    found = registry.read(path)
    assert found.file == str(path)
    assert [row.name for row in found.rows] == ["s1", "s2", "s3", "s4"]


def test_a_byte_order_mark_before_json_is_no_obstacle(talk: Project) -> None:
    (exported,) = registry.export(talk, "json")
    assert len(registry.read_bytes(b"\xef\xbb\xbf" + exported.data, "x").rows) == 4


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "not a file written by `speechsubs project export`"),
        (b"1\n00:00:00,000 --> 00:00:01,000\nHello.\n", "not a file written by"),
        (b"<tmx version='1.4'/>", "unsupported XML format <tmx version='1.4'>"),
        (b"<xliff version='3.0'/>", "unsupported XML format <xliff version='3.0'>"),
        (b"<xliff", "x"),
        (b"PK\x03\x04", "x"),
        (b"{", "not valid JSON"),
    ],
)
def test_other_files_are_refused(data: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        registry.read_bytes(data, "x")


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        registry.read(tmp_path / "missing.xlf")


def test_languages_are_selected_by_tag(talk: Project) -> None:
    assert [file.name for file in registry.export(talk, "json", ["ES"])] == ["talk.es.json"]
    with pytest.raises(InputError, match="'fr' is not in this project"):
        list(registry.export(talk, "json", ["fr"]))


def test_files_whose_names_differ_only_in_case_are_numbered(talk: Project) -> None:
    (source,) = talk.sources
    twice = replace(talk, sources=(source, replace(source, id="TALK"), replace(source, id="a/b")))
    names = [file.name for file in registry.export(twice, "markdown")]
    assert names == ["talk.es.md", "TALK.es-2.md", "a-b.es.md"]
