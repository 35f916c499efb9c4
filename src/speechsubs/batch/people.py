"""What people wrote, asked for a file's sentences, with a hash of what the answer was.

An output remembers what the memory answered for its sentences (`Part.recalled`) and
what the memory held then (`Part.memory`). While the memory holds the same for these
languages, nothing has to be looked at. Where it holds something else, the file is read
again and the memory asked again, which takes no engine; only where it answers something
else is the output made anew. So nothing that people approved is missing from an output,
and a sentence that was added for one film does not remake a thousand.
"""

import hashlib
import json
from collections.abc import Sequence

from speechsubs import pipeline
from speechsubs.batch.unit import Unit
from speechsubs.locales import Locale
from speechsubs.masking import Protected
from speechsubs.memory import Memory
from speechsubs.pipeline import Recall, Recalled


class Heard:
    """A `Recall` of a memory's; `answers` is a hash of what it said last, empty for nothing."""

    def __init__(self, ask: Recall) -> None:
        self._ask = ask
        self.answers = ""

    def __call__(self, protected: Sequence[Protected], locale: Locale) -> Sequence[Recalled | None]:
        """What `Recall` promises."""
        found = self._ask(protected, locale)
        self.answers = _digest(found)
        return found


def asked(memory: Memory, unit: Unit, source: Locale) -> Heard:
    """What asks a memory for the sentences of a unit, whose language is `source`."""
    style = unit.options.currency_style
    return Heard(pipeline.from_memory(memory, str(unit.source), source, style))


def _digest(answers: Sequence[Recalled | None]) -> str:
    told = [
        [
            number,
            str(answer.method),
            answer.finished.text,
            [[place.slot, place.start, place.end] for place in answer.finished.spans],
        ]
        for number, answer in enumerate(answers)
        if answer is not None
    ]
    if not told:
        return ""
    return hashlib.sha256(json.dumps(told, ensure_ascii=True).encode("ascii")).hexdigest()[:32]
