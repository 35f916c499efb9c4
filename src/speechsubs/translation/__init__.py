"""Masked sentences into drafts, and the ladder that failing ones climb."""

from speechsubs.translation.retry import Progress, drafts
from speechsubs.translation.validate import Raw, Rules

__all__ = [
    "Progress",
    "Raw",
    "Rules",
    "drafts",
]
