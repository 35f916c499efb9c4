"""The order of the stages: from transcripts to checked tracks.

The only package that knows it. What it is given (files read, engines loaded) and what
it gives (data, not text) lets the command line, a batch and a review page stand on the
same few lines.
"""

from speechsubs.pipeline.check import check_track
from speechsubs.pipeline.lines import Line, translate_lines
from speechsubs.pipeline.results import Output, Pretranslation, Result
from speechsubs.pipeline.retime import transfer_times
from speechsubs.pipeline.run import (
    combine_confidence,
    finish,
    make_settings,
    prepare,
    subtitle,
    translate,
)
from speechsubs.pipeline.sync import SyncResult, sync
from speechsubs.pipeline.texts import (
    Prepared,
    Pretranslator,
    RunSettings,
    check_glossary_language,
    first_of,
    from_memory,
)

__all__ = [
    "Line",
    "Output",
    "Prepared",
    "Pretranslation",
    "Pretranslator",
    "Result",
    "RunSettings",
    "SyncResult",
    "check_glossary_language",
    "check_track",
    "combine_confidence",
    "finish",
    "first_of",
    "from_memory",
    "make_settings",
    "prepare",
    "subtitle",
    "sync",
    "transfer_times",
    "translate",
    "translate_lines",
]
