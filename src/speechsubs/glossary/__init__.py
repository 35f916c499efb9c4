"""Glossaries: terms, their required and forbidden translations, matching and checks."""

from speechsubs.glossary.load import load
from speechsubs.glossary.match import Matcher, TermMatch
from speechsubs.glossary.model import (
    Case,
    Glossary,
    Policy,
    Target,
    Term,
    empty,
    target_entry,
    target_for,
)

__all__ = [
    "Case",
    "Glossary",
    "Matcher",
    "Policy",
    "Target",
    "Term",
    "TermMatch",
    "empty",
    "load",
    "target_entry",
    "target_for",
]
