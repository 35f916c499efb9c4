"""A run that is wanted whole: files of one language together, and what comes of each."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from speechsubs import formats, pipeline
from speechsubs.batch import Job, Resources, whole, worker
from speechsubs.batch.worker import Loaded
from speechsubs.errors import InputError
from speechsubs.formats import read_bytes
from speechsubs.model import Sentence, Track, Transcript
from speechsubs.options import Options
from speechsubs.pipeline import Recall
from speechsubs.protocols import Aligner, Placement


def file(name: str, text: str = "Nobody believed it.", folder: Path = Path()) -> Loaded:
    return loaded(name, read_bytes(text.encode(), name, "text"), folder)


def loaded(name: str, item: Transcript | Track, folder: Path = Path()) -> Loaded:
    options = Options(engine="echo", kinds=("srt",), max_lines=1)
    job = Job(Path(name), folder, name, "translate", options, ("de", "it", "it"))
    return worker.identified(job, item)


def wordless(name: str) -> Loaded:
    return loaded(name, Transcript((), name))


def nothing(name: str) -> Recall:
    return pipeline.first_of(())


def made(*files: Loaded, aligner: Aligner | None = None) -> whole.Outcome:
    (group,) = whole.groups(files)
    return whole.run(group, Resources(), nothing, aligner=aligner)


def test_files_are_put_together_by_language() -> None:
    found = whole.groups([file("a.de.txt"), file("b.txt"), file("c.de.txt")])
    assert [(group.source.tag, len(group.files)) for group in found] == [("de", 2), ("en", 1)]
    assert [[one.tag for one in group.targets] for group in found] == [["it"], ["de", "it"]]
    assert {group.source.limits.max_lines for group in found} == {1}


def test_a_transcript_without_text_does_not_take_the_others_with_it() -> None:
    found = made(file("a.txt"), wordless("empty.txt"), file("b.txt"))
    assert [job.key for job, _ in found.results] == ["a.txt", "b.txt"]
    assert [error.where for error in found.failures] == ["empty.txt"]


def test_nothing_comes_of_nothing() -> None:
    found = made(wordless("empty.txt"))
    assert (found.results, len(found.failures)) == ((), 1)


def test_what_is_wrong_with_something_else_ends_the_run() -> None:
    class Broken:
        name = "broken"

        def place(self, sentences: Sequence[Sentence]) -> Placement:
            raise InputError("talk.mp3", f"none of {len(sentences)} sentences is in it")

    with pytest.raises(InputError, match="none of 1"):
        made(file("a.txt"), aligner=Broken())


def test_together_and_alone_are_the_same(tmp_path: Path) -> None:
    names = ("a.txt", "b.txt")
    files = [file(name, folder=tmp_path) for name in names]
    together = made(*files).results
    alone = [pair for one in files for pair in made(one).results]
    assert list(together) == alone
    saved = whole.save(together)
    assert list(saved.files) == ["a.txt", "b.txt"]
    written = sorted(path.name for path in tmp_path.glob("*.srt"))
    assert written == ["a.de.srt", "a.it.srt", "b.de.srt", "b.it.srt"]


def test_a_batch_of_the_same_jobs_writes_the_same_bytes(tmp_path: Path) -> None:
    source = tmp_path / "talk.txt"
    source.write_text("Nobody believed it.\n\nIt cost $5.", "utf-8")
    options = Options(engine="echo", kinds=("srt", "vtt"), bilingual=True)
    job = Job(source, tmp_path / "batch", "talk", "subtitle", options, ("es", "ca"))
    worker.do(job)
    alone = replace(job, folder=tmp_path / "alone")
    whole.save(made(worker.identified(alone, formats.read(source))).results)
    texts = [
        {path.name: path.read_bytes() for path in (tmp_path / name).glob("talk.*")}
        for name in ("batch", "alone")
    ]
    assert len(texts[0]) == 10
    assert texts[0] == texts[1]
