"""Reading whatever the field produces, writing what every editor and player accepts."""

from speechsubs.formats.registry import (
    encode,
    parse,
    read,
    read_bytes,
    readable_suffixes,
    render,
    writable,
    write,
)
from speechsubs.formats.transcript import from_track

__all__ = [
    "encode",
    "from_track",
    "parse",
    "read",
    "read_bytes",
    "readable_suffixes",
    "render",
    "writable",
    "write",
]
