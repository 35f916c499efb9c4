"""Terms that must come out: a terminology task's sentences with and without their terms.

Reads the user's own copy of a task in which every sentence comes with a map of terms,
translates it plainly (without terms) and with them, and prints for both: the share of
terms that stand in the output, in the wording asked for and with endings of it, and chrF
against the reference. The WMT 2025 terminology task, track 1 (500 English-Spanish
sentences, github.com/wmt-conference/wmt25-terminology), has this form; so has any JSONL
file of
  {"en": "...", "es": "...", "terms": {"board": "junta"}}
where "terms" may also be {"proper": {...}, "random": {...}} (see --mode), and the keys
"source", "reference" may stand for the languages. Data is never copied into the results.

usage: python benchmarks/terminology_task.py FILE.jsonl [--from en] [--to es]
         [--engine auto|argos|apertium] [--package FILE.argosmodel] [--mode proper]
         [--record | --short]
"""

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recorded import TINY, note, parser

from speechsubs import models
from speechsubs.engines import load
from speechsubs.engines.argos import ArgosEngine
from speechsubs.language import locales
from speechsubs.model import Severity
from speechsubs.pipeline import make_settings, translate_lines
from speechsubs.protocols import Engine

#: chrF: character n-grams up to this length, recall counted twice (Popović 2015).
_ORDER, _BETA = 6, 2
_WORD = re.compile(r"\w+")

#: The task of the short form.
SHORT = """\
{"en": "The board met.", "es": "La junta se reunió.", "terms": {"board": "junta"}}
{"en": "It was a long road.", "es": "Fue un camino largo.", "terms": {"road": "camino"}}
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence with its reference (or "") and the terms that must stand in it."""

    source: str
    reference: str
    terms: Mapping[str, str]


def rows(path: Path, source: str, target: str, mode: str) -> list[Row]:
    """The sentences of a file. Raises `ValueError` naming the line that is none."""
    found = []
    for number, line in enumerate(path.read_text("utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        data: Any = json.loads(line)
        said = data.get(source, data.get("source")) if isinstance(data, dict) else None
        if not isinstance(said, str):
            raise ValueError(f"{path.name}:{number}: no sentence under {source!r} or 'source'")
        terms = data.get("terms", data.get(mode, {}))
        if isinstance(terms, dict) and isinstance(terms.get(mode), dict):
            terms = terms[mode]
        if isinstance(terms, list):
            terms = {one[source]: one[target] for one in terms}
        if not isinstance(terms, dict):
            raise ValueError(f"{path.name}:{number}: 'terms' is no map")
        found.append(
            Row(
                said,
                str(data.get(target, data.get("reference", ""))),
                {str(k): str(v) for k, v in terms.items() if isinstance(v, str) and v.strip()},
            )
        )
    return found


def success(texts: Sequence[str], wanted: Sequence[Row]) -> tuple[float, float]:
    """The share of terms that stand in the outputs: as they are, and with other endings.

    Only terms that the source holds count, as in the task; the second figure takes a
    word for the term's if both differ in their last vowel and a plural s alone.
    """
    total = exact = near = 0
    for text, row in zip(texts, wanted, strict=True):
        low = text.lower()
        stems = {_stem(word) for word in _WORD.findall(low)}
        for term, target in row.terms.items():
            if term.lower() not in row.source.lower():
                continue
            total += 1
            here = target.lower() in low
            exact += here
            near += here or all(_stem(word) in stems for word in _WORD.findall(target.lower()))
    return (exact / total, near / total) if total else (0.0, 0.0)


def _stem(word: str) -> str:
    return word.removesuffix("s").rstrip("aeo") if len(word) > 3 else word


def chrf(texts: Sequence[str], references: Sequence[str]) -> float:
    """The corpus chrF2, 0 to 100, blanks left out."""
    score = 0.0
    for order in range(1, _ORDER + 1):
        same = made = right = 0
        for text, reference in zip(texts, references, strict=True):
            one, other = _grams(text, order), _grams(reference, order)
            same += sum((one & other).values())
            made += sum(one.values())
            right += sum(other.values())
        precision, recall = same / max(1, made), same / max(1, right)
        if precision + recall:
            score += (1 + _BETA**2) * precision * recall / (_BETA**2 * precision + recall)
    return 100 * score / _ORDER


def _grams(text: str, order: int) -> Counter[str]:
    joined = "".join(text.split())
    return Counter(joined[at : at + order] for at in range(len(joined) - order + 1))


def measured(wanted: Sequence[Row], engine: Engine, source: str, target: str) -> dict[str, Any]:
    """Both translations' figures."""
    texts = [row.source for row in wanted]
    here, there = locales.load(source), locales.load(target)
    plain = [answer[0] for answer in engine.translate(texts)]
    lines = translate_lines(
        texts,
        engine,
        make_settings(here),
        there,
        terms=[row.terms for row in wanted],
    )
    done = [line.translation.finished.text for line in lines]
    references = [row.reference for row in wanted]
    flagged = sum(any(f.severity is not Severity.INFO for f in line.findings) for line in lines)
    result: dict[str, Any] = {"sentences": len(wanted)}
    for name, outputs in (("without_terms", plain), ("with_terms", done)):
        exact, near = success(outputs, wanted)
        result[name] = {"term_success": round(exact, 4), "with_endings": round(near, 4)}
        if all(references):
            result[name]["chrf"] = round(chrf(outputs, references), 2)
    result["sentences_flagged"] = round(flagged / max(1, len(wanted)), 4)
    result["rungs"] = dict(Counter(line.translation.method.kind for line in lines).most_common())
    return result


def main() -> int:
    """Print one JSON line, record it when asked."""
    options = parser(__doc__)
    options.add_argument("task", type=Path, nargs="?")
    options.add_argument("--from", dest="source", default="en")
    options.add_argument("--to", dest="target", default="es")
    options.add_argument("--engine", choices=["auto", "argos", "apertium"], default="auto")
    options.add_argument("--package", type=Path)
    options.add_argument("--mode", default="proper")
    args = options.parse_args()
    if args.task is None and not args.short:
        options.error("it takes a task's file")
    with tempfile.TemporaryDirectory() as folder:
        if args.short:
            args.task, args.package = Path(folder) / "task.jsonl", TINY
            args.task.write_text(SHORT, "utf-8")
        wanted = rows(args.task, args.source, args.target, args.mode)
        if not wanted:
            print(f"{args.task.name}: there is no sentence in it", file=sys.stderr)
            return 1
        engine: Engine
        if args.package:
            package = models.install_file(args.package, Path(folder))
            engine = ArgosEngine(package, args.source, args.target)
        else:
            engine = load(args.engine, args.source, args.target)
        figures = measured(wanted, engine, args.source, args.target)
        note("terminology_task", {**figures, "signature": engine.signature})
    return 0


if __name__ == "__main__":
    sys.exit(main())
