"""How long 1,000 sentences take against a memory of 100,000, exact and fuzzy (processor time).

    python benchmarks/memory_lookup.py [--record | --short]

The sentences are made up: a vocabulary with the frequencies of a language (Zipf) and a
stock of phrases that come back, as speeches have them. Of the queries a quarter stand
in the memory, a quarter differ in an amount, a quarter in a few words, a quarter have
nothing there. The floor is rapidfuzz over everything, `process.extract` with the same
scorer and threshold; it runs for a tenth of the queries, and its time is scaled up.
What the prefilter misses is counted against it: `found` is the share of the floor's
best matches that the memory finds too.
"""

import random
import tempfile
import timeit
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import recorded
from rapidfuzz import fuzz, process

from speechsubs.memory import Memory, Query, Segment, State, model
from speechsubs.model import Placeable, PlaceableKind
from speechsubs.spans import Span
from speechsubs.translation.keys import read_placeable

SEED, THRESHOLD = 11, 75
SYLLABLES = "ba chen dor el fi gan hu is jor ka lin mo nu or pe qua ri sho tan u ver xi yo zu"
Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is and how much is looked for."""

    segments: int = 100_000
    queries: int = 1_000
    floor_queries: int = 100


SHORT = Size(300, 20, 10)


class Maker:
    """Sentences with an amount in one of three."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)
        syllables = SYLLABLES.split()
        words: dict[str, None] = {}
        while len(words) < 12_000:
            words["".join(self.chance.choices(syllables, k=self.chance.randint(1, 4)))] = None
        self.words = list(words)
        self.weights = [1 / (rank + 3) for rank in range(len(self.words))]
        self.phrases = [self.some(self.chance.randint(2, 5)) for _ in range(4_000)]

    def some(self, count: int) -> list[str]:
        return self.chance.choices(self.words, self.weights, k=count)

    def parts(self) -> Parts:
        words = self.some(self.chance.randint(3, 12))
        for _ in range(self.chance.randint(0, 2)):
            words += self.chance.choice(self.phrases)
        if self.chance.random() < 1 / 3:
            words.insert(self.chance.randint(1, len(words)), "$")
        return tuple(words)

    def edited(self, parts: Parts) -> Parts:
        words = list(parts)
        for _ in range(max(1, len(words) // 8)):
            words[self.chance.randrange(len(words))] = self.some(1)[0]
        return tuple(words)


def sentence(parts: Parts, amount: int) -> tuple[str, tuple[Placeable, ...]]:
    """The text, and its amount as a slot."""
    text, slots = "", []
    for part in parts:
        text += " " if text else ""
        if part == "$":
            written = f"${amount}"
            slots.append(
                read_placeable(
                    PlaceableKind.MONEY,
                    len(text),
                    len(text) + len(written),
                    written,
                    f"{amount} USD",
                )
            )
            text += written
        else:
            text += part
    return text.capitalize() + ".", tuple(slots)


def memory_of(parts: list[Parts]) -> list[Segment]:
    segments = []
    for number, one in enumerate(parts):
        text, slots = sentence(one, number % 90 + 2)
        places = tuple(Span(n, s.start, s.end) for n, s in enumerate(slots))
        segments.append(Segment("en", "es", text, text, slots, places, State.APPROVED))
    return segments


def queries_for(maker: Maker, parts: list[Parts], count: int) -> list[Query]:
    result = []
    for number in range(count):
        at = maker.chance.randrange(len(parts))
        one, amount = parts[at], at % 90 + 2
        if number % 4 == 1:
            amount += 1_000
        elif number % 4 == 2:
            one = maker.edited(one)
        elif number % 4 == 3:
            one = maker.parts()
        text, slots = sentence(one, amount)
        result.append(Query(text, slots))
    return result


def floor(queries: list[Query], segments: list[Segment]) -> tuple[float, list[int]]:
    """Seconds for some queries against everything, and the best score of each (0: none)."""
    choices = [model.compact(s.source_template) for s in segments]
    texts = [model.compact(query.template) for query in queries]
    best = []
    start = process_time()
    for text in texts:
        found = process.extractOne(text, choices, scorer=fuzz.ratio, score_cutoff=THRESHOLD)
        best.append(int(found[1]) if found else 0)
    return process_time() - start, best


def measure(size: Size, maker: Maker, parts: list[Parts], folder: Path) -> dict[str, float]:
    """Seconds for every step with a memory of one size."""
    segments = memory_of(parts)
    queries = queries_for(maker, parts, size.queries)
    path = folder / f"{len(parts)}.memory"
    with Memory.open(path) as memory:
        start = process_time()
        memory.remember(segments)
        remember_s = process_time() - start
        exact_s = min(
            timeit.repeat(
                lambda: memory.lookup(queries, "es"), timer=process_time, number=1, repeat=3
            )
        )
        hits = sum(match is not None for match in memory.lookup(queries, "es"))
        start = process_time()
        memory.fuzzy(queries[0], "es")
        index_s = process_time() - start
        start = process_time()
        found = [memory.fuzzy(query, "es", threshold=THRESHOLD) for query in queries]
        fuzzy_s = process_time() - start
    floor_s, best = floor(queries[: size.floor_queries], segments)
    # A segment that is the very sentence has 100 here; the floor knows templates only.
    pairs = [(b, f[0].score if f else 0) for b, f in zip(best, found, strict=False) if b]
    return {
        "remember_s": round(remember_s, 2),
        "exact_s": round(exact_s, 4),
        "exact_hits": hits,
        "fuzzy_index_s": round(index_s, 3),
        "fuzzy_s": round(fuzzy_s, 3),
        "fuzzy_hits": sum(bool(f) for f in found),
        "floor_s": round(floor_s * size.queries / len(best), 2),
        "times_faster": round(floor_s * size.queries / len(best) / fuzzy_s, 1),
        "floor_matches": len(pairs),
        "found": round(sum(got >= min(want, 99) for want, got in pairs) / max(len(pairs), 1), 4),
        "megabytes": round(path.stat().st_size / 1e6, 1),
    }


def main() -> None:
    size = SHORT if recorded.parser(__doc__).parse_args().short else Size()
    maker, count = Maker(), size.segments
    parts = list(dict.fromkeys(maker.parts() for _ in range(count + count // 10)))[:count]
    with tempfile.TemporaryDirectory() as folder:
        whole = measure(size, maker, parts, Path(folder))
        tenth = measure(size, maker, parts[: count // 10], Path(folder))
    result = {
        "queries": size.queries,
        "floor_queries": size.floor_queries,
        "segments": count,
        **whole,
        "a_tenth_of_the_segments": tenth,
        "seed": SEED,
    }
    recorded.note("memory_lookup", result, "rapidfuzz")


if __name__ == "__main__":
    main()
