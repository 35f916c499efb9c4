"""Neural models in CTranslate2: the engine that Argos, OPUS-MT and NLLB share.

Texts are cleaned and split to the length that models are trained on. Sentences are
decoded in batches of equal length, because padding affects results: with mixed lengths
and 2,048 tokens per batch, 37 of 200 sentences got a different score than alone, and
occasionally different words. Without padding every sentence gets the result it would
get alone, so a run that was interrupted and resumed, or distributed over machines,
produces the same bytes, and batch sizes can be chosen freely. See docs/engines.md.
"""

import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from speechsubs.engines import mask_probe
from speechsubs.engines.tokenizers import Tokenizer
from speechsubs.errors import EngineError, PackageError
from speechsubs.protocols import MaskFamily

#: Argos models are trained on lines of at most 150 tokens, and converted OPUS-MT models
#: have 512 positions: longer texts are split and translated in parts.
MAX_TOKENS: Final = 120
#: Maximum characters per part, so that no tokenizer gets a huge word.
MAX_CHARACTERS: Final = 600

#: Where a long text is split, best first: after a sentence, after a clause, at a space.
_SPLITS: Final = (
    re.compile(r"(?<=[.!?;:])\s+|(?<=[。！？；：])"),
    re.compile(r"(?<=[,)])\s+|(?<=[，、）])"),
    re.compile(r"\s+"),
)


def split(text: str, encode: Callable[[str], Sequence[str]], level: int = 0) -> Iterator[str]:
    """Yield the text whole, or in parts if it is too long for models; nothing is lost.

    `encode` is used to count the tokens of a part.
    """
    if not text:
        return
    if len(text) <= MAX_CHARACTERS and len(encode(text)) <= MAX_TOKENS:
        yield text
    elif level < len(_SPLITS):
        for chunk in _pack(_SPLITS[level].split(text)):
            yield from split(chunk, encode, level + 1)
    elif len(text) > 1:
        # A single huge word: split by length, so that nothing is lost.
        step = min(MAX_TOKENS // 2, (len(text) + 1) // 2)
        for start in range(0, len(text), step):
            yield from split(text[start : start + step], encode, level)
    else:
        yield text


def _pack(chunks: Sequence[str]) -> Iterator[str]:
    """Join neighboring chunks while they stay well within the limits."""
    limit = MAX_CHARACTERS // 2
    current = ""
    for chunk in chunks:
        if current and len(current) + len(chunk) > limit:
            yield current
            current = ""
        current = f"{current} {chunk}" if current else chunk
    if current:
        yield current


def join(answers: Sequence[Sequence[str]], hypotheses: int) -> list[str]:
    """Join the translations of the parts of a text, best first, without duplicates.

    >>> join([["Uno.", "Un."], ["Dos."]], hypotheses=3)
    ['Uno. Dos.', 'Un. Dos.']
    """
    if not answers:
        return [""]
    ranks = min(hypotheses, max(map(len, answers)))
    joined = (" ".join(a[min(rank, len(a) - 1)] for a in answers) for rank in range(ranks))
    return list(dict.fromkeys(text.strip() for text in joined))


def clean(text: str) -> str:
    """Reduce a text to one line; lone surrogates and control characters become spaces."""
    if not text.isascii() or not text.isprintable():
        text = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return " ".join(text.split())


#: Environment variable with the number of cores for engines, for shared machines.
THREADS_VARIABLE: Final = "SPEECHSUBS_THREADS"
#: More cores than any one process gets.
_MAX_CORES: Final = 1_024


def count_cores(wanted: int | None = None) -> int:
    """Cores for an engine: `wanted`, else `SPEECHSUBS_THREADS`, else all available ones.

    Raises `EngineError` if the variable is not a number from 1 to 1024.
    """
    if wanted is not None:
        return max(1, min(wanted, _MAX_CORES))
    text = os.environ.get(THREADS_VARIABLE, "").strip()
    if not text:
        return min(_available_cores(), _MAX_CORES)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= _MAX_CORES):
        raise EngineError(
            f"{THREADS_VARIABLE} is {text!r:.40}, which is not a number of cores",
            f"Set it to a number from 1 to {_MAX_CORES}, or unset it",
        )
    return int(text)


def _available_cores() -> int:
    # The CPU affinity of this process, which in a container is less than the machine has.
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


BEAM: Final = 4
LENGTH_PENALTY: Final = 0.2
#: Maximum source tokens per batch. Measured (benchmarks/engine_threads.py): 256, 512
#: and 1,024 make no difference.
BATCH_TOKENS: Final = 512
#: More than any part needs; stops a model that loops.
MAX_OUTPUT_TOKENS: Final = 400
#: What models output for words that are not in their vocabulary.
UNKNOWN: Final = "<unk>"
#: Increment when the masks or the probe change, to invalidate cached probes.
_PROBE_VERSION: Final = 1

_Tokens = list[str]


@dataclass(frozen=True, slots=True)
class TextFormat:
    """The input and output format of a model.

    `source` and `target` tokenize either language (often the same object). `head` and
    `tail` surround the tokens of every source, `start` is the forced beginning of every
    output, which is stripped again.
    """

    source: Tokenizer
    target: Tokenizer
    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    start: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A CTranslate2 model folder for one direction.

    `label` names it in messages, `digest` identifies its contents.
    """

    folder: Path
    text_format: TextFormat
    source: str
    target: str
    label: str
    digest: str


class CTranslateEngine:
    """Translates with a model in one direction; implements `Steerable`.

    `cores` is the number of batches decoded in parallel, each on one core: by default
    `SPEECHSUBS_THREADS`, else all available cores. Raises `PackageError` if the model
    does not load.
    """

    def __init__(
        self, model: Model, name: str, signature: str, quality: str, cores: int | None = None
    ) -> None:
        self.name = name
        self.source, self.target = model.source, model.target
        self.quality = quality
        self.model = model
        self._format = model.text_format
        self._cores = count_cores(cores)
        self._masks: tuple[MaskFamily, ...] = ()
        self._translator, version = _load_translator(model.folder, model.digest, self._cores)
        self.signature = f"{signature} ctranslate2 {version}"

    @property
    def masks(self) -> tuple[MaskFamily, ...]:
        """Codes that this model copies unchanged, best first; measured once per model."""
        if not self._masks:
            key = f"{self.model.digest[:32]}-{self.source}-{self.target}-{_PROBE_VERSION}"
            self._masks = mask_probe.load_or_probe(key, lambda: mask_probe.probe_codes(self))
        return self._masks

    @masks.setter
    def masks(self, families: tuple[MaskFamily, ...]) -> None:
        self._masks = families

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """Translate in large batches, equal texts once; empty texts stay empty.

        Raises `EngineError` if the model fails.
        """
        wanted = max(hypotheses, 1)
        parts = {text: list(self._parts(text)) for text in dict.fromkeys(texts)}
        done = self._decode(dict.fromkeys(p for group in parts.values() for p in group), wanted)
        return [join([done.get(p, [p]) for p in parts[text]], wanted) for text in texts]

    def complete(self, items: Sequence[tuple[str, str]]) -> list[str]:
        """Translate each (text, prefix) into a translation that starts with the prefix.

        The prefix is forced token by token and the model continues from there. Texts that
        are too long for the model give "", because they are translated in parts.
        """
        done = [""] * len(items)
        wanted = [n for n, (text, _) in enumerate(items) if self._whole(text)]
        sources = [self._source(clean(items[n][0])) for n in wanted]
        starts = [self._format.target.encode(clean(items[n][1])) for n in wanted]
        for n, hypotheses in zip(wanted, self._batch(sources, starts), strict=True):
            done[n] = self._text(hypotheses[0])
        return done

    def translate_without(self, texts: Sequence[str], words: Sequence[str]) -> list[str]:
        """Translate with some words suppressed."""
        banned = [tokens for w in words if (tokens := self._format.target.encode(w))]
        done = [""] * len(texts)
        wanted = [n for n, text in enumerate(texts) if self._whole(text)]
        if not banned:
            return done
        sources = [self._source(clean(texts[n])) for n in wanted]
        found = self._batch(sources, suppress_sequences=banned)
        for n, hypotheses in zip(wanted, found, strict=True):
            done[n] = self._text(hypotheses[0])
        return done

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Score each (text, translation) by its mean log probability per token."""
        # The model rejects a batch with an empty source.
        sources = [self._source(clean(text)) or [""] for text, _ in pairs]
        targets = [
            [*self._format.start, *self._format.target.encode(clean(text))] for _, text in pairs
        ]

        def submit(at: Sequence[int]) -> Any:
            return self._translator.score_batch(
                [sources[n] for n in at], [targets[n] for n in at], asynchronous=True
            )

        lengths = [(len(s), len(t)) for s, t in zip(sources, targets, strict=True)]
        return [
            sum(one.log_probs) / len(one.log_probs) if one.log_probs else float("-inf")
            for one in self._run(batches(lengths, self._cores), submit)
        ]

    def _parts(self, text: str) -> Iterator[str]:
        return split(clean(text), self._format.source.encode)

    def _whole(self, text: str) -> bool:
        """True if a text goes to the model in one part."""
        return len(list(self._parts(text))) == 1

    def _source(self, text: str) -> _Tokens:
        pieces = self._format.source.encode(text)
        return [*self._format.head, *pieces, *self._format.tail] if pieces else []

    def _decode(self, texts: dict[str, None], hypotheses: int) -> dict[str, list[str]]:
        """Translate parts; a part without tokens gets no answer."""
        sources = {text: tokens for text in texts if (tokens := self._source(text))}
        results = self._batch(list(sources.values()), hypotheses=hypotheses)
        return {
            text: [self._text(tokens) for tokens in found]
            for text, found in zip(sources, results, strict=True)
        }

    def _batch(
        self,
        sources: list[_Tokens],
        beginnings: list[_Tokens] | None = None,
        hypotheses: int = 1,
        **more: Any,
    ) -> list[list[_Tokens]]:
        """Decode the hypotheses of every source, in order."""
        first = list(self._format.start)
        starts = [first + b for b in beginnings] if beginnings else [first] * len(sources)
        forced = bool(first or beginnings)

        def submit(at: Sequence[int], replace: bool = False) -> Any:
            return self._translator.translate_batch(
                [sources[n] for n in at],
                target_prefix=[starts[n] for n in at] if forced else None,
                beam_size=max(BEAM, hypotheses),
                num_hypotheses=hypotheses,
                length_penalty=LENGTH_PENALTY,
                replace_unknowns=replace,
                max_input_length=0,
                max_decoding_length=MAX_OUTPUT_TOKENS,
                asynchronous=True,
                **more,
            )

        lengths = [(len(s), len(t)) for s, t in zip(sources, starts, strict=True)]
        found = [r.hypotheses for r in self._run(batches(lengths, self._cores), submit)]
        # Unknown words are replaced by the source token with the highest attention, which
        # is only right for a sentence alone: in a batch CTranslate2 4.8 uses the attention
        # of the first sentence for all (tests/engines/test_opus.py shows it).
        odd = [n for n, hyps in enumerate(found) if any(UNKNOWN in tokens for tokens in hyps)]
        again = self._run([[n] for n in odd], lambda at: submit(at, replace=True))
        for n, result in zip(odd, again, strict=True):
            found[n] = result.hypotheses
        return found

    def _run(
        self, groups: Sequence[Sequence[int]], submit: Callable[[Sequence[int]], Any]
    ) -> list[Any]:
        """Submit all batches to run in parallel; results in the order of the inputs."""
        found: list[tuple[int, Any]] = []
        try:
            waiting = [(at, submit(at)) for at in groups]
            for at, results in waiting:
                found += [(n, result.result()) for n, result in zip(at, results, strict=True)]
        except (RuntimeError, ValueError) as error:
            raise EngineError(
                f"the model of {self.model.label} failed ({error!s:.120})",
                "Reinstall the model",
            ) from error
        return [result for _, result in sorted(found, key=lambda pair: pair[0])]

    def _text(self, tokens: _Tokens) -> str:
        start = self._format.start
        if start and tuple(tokens[: len(start)]) == start:
            tokens = tokens[len(start) :]
        return " ".join(self._format.target.decode(tokens).split())


# Several packages may share one multilingual model, which is loaded once.
@lru_cache(maxsize=2)
def _load_translator(folder: Path, digest: str, cores: int) -> tuple[Any, str]:
    """Load a model folder; also returns the version of CTranslate2."""
    del digest  # part of the cache key, so that a replaced model is loaded again
    # Heavy: only imported for translating.
    import ctranslate2

    try:
        # One core per batch, as many batches as cores. A batch on two cores takes up to
        # four times the CPU time: the cores wait for each other at every layer, for long
        # if another process needs one of them.
        translator = ctranslate2.Translator(
            str(folder), device="cpu", inter_threads=cores, intra_threads=1
        )
    except (RuntimeError, ValueError, OSError) as error:
        problem = str(error).splitlines()[0] if str(error) else repr(error)
        raise PackageError(folder, f"the model cannot be loaded ({problem})") from error
    return translator, str(ctranslate2.__version__)


def batches(lengths: Sequence[tuple[int, int]], cores: int) -> list[list[int]]:
    """Batch indices of equal lengths (source, forced prefix), longest first.

    No batch has more than `BATCH_TOKENS` source tokens; with few sentences batches are
    smaller, so that every core gets some. Batching does not affect results.

    >>> batches([(3, 0), (5, 0), (3, 0), (3, 1)], cores=1)
    [[1], [3], [0, 2]]
    """
    groups: dict[tuple[int, int], list[int]] = {}
    for place, length in enumerate(lengths):
        groups.setdefault(length, []).append(place)
    total = sum(source for source, _ in lengths)
    most = min(BATCH_TOKENS, max(64, total // (2 * cores)))
    found = []
    # Longest first, so that short batches remain at the end and the cores finish together.
    for length, places in sorted(groups.items(), reverse=True):
        step = max(1, most // max(sum(length), 1))
        found += [places[at : at + step] for at in range(0, len(places), step)]
    return found
