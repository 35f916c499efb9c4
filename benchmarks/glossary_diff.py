"""How long a glossary's change takes to be looked at in a large project.

    python benchmarks/glossary_diff.py [--record | --short]

5,000 terms of which 50 change, against ten hours of speech in eight languages, without
translating anything again. The floor is the obvious way: every changed term, in both
versions, looked for with `re` in every cue of every language; it runs over a slice, because
the whole would take too long, and its time is scaled up. A second floor looks for all
terms, as it must where nobody knows what has changed.
"""

import random
import re
import time
import timeit
from dataclasses import dataclass, replace
from pathlib import Path

import recorded

from speechsubs.glossary import Glossary, Policy, Target, Term
from speechsubs.model import Cue, PlaceableKind, Sentence
from speechsubs.project import Project, Segment, Source, TrackRecord
from speechsubs.review import impact
from speechsubs.spans import Span
from speechsubs.translation.keys import read_placeable

SEED = 7
TAGS = ("es", "fr", "de", "it", "pt-BR", "ja", "zh-CN", "ko")
SYLLABLES = "ba chen dor el fi gan hu is jor ka lin mo nu or pe qua ri sho tan u ver xi yo zu"


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is; `slice_cues` and `slice_terms` are what the floors run over."""

    terms: int = 5_000
    changed: int = 50
    sentences: int = 7_200
    slice_cues: int = 200
    slice_terms: int = 500


SHORT = Size(20, 5, 60, 20, 10)


def build(size: Size) -> tuple[Project, Glossary, Glossary]:
    """Sentences of five seconds and twelve words, one word in twelve a term."""
    chance = random.Random(SEED)
    syllables = SYLLABLES.split()

    def word(low: int, high: int) -> str:
        return "".join(chance.choices(syllables, k=chance.randint(low, high)))

    names: dict[str, None] = {}
    while len(names) < size.terms:
        names[" ".join(word(2, 3).title() for _ in range(chance.randint(1, 2)))] = None
    terms = tuple(
        Term(f"t{n}", name, policy=Policy.FIXED, targets=_targets(n, name), line=n + 4)
        for n, name in enumerate(names)
    )
    sentences, tracks = [], {tag: ([], []) for tag in TAGS}
    slots = []
    for index in range(size.sentences):
        term = chance.choice(terms)
        before, after = (" ".join(word(1, 4) for _ in range(5)) for _ in range(2))
        text = f"{before.capitalize()} {term.source} {after}."
        sentences.append(Sentence(index, index, text))
        at = len(before) + 1
        slots.append(
            (read_placeable(PlaceableKind.TERM, at, at + len(term.source), term.source, term.id),)
        )
        for tag in TAGS:
            wording = term.targets[tag].term
            there = f"{before.capitalize()} {wording} {after}."
            place = Span(0, at, at + len(wording))
            segments, cues = tracks[tag]
            segments.append(Segment(index, text, there, (place,)))
            start = index * 5_000
            lines = (f"{before.capitalize()} {wording}", f"{after}.")
            cues.append(Cue(start, start + 4_900, lines, (index,)))
    records = tuple(TrackRecord(tag, tuple(s), tuple(c)) for tag, (s, c) in tracks.items())
    source = Source("talk", "talk.txt", "", "en", "", tuple(sentences), tuple(slots), (), records)
    old = Glossary(terms)
    changed = {term.id for term in chance.sample(terms, size.changed)}
    new = Glossary(tuple(_changed(t) if t.id in changed else t for t in terms))
    return Project(Path("bench"), (source,)), old, new


def _targets(number: int, name: str) -> dict[str, Target]:
    """A target in every language; every hundredth term also has a wrong rendering."""
    wrong = (f"{name} Falso",) if number % 100 == 0 else ()
    return {tag: Target(f"{name}o", (), wrong if tag == "es" else ()) for tag in TAGS}


def _changed(term: Term) -> Term:
    targets = {tag: Target(f"{term.source} Nova") for tag in term.targets}
    return replace(term, targets=targets)


def floor(terms: list[Term], project: Project, slice_cues: int) -> float:
    """Seconds for every spelling in every cue, scaled up from a slice."""
    patterns = [re.compile(rf"(?<!\w){re.escape(s)}(?!\w)") for t in terms for s in t.spellings]
    patterns += [
        re.compile(rf"(?<!\w){re.escape(target.term)}(?!\w)")
        for t in terms
        for target in list(t.targets.values())[:1]
    ]
    cues = [" ".join(c.lines) for t in project.sources[0].tracks for c in t.cues]
    piece = cues[:slice_cues]
    spent = min(
        timeit.repeat(
            lambda: [p.search(c) for c in piece for p in patterns],
            timer=time.process_time,
            number=1,
            repeat=2,
        )
    )
    return spent * len(cues) / len(piece)


def main() -> None:
    size = SHORT if recorded.parser(__doc__).parse_args().short else Size()
    project, old, new = build(size)
    made = []

    def run() -> None:
        made.append(impact.review_change(project, old, new))

    best_s = min(timeit.repeat(run, timer=time.process_time, number=1, repeat=5))
    review = made[-1]
    part = size.sentences // 10
    tenth = replace(
        project,
        sources=(
            replace(
                project.sources[0],
                sentences=project.sources[0].sentences[:part],
                placeables=project.sources[0].placeables[:part],
                tracks=tuple(
                    replace(t, segments=t.segments[:part], cues=t.cues[:part])
                    for t in project.sources[0].tracks
                ),
            ),
        ),
    )
    tenth_s = min(
        timeit.repeat(
            lambda: impact.review_change(tenth, old, new),
            timer=time.process_time,
            number=1,
            repeat=3,
        )
    )
    changed = {change.term for change in review.changes}
    few_s = floor([t for t in new.terms if t.id in changed], project, size.slice_cues)
    some = list(new.terms)[: size.slice_terms]
    all_s = floor(some, project, size.slice_cues) * size.terms / len(some)
    result = {
        "terms": size.terms,
        "changes": len(review.changes),
        "sentences": size.sentences,
        "locales": len(TAGS),
        "cues": size.sentences * len(TAGS),
        "items": len(review.items),
        "predicted": sum(bool(item.new_text) for item in review.items),
        "best_s": round(best_s, 3),
        "tenth_of_project_s": round(tenth_s, 3),
        "floor_slice_cues": size.slice_cues,
        "floor_changed_terms_s": round(few_s, 1),
        "floor_all_terms_s": round(all_s, 1),
        "times_faster_than_all_terms": round(all_s / best_s, 1),
        "share_of_changed_terms_floor": round(best_s / few_s, 2),
        "seed": SEED,
    }
    recorded.note("glossary_diff", result)


if __name__ == "__main__":
    main()
