"""The order of the stages: from transcripts to checked tracks.

The only package that knows it. What it is given (files read, engines loaded) and what
it gives (data, not text) lets the command line, a batch and a review page stand on the
same few lines.
"""

from speechsubs.pipeline.examine import examine
from speechsubs.pipeline.lines import Line, translate_lines
from speechsubs.pipeline.results import Options, Output, Result
from speechsubs.pipeline.run import subtitle

__all__ = ["Line", "Options", "Output", "Result", "examine", "subtitle", "translate_lines"]
