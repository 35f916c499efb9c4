"""Machine translation of masked sentences, with retry strategies for failed segments."""

from speechsubs.translation.retry import Progress, translate
from speechsubs.translation.validate import Hypothesis, Rules

__all__ = [
    "Hypothesis",
    "Progress",
    "Rules",
    "translate",
]
