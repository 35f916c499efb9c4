"""How long text takes to become a checked SRT file, without translation, in process.

    python benchmarks/text_to_srt.py [--record] [--profile]

One hour and ten hours of speech, made by repeating `media/courage.txt` with other
numbers and other word orders, so that nothing is answered from a cache for the wrong
reason. Each is run in a process of its own, best of some; the stages are timed by
wrapping the functions that the pipeline calls.
"""

import cProfile
import json
import os
import platform
import pstats
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from speechsubs import __version__, formats, glossary, pipeline, qa
from speechsubs.cues import fit, polish, sentences
from speechsubs.language import locales
from speechsubs.model import Transcript
from speechsubs.pipeline import texts
from speechsubs.translation import placeholders, restore

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "text_to_srt.jsonl"
WORDS_PER_HOUR, SEED = 9_000, 7  # 150 words a minute
ROUNDS = {1: 5, 10: 3}
STAGES: dict[str, tuple[Any, str]] = {
    "sentences": (sentences, "split"),
    "times": (texts, "place"),
    "protect": (placeholders, "find"),
    "restore": (restore, "source"),
    "words_to_times": (fit, "texts"),
    "segment": (fit, "blocks"),
    "polish": (polish, "times"),
    "check": (qa, "inspect"),
}


def speech(hours: int) -> str:
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
            start = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                spent[stage] = spent.get(stage, 0.0) + time.perf_counter() - start

        return wrapper

    for stage, (module, name) in STAGES.items():
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
        start = time.perf_counter()
        transcript = formats.read_bytes(data, "speech.txt", "text")
        assert isinstance(transcript, Transcript)
        parsed = time.perf_counter()
        (result,) = pipeline.subtitle(
            [transcript], pipeline.make_settings(locales.load("en"), terms)
        )
        done = time.perf_counter()
        srt = formats.render(result.source.track, "srt")
        end = time.perf_counter()
    spent = {"parse": parsed - start, **spent, "render": end - done}
    spent["rest"] = end - start - sum(spent.values())
    return {
        "seconds": end - start,
        "cues": len(result.source.track.cues),
        "bytes": len(srt.encode("utf-8")),
        "speech_s": result.source.track.cues[-1].end_ms // 1_000,
        "stages": spent,
    }


def best(hours: int) -> dict[str, Any]:
    """The fastest of some runs, with the words and cues it made."""
    text = speech(hours)
    terms = glossary.load(ROOT / "glossary.yml")
    # Loads the libraries and the locale: a person pays for them once, not by the hour.
    once(" ".join(text.split()[:200]), terms)
    runs = [once(text, terms) for _ in range(ROUNDS[hours])]
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
    if "--profile" in sys.argv[1:]:
        profile()
        return
    if "--hours" in sys.argv[1:]:
        print(json.dumps(best(int(sys.argv[-1]))))
        return
    found = [
        json.loads(
            subprocess.run(
                [sys.executable, __file__, "--hours", str(hours)],
                capture_output=True, check=True, text=True,
            ).stdout
        )
        for hours in ROUNDS
    ]  # fmt: skip
    result = {
        "bench": "text_to_srt",
        "command": "python benchmarks/text_to_srt.py --record",
        "date": datetime.now(UTC).date().isoformat(),
        "target": "1 h under 1 s, 10 h about 10 times that",
        "ratio": round(found[1]["seconds"] / found[0]["seconds"], 2),
        "words_ratio": round(found[1]["words"] / found[0]["words"], 2),
        "runs": found,
        "rounds": list(ROUNDS.values()),
        "signature": f"v:{__version__}|py:{platform.python_version()}|cpu:{platform.machine()}"
        f"x{os.cpu_count()}|engine:none|seed:{SEED}",
    }
    line = json.dumps(result)
    print(line)
    if "--record" in sys.argv[1:]:
        RESULTS.parent.mkdir(exist_ok=True)
        with RESULTS.open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")


if __name__ == "__main__":
    main()
