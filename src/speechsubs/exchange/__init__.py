"""Exchange projects with translators: XLIFF, XLSX, Markdown, JSON.

`segments` defines what is exported, `xliff`, `xlsx`, `markdown` and `json_file` write and
read it, `importer` merges what came back into the project.
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
