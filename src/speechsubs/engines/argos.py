"""Argos packages, driven through CTranslate2 directly.

argostranslate's own translate module wants stanza, forces `compute_type="auto"`
(garbage from some models: its issues 504 and 522), sends 32 tokens at a time, and
loses every underscore. Its call is kept where it is right: beam 4, length penalty
0.2, unknown words replaced.
"""

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Final

from speechsubs import locales
from speechsubs.engines import masks as mask_words
from speechsubs.engines import tokenizers
from speechsubs.errors import EngineError, PackageError
from speechsubs.packages import Package
from speechsubs.protocols import MaskFamily

BEAM: Final = 4
LENGTH_PENALTY: Final = 0.2
#: Tokens a batch. Measured on two threads: 32 as Argos has it is no faster than one
#: sentence at a time, 2048 is four times as fast.
BATCH_TOKENS: Final = 2048
#: Argos models are trained on lines of at most 150 tokens, and converted OPUS-MT ones
#: have 512 positions: longer texts are cut and translated in parts.
MAX_TOKENS: Final = 120
#: More than any of our parts needs; a model that loses its place stops here.
MAX_OUTPUT_TOKENS: Final = 400
#: A part is at most so many characters, so that no tokenizer meets a huge word.
MAX_CHARACTERS: Final = 600
#: Changes when the masks or the probe do, so that remembered probes are made anew.
_PROBE_VERSION: Final = 1

#: Where a long text may be cut, best first: after a sentence, after a clause, at a space.
_CUTS: Final = (
    re.compile(r"(?<=[.!?;:])\s+|(?<=[。！？；：])"),
    re.compile(r"(?<=[,)])\s+|(?<=[，、）])"),
    re.compile(r"\s+"),
)


class ArgosEngine:
    """One Argos package, one direction.

    `threads` is how many cores one batch uses, by default all that this process may.
    Raises `PackageError` when the package does not load.
    """

    def __init__(
        self, package: Package, source: str, target: str, *, threads: int | None = None
    ) -> None:
        # Heavy: loaded only when somebody translates.
        import ctranslate2

        self.name = "argos"
        self.source, self.target = source, target
        self.package = package
        self._masks: tuple[MaskFamily, ...] = ()
        self.quality = (
            "neural model; quality depends on the package (Argos English-Spanish 1.0: "
            "23.3 BLEU on FLORES), fluent but can drop or change words, needs a person's check"
        )
        self.signature = (
            f"argos {package.from_code}-{package.to_code} {package.version} "
            f"sha256:{package.sha256[:12]} ctranslate2 {ctranslate2.__version__}"
        )
        self._tokenizer = tokenizers.load(package)
        try:
            self._translator: Any = ctranslate2.Translator(
                str(package.model), device="cpu", intra_threads=threads or _cores()
            )
        except (RuntimeError, ValueError, OSError) as error:
            problem = str(error).splitlines()[0] if str(error) else repr(error)
            raise PackageError(package.path, f"the model does not load ({problem})") from error

    @property
    def masks(self) -> tuple[MaskFamily, ...]:
        """Codes that this model copies, best first, measured once per model."""
        if not self._masks:
            key = f"{self.package.sha256[:32]}-{self.package.to_code}-{_PROBE_VERSION}"
            self._masks = mask_words.cached(key, self._measured)
        return self._masks

    @masks.setter
    def masks(self, families: tuple[MaskFamily, ...]) -> None:
        self._masks = families

    def _measured(self) -> tuple[MaskFamily, ...]:
        scores = mask_words.probe(
            mask_words.CODES,
            locales.load(self.source).language,
            lambda texts: [answer[0] for answer in self.translate(texts)],
        )
        return mask_words.best_first(scores)

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """Translate in large batches; equal texts once, order kept, nothing from nothing.

        Raises `EngineError` when the model fails.
        """
        wanted = max(hypotheses, 1)
        parts = {text: list(self._parts(_clean(text))) for text in dict.fromkeys(texts)}
        pieces = {part: self._tokenizer.encode(part) for part in _flat(parts.values())}
        done = self._decode({p: t for p, t in pieces.items() if t}, wanted)
        return [_join([done.get(p, [p]) for p in parts[text]], wanted) for text in texts]

    def complete(self, items: Sequence[tuple[str, str]]) -> list[str]:
        """For every (text, beginning): a translation that starts with that beginning.

        The beginning is forced token by token, the model goes on from there. Texts
        longer than the model takes give "": they cannot be steered as a whole.
        """
        done = [""] * len(items)
        wanted = [n for n, (text, _) in enumerate(items) if self._whole(text)]
        if not wanted:
            return done
        results = self._batch(
            [self._tokenizer.encode(_clean(items[n][0])) for n in wanted],
            [self._tokenizer.encode(_clean(items[n][1])) for n in wanted],
        )
        for n, hypotheses in zip(wanted, results, strict=True):
            done[n] = self._text(hypotheses[0])
        return done

    def translate_without(self, texts: Sequence[str], words: Sequence[str]) -> list[str]:
        """Translations that the model writes when some words are forbidden to it."""
        banned = [tokens for w in words if (tokens := self._tokenizer.encode(w))]
        done = [""] * len(texts)
        wanted = [n for n, text in enumerate(texts) if self._whole(text)]
        if not wanted or not banned:
            return done
        results = self._batch(
            [self._tokenizer.encode(_clean(texts[n])) for n in wanted], suppress_sequences=banned
        )
        for n, hypotheses in zip(wanted, results, strict=True):
            done[n] = self._text(hypotheses[0])
        return done

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """How likely the model finds each (text, translation): mean log probability a token."""
        prefix = self.package.target_prefix
        first = [prefix] if prefix else []
        sources = [self._tokenizer.encode(_clean(text)) or [""] for text, _ in pairs]
        targets = [first + self._tokenizer.encode(_clean(text)) for _, text in pairs]
        if not pairs:
            return []
        try:
            found = self._translator.score_batch(
                sources, targets, max_batch_size=BATCH_TOKENS, batch_type="tokens"
            )
        except (RuntimeError, ValueError) as error:
            raise self._failed(error) from error
        return [
            sum(one.log_probs) / len(one.log_probs) if one.log_probs else float("-inf")
            for one in found
        ]

    def _whole(self, text: str) -> bool:
        """True where a text goes to the model in one part."""
        return len(list(self._parts(_clean(text)))) == 1

    def _decode(self, pieces: dict[str, list[str]], hypotheses: int) -> dict[str, list[str]]:
        if not pieces:
            return {}
        results = self._batch(list(pieces.values()), hypotheses=hypotheses)
        return {
            part: [self._text(tokens) for tokens in found]
            for part, found in zip(pieces, results, strict=True)
        }

    def _batch(
        self,
        sources: list[list[str]],
        beginnings: list[list[str]] | None = None,
        hypotheses: int = 1,
        **more: Any,
    ) -> list[list[list[str]]]:
        prefix = self.package.target_prefix
        first = [prefix] if prefix else []
        starts = [first + b for b in beginnings] if beginnings else [first] * len(sources)
        try:
            results = self._translator.translate_batch(
                sources,
                target_prefix=starts if first or beginnings else None,
                beam_size=max(BEAM, hypotheses),
                num_hypotheses=hypotheses,
                length_penalty=LENGTH_PENALTY,
                replace_unknowns=True,
                max_batch_size=BATCH_TOKENS,
                batch_type="tokens",
                max_input_length=0,
                max_decoding_length=MAX_OUTPUT_TOKENS,
                **more,
            )
        except (RuntimeError, ValueError) as error:
            raise self._failed(error) from error
        return [result.hypotheses for result in results]

    def _failed(self, error: Exception) -> EngineError:
        return EngineError(
            f"the model of {self.package.name} failed ({error!s:.120})", "Install the package again"
        )

    def _text(self, tokens: list[str]) -> str:
        prefix = self.package.target_prefix
        if prefix and tokens[:1] == [prefix]:
            tokens = tokens[1:]
        return " ".join(self._tokenizer.decode(tokens).split())

    def _parts(self, text: str, level: int = 0) -> Iterator[str]:
        """Cut a text that is longer than the model was trained on."""
        if not text:
            return
        if len(text) <= MAX_CHARACTERS and len(self._tokenizer.encode(text)) <= MAX_TOKENS:
            yield text
        elif level < len(_CUTS):
            for chunk in _packed(_CUTS[level].split(text)):
                yield from self._parts(chunk, level + 1)
        elif len(text) > 1:
            # One word without end: by length, so that at least nothing is lost.
            step = min(MAX_TOKENS // 2, (len(text) + 1) // 2)
            for start in range(0, len(text), step):
                yield from self._parts(text[start : start + step], level)
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


def _join(answers: list[list[str]], hypotheses: int) -> list[str]:
    """The texts of the parts put together, best of all first, without repeats."""
    if not answers:
        return [""]
    ranks = min(hypotheses, max(map(len, answers)))
    joined = (" ".join(a[min(rank, len(a) - 1)] for a in answers) for rank in range(ranks))
    return list(dict.fromkeys(text.strip() for text in joined))


def _flat(groups: Sequence[Sequence[str]] | Any) -> Iterator[str]:
    return (part for group in groups for part in group)


def _clean(text: str) -> str:
    """One line of sound text: broken surrogates and control characters become spaces."""
    if not text.isascii() or not text.isprintable():
        text = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return " ".join(text.split())


def _cores() -> int:
    # What this process may use, which in a container is less than the machine has.
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
