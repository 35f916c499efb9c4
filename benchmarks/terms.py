"""How often hard terms and amounts come out right, and what that costs.

Sentences with one to six slots are made from templates, translated plainly (the floor)
and by the ladder, with the same engine in one run. Printed and recorded: the share of
slots that are right, the share of sentences that carry a finding, that no slot is wrong
without one, which rung settled how many sentences, and the ratio of times: least, median
and most of five, plain and ladder in turn with the same sentences. Processor time counts,
this process's own, so that a busy machine does not decide.

usage: python benchmarks/terms.py [--engine apertium|argos] [--package FILE.argosmodel]
                                  [--to es] [--sentences 500] [--record | --short]
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import recorded

from speechsubs import glossary, models
from speechsubs.engines import load
from speechsubs.engines.argos import ArgosEngine
from speechsubs.glossary import Matcher
from speechsubs.glossary.verify import missing
from speechsubs.language import locales
from speechsubs.model import Severity
from speechsubs.pipeline import make_settings, translate_lines
from speechsubs.protocols import Engine
from speechsubs.quantities import currencies, money

ROOT = Path(__file__).parents[1]
SEED = 7
ROUNDS = 5

TEMPLATES = (
    "{t} announced a new car today.",
    "Yesterday {t} met {t} in {t}.",
    "{t} said that the {c} costs {m}.",
    "The {c} is {m} cheaper than the {c}.",
    "In the spring {t} and {t} will invest {m} in the {c}.",
    "{t}, {t} and {t} talked about the {c} and the {c} for {n} hours.",
    "They sold {n} cars of the {c} in {n} cities.",
    "{t} asked for {m} ({m}), and {t} said no.",
    "What did {t} pay for the {c}?",
    "Over {n} people saw {t} drive the {c} at {t}.",
    "The first year brought {m}, the second {m}, the third {m}.",
    "He visited {t} and bought {n} cars, among them the {c}, for {m}.",
    "The board of {t} gave {t} {m} for {n} engineers.",
    "Nobody at {t} had expected that the {c} of {t} would cost {m}.",
    "{t}'s team drove the {c} for {n} kilometers.",
    '"We will build the {c}," said {t}. ',
    "If {t} leaves, {t} will take {n} people and {m} along.",
    "Of the {n} cars, {n} came from {t}.",
)
NAMES = ("lei-jun", "li-bin", "he-xiaopeng", "xiaomi", "porsche", "ferrari", "tesla", "nio")
CODES = ("su7", "model-3", "taycan", "4s")
AMOUNTS = (
    "$10 billion", "215,900 yuan", "29700$", "US$29,700", "RMB 299,900", "10.5 million euros",
    "€1.2bn", "£5m", "30 000 €", "$1.5 to 2 million", "three hundred thousand yuan", "¥250,000",
    "500 dollars", "99 euros", "A$300",
)  # fmt: skip
NUMBERS = ("2", "17", "70", "170", "300", "1,200", "30,000", "380,000", "5.4 million", "1,000,000")


def sentences(count: int, words: glossary.Glossary, seed: int = SEED) -> list[str]:
    """Different sentences from the templates."""
    dice = random.Random(seed)
    names = [t.source for t in words.terms if t.id in NAMES]
    codes = [t.source for t in words.terms if t.id in CODES]
    found: dict[str, None] = {}
    while len(found) < count:
        text = dice.choice(TEMPLATES)
        for mark, pool in (("{t}", names), ("{c}", codes), ("{m}", AMOUNTS), ("{n}", NUMBERS)):
            for value in dice.sample(pool, text.count(mark)):
                text = text.replace(mark, value, 1)
        found[text.strip()] = None
    return list(found)


def right_slots(
    texts: list[str], outputs: list[str], matcher: Matcher, tag: str
) -> tuple[int, int, set[int]]:
    """Slots that are right, slots in all, and the sentences where one is wrong."""
    context = currencies.infer_context(texts, "en")
    good = total = 0
    wrong: set[int] = set()
    target = locales.load(tag)
    for number, (before, after) in enumerate(zip(texts, outputs, strict=True)):
        hard = [m for m in matcher.find(before) if m.term.policy.value in ("keep", "fixed")]
        lost = sum(c.expected - c.found for c in missing(hard, after, tag) if c.hard)
        wanted = Counter(v for a in money.find_amounts(before, "en", context) for v in a.values)
        there = Counter(v for a in money.find_amounts(after, target.language) for v in a.values)
        lost_amounts = sum((wanted - there).values())
        count = len(hard) + sum(wanted.values())
        good += count - lost - lost_amounts
        total += count
        if lost or lost_amounts:
            wrong.add(number)
    return good, total, wrong


def cpu_s() -> float:
    """Seconds of processor time of this process and its ended children: no other's load."""
    return sum(os.times()[:4])


def engine_for(args: argparse.Namespace, folder: Path) -> Engine:
    """The engine asked for; Argos from a package file."""
    if args.engine == "argos":
        package = models.install_file(args.package, folder)
        return ArgosEngine(package, "en", args.to)
    return load("apertium", "en", args.to)


def main() -> int:
    """Run, print one JSON line, record it when asked."""
    parser = recorded.parser(__doc__)
    parser.add_argument("--engine", choices=["apertium", "argos"], default="apertium")
    parser.add_argument("--package", type=Path, default=recorded.TINY)
    parser.add_argument("--to", default="es")
    parser.add_argument("--sentences", type=int, default=500)
    args = parser.parse_args()
    if args.short:
        args.sentences = 10
    words = glossary.load(ROOT / "glossary.yml")
    matcher = Matcher(words)
    texts = sentences(args.sentences, words)
    source, target = locales.load("en"), locales.load(args.to)
    with tempfile.TemporaryDirectory() as folder:
        engine = engine_for(args, Path(folder))
        _ = engine.masks  # measured once per model, not part of a translation
        engine.translate(texts[:20])
        # Tables of words and units are read once per process, like the model.
        translate_lines(texts[:20], engine, make_settings(source, words), target)
        ratios: list[float] = []
        cpu_ratios: list[float] = []
        # Other sentences each time: the ladder remembers what it found in a sentence. The
        # last ones are those of the seed that all results share.
        for seed in reversed(range(SEED, SEED + ROUNDS)):
            texts = sentences(args.sentences, words, seed)
            start, cpu = time.perf_counter(), cpu_s()
            plain = [answer[0] for answer in engine.translate(texts)]
            middle, cpu_middle = time.perf_counter(), cpu_s()
            lines = translate_lines(texts, engine, make_settings(source, words), target)
            ratios.append((time.perf_counter() - middle) / (middle - start))
            cpu_ratios.append((cpu_s() - cpu_middle) / (cpu_middle - cpu))
    outputs = [line.translation.finished.text for line in lines]
    plain_good, total, _ = right_slots(texts, plain, matcher, args.to)
    good, _, wrong = right_slots(texts, outputs, matcher, args.to)
    flagged = {
        n
        for n, line in enumerate(lines)
        if any(f.severity is not Severity.INFO for f in line.findings)
    }
    result = {
        "sentences": len(texts),
        "slots": total,
        "slots_right": {"plain": round(plain_good / total, 4), "ladder": round(good / total, 4)},
        "sentences_flagged": round(len(flagged) / len(texts), 4),
        "wrong_and_not_flagged": len(wrong - flagged),
        "rungs": dict(Counter(line.translation.method.kind for line in lines).most_common()),
        "times_plain": round(statistics.median(ratios), 2),
        "cpu_times_plain": round(statistics.median(cpu_ratios), 2),
        "cpu_times_plain_range": [round(min(cpu_ratios), 2), round(max(cpu_ratios), 2)],
        "signature": engine.signature,
    }
    recorded.note("terms", result)
    for number in sorted(wrong - flagged)[:10]:
        print("NOT FLAGGED", texts[number], "|", outputs[number], file=sys.stderr)
    return 1 if wrong - flagged else 0


if __name__ == "__main__":
    sys.exit(main())
