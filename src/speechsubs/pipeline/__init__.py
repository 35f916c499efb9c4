"""The processing stages in order, from transcripts to checked tracks.

This is the only package that defines the order. Input (parsed files, loaded engines)
and output are data rather than text, so the command line, batch runs and the review
page share the same code.
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
