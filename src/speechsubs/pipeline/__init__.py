"""The order of the stages: from transcripts to checked tracks.

The only package that knows it. What it is given (files read, engines loaded) and what
it gives (data, not text) lets the command line, a batch and a review page stand on the
same few lines.
"""

from speechsubs.pipeline.check import examine
from speechsubs.pipeline.lines import Line, translate_lines
from speechsubs.pipeline.results import Output, Recalled, Result
from speechsubs.pipeline.retime import retimed
from speechsubs.pipeline.run import confidence, finish, prepare, setting, subtitle, translated
from speechsubs.pipeline.sync import SyncResult, sync
from speechsubs.pipeline.texts import (
    Prepared,
    Recall,
    Setting,
    first_of,
    foreign_glossary,
    from_memory,
)

__all__ = [
    "Line",
    "Output",
    "Prepared",
    "Recall",
    "Recalled",
    "Result",
    "Setting",
    "SyncResult",
    "confidence",
    "examine",
    "finish",
    "first_of",
    "foreign_glossary",
    "from_memory",
    "prepare",
    "retimed",
    "setting",
    "subtitle",
    "sync",
    "translate_lines",
    "translated",
]
