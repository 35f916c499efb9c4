"""A run that is wanted whole: files of one language together, and what comes of each."""

from collections.abc import Sequence
from pathlib import Path

from speechsubs import pipeline
from speechsubs.batch import whole
from speechsubs.batch.whole import Item
from speechsubs.engines.echo import EchoEngine
from speechsubs.errors import InputError
from speechsubs.formats import read_bytes
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.model import Sentence, Transcript
from speechsubs.options import Options
from speechsubs.pipeline import Pretranslator
from speechsubs.protocols import Aligner, Placement


def item(name: str, text: str = "Nobody believed it.") -> Item:
    found = read_bytes(text.encode(), name, "text")
    assert isinstance(found, Transcript)
    return Item(Path(name), found)


def nothing(name: str) -> Pretranslator:
    return pipeline.first_of(())


def made(*items: Item, aligner: Aligner | None = None) -> whole.Outcome:
    (group,) = whole.groups(items, [locales.load("it")], Options(kinds=("srt",)))
    pairs = [(locale, EchoEngine()) for locale in group.targets]
    setting = pipeline.make_settings(group.source, None, Options())
    return whole.run(group, pairs, setting, nothing, aligner=aligner)


def test_files_are_put_together_by_language() -> None:
    items = [item("a.de.txt"), item("b.txt"), item("c.de.txt")]
    to: list[Locale] = [locales.load(tag) for tag in ("de", "it", "it")]
    found = whole.groups(items, to, Options(max_lines=1))
    assert [(group.source.tag, len(group.items)) for group in found] == [("de", 2), ("en", 1)]
    assert [[one.tag for one in group.targets] for group in found] == [["it"], ["de", "it"]]
    assert {group.source.limits.max_lines for group in found} == {1}


def test_a_transcript_without_text_does_not_take_the_others_with_it() -> None:
    found = made(item("a.txt"), Item(Path("empty.txt"), Transcript((), "empty.txt")), item("b.txt"))
    assert [path.name for path, _ in found.results] == ["a.txt", "b.txt"]
    assert [failure.path.name for failure in found.failures] == ["empty.txt"]


def test_nothing_comes_of_nothing() -> None:
    found = made(Item(Path("empty.txt"), Transcript((), "empty.txt")))
    assert (found.results, len(found.failures)) == ((), 1)


def test_what_is_wrong_with_the_recording_is_a_failure_of_the_file() -> None:
    class Broken:
        name = "broken"

        def place(self, sentences: Sequence[Sentence]) -> Placement:
            raise InputError("talk.mp3", f"none of {len(sentences)} sentences is in it")

    found = made(item("a.txt"), aligner=Broken())
    assert [str(failure.error) for failure in found.failures] == [
        "talk.mp3: none of 1 sentences is in it"
    ]


def test_together_and_alone_are_the_same(tmp_path: Path) -> None:
    names = ("a.txt", "b.txt")
    together = made(*map(item, names)).results
    alone = [pair for name in names for pair in made(item(name)).results]
    assert list(together) == alone
    saved = whole.save(together, tmp_path, Options(kinds=("srt",)), own=False)
    assert sorted(path.name for path in tmp_path.glob("*.srt")) == ["a.it.srt", "b.it.srt"]
    assert list(saved.files) == ["a.txt", "b.txt"]
