"""How much of a sentence's old wording stays when its glossary changes.

    python benchmarks/review_kept.py [--engine argos|apertium] [--package FILE.argosmodel]
                                     [--record | --short]

The sample speech is translated with the sample glossary, and some sentences are reworded as
a person would have them. Then everyday words of it become terms, one after the other, and
every sentence with the word has to be said anew. The floor is the ladder's own output
("plain"); beside it what `review` makes of the engine when it cannot be steered, and when
it can. The figure is the mean share of the old words that stay. A
text with more findings than the plain one is never taken, so `errors` are the same or less.
"""

import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from unittest import mock

import recorded

from speechsubs import formats, glossary, models, pipeline, project
from speechsubs.engines import load
from speechsubs.engines.argos import ArgosEngine
from speechsubs.glossary import Glossary, Policy, Target, Term
from speechsubs.language import locales
from speechsubs.model import Transcript
from speechsubs.project import Project, State
from speechsubs.protocols import Engine, MaskFamily, Steerable
from speechsubs.review import impact, retranslate

ROOT = Path(__file__).parents[1]
WORDS = {
    "car": "automóvil", "cars": "automóviles", "team": "plantilla", "people": "personal",
    "year": "ejercicio", "years": "ejercicios", "company": "compañía", "factory": "planta",
    "phone": "terminal", "phones": "terminales", "engineers": "técnicos", "money": "capital",
    "night": "madrugada", "line": "cadena", "winter": "invernada", "list": "relación",
}  # fmt: skip
#: Every third sentence is a person's: its halves around the first comma change places.
EVERY = 3


class Unsteered:
    """An engine with all its outputs, that cannot be steered."""

    def __init__(self, engine: Engine) -> None:
        self.name, self.source, self.target = engine.name, engine.source, engine.target
        self.signature, self.quality = engine.signature, engine.quality
        self.masks: tuple[MaskFamily, ...] = engine.masks
        self.translate = engine.translate


def sample(engine: Engine, words: Glossary, folder: Path, paragraphs: int | None) -> Project:
    item = formats.read(ROOT / "media" / "courage.txt")
    assert isinstance(item, Transcript)
    item = replace(item, paragraphs=item.paragraphs[:paragraphs])
    results = pipeline.subtitle(
        [item],
        pipeline.make_settings(locales.load("en"), words),
        targets=[(locales.load(engine.target), engine)],
    )
    made = project.record(Project(folder), results, written={}, glossary="", options={})
    (source,) = made.sources
    (track,) = source.tracks
    for index in range(0, len(track.segments), EVERY):
        text = turned(track.segments[index].text)
        track = project.edit(track, index, text, author="bench", state=State.EDITED)
    return replace(made, sources=(replace(source, tracks=(track,)),))


def turned(text: str) -> str:
    first, comma, second = text.rstrip(".").partition(", ")
    return f"{second[:1].upper()}{second[1:]}, {first[:1].lower()}{first[1:]}." if comma else text


def shares(
    made: Project, words: Glossary, engine: Engine, terms: dict[str, str]
) -> tuple[dict[tuple[str, int], float], Counter[str], int]:
    """The share that each sentence keeps for each word, how it was made, and its errors."""
    kept: dict[tuple[str, int], float] = {}
    ways: Counter[str] = Counter()
    errors = 0
    for word, wording in terms.items():
        target = {engine.target: Target(wording)}
        new = Glossary((*words.terms, Term(word, word, policy=Policy.FIXED, targets=target)))
        found = impact.review_change(made, words, new, engines=lambda *_: engine)
        for item in found.items:
            if item.kept is not None:
                kept[word, item.segment] = item.kept
                ways[item.method] += 1
                errors += item.severity == "error"
    return kept, ways, errors


def main() -> None:
    parser = recorded.parser(__doc__)
    parser.add_argument("--engine", choices=["argos", "apertium"], default="argos")
    parser.add_argument("--package", type=Path, default=recorded.TINY)
    options = parser.parse_args()
    words = glossary.load(ROOT / "glossary.yml")
    new = dict([*WORDS.items()][:2]) if options.short else WORDS
    with tempfile.TemporaryDirectory() as folder:
        if options.engine == "argos":
            package = models.install_file(options.package, Path(folder))
            engine: Engine = ArgosEngine(package, "en", "es")
        else:
            engine = load("apertium", "en", "es")
        made = sample(engine, words, Path(folder) / "p", 6 if options.short else None)
        result: dict[str, object] = {}
        found = {}
        with ExitStack() as stack:
            # The ladder alone, without a look at the old text.
            for step in ("locate", "splice", "steer"):
                stack.enter_context(mock.patch.object(retranslate._Retranslator, step))
            found["plain"] = shares(made, words, engine, new)
        found["unsteered"] = shares(made, words, Unsteered(engine), new)
        if isinstance(engine, Steerable):
            found["steered"] = shares(made, words, engine, new)
        common = set.intersection(*(set(kept) for kept, _, _ in found.values()))
        for name, (kept, ways, errors) in found.items():
            own = [kept[key] for key in common]
            result[name] = {
                "kept": round(sum(own) / len(own), 4),
                "errors": errors,
                "ways": dict(ways.most_common()),
            }
    figures = {
        "engine": options.engine,
        "steerable": isinstance(engine, Steerable),
        "sentences": len(common),
        "words": len(new),
        **result,
        "signature": engine.signature,
    }
    recorded.note("review_kept", figures, "rapidfuzz", "ctranslate2")


if __name__ == "__main__":
    main()
