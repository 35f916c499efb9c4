"""The implementation of `speechsubs models evaluate`."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from speechsubs import engines, glossary, pipeline
from speechsubs.adapters import files
from speechsubs.cli.arguments import Evaluation
from speechsubs.cli.jobs import console
from speechsubs.engines import mask_probe
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.formats.decode import decode
from speechsubs.glossary import Glossary
from speechsubs.language.locales import Locale
from speechsubs.model import MethodKind
from speechsubs.protocols import Engine

#: Warm-up sentences, translated before the measurement: caches fill, threads start.
_WARM_UP: Final = 8
#: sacrebleu's tokenizers for languages without word separators. Its own for Japanese
#: and Korean need dictionaries that would be downloaded.
_CUTS: Final = {"zh": "zh", "ja": "char", "ko": "char", "th": "char"}
#: Methods without a placeholder.
_BARE: Final = frozenset({MethodKind.PLAIN, MethodKind.BLANK})
#: The codes of findings about terms, amounts and numbers missing from a translation.
_LOST: Final = frozenset(
    {"term-missing", "term-wording", "term-forbidden", "amount-missing", "number-missing", "month-missing",
     "needs-review"}
)  # fmt: skip

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Measured:
    """The scores of one engine. BLEU and chrF 0 to 100, shares 0 to 1, times in seconds.

    `masks_kept` is the share of placeholders that survived the translation of test
    sentences. With a glossary, `held` is the number of sentences with terms, amounts or other
    placeables, `held_at_once` the share of these that were right at the first attempt,
    `held_in_the_end` after all fallbacks; `ladder_*` are the scores of those texts.
    """

    engine: str
    signature: str = ""
    quality: str = ""
    error: str = ""
    sentences: int = 0
    load_s: float = 0.0
    translate_s: float = 0.0
    sentences_per_s: float = 0.0
    bleu: float = 0.0
    chrf: float = 0.0
    masks_kept: float = 0.0
    held: int | None = None
    held_at_once: float | None = None
    held_in_the_end: float | None = None
    ladder_bleu: float | None = None
    ladder_chrf: float | None = None


class _Scorer:
    """BLEU and chrF against references. Raises `InputError` without sacrebleu."""

    def __init__(self, references: Sequence[str], locale: Locale) -> None:
        # An optional dependency: few users evaluate engines.
        try:
            from sacrebleu.metrics.bleu import BLEU
            from sacrebleu.metrics.chrf import CHRF
        except ImportError as error:
            raise InputError(
                "models evaluate",
                "BLEU and chrF require sacrebleu, which is not installed",
                'Install it: pip install "speechsubs[evaluate]"',
            ) from error
        self._references = [list(references)]
        self._bleu = BLEU(tokenize=_CUTS.get(locale.language, "13a"))
        self._chrf = CHRF()

    def __call__(self, texts: Sequence[str]) -> tuple[float, float]:
        """BLEU and chrF, rounded as usual in publications."""
        bleu = self._bleu.corpus_score(list(texts), self._references).score
        chrf = self._chrf.corpus_score(list(texts), self._references).score
        return round(bleu, 2), round(chrf, 2)

    @property
    def signatures(self) -> dict[str, str]:
        """sacrebleu's signatures of the metrics; available after the first score."""
        return {
            "bleu": str(self._bleu.get_signature()),
            "chrf": str(self._chrf.get_signature()),
        }


def evaluate(given: Evaluation) -> int:
    """Measure every engine and show the scores; returns the exit code."""
    source, target = given.source, given.target
    pairs = _pairs(given.test_set, given.references)
    words = glossary.load(given.terms) if given.terms else None
    scorer = _Scorer([reference for _, reference in pairs], target)
    screen = console.stderr()
    measured = []
    for name in dict.fromkeys(given.names):
        try:
            measured.append(_measure(name, pairs, source, target, words, scorer))
        except SpeechsubsError as error:
            # The other engines are still measured.
            measured.append(Measured(name, error=str(error)))
            if not given.as_json:
                console.error(screen, error)
    good = [one for one in measured if not one.error]
    signatures = scorer.signatures if good else {}
    if given.as_json:
        data = {
            "source": source.tag,
            "target": target.tag,
            "set": str(given.test_set),
            "sentences": len(pairs),
            "glossary": str(given.terms) if words else "",
            "signatures": signatures,
            "engines": [_data(one) for one in measured],
        }
        click.echo(json.dumps(data, ensure_ascii=True, indent=1))
    elif good:
        _show(good, len(pairs), signatures)
    return 1 if len(good) < len(measured) else 0


def _data(one: Measured) -> dict[str, Any]:
    """The scores as plain data; for an engine that failed, only the reason."""
    return {"engine": one.engine, "error": one.error} if one.error else asdict(one)


def _measure(
    name: str,
    pairs: Pairs,
    source: Locale,
    target: Locale,
    words: Glossary | None,
    score: Callable[[Sequence[str]], tuple[float, float]],
) -> Measured:
    start = perf_counter()
    engine = engines.load(name, source.tag, target.tag)
    texts = [text for text, _ in pairs]
    engine.translate(texts[:_WARM_UP])
    loaded = perf_counter()
    answers = [answer[0] for answer in engine.translate(texts)]
    seconds = max(perf_counter() - loaded, 1e-9)
    bleu, chrf = score(answers)
    kept = mask_probe.probe(
        engine.masks,
        source.language,
        lambda sentences: [answer[0] for answer in engine.translate(sentences)],
    )
    return Measured(
        name,
        engine.signature,
        engine.quality,
        sentences=len(pairs),
        load_s=round(loaded - start, 3),
        translate_s=round(seconds, 3),
        sentences_per_s=round(len(pairs) / seconds, 1),
        bleu=bleu,
        chrf=chrf,
        masks_kept=round(sum(s.kept for s in kept) / max(sum(s.tried for s in kept), 1), 4),
        **(_climbed(engine, texts, source, target, words, score) if words is not None else {}),
    )


def _climbed(
    engine: Engine,
    texts: Sequence[str],
    source: Locale,
    target: Locale,
    words: Glossary,
    score: Callable[[Sequence[str]], tuple[float, float]],
) -> dict[str, Any]:
    """Translate the sentences as `subtitle` does: masked, verified, with fallbacks."""
    lines = pipeline.translate_lines(texts, engine, pipeline.make_settings(source, words), target)
    held = [line for line in lines if line.translation.method.kind not in _BARE]
    at_once = [line for line in held if line.translation.method.kind is MethodKind.MASKED]
    sound = [line for line in held if not any(item.code in _LOST for item in line.findings)]
    bleu, chrf = score([line.translation.finished.text for line in lines])
    return {
        "held": len(held),
        "held_at_once": round(len(at_once) / len(held), 4) if held else None,
        "held_in_the_end": round(len(sound) / len(held), 4) if held else None,
        "ladder_bleu": bleu,
        "ladder_chrf": chrf,
    }


def _show(measured: Sequence[Measured], count: int, signatures: Mapping[str, str]) -> None:
    # On standard output, because this is the result.
    screen = Console(highlight=False, soft_wrap=True)
    table = _table("engine", "BLEU", "chrF", "sentences/s", "placeholders kept")
    for one in measured:
        scores = (f"{one.bleu:.1f}", f"{one.chrf:.1f}", f"{one.sentences_per_s:,.0f}")
        table.add_row(_short(one.engine), *scores, _percent(one.masks_kept))
    screen.print(table)
    if any(one.held is not None for one in measured):
        screen.print("\nwith the glossary:")
        table = _table("engine", "BLEU", "chrF", "with placeables", "first pass", "final")
        for one in measured:
            shares = (_percent(one.held_at_once), _percent(one.held_in_the_end))
            scores = (f"{one.ladder_bleu:.1f}", f"{one.ladder_chrf:.1f}", f"{one.held}")
            table.add_row(_short(one.engine), *scores, *shares)
        screen.print(table)
    screen.print(f"\n{count:,} sentences; BLEU {signatures['bleu']}; chrF {signatures['chrf']}")
    for one in measured:
        screen.print(console.escape(f"{one.engine}: {one.signature}"))


def _short(engine: str) -> str:
    """An engine's name for a table: a model's path is reduced to its last part."""
    kind, _, place = engine.partition(":")
    return console.escape(f"ct2:{Path(place).name}" if kind == "ct2" else engine)


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, justify="left" if name == "engine" else "right", no_wrap=True)
    return table


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


# ---- Reading ---------------------------------------------------------------------


def _pairs(path: Path, references: Path | None) -> Pairs:
    """Read sentences and their references. Raises `InputError` naming the line."""
    lines = _lines(path)
    if references is not None:
        others = _lines(references)
        if len(lines) != len(others):
            raise InputError(
                str(references),
                f"has {len(others):,} lines, but {path} has {len(lines):,}",
                "Each line must be the translation of the same line in the other file",
            )
        found = list(zip(lines, others, strict=True))
    else:
        found = [_pair(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    found = [(text.strip(), other.strip()) for text, other in found]
    found = [pair for pair in found if all(pair)]
    if not found:
        raise InputError(str(path), "contains no translated sentences")
    return found


def _pair(path: Path, number: int, line: str) -> tuple[str, str]:
    parts = line.split("\t")
    if len(parts) != 2:
        raise InputError(
            f"{path}:{number}",
            f"has {len(parts)} columns, not two",
            "Put a sentence, a tab and its translation on each line",
        )
    return parts[0], parts[1]


def _lines(path: Path) -> list[str]:
    text = decode(files.read_bytes(path), str(path)).text
    return text.removesuffix("\n").split("\n") if text else []
