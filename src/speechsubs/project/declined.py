"""What a person declined: a glossary's demands that a sentence is not to follow.

A rejection holds for the sentence and the text that it was taken on, and as long as the
glossary asks for the same; any change of the entry that a viewer could see ends it.
"""

from collections.abc import Iterable

from speechsubs.glossary import Term, target_entry
from speechsubs.glossary.diff import digest
from speechsubs.project.segments import Segment


def demand(term: Term | None, tag: str) -> str:
    """What an entry asks for in a language, as 16 hexadecimal digits; None is no entry.

    >>> demand(Term("su7", "SU7"), "es") == demand(Term("su7", "SU7", note="a car"), "es")
    True
    >>> demand(Term("su7", "SU7"), "es") == demand(None, "es")
    False
    """
    if term is None:
        return digest("removed")[:16]
    target = target_entry(term, tag)
    words: tuple[str, ...] = ()
    if target is not None:
        words = (
            target.term, "|", *sorted(target.forms), "|", *sorted(target.forbidden), "|",
            target.gender, target.number,
        )  # fmt: skip
    rules = (term.policy.value, term.status, term.case, term.boundary, "|")
    return digest(*rules, *sorted(term.spellings), "||", *words)[:16]


def holds(segment: Segment, source: str, terms: Iterable[Term | None], tag: str) -> bool:
    """True where a rejection still stands for the text of a segment.

    `terms` are the entries that a run finds in the sentence `source`; what it does not
    look for (an entry that only advises) cannot have changed its text.
    """
    if not segment.declined or segment.source != source:
        return False
    known = dict(segment.declined)
    return all(
        known.get(term.id, "") in ("", demand(term, tag)) for term in terms if term is not None
    )
