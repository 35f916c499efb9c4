"""Quality checks for subtitle tracks.

`inspect` needs only a track, so it also checks third-party files; `compare` also uses
the source and the glossary.
"""

from speechsubs.qa.cues import ROUNDING_MS, chars_per_second, inspect, inspect_stacked
from speechsubs.qa.text import MAX_PAIRED_CUES, assign_cues, compare, find_forbidden, pair_texts

__all__ = [
    "MAX_PAIRED_CUES",
    "ROUNDING_MS",
    "assign_cues",
    "chars_per_second",
    "compare",
    "find_forbidden",
    "inspect",
    "inspect_stacked",
    "pair_texts",
]
