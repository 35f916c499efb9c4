"""Texts as a neural model wants them: clean, no longer than it was trained on.

How many cores an engine may use.

Models that run in CTranslate2: the part that Argos, OPUS-MT and NLLB share.

Sentences are decoded in batches of equal length. Padding, which a batch of mixed
lengths needs, reaches the result: with 2,048 tokens a batch 37 of 200 sentences got
another score than alone, and now and then other words. Without padding the words are
those of the sentence alone, so a run that was killed and continued, or spread over
machines, ends with the same bytes; and the size of the batches is free. See
docs/engines.md.
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

#: Argos models are trained on lines of at most 150 tokens, and converted OPUS-MT ones
#: have 512 positions: longer texts are cut and translated in parts.
MAX_TOKENS: Final = 120
#: A part is at most so many characters, so that no tokenizer meets a huge word.
MAX_CHARACTERS: Final = 600

#: Where a long text may be cut, best first: after a sentence, after a clause, at a space.
_CUTS: Final = (
    re.compile(r"(?<=[.!?;:])\s+|(?<=[。！？；：])"),
    re.compile(r"(?<=[,)])\s+|(?<=[，、）])"),
    re.compile(r"\s+"),
)


def cut(text: str, encode: Callable[[str], Sequence[str]], level: int = 0) -> Iterator[str]:
    """The text whole, or cut where it is longer than models take; nothing is lost.

    `encode` counts the tokens of a part.
    """
    if not text:
        return
    if len(text) <= MAX_CHARACTERS and len(encode(text)) <= MAX_TOKENS:
        yield text
    elif level < len(_CUTS):
        for chunk in _packed(_CUTS[level].split(text)):
            yield from cut(chunk, encode, level + 1)
    elif len(text) > 1:
        # One word without end: by length, so that at least nothing is lost.
        step = min(MAX_TOKENS // 2, (len(text) + 1) // 2)
        for start in range(0, len(text), step):
            yield from cut(text[start : start + step], encode, level)
    else:
        yield text


def _packed(chunks: Sequence[str]) -> Iterator[str]:
    """Join neighbours again while they stay well inside the limits."""
    room = MAX_CHARACTERS // 2
    current = ""
    for chunk in chunks:
        if current and len(current) + len(chunk) > room:
            yield current
            current = ""
        current = f"{current} {chunk}" if current else chunk
    if current:
        yield current


def join(answers: Sequence[Sequence[str]], hypotheses: int) -> list[str]:
    """The answers for the parts of a text put together, best of all first, no repeats.

    >>> join([["Uno.", "Un."], ["Dos."]], hypotheses=3)
    ['Uno. Dos.', 'Un. Dos.']
    """
    if not answers:
        return [""]
    ranks = min(hypotheses, max(map(len, answers)))
    joined = (" ".join(a[min(rank, len(a) - 1)] for a in answers) for rank in range(ranks))
    return list(dict.fromkeys(text.strip() for text in joined))


def clean(text: str) -> str:
    """One line of sound text: broken surrogates and control characters become spaces."""
    if not text.isascii() or not text.isprintable():
        text = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return " ".join(text.split())


#: The variable that says how many cores engines use, for machines shared with others.
VARIABLE: Final = "SPEECHSUBS_THREADS"
#: More than any machine that one process is given.
_MOST: Final = 1_024


def count(wanted: int | None = None) -> int:
    """Cores for an engine: `wanted`, else `SPEECHSUBS_THREADS`, else all this process may use.

    Raises `EngineError` for a variable that is no number from 1 to 1024.
    """
    if wanted is not None:
        return max(1, min(wanted, _MOST))
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return min(_own(), _MOST)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= _MOST):
        raise EngineError(
            f"{VARIABLE} is {text!r:.40}, which is no number of cores",
            f"Set it to a number from 1 to {_MOST}, or unset it",
        )
    return int(text)


def _own() -> int:
    # What this process may use, which in a container is less than the machine has.
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


BEAM: Final = 4
LENGTH_PENALTY: Final = 0.2
#: Most source tokens a batch. Measured (benchmarks/engine_threads.py): 256, 512 and
#: 1,024 are all the same.
BATCH_TOKENS: Final = 512
#: More than any of our parts needs; a model that loses its place stops here.
MAX_OUTPUT_TOKENS: Final = 400
#: What models write for words that they lack.
UNKNOWN: Final = "<unk>"
#: Changes when the masks or the probe do, so that remembered probes are made anew.
_PROBE_VERSION: Final = 1

_Tokens = list[str]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one model wants its text.

    `source` and `target` cut texts of either language (often the same object). `head`
    and `tail` go around the tokens of every source, `start` is what every output has
    to begin with; it is taken off again.
    """

    source: Tokenizer
    target: Tokenizer
    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    start: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded CTranslate2 model for one direction.

    `label` is how people know it, `digest` tells it from every other model.
    """

    folder: Path
    dialect: Dialect
    source: str
    target: str
    label: str
    digest: str


class CTranslateEngine:
    """A model in one direction, `Steerable`.

    `cores` is how many sentences' batches are decoded at a time, each on one core: by
    default `SPEECHSUBS_THREADS`, else all cores that this process may use. Raises
    `PackageError` when the model does not load.
    """

    def __init__(
        self, model: Model, name: str, signature: str, quality: str, cores: int | None = None
    ) -> None:
        self.name = name
        self.source, self.target = model.source, model.target
        self.quality = quality
        self.model = model
        self._dialect = model.dialect
        self._cores = count(cores)
        self._masks: tuple[MaskFamily, ...] = ()
        self._translator, version = _loaded(model.folder, model.digest, self._cores)
        self.signature = f"{signature} ctranslate2 {version}"

    @property
    def masks(self) -> tuple[MaskFamily, ...]:
        """Codes that this model copies, best first, measured once per model."""
        if not self._masks:
            key = f"{self.model.digest[:32]}-{self.source}-{self.target}-{_PROBE_VERSION}"
            self._masks = mask_probe.cached(key, lambda: mask_probe.codes_kept(self))
        return self._masks

    @masks.setter
    def masks(self, families: tuple[MaskFamily, ...]) -> None:
        self._masks = families

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """Translate in large batches; equal texts once, order kept, nothing from nothing.

        Raises `EngineError` when the model fails.
        """
        wanted = max(hypotheses, 1)
        cut = {text: list(self._parts(text)) for text in dict.fromkeys(texts)}
        done = self._decode(dict.fromkeys(p for group in cut.values() for p in group), wanted)
        return [join([done.get(p, [p]) for p in cut[text]], wanted) for text in texts]

    def complete(self, items: Sequence[tuple[str, str]]) -> list[str]:
        """For every (text, beginning): a translation that starts with that beginning.

        The beginning is forced token by token, the model goes on from there. Texts
        longer than the model takes give "": they cannot be steered as a whole.
        """
        done = [""] * len(items)
        wanted = [n for n, (text, _) in enumerate(items) if self._whole(text)]
        sources = [self._source(clean(items[n][0])) for n in wanted]
        starts = [self._dialect.target.encode(clean(items[n][1])) for n in wanted]
        for n, hypotheses in zip(wanted, self._batch(sources, starts), strict=True):
            done[n] = self._text(hypotheses[0])
        return done

    def translate_without(self, texts: Sequence[str], words: Sequence[str]) -> list[str]:
        """Translations that the model writes when some words are forbidden to it."""
        banned = [tokens for w in words if (tokens := self._dialect.target.encode(w))]
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
        """How likely the model finds each (text, translation): mean log probability a token."""
        # A source without a token would be a batch that the model refuses.
        sources = [self._source(clean(text)) or [""] for text, _ in pairs]
        targets = [
            [*self._dialect.start, *self._dialect.target.encode(clean(text))] for _, text in pairs
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
        return cut(clean(text), self._dialect.source.encode)

    def _whole(self, text: str) -> bool:
        """True where a text goes to the model in one part."""
        return len(list(self._parts(text))) == 1

    def _source(self, text: str) -> _Tokens:
        pieces = self._dialect.source.encode(text)
        return [*self._dialect.head, *pieces, *self._dialect.tail] if pieces else []

    def _decode(self, texts: dict[str, None], hypotheses: int) -> dict[str, list[str]]:
        """The answers for parts; a part without anything to say has none."""
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
        """The hypotheses for every source, in order."""
        first = list(self._dialect.start)
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
        # What the model has no word for is copied from where it looked. That place is
        # known only of a sentence alone: in a batch CTranslate2 4.8 gives each sentence
        # that of the first one (tests/unit/test_engines_ct2.py shows it).
        odd = [n for n, hyps in enumerate(found) if any(UNKNOWN in tokens for tokens in hyps)]
        again = self._run([[n] for n in odd], lambda at: submit(at, replace=True))
        for n, result in zip(odd, again, strict=True):
            found[n] = result.hypotheses
        return found

    def _run(
        self, groups: Sequence[Sequence[int]], submit: Callable[[Sequence[int]], Any]
    ) -> list[Any]:
        """Submit all batches, which run side by side; what they gave, by ascending place."""
        found: list[tuple[int, Any]] = []
        try:
            waiting = [(at, submit(at)) for at in groups]
            for at, results in waiting:
                found += [(n, result.result()) for n, result in zip(at, results, strict=True)]
        except (RuntimeError, ValueError) as error:
            raise EngineError(
                f"the model of {self.model.label} failed ({error!s:.120})",
                "Install the model again",
            ) from error
        return [result for _, result in sorted(found, key=lambda pair: pair[0])]

    def _text(self, tokens: _Tokens) -> str:
        start = self._dialect.start
        if start and tuple(tokens[: len(start)]) == start:
            tokens = tokens[len(start) :]
        return " ".join(self._dialect.target.decode(tokens).split())


# A family of packages is one model for many languages: it is loaded once.
@lru_cache(maxsize=2)
def _loaded(folder: Path, digest: str, cores: int) -> tuple[Any, str]:
    """The translator of a model folder and CTranslate2's version."""
    del digest  # part of the key: a model that was replaced is another one
    # Heavy: loaded only when somebody translates.
    import ctranslate2

    try:
        # One core a batch, as many batches as cores. The other way round, a batch on two
        # cores, takes up to four times the processor time: the cores wait for each other
        # at every layer, for long where something else wants one of them.
        translator = ctranslate2.Translator(
            str(folder), device="cpu", inter_threads=cores, intra_threads=1
        )
    except (RuntimeError, ValueError, OSError) as error:
        problem = str(error).splitlines()[0] if str(error) else repr(error)
        raise PackageError(folder, f"the model does not load ({problem})") from error
    return translator, str(ctranslate2.__version__)


def batches(lengths: Sequence[tuple[int, int]], cores: int) -> list[list[int]]:
    """Places of equal lengths (source, forced beginning) together, the longest first.

    No batch has more than `BATCH_TOKENS` source tokens, and where there is little to do
    they are smaller, so that every core has some. Nothing about them changes a result.

    >>> batches([(3, 0), (5, 0), (3, 0), (3, 1)], cores=1)
    [[1], [3], [0, 2]]
    """
    groups: dict[tuple[int, int], list[int]] = {}
    for place, length in enumerate(lengths):
        groups.setdefault(length, []).append(place)
    total = sum(source for source, _ in lengths)
    most = min(BATCH_TOKENS, max(64, total // (2 * cores)))
    found = []
    # The longest first: what is left for the end is short, and no core works on alone.
    for length, places in sorted(groups.items(), reverse=True):
        step = max(1, most // max(sum(length), 1))
        found += [places[at : at + step] for at in range(0, len(places), step)]
    return found
