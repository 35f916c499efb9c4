"""The review of a whole translation: which segments, in which languages."""

from pathlib import Path

import pytest

from speechsubs import pipeline, project
from speechsubs.engines.echo import EchoEngine
from speechsubs.formats import read_bytes
from speechsubs.glossary import Glossary
from speechsubs.language import locales
from speechsubs.model import Transcript
from speechsubs.project import Project, State
from speechsubs.review.translation import review_translation


@pytest.fixture
def own() -> Project:
    transcript = read_bytes(b"They opened it.\n\nNobody came.", "talk.txt", "text")
    assert isinstance(transcript, Transcript)
    results = pipeline.subtitle(
        [transcript],
        pipeline.make_settings(locales.load("en"), Glossary(())),
        targets=[(locales.load(tag), EchoEngine("en", tag)) for tag in ("es", "fr")],
    )
    return project.record(Project(Path("proj")), results, written={}, glossary="", options={})


def test_every_segment_of_every_language_is_shown(own: Project) -> None:
    review = review_translation(own)
    assert [(item.locale, item.segment) for item in review.items] == [
        ("es", 0),
        ("es", 1),
        ("fr", 0),
        ("fr", 1),
    ]
    assert list(review.limits) == ["es", "fr"]
    assert review.changes == ()


def test_one_language_and_some_states(own: Project) -> None:
    assert {item.locale for item in review_translation(own, "fr").items} == {"fr"}
    assert review_translation(own, "de").items == ()
    assert review_translation(own, states=(State.APPROVED,)).items == ()
    assert len(review_translation(own, "es", (State.MACHINE,)).items) == 2


def test_items_show_their_neighbors(own: Project) -> None:
    first, second = review_translation(own, "es").items
    assert (first.before, first.after) == ("", "Nobody came.")
    assert (second.before, second.after) == ("They opened it.", "")
