"""Transcript and subtitle formats: lenient readers, strict writers."""

from speechsubs.formats.losses import find_losses
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
    "find_losses",
    "from_track",
    "parse",
    "read",
    "read_bytes",
    "readable_suffixes",
    "render",
    "writable",
    "write",
]
