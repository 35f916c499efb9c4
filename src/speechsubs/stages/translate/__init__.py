"""Masked sentences into drafts, and the ladder that failing ones climb."""

from speechsubs.stages.translate.ladder import Progress, drafts
from speechsubs.stages.translate.verify import Raw

__all__ = ["Progress", "Raw", "drafts"]
