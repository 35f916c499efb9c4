"""Sentences a second through `engines.argos`, against two floors, in one run.

    python benchmarks/argos_throughput.py [PACKAGE.argosmodel] [--record]

The floors drive the same model through CTranslate2 with the same beam: one call a
sentence, and batches of 32 tokens as argostranslate sends them. Only the ratios mean
something; the model of the tests is tiny. `--record` appends the line to
`benchmarks/results/argos_throughput.jsonl`.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import timeit
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import ctranslate2
import sentencepiece

import speechsubs
from speechsubs import packages
from speechsubs.engines.argos import BATCH_TOKENS, BEAM, LENGTH_PENALTY, ArgosEngine

HERE = Path(__file__).parent
TINY = HERE.parent / "tests" / "data" / "translate-en_es-tiny.argosmodel"
SUBJECTS = ("He", "She", "The company", "A young engineer", "Our first team")
VERBS = ("bought", "tested", "showed", "wanted to build", "never forgot")
OBJECTS = ("a red car", "the house near the river", "170 phones", "a book about courage")
ENDS = ("in the winter.", "because nobody else did.", "after ten long years.")


def sentences() -> list[str]:
    """300 different short sentences, always the same."""
    return [f"{s} {v} {o} {e}" for s in SUBJECTS for v in VERBS for o in OBJECTS for e in ENDS]


def best_of(times: int, work: Callable[[], object]) -> float:
    """Seconds of the fastest of some runs."""
    return min(timeit.repeat(work, number=1, repeat=times))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("package", nargs="?", type=Path, default=TINY)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    texts = sentences()
    with tempfile.TemporaryDirectory() as folder:
        package = packages.install_file(options.package, Path(folder))
        engine = ArgosEngine(package, "en", "es")
        pieces = sentencepiece.SentencePieceProcessor(model_file=str(package.tokenizer))
        threads = len(os.sched_getaffinity(0))
        model = ctranslate2.Translator(str(package.model), intra_threads=threads)

        def direct(batch: list[str], size: int) -> None:
            results = model.translate_batch(
                [pieces.encode(text, out_type=str) for text in batch],
                beam_size=BEAM,
                length_penalty=LENGTH_PENALTY,
                replace_unknowns=True,
                max_batch_size=size,
                batch_type="tokens",
            )
            for result in results:
                pieces.decode_pieces(result.hypotheses[0])

        engine.translate(texts[:20])
        seconds = {
            "engine": best_of(3, lambda: engine.translate(texts)),
            "one_by_one": best_of(2, lambda: [direct([text], 0) for text in texts]),
            "argos_32_tokens": best_of(2, lambda: direct(texts, 32)),
        }
    line = {
        "bench": "argos-throughput",
        "date": datetime.now(UTC).date().isoformat(),
        "command": "python benchmarks/argos_throughput.py " + options.package.name,
        "sentences": len(texts),
        "batch_tokens": BATCH_TOKENS,
        "sentences_per_s": {name: round(len(texts) / s, 1) for name, s in seconds.items()},
        "times_one_by_one": round(seconds["one_by_one"] / seconds["engine"], 2),
        "times_argos_32_tokens": round(seconds["argos_32_tokens"] / seconds["engine"], 2),
        "signature": engine.signature,
        "versions": {
            "speechsubs": speechsubs.__version__,
            "python": platform.python_version(),
            "ctranslate2": ctranslate2.__version__,
            "sentencepiece": sentencepiece.__version__,
        },
        "machine": f"{platform.system()} {platform.machine()}, {threads} cores",
    }
    text = json.dumps(line)
    print(text)
    if options.record:
        with (HERE / "results" / "argos_throughput.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
