"""Measured translation quality, which decides between the starter model and Apertium.

The scores come from `scores` in a package's metadata.json, a list of objects:

    {"set": "flores-devtest", "bleu": 15.2, "chrf": 44.0, "apertium": 12.1}

`apertium` is the BLEU of Apertium on the same sentences, if measured.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from speechsubs.errors import PackageError
from speechsubs.models import Package
from speechsubs.models.package import read_metadata

#: The test set of the scores below.
FLORES: Final = "flores-devtest"
#: BLEU of Apertium's routes on FLORES devtest, with the Debian 12 packages in November
#: 2026, and of the Argos model for the pair.
APERTIUM: Final[Mapping[tuple[str, ...], tuple[float, float | None]]] = {
    ("eng-spa",): (12.1, 23.3),
    ("eng-cat",): (20.5, None),
    ("eng-spa", "es-fr"): (14.5, 42.7),
}
_MAX_SCORES: Final = 100


@dataclass(frozen=True, slots=True)
class Score:
    """BLEU of a model on a test set (0 to 100), and of Apertium on the same sentences."""

    set: str
    bleu: float
    apertium: float | None = None


def read_scores(package: Package) -> tuple[Score, ...]:
    """Read the scores of a package; invalid entries are ignored."""
    try:
        listed = read_metadata(package.path).get("scores")
    except PackageError:
        return ()
    found = []
    for entry in listed[:_MAX_SCORES] if isinstance(listed, list) else []:
        if not isinstance(entry, dict):
            continue
        bleu = _bleu(entry.get("bleu"))
        name = entry.get("set")
        if bleu is not None and isinstance(name, str) and name:
            found.append(Score(name[:60], bleu, _bleu(entry.get("apertium"))))
    return tuple(found)


def _bleu(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Compare first: an integer of a thousand digits does not fit into a float.
    return float(value) if 0 <= value <= 100 and not math.isnan(value) else None


def beats_apertium(package: Package, route: Sequence[str]) -> bool:
    """True if a package is measured to be better than an Apertium route.

    FLORES decides if both have a score, because no model was trained on it. Otherwise the
    package must be better on every common test set, because those are held out from its
    own training data and favor it. Without scores Apertium is preferred.
    """
    known = read_scores(package)
    own = tuple(route)
    for score in known:
        if score.set == FLORES and (score.apertium is not None or own in APERTIUM):
            other = score.apertium if score.apertium is not None else APERTIUM[own][0]
            return score.bleu > other
    pairs = [(score.bleu, score.apertium) for score in known if score.apertium is not None]
    return bool(pairs) and all(bleu > other for bleu, other in pairs)


def describe(package: Package) -> str:
    """Describe the scores: "15.2 BLEU on flores-devtest (Apertium 12.1)", or ""."""
    shown = [
        f"{s.bleu:g} BLEU on {s.set}"
        + (f" (Apertium {s.apertium:g})" if s.apertium is not None else "")
        for s in read_scores(package)[:3]
    ]
    return ", ".join(shown)
