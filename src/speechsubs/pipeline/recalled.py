"""Translations that are there already: from a memory, or from several places in turn."""

from collections.abc import Sequence

from speechsubs.locales import Locale
from speechsubs.masking import Protected
from speechsubs.memory import Memory, Origin, Query
from speechsubs.model import Method, MethodKind
from speechsubs.pipeline.results import Recalled
from speechsubs.pipeline.texts import Recall
from speechsubs.stages import restore


def from_memory(memory: Memory, name: str, source: Locale, style: str = "") -> Recall:
    """Recall what people wrote for sentences of the transcript `name`.

    A sentence that differs only in names, amounts or numbers gets them refilled in the
    target's own writing, where the memory allows it.
    """

    def recall(protected: Sequence[Protected], locale: Locale) -> list[Recalled | None]:
        queries = [
            Query(item.text, item.slots, source.tag, Origin(name, item.sentence))
            for item in protected
        ]
        found: list[Recalled | None] = []
        for item, match in zip(protected, memory.lookup(queries, locale.tag), strict=True):
            if match is None:
                found.append(None)
                continue
            words = {n: restore.wording(item, n, source, locale, style) for n in match.refill}
            found.append(Recalled(match.finished(words), Method(MethodKind.MEMORY, match.kind)))
        return found

    return recall


def first_of(recalls: Sequence[Recall]) -> Recall:
    """Ask several in turn; the first that knows a sentence answers for it."""

    def recall(protected: Sequence[Protected], locale: Locale) -> list[Recalled | None]:
        found: list[Recalled | None] = [None] * len(protected)
        for ask in recalls:
            open_ = [n for n, known in enumerate(found) if known is None]
            answers = ask([protected[n] for n in open_], locale)
            for n, answer in zip(open_, answers, strict=True):
                found[n] = answer
        return found

    return recall
