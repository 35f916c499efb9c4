"""The settings and the package format of Argos Translate, with or without its own code.

argostranslate defines both. Where it is installed (the extra [argos]) it is asked, so that
what it changes is followed. But it declares stanza, spaCy and PyTorch, several gigabytes, so
it is no part of the core; without it the same values come from the same environment
variables, settings file and metadata, as documented in its `settings` and `package` modules
(version 1.11). Unlike argostranslate, reading them here creates no folders.
"""

import importlib
import importlib.util
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from speechsubs.errors import PackageError

#: The public index, the default of argostranslate.
INDEX: Final = "https://raw.githubusercontent.com/argosopentech/argospm-index/main/"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where Argos keeps packages: `package_dirs` to search, the one to install into first."""

    package_dirs: tuple[Path, ...]
    downloads_dir: Path
    package_index: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """The fields of a package's metadata.json that speechsubs uses, unchecked."""

    type: Any
    from_code: Any
    to_code: Any
    package_version: Any
    target_prefix: Any


def settings() -> Settings:
    """The settings in force. Raises `PackageError` if argostranslate cannot create folders."""
    if not has_argos():
        return _own_settings()
    found = _import("settings")
    return Settings(
        tuple(Path(p) for p in found.package_dirs),
        Path(found.downloads_dir),
        str(found.package_index),
    )


def parse_metadata(data: dict[str, Any]) -> Metadata:
    """Read the fields of a metadata.json with their defaults.

    argostranslate raises `TypeError` or `AttributeError` if its lists of languages are none.
    """
    if has_argos():
        # It gets the parsed JSON: its own reader takes the encoding from the environment.
        found = _import("package").IPackage()
        found.load_metadata_from_json(data)
        return Metadata(
            found.type,
            found.from_code,
            found.to_code,
            found.package_version,
            found.target_prefix,
        )
    return Metadata(
        data.get("type", "translate"),
        data.get("from_code"),
        data.get("to_code"),
        data.get("package_version", ""),
        data.get("target_prefix", ""),
    )


def has_argos() -> bool:
    """Whether argostranslate is installed; does not import it."""
    try:
        return importlib.util.find_spec("argostranslate") is not None
    except ValueError:  # a module without a spec
        return False


def _import(module: str) -> Any:
    # Only when needed: importing argostranslate.settings creates folders.
    try:
        return importlib.import_module(f"argostranslate.{module}")
    except OSError as error:
        where = Path(str(error.filename or "argos-translate"))
        raise PackageError(
            where,
            f"Argos's folders cannot be created here ({error.strerror}); "
            "set XDG_DATA_HOME, XDG_CONFIG_HOME and XDG_CACHE_HOME to writable folders",
        ) from error


def _own_settings() -> Settings:
    snap = os.environ.get("SNAP")
    home = Path(os.environ["SNAP_USER_DATA"]) if snap is not None else Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME", home / ".local" / "share")) / "argos-translate"
    config = Path(os.environ.get("XDG_CONFIG_HOME", home / ".config")) / "argos-translate"
    cache = Path(os.environ.get("XDG_CACHE_HOME", home / ".local" / "cache")) / "argos-translate"
    file = _settings_file(config / "settings.json")

    def setting(name: str, default: object) -> str:
        return str(os.environ.get(name, file.get(name, default)))

    places = [Path(setting("ARGOS_PACKAGES_DIR", data / "packages"))]
    if snap is not None:
        packed = Path(snap) / "snap_custom"
        content = packed / "content_snap_packages"
        places += [p for p in (packed / "packages",) if p.is_dir()]
        places += [p for p in content.iterdir() if p.is_dir()] if content.is_dir() else []
    return Settings(tuple(places), cache / "downloads", setting("ARGOS_PACKAGE_INDEX", INDEX))


def _settings_file(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise PackageError(path, f"cannot be read as JSON ({error!s:.80})") from error
    if not isinstance(found, dict):
        raise PackageError(path, "does not contain a JSON object")
    return {name: value for name, value in found.items() if value is not None}
