"""Documents to write and read in the tests of exchange formats."""

from collections.abc import Mapping
from pathlib import Path

from speechsubs import project
from speechsubs.exchange.segments import Document, Unit, cut, documents
from speechsubs.language import locales
from speechsubs.project import State
from speechsubs.spans import SpannedText

GOLDEN = Path(__file__).parents[1] / "golden" / "exchange" / "project"


def golden() -> Document:
    """The Spanish track of the golden project: a term, an amount, a number, every state."""
    (document,) = documents(project.load(GOLDEN))
    return document


def plain(texts: Mapping[str, str], state: State = State.MACHINE) -> Document:
    """A document of sentences and translations without placeholders and cues."""
    units = tuple(
        Unit(index, source, target, state, cut(SpannedText(source)), cut(SpannedText(target)))
        for index, (source, target) in enumerate(texts.items())
    )
    return Document("talk", "talk.txt", "en", locales.load("es"), "es", units)
