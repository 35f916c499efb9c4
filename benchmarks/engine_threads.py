"""Which threads and which batches make a CTranslate2 engine fast, in one run.

    python benchmarks/engine_threads.py [--large] [--sentences N] [--record | --short]

`cores` are workers x threads of each: 1x2 decodes one batch on two cores, 2x1 two
batches on one core each. Batches are "padded" (CTranslate2 sorts by length and fills up
to so many tokens) or "equal" (sentences of one length only, as `engines.ctranslate`
makes them). All settings take turns, several rounds; figures are sentences a second
(minimum, median, maximum) and the median of processor time in milliseconds a sentence,
which other programs on the machine disturb less. `changed` counts the sentences that come
out in other words than alone, and those with another score. `--large` takes random weights
in the size of Argos's models (6+6 layers, 512 wide), for which only the speed means
something.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import ctranslate2
import engine_data
import numpy as np
import recorded
from ctranslate2.specs import TransformerSpec

from speechsubs import models as packages
from speechsubs.engines import ctranslate, tokenizers
from speechsubs.engines.argos import ArgosEngine
from speechsubs.engines.ctranslate import BEAM, LENGTH_PENALTY, MAX_OUTPUT_TOKENS

ROUNDS = 3
PADDED, EQUAL = (32, 256, 1024, 2048), (256, 512, 1024)
Tokens = list[list[str]]


def build(folder: Path, pieces: list[str]) -> None:
    """A Transformer of random weights in int8, in the size of Argos's models."""
    layers, heads, dim, ff, size = (6, 6), 8, 512, 2048, 32_000
    vocabulary = [*pieces, *(f"x{n}" for n in range(size - len(pieces)))]
    chance = np.random.default_rng(1)
    spec = TransformerSpec.from_config(layers, heads, pre_norm=True)

    def linear(part: Any, out: int, into: int) -> None:
        part.weight = chance.standard_normal((out, into)).astype(np.float32) / into**0.5
        part.bias = np.zeros(out, np.float32)

    def norm(part: Any) -> None:
        part.gamma, part.beta = np.ones(dim, np.float32), np.zeros(dim, np.float32)

    for side in (spec.encoder, spec.decoder):
        words = side.embeddings[0] if isinstance(side.embeddings, list) else side.embeddings
        words.weight = chance.standard_normal((size, dim)).astype(np.float32) / dim**0.5
        side.position_encodings.encodings = chance.standard_normal((512, dim)).astype(np.float32)
        norm(side.layer_norm)
        for layer in side.layer:
            norm(layer.self_attention.layer_norm)
            linear(layer.self_attention.linear[0], 3 * dim, dim)
            linear(layer.self_attention.linear[1], dim, dim)
            if side is spec.decoder:
                norm(layer.attention.layer_norm)
                for number, out in enumerate((dim, 2 * dim, dim)):
                    linear(layer.attention.linear[number], out, dim)
            norm(layer.ffn.layer_norm)
            linear(layer.ffn.linear_0, ff, dim)
            linear(layer.ffn.linear_1, dim, ff)
    linear(spec.decoder.projection, size, dim)
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir()
    spec.save(str(folder))


def padded(model: Any, sources: Tokens, most: int, options: dict[str, Any]) -> list[Any]:
    return list(model.translate_batch(sources, max_batch_size=most, batch_type="tokens", **options))


def equal(model: Any, sources: Tokens, most: int, options: dict[str, Any]) -> list[Any]:
    ctranslate.BATCH_TOKENS = most  # type: ignore[misc] # the constant is what is measured
    groups = ctranslate.batches([(len(s), 0) for s in sources], 1)
    waiting = [
        (at, model.translate_batch([sources[n] for n in at], asynchronous=True, **options))
        for at in groups
    ]
    found: list[Any] = [None] * len(sources)
    for at, results in waiting:
        for n, result in zip(at, results, strict=True):
            found[n] = result.result()
    return found


def timed(work: Callable[[], list[Any]], count: int) -> tuple[float, float, list[Any]]:
    """Sentences a second, milliseconds of processor time a sentence, and what came out."""
    start, cpu = perf_counter(), process_time()
    results = work()
    spent = process_time() - cpu
    return count / (perf_counter() - start), 1_000 * spent / count, results


def spread(rates: list[float]) -> list[float]:
    return [round(x, 1) for x in (min(rates), statistics.median(rates), max(rates))]


def measure(model: Path, sources: Tokens, length: int, large: bool, rounds: int) -> dict[str, Any]:
    cores = len(os.sched_getaffinity(0))
    shapes = sorted({(1, cores), (cores, 1), (max(cores // 2, 1), min(2, cores))})
    options = {
        "beam_size": BEAM, "length_penalty": LENGTH_PENALTY, "max_input_length": 0,
        "max_decoding_length": length, "return_scores": True,
    }  # fmt: skip
    models = {
        shape: ctranslate2.Translator(str(model), inter_threads=shape[0], intra_threads=shape[1])
        for shape in shapes
    }
    alone = models[cores, 1].translate_batch(
        sources, max_batch_size=1, batch_type="examples", **options
    )
    ways = [*product(["padded"], PADDED[large:]), *product(["equal"], EQUAL)]
    rates: dict[tuple[Any, ...], list[float]] = {}
    spent: dict[tuple[Any, ...], list[float]] = {}
    changed: dict[str, list[int]] = {}
    for _ in range(rounds):
        for shape, (kind, most) in product(shapes, ways):
            way = padded if kind == "padded" else equal

            def work(shape: Any = shape, way: Any = way, most: int = most) -> list[Any]:
                return list(way(models[shape], sources, most, options))

            rate, cpu, results = timed(work, len(sources))
            rates.setdefault((shape, kind, most), []).append(rate)
            spent.setdefault((shape, kind, most), []).append(cpu)
            both = list(zip(results, alone, strict=True))
            words = sum(a.hypotheses[0] != b.hypotheses[0] for a, b in both)
            changed[f"{kind} {most}"] = [words, sum(a.scores[0] != b.scores[0] for a, b in both)]
    return {
        "sentences_per_s": {
            f"{shape[0]}x{shape[1]} {kind} {most}": spread(found)
            for (shape, kind, most), found in rates.items()
        },
        "cpu_ms_per_sentence": {
            f"{shape[0]}x{shape[1]} {kind} {most}": round(statistics.median(found), 2)
            for (shape, kind, most), found in spent.items()
        },
        "changed": changed,
    }


def main() -> None:
    parser = recorded.parser(__doc__)
    parser.add_argument("--sentences", type=int, default=300)
    parser.add_argument("--large", action="store_true")
    given = parser.parse_args()
    rounds = 1 if given.short else ROUNDS
    chosen = engine_data.pairs(given.sentences, short=given.short)
    texts = [english for english, _ in chosen]
    with tempfile.TemporaryDirectory() as folder:
        package = packages.install_file(recorded.TINY, Path(folder))
        cutter = tokenizers.load(package)
        start = perf_counter()
        sources = [cutter.encode(text) for text in texts]
        cutting = perf_counter() - start
        model, length = package.model, MAX_OUTPUT_TOKENS
        if given.large:
            # Random weights never end a sentence by themselves.
            model, length = Path(folder) / "large", 25
            build(model, sorted({piece for tokens in sources for piece in tokens}))
        figures = measure(model, sources, length, given.large, rounds)
        engine = ArgosEngine(package, "en", "es")
        engine.translate(texts[:8])
        rates = []
        for _ in range(rounds):
            start = perf_counter()
            engine.translate(texts)
            rates.append(len(texts) / (perf_counter() - start))
    recorded.note(
        "engine_threads",
        {
            "model": "random, 6+6 layers, 512 wide" if given.large else package.name,
            "sentences": len(texts),
            "tokens": sum(map(len, sources)),
            "cutting_s": round(cutting, 4),
            **figures,
            "engine_sentences_per_s": None if given.large else spread(rates),
        },
        "ctranslate2",
        "sentencepiece",
    )


if __name__ == "__main__":
    sys.exit(main())
