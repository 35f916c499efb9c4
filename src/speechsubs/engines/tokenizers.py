"""Subword tokenizers of the two kinds of Argos package."""

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


class MosesBpeTokenizer:
    """Moses tokenization and subword-nmt byte pair encoding, used by converted OPUS-MT models."""

    def __init__(self, path: Path, source: str, target: str) -> None:
        # Heavy: only imported for this kind of package.
        from argostranslate.apply_bpe import BPE
        from sacremoses import MosesDetokenizer, MosesPunctNormalizer, MosesTokenizer

        try:
            with path.open(encoding="utf-8") as codes:
                self._codes: Any = BPE(codes)
        except (OSError, ValueError, IndexError, SystemExit) as error:
            # BPE calls sys.exit on an invalid line.
            raise PackageError(path, "contains no byte-pair codes") from error
        self._normalize: Any = MosesPunctNormalizer(source).normalize
        self._tokenize: Any = MosesTokenizer(source).tokenize
        self._detokenize: Any = MosesDetokenizer(target).detokenize

    def encode(self, text: str) -> list[str]:
        """Normalize, tokenize and split into tokens joined by `@@`."""
        tokens = self._tokenize(self._normalize(text))
        return list(self._codes.segment_tokens(tokens)) if tokens else []

    def decode(self, pieces: list[str]) -> str:
        """Join tokens at `@@` and detokenize."""
        return str(self._detokenize(" ".join(pieces).replace("@@ ", "").split()))
