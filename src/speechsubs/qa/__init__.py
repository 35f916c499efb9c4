"""Every cue looked at, by the same rules that a person would be judged by.

`inspect` needs only a track and so serves files that others made; `compare` also
knows the source and the glossary.
"""

from speechsubs.qa.cues import ROUNDING_MS, chars_per_second, inspect, inspect_stacked
from speechsubs.qa.text import MOST_PAIRED, banned, compare, pairs, placed

__all__ = [
    "MOST_PAIRED",
    "ROUNDING_MS",
    "banned",
    "chars_per_second",
    "compare",
    "inspect",
    "inspect_stacked",
    "pairs",
    "placed",
]
