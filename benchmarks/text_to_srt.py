"""How long text takes to become a checked SRT file, without translation, in process.

    python benchmarks/text_to_srt.py [--record | --short] [--profile]

One hour and ten hours of speech, made by repeating `media/courage.txt` with other
numbers and other word orders, so that nothing is answered from a cache for the wrong
reason. Each is run in a process of its own, best of some, in processor time;
the stages are timed by wrapping the functions that the pipeline calls.
"""

import cProfile
import json
import pstats
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import recorded

from speechsubs import formats, glossary, pipeline, qa
from speechsubs.cues import fit, polish, sentences
from speechsubs.language import locales
from speechsubs.model import Transcript
from speechsubs.pipeline import run, texts
from speechsubs.translation import placeholders, restore

ROOT = Path(__file__).parents[1]
WORDS_PER_HOUR, SEED = 9_000, 7  # 150 words a minute
#: Hours of speech, and how often each is run; the short form takes a minute and two.
ROUNDS = {1.0: 5, 10.0: 3}
SHORT_ROUNDS = {0.02: 1, 0.04: 1}
#: What each stage calls; a name that is gone raises.
STAGES: dict[str, tuple[tuple[Any, str], ...]] = {
    "sentences": ((sentences, "split"),),
    "times": ((texts, "time_words"),),
    "protect": ((placeholders, "protect"),),
    "restore": ((restore, "render_source"),),
    "words_to_times": ((run, "timed_texts"),),
    "segment": ((fit, "source_blocks"),),
    "polish": ((fit, "allot_times"), (polish, "make_cues")),
    "check": ((qa, "inspect"),),
}


def speech(hours: float) -> str:
    """Paragraphs of the sample until there are enough words, each a little different."""
    chance = random.Random(SEED)
    paragraphs = (ROOT / "media" / "courage.txt").read_text("utf-8").split("\n\n")
    result: list[str] = []
    words = 0
    while words < WORDS_PER_HOUR * hours:
        paragraph = chance.choice(paragraphs).strip()
        parts = re.split(r"(?<=[.?!]) ", paragraph)
        chance.shuffle(parts)
        varied = re.sub(r"\d+", lambda m: str(chance.randint(1, 10 ** len(m[0]))), " ".join(parts))
        words += len(varied.split())
        result.append(varied)
    return "\n\n".join(result)


@contextmanager
def timed(spent: dict[str, float]) -> Iterator[None]:
    """Wrap every stage so that its seconds are added up in `spent`."""
    originals: list[tuple[Any, str, Callable[..., Any]]] = []

    def wrap(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            start = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                spent[stage] = spent.get(stage, 0.0) + time.process_time() - start

        return wrapper

    for stage, functions in STAGES.items():
        for module, name in functions:
            function = getattr(module, name)
            originals.append((module, name, function))
            setattr(module, name, wrap(stage, function))
    try:
        yield
    finally:
        for module, name, function in originals:
            setattr(module, name, function)


def once(text: str, terms: glossary.Glossary) -> dict[str, Any]:
    """One run from bytes to the text of the SRT file."""
    data = text.encode("utf-8")
    spent: dict[str, float] = {}
    with timed(spent):
        start = time.process_time()
        transcript = formats.read_bytes(data, "speech.txt", "text")
        assert isinstance(transcript, Transcript)
        parsed = time.process_time()
        (result,) = pipeline.subtitle(
            [transcript], pipeline.make_settings(locales.load("en"), terms)
        )
        done = time.process_time()
        srt = formats.render(result.source.track, "srt")
        end = time.process_time()
    spent = {"parse": parsed - start, **spent, "render": end - done}
    # Stages that nothing has called take no time; they would be wrapped for nothing.
    assert set(spent) == {"parse", *STAGES, "render"}, sorted(spent)
    spent["rest"] = end - start - sum(spent.values())
    return {
        "seconds": end - start,
        "cues": len(result.source.track.cues),
        "bytes": len(srt.encode("utf-8")),
        "speech_s": result.source.track.cues[-1].end_ms // 1_000,
        "stages": spent,
    }


def best(hours: float, rounds: int) -> dict[str, Any]:
    """The fastest of some runs, with the words and cues it made."""
    text = speech(hours)
    terms = glossary.load(ROOT / "glossary.yml")
    # Loads the libraries and the locale: a person pays for them once, not by the hour.
    once(" ".join(text.split()[:200]), terms)
    runs = [once(text, terms) for _ in range(rounds)]
    result = min(runs, key=lambda run: float(run["seconds"]))
    return {"hours": hours, "words": len(text.split()), **_rounded(result)}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def profile() -> None:
    """The functions that one hour spends its time in, on standard error."""
    text, terms = speech(1), glossary.load(ROOT / "glossary.yml")
    once(text, terms)
    profiler = cProfile.Profile()
    profiler.runcall(once, text, terms)
    pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(25)


def main() -> None:
    parser = recorded.parser(__doc__)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--hours", type=float, help="only so much speech, in this process")
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    if given.profile:
        profile()
        return
    if given.hours:
        print(json.dumps(best(given.hours, given.rounds)))
        return
    rounds = SHORT_ROUNDS if given.short else ROUNDS
    found = [
        json.loads(
            subprocess.run(
                [sys.executable, __file__, "--hours", str(hours), "--rounds", str(count)],
                stdout=subprocess.PIPE, check=True, text=True,
            ).stdout
        )
        for hours, count in rounds.items()
    ]  # fmt: skip
    recorded.note(
        "text_to_srt",
        {
            "target": "1 h under 1 s, 10 h about 10 times that",
            "ratio": round(found[1]["seconds"] / found[0]["seconds"], 2),
            "words_ratio": round(found[1]["words"] / found[0]["words"], 2),
            "runs": found,
            "rounds": list(rounds.values()),
            "clock": "processor",
            "seed": SEED,
        },
    )


if __name__ == "__main__":
    main()
