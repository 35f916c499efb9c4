"""Cue times from the speech itself: forced alignment that survives a wrong text.

A recogniser that expects the text says what it heard where (`language`, `listen`,
`match`); a grammar decides the doubtful lines (`decide`); pieces between sure places
are aligned word by word (`chunks`, `decode`); edges are repaired (`edges`) and every
time gets a confidence (`confidence`). All of it offline, with pocketsphinx.
"""

from speechsubs.alignment.forced.aligner import Speech, supports

__all__ = [
    "Speech",
    "supports",
]
