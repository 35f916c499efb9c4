"""One package folder: what it says it is, and what is in it."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Final

from speechsubs.errors import PackageError
from speechsubs.packages import lockfile

MAX_METADATA_BYTES: Final = 1024**2
#: A model is a handful of files; a folder with more is no model.
MAX_FILES: Final = 1_000

#: What belongs to a package beside `model/`; all else in it is left alone.
TOP_FILES: Final = frozenset(
    {"metadata.json", "sentencepiece.model", "bpe.model", "README.md", "LICENSE"}
)
_CODE: Final = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?", re.ASCII)


@dataclass(frozen=True)
class Package:
    """An installed package. `kind` is "sentencepiece" or "bpe".

    `from_code` and `to_code` are Argos codes (zh, zt, pb ...), not BCP 47 tags.
    `target_prefix` is the token that a multilingual model starts its output with,
    "" for the usual one-direction model. `bundled` ones come with speechsubs.
    `quality` is one sentence about the model by who made it, often "". `shares` is the
    folder whose model and tokenizer a bundled package uses instead of its own.
    """

    from_code: str
    to_code: str
    version: str
    path: Path
    kind: str
    target_prefix: str = ""
    bundled: bool = False
    quality: str = ""
    shares: Path | None = None

    @property
    def base(self) -> Path:
        """The folder that holds the model and the tokenizer."""
        return self.shares or self.path

    @property
    def model(self) -> Path:
        """The folder that CTranslate2 loads."""
        return self.base / "model"

    @property
    def tokenizer(self) -> Path:
        """The file that cuts text into pieces."""
        return self.base / f"{self.kind}.model"

    @property
    def name(self) -> str:
        """How people write it: "translate-en_es 1.0"."""
        return f"translate-{self.from_code}_{self.to_code} {self.version}".strip()

    @property
    def size(self) -> int:
        """Bytes on disk of the files that belong to it; 0 where they cannot be seen."""
        try:
            return sum((self.base / name).stat().st_size for name in members(self.base))
        except (OSError, PackageError):
            return 0

    @cached_property
    def sha256(self) -> str:
        """Hash over the model and tokenizer files with their names, in hexadecimal.

        A real model has 50 to 300 MB, so the hashes in models.lock are taken where
        no file changed its size or time since; otherwise the files are read, once.
        """
        digest = hashlib.sha256()
        files = [self.tokenizer, *sorted(p for p in self.model.rglob("*") if p.is_file())]
        entry = lockfile.load_or_empty(self.base.parent).packages.get(self.base.name)
        known = entry.files if entry else {}
        try:
            for file in files:
                name = file.relative_to(self.base).as_posix()
                locked = known.get(name)
                if locked is None or lockfile.fingerprint(file, locked.sha256) != locked:
                    content = hashed(file)
                else:
                    content = locked.sha256
                digest.update(name.encode() + b"\0")
                digest.update(bytes.fromhex(content))
        except OSError as error:
            raise PackageError(self.path, f"cannot be read ({error.strerror})") from error
        return digest.hexdigest()


def hashed(path: Path) -> str:
    """A file's SHA-256 in hexadecimal. Raises `OSError`."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def wanted(inside: PurePosixPath) -> bool:
    """True for what belongs to a package, by its place below the package's folder."""
    parts = inside.parts
    return (len(parts) == 1 and parts[0] in TOP_FILES) or (
        1 < len(parts) <= 4 and parts[0] == "model"
    )


def members(path: Path) -> tuple[str, ...]:
    """The files of a package, as names below its folder, sorted.

    Raises `PackageError` for a folder that holds too much, `OSError`.
    """
    found: list[str] = []
    for place in [path / name for name in TOP_FILES] + [path / "model"]:
        for file in place.rglob("*") if place.name == "model" else [place]:
            name = PurePosixPath(file.relative_to(path).as_posix())
            if wanted(name) and file.is_file():
                found.append(str(name))
            if len(found) > MAX_FILES:
                raise PackageError(path, f"holds more than {MAX_FILES:,} files")
    return tuple(sorted(found))


def read(path: Path, *, bundled: bool = False) -> Package | None:
    """Read one package folder. None for a package that does not translate.

    Raises `PackageError` with what is wrong.
    """
    metadata = read_metadata(path)
    package = described(path, metadata)
    if package is None:
        return None
    base = path
    if bundled and isinstance(metadata.get("shares"), str):
        # Models that we ship may be one file for many languages. Foreign ones never reach
        # out of their folder.
        base = path.parent / Path(metadata["shares"]).name
    kinds = [k for k in ("sentencepiece", "bpe") if (base / f"{k}.model").is_file()]
    if not kinds:
        raise PackageError(path, "has neither sentencepiece.model nor bpe.model")
    if not (base / "model" / "model.bin").is_file():
        raise PackageError(path, "has no model/model.bin")
    return Package(
        package.from_code,
        package.to_code,
        package.version,
        path,
        kinds[0],
        package.target_prefix,
        bundled,
        package.quality,
        base if base != path else None,
    )


def described(path: Path, metadata: dict[str, Any]) -> Package | None:
    """What a package's metadata.json says of it; None if that is no translation package.

    Raises `PackageError` for fields that are missing or of a wrong type.
    """
    # argostranslate knows the names and defaults of the fields; given the parsed
    # JSON it opens no file (its own reading takes the encoding from the environment).
    fields = argos("package").IPackage()
    try:
        fields.load_metadata_from_json(metadata)
    except (AttributeError, TypeError) as error:
        raise PackageError(
            path, f"metadata.json has a field of the wrong type ({error})"
        ) from error
    if fields.type != "translate":
        return None
    source, target = fields.from_code, fields.to_code
    for field, code in (("from_code", source), ("to_code", target)):
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            raise PackageError(path, f"metadata.json has no usable {field}: {code!r:.60}")
    prefix = fields.target_prefix or ""
    if not isinstance(prefix, str):
        raise PackageError(path, "target_prefix in metadata.json is no text")
    quality = metadata.get("quality", "")
    quality = " ".join(quality.split())[:300] if isinstance(quality, str) else ""
    version = str(fields.package_version or "")[:40]
    return Package(source, target, version, path, "", prefix, quality=quality)


def read_metadata(path: Path) -> dict[str, Any]:
    """The metadata.json of a package folder. Raises `PackageError`."""
    file = path / "metadata.json"
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_METADATA_BYTES + 1)
    except FileNotFoundError:
        raise PackageError(path, "has no metadata.json, so it is no Argos package") from None
    except OSError as error:
        raise PackageError(path, f"metadata.json cannot be read ({error.strerror})") from error
    return parsed_metadata(path, data)


def parsed_metadata(path: Path, data: bytes) -> dict[str, Any]:
    """The object in the bytes of a metadata.json; `path` is named in errors."""
    if len(data) > MAX_METADATA_BYTES:
        raise PackageError(path, "metadata.json is larger than 1 MB")
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise PackageError(path, f"metadata.json is no JSON ({error!s:.80})") from error
    if not isinstance(found, dict):
        raise PackageError(path, "metadata.json holds no object")
    return found


def argos(module: str) -> Any:
    """A module of argostranslate. Raises `PackageError` where it cannot make its folders."""
    # Imported here because importing argostranslate.settings makes folders.
    import importlib

    try:
        return importlib.import_module(f"argostranslate.{module}")
    except OSError as error:
        where = Path(str(error.filename or "argos-translate"))
        raise PackageError(
            where,
            f"Argos's folders cannot be made here ({error.strerror}); "
            "set XDG_DATA_HOME, XDG_CONFIG_HOME and XDG_CACHE_HOME to writable folders",
        ) from error
