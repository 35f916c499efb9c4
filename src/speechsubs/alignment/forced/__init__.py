"""Forced alignment of a text with a recording, robust against differences between them.

1. A recognizer with a language model of the text finds anchors (`script`, `pronounce`,
   `recognize`).
2. A grammar decides which of the lines between anchors are spoken (`decide`).
3. The recording is cut into chunks and each is aligned word by word (`chunks`, `decode`),
   on several processes (`workers`).
4. Word boundaries are corrected by voice activity (`boundaries`) and every time gets a
   confidence (`confidence`).

`aligner` runs these steps. Everything works offline, with pocketsphinx.
"""

from speechsubs.alignment.forced.aligner import ForcedAligner, supports

__all__ = [
    "ForcedAligner",
    "supports",
]
