"""Rows of a memory: everything that is read back is validated."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.errors import InputError
from speechsubs.memory import database
from speechsubs.memory.database import APPLICATION_ID, MIGRATIONS, Database
from speechsubs.spans import Span

SPANS = st.lists(st.builds(Span, *3 * [st.integers(0, 99)]), max_size=5).map(tuple)


@given(SPANS)
def test_places_survive_the_round_trip(places: tuple[Span, ...]) -> None:
    assert database.parse_places(database.dump_places(places)) == places


@pytest.mark.parametrize("data", ["", "{}", "[[1]]", '[["a",1,2]]', "[[1,2,3.5]]", "[" * 100_000])
def test_invalid_places_are_refused(data: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        database.parse_places(data)


@pytest.mark.parametrize("data", ['[["x",0,1,"k",""]]', '[["money",0,"1","k",""]]', "[[]]", "[1]"])
def test_invalid_slots_are_refused(data: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        database.parse_placeables(data, "text")


@pytest.mark.parametrize("data", [None, 1, "", "{}", "[1]", "[" * 100_000])
def test_damaged_answers_are_none(data: object) -> None:
    assert database.parse_answers(data) == ()


def test_a_lone_surrogate_cannot_be_stored() -> None:
    assert database.is_storable("año")
    assert not database.is_storable("\ud800")


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    opened = Database(tmp_path / "memory", create=True)
    sql = "INSERT INTO pairs (source, target) VALUES (?, ?)"
    with pytest.raises(InputError), opened.writing():
        opened.change_many(sql, [("en", "es"), ("en", "\ud800")])
    assert opened.rows("SELECT * FROM pairs") == []
    with opened.writing(), opened.writing():
        opened.change(sql, ("en", "es"))
    assert len(opened.rows("SELECT * FROM pairs")) == 1
    opened.close()
    opened.close()


def test_other_files_and_newer_schemas_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        Database(tmp_path / "none", create=False)
    path = tmp_path / "other"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE a (b)")
    other.close()
    with pytest.raises(InputError):
        Database(path, create=True)
    newer = tmp_path / "newer"
    with sqlite3.connect(newer) as made:
        made.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        made.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    made.close()
    with pytest.raises(InputError, match="newer"):
        Database(newer, create=False)
