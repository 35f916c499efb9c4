"""Projects exchanged with translators who live elsewhere: XLIFF, XLSX, Markdown, JSON.

`units` says what travels, `xliff`, `workbook`, `markdown` and `jsonfile`
write and read it, `taking` takes what came back into the project.
"""

from speechsubs.exchange.importer import Change, Taken, take
from speechsubs.exchange.registry import Exported, export, names, read, read_bytes
from speechsubs.exchange.segments import SCHEMA, Incoming, Row
from speechsubs.exchange.status import SourceStatus, TrackStatus, status

__all__ = [
    "SCHEMA",
    "Change",
    "Exported",
    "Incoming",
    "Row",
    "SourceStatus",
    "Taken",
    "TrackStatus",
    "export",
    "names",
    "read",
    "read_bytes",
    "status",
    "take",
]
