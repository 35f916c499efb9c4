"""How long a large glossary takes over ten hours of speech, and what `re` would take.

    python benchmarks/glossary_match.py [--record | --short]

10,000 terms over 90,000 words (10 h at 150 words a minute). The floor is the obvious
way, one `re` alternation of the terms, longest first, between word boundaries; it runs
over a slice, because the whole text would take too long, and its time is scaled up.
Times are of the processor.
"""

import random
import re
import timeit
from pathlib import Path
from time import process_time

import recorded

from speechsubs.glossary import Glossary, Matcher, Term
from speechsubs.glossary import load as load_glossary

TERMS, WORDS, SEED, SLICE_WORDS = 10_000, 90_000, 7, 900
SYLLABLES = "ba chen dor el fi gan hu is jor ka lin mo nu or pe qua ri sho tan u ver xi yo zu"


def build(count: int, length: int) -> tuple[Glossary, str]:
    """A glossary of names and codes, and a text in which one word in twelve is a term."""
    chance = random.Random(SEED)
    syllables = SYLLABLES.split()

    def word(low: int, high: int) -> str:
        return "".join(chance.choices(syllables, k=chance.randint(low, high)))

    names: dict[str, None] = {}
    while len(names) < count:
        if chance.random() < 0.2:
            names[f"{word(1, 2).upper()}{chance.randint(1, 99)}"] = None
        else:
            names[" ".join(word(1, 3).title() for _ in range(chance.randint(1, 3)))] = None
    terms = tuple(
        Term(f"t{i}", name, case="any" if i % 10 == 0 else "exact") for i, name in enumerate(names)
    )
    listed = list(names)
    words: list[str] = []
    while len(words) < length:
        if chance.random() < 1 / 12:
            words.extend((chance.choice(listed) + chance.choice(["", "", "’s", "s"])).split())
        else:
            words.append(word(1, 4) + chance.choice(["", "", "", "", ",", ".", " –"]))
    return Glossary(terms), " ".join(words[:length])


def alternation(glossary: Glossary) -> re.Pattern[str]:
    """The obvious way. Exact capitals only, which favors it."""
    spellings = sorted((s for t in glossary.terms for s in t.spellings), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, spellings)) + r")(?:s|['’]s)?(?!\w)")


def main() -> None:
    short = recorded.parser(__doc__).parse_args().short
    count, length = (50, 900) if short else (TERMS, WORDS)
    glossary, text = build(count, length)
    sentences = re.split(r"(?<=\.) ", text)
    build_s = min(timeit.repeat(lambda: Matcher(glossary), timer=process_time, number=1, repeat=3))
    matcher = Matcher(glossary)
    whole_s = min(timeit.repeat(lambda: matcher.find(text), timer=process_time, number=1, repeat=5))
    tenth = text[: len(text) // 10]
    tenth_s = min(
        timeit.repeat(lambda: matcher.find(tenth), timer=process_time, number=1, repeat=5)
    )
    each_s = min(
        timeit.repeat(
            lambda: [matcher.find(s) for s in sentences], timer=process_time, number=1, repeat=5
        )
    )
    pattern = alternation(glossary)
    piece = " ".join(text.split(" ")[:SLICE_WORDS])
    floor_s = min(
        timeit.repeat(lambda: pattern.findall(piece), timer=process_time, number=1, repeat=3)
    )
    floor_whole_s = floor_s * len(text) / len(piece)
    sample = Path(__file__).parents[1] / "glossary.yml"
    result = {
        "terms": count,
        "words": length,
        "characters": len(text),
        "sentences": len(sentences),
        "matches": len(matcher.find(text)),
        "build_s": round(build_s, 4),
        "one_text_s": round(whole_s, 4),
        "tenth_of_text_s": round(tenth_s, 4),
        "by_sentence_s": round(each_s, 4),
        "re_slice_words": SLICE_WORDS,
        "re_slice_s": round(floor_s, 4),
        "re_scaled_s": round(floor_whole_s, 1),
        "times_faster": round(floor_whole_s / whole_s),
        "sample_load_s": round(
            min(
                timeit.repeat(lambda: load_glossary(sample), timer=process_time, number=1, repeat=3)
            ),
            4,
        ),
        "seed": SEED,
    }
    recorded.note("glossary_match", result, "ahocorasick-rs")


if __name__ == "__main__":
    main()
