"""Argos model packages: read from the folders of Argos, installed safely, locked.

A package is a folder with `metadata.json`, a CTranslate2 model in `model/`, and
`sentencepiece.model` or `bpe.model`. It is distributed as a zip archive (`.argosmodel`)
with that folder as its only root.

argostranslate defines the format and the folders (see `argos`). Its installer fails without
stanza, and a stray folder breaks its listing, so reading and installing are implemented
here.
"""

from speechsubs.models.package import Package, read, read_archive, write_archive
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
    "bundled_folder",
    "code_pairs",
    "codes",
    "folder",
    "install_file",
    "installed",
    "lock_entry",
    "lock_problem",
    "preference",
    "read",
    "read_archive",
    "remove",
    "restore",
    "scan",
    "verify",
    "version_key",
    "write_archive",
]
