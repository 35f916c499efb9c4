"""Words that translate each other, counted from the corpus: no dictionary is needed."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from training.data import Pair

_WORD: Final = re.compile(r"[^\W\d_]{4,}")
#: Sentences longer than this tell little about which word belongs to which.
MAX_WORDS: Final = 25


def learn(
    pairs: Iterable[Pair], *, fewest: int = 8, least: float = 0.5, most: int = 20_000
) -> dict[str, str]:
    """English words and the one word that goes with each, for languages with spaces.

    A word pair is kept if it is the best choice from both sides and its Dice
    coefficient (twice the sentences with both, over the sentences with either) is at
    least `least`. Words in fewer than `fewest` sentences say nothing. The `most`
    frequent are looked at, so memory stays small.
    """
    rows = [
        (sorted(set(_WORD.findall(p.english))), sorted(set(_WORD.findall(p.target)))) for p in pairs
    ]
    rows = [(a, b) for a, b in rows if len(a) <= MAX_WORDS and len(b) <= MAX_WORDS]
    english = Counter(word for words, _ in rows for word in words)
    target = Counter(word for _, words in rows for word in words)
    known = {w for w, n in english.most_common(most) if n >= fewest}
    there = {w for w, n in target.most_common(most) if n >= fewest}
    together: Counter[tuple[str, str]] = Counter()
    for left, right in rows:
        usable = [w for w in right if w in there]
        for word in left:
            if word in known:
                together.update((word, other) for other in usable)
    best: dict[str, tuple[float, str]] = {}
    back: dict[str, tuple[float, str]] = {}
    for (word, other), count in together.items():
        dice = 2 * count / (english[word] + target[other])
        best[word] = max(best.get(word, (0.0, "")), (dice, other))
        back[other] = max(back.get(other, (0.0, "")), (dice, word))
    return {
        word: other
        for word, (dice, other) in best.items()
        if dice >= least and word != other and back[other][1] == word
    }
