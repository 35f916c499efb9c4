"""Sentences to measure engines with: English with a Spanish reference each.

They are what the starter model is never trained on: the held-back part of the corpus
(see training/data.py). Those with an underscore are left out: nobody speaks one, and
argostranslate loses them all, which would be counted as a difference of engines. Without
the corpus there is nothing to measure; the scripts say so.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # `training` is no installed package
from training import data  # noqa: E402 it needs the line above

#: Longer ones are cut by our engine and not by others.
MOST_CHARACTERS = 300


#: What the short forms take: they look at the code, not at the figures.
SHORT = (
    ("Good evening, everyone.", "Buenas noches a todos."),
    ("We built a car in three years.", "Construimos un coche en tres años."),
    ("Nobody slept much that winter.", "Casi nadie durmió aquel invierno."),
    ("The board asked for more money.", "La junta pidió más dinero."),
    ("It was a long road.", "Fue un camino largo."),
    ("My father cried.", "Mi padre lloró."),
)


def pairs(count: int, language: str = "es", short: bool = False) -> list[tuple[str, str]]:
    """Held-back sentences with their translations, always the same ones in the same order."""
    if short:
        return list(SHORT[:count])
    shared = Path(os.environ.get("SPEECHSUBS_SHARED", "") or ROOT / ".." / "shared")
    corpus = shared / "corpus" / f"en-{language}.tsv.xz"
    if not corpus.is_file():
        raise SystemExit(f"skipped: no corpus (en-{language}.tsv.xz); SPEECHSUBS_SHARED names it")
    found = {}
    for pair in data.read(corpus, language):
        draw = data.chance(data.key(pair.english), "held back")
        spoken = len(pair.english) <= MOST_CHARACTERS and "_" not in pair.english + pair.target
        if spoken and 0.5 <= draw < 0.5 + data.HELD_BACK_SHARE and not data.fault(pair):
            found.setdefault(pair.english, pair.target)
    chosen = sorted(found.items(), key=lambda item: data.chance(item[0], "benchmark"))
    return chosen[:count]
