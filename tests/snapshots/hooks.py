"""The only place where the snapshots touch the program's inside.

Everything else goes through the command line. When modules move, this file is mended.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from speechsubs.cli.group import main
from speechsubs.engines.echo import EchoEngine

from .scripted import complete, score, translate, without

__all__ = ["main", "rows", "using"]


class Scripted(EchoEngine):
    """What `--engine echo` becomes where a case asks for `scripted`."""

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        return [translate(self, text, hypotheses) for text in texts]


class Steered(Scripted):
    """The same, and it can be asked to begin so, to avoid words, to score."""

    def complete(self, items: Sequence[tuple[str, str]]) -> list[str]:
        return [complete(self, *item) for item in items]

    def translate_without(self, texts: Sequence[str], words: Sequence[str]) -> list[str]:
        return [without(self, text, words) for text in texts]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        return [score(*pair) for pair in pairs]


@contextmanager
def using(engine: str) -> Iterator[None]:
    """Let `--engine echo` be `echo`, `scripted` or `steered`."""
    kinds = {"scripted": Scripted, "steered": Steered}
    made = EchoEngine.__init__

    def init(self: Any, *given: Any, **named: Any) -> None:
        made(self, *given, **named)
        # A class of its own: what a class can do is asked once. And a model is of one
        # pair of languages, which its signature says: a memory goes by it.
        self.__class__ = kinds[engine]
        self.signature = f"{engine} {self.source} {self.target}"

    with pytest.MonkeyPatch.context() as patch:
        if engine != "echo":
            patch.setattr(EchoEngine, "__init__", init)
        yield


def rows(path: Path) -> dict[str, list[list[Any]]]:
    """The cells of a workbook, sheet by sheet."""
    book = load_workbook(path)
    return {
        sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book
    }
