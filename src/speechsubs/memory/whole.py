"""A memory as a whole: whether two say the same, and a copy that can travel."""

import hashlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from speechsubs.memory import rows
from speechsubs.memory.database import Database


def digest(database: Database, pairs: Sequence[int]) -> str:
    """What people wrote for some pairs of languages, as a hash; empty for nothing.

    Equal digests answer equal questions alike. Numbers of segments do not count, their
    order does: it decides between segments that nothing else sets apart.
    """
    numbers = ",".join(map(str, pairs))
    sql = (
        f"SELECT {rows.COLUMNS} FROM {rows.TABLES}"  # noqa: S608 - numbers and constants
        f" WHERE s.pair IN ({numbers}) AND s.state > 0 ORDER BY s.id"
    )
    found = hashlib.sha256()
    empty = True
    for values in database.stream(sql):
        empty = False
        found.update(repr(values[1:]).encode("utf-8", "surrogatepass"))
    return "" if empty else found.hexdigest()[:32]


def snapshot(database: Database) -> bytes:
    """The file of a memory that holds what people wrote, and nothing that machines did.

    It answers as this one does: `digest` and `Memory.lookup` give the same.
    """
    with TemporaryDirectory(prefix="speechsubs-") as folder:
        path = Path(folder, "memory")
        with closing(Database(path, create=True)) as copy, copy.writing():
            for values in database.stream("SELECT * FROM pairs"):
                copy.change("INSERT INTO pairs VALUES (?, ?, ?)", values)
            marks = ",".join("?" * 20)
            for values in database.stream("SELECT * FROM segments WHERE state > 0"):
                copy.change(f"INSERT INTO segments VALUES ({marks})", values)  # noqa: S608
        return path.read_bytes()
