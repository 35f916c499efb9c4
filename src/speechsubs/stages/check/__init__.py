"""Every cue looked at, by the same rules that a person would be judged by.

`inspect` needs only a track and so serves files that others made; `compare` also
knows the source and the glossary.
"""

from speechsubs.stages.check.cues import ROUNDING_MS, chars_per_second, inspect
from speechsubs.stages.check.stacked import inspect_stacked
from speechsubs.stages.check.texts import MOST_PAIRED, banned, compare, pairs, placed

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
