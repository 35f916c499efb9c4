"""Milliseconds in and out of files."""

from speechsubs.errors import InputError
from speechsubs.model import Track

#: Times from here on are refused: 1,000 hours. Beyond it a file is broken, and most
#: programs read three digits for the hours at best.
MAX_MS = 1_000 * 3_600_000 - 1


def milliseconds(hours: int, minutes: int, seconds: int, fraction: str) -> int:
    """The sum in milliseconds; `fraction` holds the digits after the decimal mark.

    >>> milliseconds(0, 1, 2, "5")
    62500
    """
    return (hours * 3600 + minutes * 60 + seconds) * 1000 + int(fraction[:3].ljust(3, "0"))


def clock(time_ms: int, mark: str = ".") -> str:
    """A time as `HH:MM:SS.mmm`, with more digits for the hours from 100 on.

    >>> clock(3_723_004)
    '01:02:03.004'
    """
    seconds, thousandths = divmod(time_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{mark}{thousandths:03}"


def refuse_beyond(track: Track) -> None:
    """Raise `InputError` for a track with a time that files cannot hold."""
    for number, cue in enumerate(track.cues, start=1):
        if cue.end_ms > MAX_MS:
            raise InputError(
                f"{track.source}, cue {number}", "a time of 1,000 hours or more cannot be written"
            )
