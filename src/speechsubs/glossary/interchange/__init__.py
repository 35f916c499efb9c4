"""Glossaries in the files of translators' tools: CSV, TSV, TBX, XLSX, DeepL, OmegaT.

Every file is turned into entries of flat fields (`fields`), entries are merged into a
glossary (`merge`), and a glossary is written to bytes with findings about what the file
cannot hold (`registry`).
"""

from speechsubs.glossary.interchange.fields import Entry, Incoming
from speechsubs.glossary.interchange.merge import Merged, Prefer, merge
from speechsubs.glossary.interchange.registry import (
    Exported,
    export,
    format_of,
    names,
    read,
    read_bytes,
)

__all__ = [
    "Entry",
    "Exported",
    "Incoming",
    "Merged",
    "Prefer",
    "export",
    "format_of",
    "merge",
    "names",
    "read",
    "read_bytes",
]
