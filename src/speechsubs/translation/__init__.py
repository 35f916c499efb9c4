"""Masked sentences into drafts, and the ladder that failing ones climb."""

from speechsubs.translation.retry import Progress, translate
from speechsubs.translation.validate import Hypothesis, Rules

__all__ = [
    "Hypothesis",
    "Progress",
    "Rules",
    "translate",
]
