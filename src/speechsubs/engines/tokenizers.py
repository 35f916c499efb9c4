"""Subword tokenizers of the two kinds of Argos package."""

import itertools
import math
from pathlib import Path
from typing import Any, Protocol

from speechsubs.errors import PackageError
from speechsubs.models import Package


class Tokenizer(Protocol):
    """Converts text into subword tokens and back."""

    def encode(self, text: str) -> list[str]:
        """Split a text into tokens; none for an empty text."""
        ...

    def decode(self, pieces: list[str]) -> str:
        """Join tokens into text."""
        ...


def load(package: Package) -> Tokenizer:
    """Load the tokenizer of a package. Raises `PackageError` for a broken file."""
    if package.kind == "sentencepiece":
        return SentencePieceTokenizer(package.tokenizer)
    return MosesBpeTokenizer(package.tokenizer, package.from_code, package.to_code)


class SentencePieceTokenizer:
    """SentencePiece, used by models that Argos trains."""

    def __init__(self, path: Path) -> None:
        # Heavy: only imported when needed.
        import sentencepiece

        try:
            self._model: Any = sentencepiece.SentencePieceProcessor(model_file=str(path))
        except (OSError, RuntimeError) as error:
            raise PackageError(path, "is not a SentencePiece model") from error

    def encode(self, text: str) -> list[str]:
        """Split a text into tokens."""
        return list(self._model.encode(text, out_type=str))

    def decode(self, pieces: list[str]) -> str:
        """Join tokens. Underscores stay (argostranslate turns them into spaces)."""
        return str(self._model.decode_pieces(pieces)).replace("\u2581", " ")


class BytePairCodes:
    """Byte pair codes of subword-nmt, as Sennrich, Haddow and Birch (2016) describe them.

    A file is a line `#version: 0.2` (without it: 0.1) and a merge a line, the most important
    first. The versions differ in the end of a word: a symbol of its own, or part of the last.
    """

    _END = "</w>"

    def __init__(self, path: Path) -> None:
        try:
            lines = path.read_text("utf-8").removesuffix("\n").split("\n")
        except (OSError, ValueError) as error:
            raise PackageError(path, "contains no byte-pair codes") from error
        self._own_end = True
        if lines and lines[0].startswith("#version:"):
            version = lines.pop(0).removeprefix("#version:").strip()
            if version not in ("0.1", "0.2"):
                raise PackageError(path, f"byte-pair codes of the unknown version {version!r:.20}")
            self._own_end = version == "0.1"
        self._ranks: dict[tuple[str, str], int] = {}
        for rank, line in enumerate(lines):
            match line.strip(" \r\n").split(" "):
                case [first, second]:
                    self._ranks.setdefault((first, second), rank)
                case _:
                    raise PackageError(
                        path, f"byte-pair codes: merge {rank + 1} is not two symbols ({line!r:.60})"
                    )
        self._known: dict[str, list[str]] = {}

    def split(self, word: str) -> list[str]:
        """Split a word into pieces; all but the last end in `@@`. Empty for an empty word."""
        found = self._known.get(word)
        if found is None:
            *front, last = self._merged(word) if word else [""]
            found = [*(f"{piece}@@" for piece in front), last] if word else []
            self._known[word] = found
        return found

    def _merged(self, word: str) -> list[str]:
        pieces = [*word, self._END] if self._own_end else [*word[:-1], word[-1] + self._END]
        while len(pieces) > 1:
            pairs = list(itertools.pairwise(pieces))
            best = min(pairs, key=lambda pair: self._ranks.get(pair, math.inf))
            if best not in self._ranks:
                break
            pieces = _merge(pieces, best)
        if pieces[-1] == self._END:
            return pieces[:-1]
        return [*pieces[:-1], pieces[-1].replace(self._END, "")]


def _merge(pieces: list[str], pair: tuple[str, str]) -> list[str]:
    """Join a pair wherever it stands, from the left."""
    merged: list[str] = []
    place = 0
    while place < len(pieces):
        if tuple(pieces[place : place + 2]) == pair:
            merged.append(pair[0] + pair[1])
            place += 2
        else:
            merged.append(pieces[place])
            place += 1
    return merged


class MosesBpeTokenizer:
    """Moses tokenization and subword-nmt byte pair encoding, used by converted OPUS-MT models."""

    def __init__(self, path: Path, source: str, target: str) -> None:
        # Heavy: only imported for this kind of package.
        from sacremoses import MosesDetokenizer, MosesPunctNormalizer, MosesTokenizer

        self._codes = BytePairCodes(path)
        self._normalize: Any = MosesPunctNormalizer(source).normalize
        self._tokenize: Any = MosesTokenizer(source).tokenize
        self._detokenize: Any = MosesDetokenizer(target).detokenize

    def encode(self, text: str) -> list[str]:
        """Normalize, tokenize and split into tokens joined by `@@`."""
        tokens = self._tokenize(self._normalize(text))
        return [piece for token in tokens for piece in self._codes.split(token)]

    def decode(self, pieces: list[str]) -> str:
        """Join tokens at `@@` and detokenize."""
        return str(self._detokenize(" ".join(pieces).replace("@@ ", "").split()))
