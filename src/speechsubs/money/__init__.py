"""Amounts of money: found in a text, kept exact, written the way a locale does."""

from speechsubs.money.amount import Amount, Context
from speechsubs.money.currencies import context
from speechsubs.money.grammar import find
from speechsubs.money.render import render

__all__ = ["Amount", "Context", "context", "find", "render"]
