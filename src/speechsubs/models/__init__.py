"""Argos packages on disk: found where Argos tools put them, installed safely, locked.

A package is a folder with `metadata.json`, a CTranslate2 model in `model/`, and
`sentencepiece.model` or `bpe.model`. It travels as a zip archive (`.argosmodel`)
with that folder as its only root.

argostranslate knows the format and the place, and is used for both; but importing
it makes folders and sets an environment variable, its installer fails without
stanza, and one stray folder breaks its listing. So it is only imported where it is
needed, and reading and installing are done here.
"""

from speechsubs.models.package import Package, archived, contents, read
from speechsubs.models.store import (
    Scan,
    adopt,
    bundled_folder,
    code_pairs,
    codes,
    folder,
    install_file,
    installed,
    lock_entry,
    lock_problem,
    preference,
    remove,
    restore,
    scan,
    verify,
    version_key,
)

__all__ = [
    "Package",
    "Scan",
    "adopt",
    "archived",
    "bundled_folder",
    "code_pairs",
    "codes",
    "contents",
    "folder",
    "install_file",
    "installed",
    "lock_entry",
    "lock_problem",
    "preference",
    "read",
    "remove",
    "restore",
    "scan",
    "verify",
    "version_key",
]
