"""Speeches into subtitles that professionals keep.

The command line is `speechsubs`; the same work from Python is
`speechsubs.pipeline.subtitle`.
"""

__version__ = "0.1.0"
