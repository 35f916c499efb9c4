"""Any folder with an OPUS-MT or NLLB model that was converted to CTranslate2.

Which of the two it is follows from its files: OPUS-MT (Marian) models have a
SentencePiece model for each side (`source.spm`, `target.spm`), NLLB ones have one
(`sentencepiece.bpe.model`) and the FLORES codes of languages in their vocabulary.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from speechsubs import models
from speechsubs.adapters import files
from speechsubs.engines.argos import ArgosEngine
from speechsubs.engines.ctranslate import CTranslateEngine, Dialect, Model
from speechsubs.engines.tokenizers import SentencePieces
from speechsubs.errors import EngineError, PackageError, SpeechsubsError
from speechsubs.language import tags
from speechsubs.protocols import Engine

#: The vocabulary of NLLB has 256,000 entries and 5 MB.
MAX_VOCABULARY_BYTES: Final = 64 * 1024**2
MAX_CONFIG_BYTES: Final = 1024**2
_VOCABULARIES: Final = ("shared_vocabulary", "source_vocabulary")
_OPUS: Final = ("source.spm", "target.spm")
#: As Hugging Face names it, as Meta does, and as people do.
_NLLB: Final = (
    "sentencepiece.bpe.model",
    "flores200_sacrebleu_tokenizer_spm.model",
    "sentencepiece.model",
)
_EOS: Final = "</s>"


def load(folder: Path, source: str, target: str, *, cores: int | None = None) -> Engine:
    """The engine for a model folder and two locale tags.

    A folder with an unpacked Argos package is taken as such. Raises `EngineError` for a
    folder that holds no model of these kinds, or one without the languages,
    `PackageError` for a model that is broken.
    """
    if not folder.is_dir():
        raise EngineError(
            f"there is no folder {folder}", "--model names a folder with a CTranslate2 model"
        )
    if (folder / "metadata.json").is_file():
        return _argos(folder, source, target, cores)
    if not (folder / "model.bin").is_file():
        raise EngineError(
            f"{folder} holds no model.bin, so it is no CTranslate2 model",
            "Convert a model with ct2-transformers-converter; docs/engines.md shows how",
        )
    kind, dialect = _dialect(folder, source, target)
    digest = _digest(folder)
    return CTranslateEngine(
        Model(folder, dialect, source, target, str(folder), digest),
        name="ct2",
        signature=f"ct2 {kind} {folder.name} {source}-{target} sha256:{digest[:12]}",
        quality=(
            f"neural {kind} model {folder.name}; quality depends on the model, fluent but can "
            "drop or change words, needs a person's check"
        ),
        cores=cores,
    )


def _argos(folder: Path, source: str, target: str, cores: int | None) -> Engine:
    package = models.read(folder)
    if package is None:
        raise EngineError(f"{folder} is an Argos package that does not translate")
    if (package.from_code, package.to_code) not in models.code_pairs(source, target):
        raise EngineError(
            f"{folder} translates {package.from_code} to {package.to_code}, "
            f"not {source} to {target}"
        )
    return ArgosEngine(package, source, target, threads=cores)


def _dialect(folder: Path, source: str, target: str) -> tuple[str, Dialect]:
    """What kind of model it is, and how it wants its text."""
    vocabulary = _vocabulary(folder)
    # Converters for Marian's own files let CTranslate2 add the end, those for
    # Hugging Face's leave it to us; the model's config.json says which.
    tail = () if _config(folder).get("add_source_eos") is True else (_EOS,)
    if all((folder / name).is_file() for name in _OPUS):
        tokenizers = [SentencePieces(folder / name) for name in _OPUS]
        head = _opus_head(folder, target, vocabulary)
        return "OPUS-MT", Dialect(tokenizers[0], tokenizers[1], head, tail)
    pieces = next((folder / n for n in _NLLB if (folder / n).is_file()), None)
    if pieces and "eng_Latn" in vocabulary:
        codes = [_flores(folder, tag, vocabulary) for tag in (source, target)]
        tokenizer = SentencePieces(pieces)
        return "NLLB", Dialect(tokenizer, tokenizer, (codes[0],), tail, (codes[1],))
    raise EngineError(
        f"{folder} is neither an OPUS-MT model ({' and '.join(_OPUS)} are not both there) "
        f"nor an NLLB model ({_NLLB[0]} and FLORES codes in its vocabulary)",
        "Copy the tokenizer's files beside model.bin; docs/engines.md lists them",
    )


def _opus_head(folder: Path, target: str, vocabulary: frozenset[str]) -> tuple[str, ...]:
    """The token that names the target, for models that have more than one."""
    known = sorted(t for t in vocabulary if t.startswith(">>") and t.endswith("<<"))
    if not known:
        return ()
    token = tags.opus_token(target, known)
    if not token:
        some = " ".join(known[:12]) + (" ..." if len(known) > 12 else "")
        raise EngineError(f"the model in {folder} does not know {target}; it has {some}")
    return (token,)


def _flores(folder: Path, tag: str, vocabulary: frozenset[str]) -> str:
    code = tags.flores(tag)
    if not code or code not in vocabulary:
        raise EngineError(f"the model in {folder} does not know {tag} ({code or 'no FLORES code'})")
    return code


def _vocabulary(folder: Path) -> frozenset[str]:
    for stem in _VOCABULARIES:
        for path in (folder / f"{stem}.json", folder / f"{stem}.txt"):
            if not path.is_file():
                continue
            text = _text(path, MAX_VOCABULARY_BYTES)
            if path.suffix == ".txt":
                return frozenset(text.split("\n"))
            found = _json(path, text)
            if not isinstance(found, list):
                raise PackageError(path, "holds no list of tokens")
            return frozenset(token for token in found if isinstance(token, str))
    raise PackageError(folder, f"has no {' and no '.join(f'{s}.json' for s in _VOCABULARIES)}")


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    if not path.is_file():
        return {}
    found = _json(path, _text(path, MAX_CONFIG_BYTES))
    if not isinstance(found, dict):
        raise PackageError(path, "holds no object")
    return found


def _text(path: Path, most: int) -> str:
    try:
        return files.read_bytes(path, max_bytes=most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackageError(path, "is not UTF-8") from error
    except SpeechsubsError as error:
        raise PackageError(path, f"cannot be read ({error})") from error


def _json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PackageError(path, f"is no JSON ({error!s:.80})") from error


def _digest(folder: Path) -> str:
    """A hash over all that the model's output depends on, in hexadecimal."""
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
