"""OPUS-MT and NLLB models converted to CTranslate2, loaded from any folder.

The kind is detected from the files: OPUS-MT (Marian) models have a SentencePiece model
per side (`source.spm`, `target.spm`), NLLB models have a single one
(`sentencepiece.bpe.model`) and FLORES language codes in their vocabulary.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from speechsubs import models
from speechsubs.adapters import files
from speechsubs.engines.argos import ArgosEngine
from speechsubs.engines.ctranslate import CTranslateEngine, Model, TextFormat
from speechsubs.engines.tokenizers import SentencePieceTokenizer
from speechsubs.errors import EngineError, PackageError, SpeechsubsError
from speechsubs.language import tags
from speechsubs.protocols import Engine

#: The vocabulary of NLLB has 256,000 entries and 5 MB.
MAX_VOCABULARY_BYTES: Final = 64 * 1024**2
MAX_CONFIG_BYTES: Final = 1024**2
_VOCABULARIES: Final = ("shared_vocabulary", "source_vocabulary")
_OPUS: Final = ("source.spm", "target.spm")
#: The name on Hugging Face, the name from Meta, and a common name.
_NLLB: Final = (
    "sentencepiece.bpe.model",
    "flores200_sacrebleu_tokenizer_spm.model",
    "sentencepiece.model",
)
_EOS: Final = "</s>"


def load(folder: Path, source: str, target: str, *, cores: int | None = None) -> Engine:
    """Load the engine for a model folder and two locale tags.

    An unpacked Argos package is accepted too. Raises `EngineError` if the folder holds no
    supported model or the model lacks the languages, `PackageError` for a broken model.
    """
    if not folder.is_dir():
        raise EngineError(
            f"no such folder: {folder}", "Specify the folder of a CTranslate2 model with --model"
        )
    if (folder / "metadata.json").is_file():
        return _argos(folder, source, target, cores)
    if not (folder / "model.bin").is_file():
        raise EngineError(
            f"{folder} contains no model.bin, so it is not a CTranslate2 model",
            "Convert a model with ct2-transformers-converter; docs/engines.md shows how",
        )
    kind, dialect = _text_format(folder, source, target)
    digest = _digest(folder)
    return CTranslateEngine(
        Model(folder, dialect, source, target, str(folder), digest),
        name="ct2",
        signature=f"ct2 {kind} {folder.name} {source}-{target} sha256:{digest[:12]}",
        quality=(
            f"neural {kind} model {folder.name}; quality depends on the model, fluent but can "
            "drop or change words, needs review"
        ),
        cores=cores,
    )


def _argos(folder: Path, source: str, target: str, cores: int | None) -> Engine:
    package = models.read(folder)
    if package is None:
        raise EngineError(f"{folder} is an Argos package without a translation model")
    if (package.from_code, package.to_code) not in models.code_pairs(source, target):
        raise EngineError(
            f"{folder} translates {package.from_code} to {package.to_code}, "
            f"not {source} to {target}"
        )
    return ArgosEngine(package, source, target, threads=cores)


def _text_format(folder: Path, source: str, target: str) -> tuple[str, TextFormat]:
    """Detect the kind of the model and its text format."""
    vocabulary = _read_vocabulary(folder)
    # With models converted from Marian files CTranslate2 adds the end token, with those
    # from Hugging Face the caller does; the model's config.json tells which.
    tail = () if _read_config(folder).get("add_source_eos") is True else (_EOS,)
    if all((folder / name).is_file() for name in _OPUS):
        tokenizers = [SentencePieceTokenizer(folder / name) for name in _OPUS]
        head = _target_token(folder, target, vocabulary)
        return "OPUS-MT", TextFormat(tokenizers[0], tokenizers[1], head, tail)
    pieces = next((folder / n for n in _NLLB if (folder / n).is_file()), None)
    if pieces and "eng_Latn" in vocabulary:
        codes = [_flores_code(folder, tag, vocabulary) for tag in (source, target)]
        tokenizer = SentencePieceTokenizer(pieces)
        return "NLLB", TextFormat(tokenizer, tokenizer, (codes[0],), tail, (codes[1],))
    raise EngineError(
        f"{folder} is neither an OPUS-MT model (it requires {' and '.join(_OPUS)}) "
        f"nor an NLLB model (it requires {_NLLB[0]} and FLORES codes in its vocabulary)",
        "Copy the tokenizer's files next to model.bin; docs/engines.md lists them",
    )


def _target_token(folder: Path, target: str, vocabulary: frozenset[str]) -> tuple[str, ...]:
    """The token that selects the target language of a multilingual model."""
    known = sorted(t for t in vocabulary if t.startswith(">>") and t.endswith("<<"))
    if not known:
        return ()
    token = tags.opus_token(target, known)
    if not token:
        some = " ".join(known[:12]) + (" ..." if len(known) > 12 else "")
        raise EngineError(f"the model in {folder} does not support {target}; it supports {some}")
    return (token,)


def _flores_code(folder: Path, tag: str, vocabulary: frozenset[str]) -> str:
    code = tags.flores(tag)
    if not code or code not in vocabulary:
        raise EngineError(
            f"the model in {folder} does not support {tag} ({code or 'no FLORES code'})"
        )
    return code


def _read_vocabulary(folder: Path) -> frozenset[str]:
    for stem in _VOCABULARIES:
        for path in (folder / f"{stem}.json", folder / f"{stem}.txt"):
            if not path.is_file():
                continue
            text = _read_text(path, MAX_VOCABULARY_BYTES)
            if path.suffix == ".txt":
                return frozenset(text.split("\n"))
            found = _parse_json(path, text)
            if not isinstance(found, list):
                raise PackageError(path, "does not contain a list of tokens")
            return frozenset(token for token in found if isinstance(token, str))
    raise PackageError(folder, f"has no {' and no '.join(f'{s}.json' for s in _VOCABULARIES)}")


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    if not path.is_file():
        return {}
    found = _parse_json(path, _read_text(path, MAX_CONFIG_BYTES))
    if not isinstance(found, dict):
        raise PackageError(path, "does not contain a JSON object")
    return found


def _read_text(path: Path, most: int) -> str:
    try:
        return files.read_bytes(path, max_bytes=most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackageError(path, "is not UTF-8") from error
    except SpeechsubsError as error:
        raise PackageError(path, f"cannot be read ({error})") from error


def _parse_json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PackageError(path, f"is not valid JSON ({error!s:.80})") from error


def _digest(folder: Path) -> str:
    """Hash all files that the output of the model depends on, in hexadecimal."""
    names = ["model.bin", "config.json", *_OPUS, *_NLLB]
    names += [
        f"{s}_vocabulary.{k}" for s in ("shared", "source", "target") for k in ("json", "txt")
    ]
    digest = hashlib.sha256()
    try:
        for path in (folder / name for name in sorted(names)):
            if path.is_file():
                digest.update(path.name.encode() + b"\0")
                with path.open("rb") as stream:
                    digest.update(hashlib.file_digest(stream, "sha256").digest())
    except OSError as error:
        raise PackageError(folder, f"cannot be read ({error.strerror})") from error
    return digest.hexdigest()
