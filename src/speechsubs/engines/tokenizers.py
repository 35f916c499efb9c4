"""Text to pieces and back, as the two kinds of Argos package want it."""

from pathlib import Path
from typing import Any, Protocol

from speechsubs.errors import PackageError
from speechsubs.models import Package


class Tokenizer(Protocol):
    """Cuts a text into the pieces that a model knows."""

    def encode(self, text: str) -> list[str]:
        """The pieces of a text; none for a text without anything to say."""
        ...

    def decode(self, pieces: list[str]) -> str:
        """The text that pieces stand for."""
        ...


def load(package: Package) -> Tokenizer:
    """The tokenizer of a package. Raises `PackageError` for a broken file."""
    if package.kind == "sentencepiece":
        return SentencePieces(package.tokenizer)
    return MosesBpe(package.tokenizer, package.from_code, package.to_code)


class SentencePieces:
    """SentencePiece models, as Argos trains them."""

    def __init__(self, path: Path) -> None:
        # Heavy, and only needed here.
        import sentencepiece

        try:
            self._model: Any = sentencepiece.SentencePieceProcessor(model_file=str(path))
        except (OSError, RuntimeError) as error:
            raise PackageError(path, "is no SentencePiece model") from error

    def encode(self, text: str) -> list[str]:
        """The pieces of a text."""
        return list(self._model.encode(text, out_type=str))

    def decode(self, pieces: list[str]) -> str:
        """The text of pieces. Underscores stay (argostranslate turns them into spaces)."""
        return str(self._model.decode_pieces(pieces)).replace("\u2581", " ")


class MosesBpe:
    """Converted OPUS-MT models: Moses tokens cut by subword-nmt's byte pair codes."""

    def __init__(self, path: Path, source: str, target: str) -> None:
        # Heavy, and only needed for this kind of package.
        from argostranslate.apply_bpe import BPE
        from sacremoses import MosesDetokenizer, MosesPunctNormalizer, MosesTokenizer

        try:
            with path.open(encoding="utf-8") as codes:
                self._codes: Any = BPE(codes)
        except (OSError, ValueError, IndexError, SystemExit) as error:
            # BPE leaves the whole program on a bad line.
            raise PackageError(path, "holds no byte pair codes") from error
        self._normalize: Any = MosesPunctNormalizer(source).normalize
        self._tokenize: Any = MosesTokenizer(source).tokenize
        self._detokenize: Any = MosesDetokenizer(target).detokenize

    def encode(self, text: str) -> list[str]:
        """Normalised, tokenised, and cut into `@@`-joined pieces."""
        tokens = self._tokenize(self._normalize(text))
        return list(self._codes.segment_tokens(tokens)) if tokens else []

    def decode(self, pieces: list[str]) -> str:
        """Pieces joined at `@@`, then put together as Moses writes."""
        return str(self._detokenize(" ".join(pieces).replace("@@ ", "").split()))
