"""Score a package on the held-back sentences: BLEU and chrF by source, masks kept.

    python -m training.score --data FOLDER --package FILE.argosmodel --out scores.json
        [--beside OTHER.argosmodel] [--apertium]

Beside it, on the same sentences in the same run, another package, and Apertium by the
toolkit's own engine where that can be imported. Texts are decoded as the toolkit does
it: beam 4, length penalty 0.2.
"""

import argparse
import json
import random
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from training.augment import FAMILIES, Augmenter, masked, renamed, spots
from training.data import Pair
from training.prepare import read_held_back

BEAM: Final = 4
LENGTH_PENALTY: Final = 0.2
BATCH_TOKENS: Final = 2048
#: Sources alike in kind, scored together; the rest are manuals.
GROUPS: Final[Mapping[str, frozenset[str]]] = {
    "prose": frozenset(
        {"xquad", "african_storybook", "opensource_guide", "hf_course", "hf_course_subtitles",
         "djangogirls", "mozilla_www", "ami_meeting", "learn_git_branching"}
    ),
    "conversation": frozenset({"tatoeba"}),
}  # fmt: skip
REST: Final = "manuals"
#: Sentences with something in them that masks are tried on.
MASKED_SENTENCES: Final = 300
#: What is compared, in the order of the columns.
SYSTEMS: Final = ("starter", "beside", "apertium")
Translate = Callable[[Sequence[str]], list[str]]
Json = dict[str, Any]


class Model:
    """A package, unpacked and loaded."""

    def __init__(self, path: Path, folder: Path) -> None:
        import ctranslate2
        import sentencepiece

        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        (root,) = (p for p in folder.iterdir() if p.is_dir())
        self.about: Json = json.loads((root / "metadata.json").read_text("utf-8"))
        self._pieces: Any = sentencepiece.SentencePieceProcessor(
            model_file=str(root / "sentencepiece.model")
        )
        self._model: Any = ctranslate2.Translator(str(root / "model"), device="cpu")

    def translate(self, texts: Sequence[str]) -> list[str]:
        """One answer for each text."""
        prefix = self.about.get("target_prefix", "")
        results = self._model.translate_batch(
            [self._pieces.encode(text, out_type=str) for text in texts],
            target_prefix=[[prefix]] * len(texts) if prefix else None,
            beam_size=BEAM,
            length_penalty=LENGTH_PENALTY,
            replace_unknowns=True,
            max_batch_size=BATCH_TOKENS,
            batch_type="tokens",
            max_decoding_length=400,
        )
        start = 1 if prefix else 0
        return [
            str(self._pieces.decode_pieces(r.hypotheses[0][start:])).replace("\u2581", " ")
            for r in results
        ]


def apertium(language: str) -> Translate | None:
    """Apertium by the toolkit's engine; None without a pair, the program or the toolkit."""
    try:
        from speechsubs.engines.apertium import ApertiumEngine, find_route
    except ImportError:
        return None
    route = find_route("en", {"zh": "zh-CN", "pt": "pt-BR"}.get(language, language))
    if len(route) != 1:
        return None
    engine = ApertiumEngine("en", language, route)
    return lambda texts: [answer[0] for answer in engine.translate(texts)]


def corpus_scores(outputs: Sequence[str], wanted: Sequence[str], language: str) -> Json:
    """BLEU and chrF of a set of sentences, with the tokenizer that suits the language."""
    import sacrebleu

    metrics: Any = sacrebleu.metrics
    tokenizer = {"zh": "zh", "ja": "char"}.get(language, "13a")
    bleu = metrics.BLEU(tokenize=tokenizer)
    return {
        "bleu": round(bleu.corpus_score(list(outputs), [list(wanted)]).score, 2),
        "chrf": round(metrics.CHRF().corpus_score(list(outputs), [list(wanted)]).score, 2),
    }


def group(source: str) -> str:
    """Which kind of text a source is."""
    return next((name for name, members in GROUPS.items() if source in members), REST)


def quality(pairs: Sequence[Pair], systems: Mapping[str, Translate]) -> list[Json]:
    """A row for each source, each group, and all, with every system's scores."""
    language = pairs[0].language
    outputs = {name: translate([p.english for p in pairs]) for name, translate in systems.items()}
    places: dict[str, list[int]] = {}
    for number, pair in enumerate(pairs):
        for name in (pair.source, f"[{group(pair.source)}]", "[all]"):
            places.setdefault(name, []).append(number)
    rows = []
    for name, chosen in sorted(places.items()):
        wanted = [pairs[n].target for n in chosen]
        scored = {
            system: corpus_scores([texts[n] for n in chosen], wanted, language)
            for system, texts in outputs.items()
        }
        rows.append({"set": name, "to": language, "sentences": len(chosen), **scored})
    return rows


def kept(word: str, text: str) -> bool:
    """Whether a word stands in a text once, as a word of its own, in any case."""
    edges = rf"(?<![^\W_]){re.escape(word)}(?![^\W_])"
    return len(re.findall(edges, text, re.IGNORECASE)) == 1


def survival(
    pairs: Sequence[Pair], systems: Mapping[str, Translate], lexicon: Mapping[str, str]
) -> list[Json]:
    """Of masks, of invented names and codes, and of target terms: how many come out once.

    The same sentences, each with something hidden, for each family of masks; `whole`
    counts the sentences that kept all of theirs.
    """
    rng = random.Random(7)
    trials: dict[str, list[tuple[str, list[str]]]] = {}
    usable = [(pair, found) for pair in pairs if (found := spots(pair, lexicon))]
    for pair, found in rng.sample(usable, min(len(usable), MASKED_SENTENCES)):
        for family, words in FAMILIES.items():
            hidden = masked(pair, found, [words], random.Random(pair.english))
            there = [w for w in words if kept(w, hidden.english)]
            trials.setdefault(f"masks {family}", []).append((hidden.english, there))
        names = [spot for spot in found if spot.kind == "name"]
        other = renamed(pair, names, rng)
        new = [w for w in re.findall(r"[^\W_]+", other.english) if w not in pair.english]
        trials.setdefault("names and codes", []).append((other.english, new))
        term = _inline(pair, lexicon, rng)
        trials.setdefault("terms inline", []).append(term)
    rows: list[Json] = []
    for name, trial in trials.items():
        trial = [(text, words) for text, words in trial if words]
        if not trial:
            continue
        row: Json = {"survival": name, "to": pairs[0].language, "sentences": len(trial)}
        for system, translate in systems.items():
            answers = translate([text for text, _ in trial])
            fates = [
                [kept(word, answer) for word in words]
                for (_, words), answer in zip(trial, answers, strict=True)
            ]
            flat = [fate for line in fates for fate in line]
            row["words"] = len(flat)
            row[system] = {
                "kept": round(sum(flat) / max(1, len(flat)), 4),
                "whole": round(sum(map(all, fates)) / max(1, len(fates)), 4),
            }
        rows.append(row)
    return rows


def _inline(pair: Pair, lexicon: Mapping[str, str], rng: random.Random) -> tuple[str, list[str]]:
    augmenter = Augmenter((), {pair.language: lexicon}, {"inline": 1.0})
    changed = augmenter.change(pair, rng)
    old = set(re.findall(r"[^\W_]+", pair.english))
    return changed.english, [w for w in re.findall(r"[^\W_]+", changed.english) if w not in old]


def table(rows: Sequence[Json]) -> str:
    """The rows as Markdown: BLEU / chrF, and the share of words kept in percent."""
    scored = [row for row in rows if "set" in row]
    tried = [row for row in rows if "survival" in row]
    lines = _grid(
        "sentences held back", "BLEU / chrF", scored, lambda row: f"{row['set']}",
        lambda cell: f"{cell['bleu']:.1f} / {cell['chrf']:.1f}",
    )  # fmt: skip
    lines += _grid(
        "words that must be copied", "kept %", tried, lambda row: f"{row['survival']}",
        lambda cell: f"{cell['kept'] * 100:.1f}",
    )  # fmt: skip
    return "\n".join(lines).strip()


def _grid(
    what: str, figure: str, rows: Sequence[Json], named: Callable[[Json], str],
    shown: Callable[[Json], str],
) -> list[str]:  # fmt: skip
    systems = [s for s in SYSTEMS if any(s in row for row in rows)]
    head = [what, "number", *(f"{name} {figure}" for name in systems)]
    lines = ["", f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for row in rows:
        number = row.get("words", row["sentences"])
        cells = [shown(row[name]) if name in row else "" for name in systems]
        lines.append(f"| en-{row['to']} {named(row)} | {number} | {' | '.join(cells)} |")
    return lines


def described(rows: Sequence[Json], language: str) -> Json:
    """What goes into the package's metadata: the scores of the groups.

    Apertium's are left out there: the toolkit would prefer the starter by them, though
    the sentences are of the kind that only the starter has learnt from. The table in
    the README shows both.
    """
    wanted = {f"[{name}]": f"held-back {name}" for name in GROUPS}
    scores = [
        {"set": wanted[row["set"]], **row["starter"]}
        for row in rows
        if row.get("to") == language and row.get("set") in wanted
    ]
    return {"scores": scores, "quality": "scores are on sentences like those it learnt from"}


def evaluate(
    data: Path, package: Path, beside: Path | None, rules: bool, most: int | None = None
) -> list[Json]:
    """All rows for the package's language.

    The package beside is only compared in what it copies: it may have learnt from the
    sentences that this recipe holds back.
    """
    with tempfile.TemporaryDirectory() as folder:
        model = Model(package, Path(folder) / "starter")
        language = str(model.about["to_code"])
        own: dict[str, Translate] = {"starter": model.translate}
        by_rules = apertium(language) if rules else None
        pairs = [p for p in read_held_back(data / "test.tsv") if p.language == language][:most]
        rows = quality(pairs, own | ({"apertium": by_rules} if by_rules else {}))
        if beside is not None:
            own["beside"] = Model(beside, Path(folder) / "beside").translate
        path = data / "lexicons.json"
        lexicons = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return rows + survival(pairs, own, lexicons.get(language, {}))


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of training.prepare")
    parser.add_argument("--package", type=Path, required=True, nargs="+")
    parser.add_argument("--beside", type=Path, help="another package, to compare what is copied")
    parser.add_argument("--apertium", action="store_true")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    rows: list[Json] = []
    languages: Json = {}
    for package in options.package:
        found = evaluate(options.data, package, options.beside, options.apertium)
        rows += found
        languages[found[0]["to"]] = described(found, found[0]["to"])
    text = table(rows)
    made = {
        "rows": rows,
        "table": text,
        "languages": languages,
        "versions": {n: version(n) for n in ("sacrebleu", "ctranslate2", "sentencepiece")},
    }
    options.out.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
