"""Look-ups, states, cache, and files that are no memory."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from speechsubs.errors import InputError, OutputError, SpeechsubsError
from speechsubs.memory import CacheKey, MatchKind, Memory, Origin, Query, Segment, State, database
from speechsubs.model import Placeable, PlaceableKind
from speechsubs.spans import Span
from speechsubs.translation.keys import read_placeable

WHEN = "2026-03-01T12:00:00Z"


def slot(text: str, written: str, key: str, kind: PlaceableKind = PlaceableKind.MONEY) -> Placeable:
    start = text.index(written)
    return read_placeable(kind, start, start + len(written), written, key)


def paid(written: str, key: str, origin: Origin = Origin()) -> Query:  # noqa: B008 - frozen
    text = f"They paid {written} for it."
    return Query(text, (slot(text, written, key),), "en", origin)


def segment(target: str = "Pagaron 5 dólares por eso.", **over: object) -> Segment:
    query = paid("$5", "5 USD")
    start = target.find("5 dólares")
    places = (Span(0, start, start + 9),) if start >= 0 else ()
    given = {"placeables": query.placeables, "places": places, "date": WHEN, **over}
    return Segment("en", "es", query.text, target, **given)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a project #1?.memory"


@pytest.fixture
def memory(path: Path) -> Iterator[Memory]:
    with Memory.open(path, now=lambda: "2026-06-01T00:00:00Z") as opened:
        yield opened


def found(memory: Memory, query: Query, tag: str = "es") -> str | None:
    match = memory.lookup([query], tag)[0]
    return match.segment.target if match else None


def test_the_very_sentence_comes_back_word_for_word(memory: Memory) -> None:
    memory.remember([segment("  ¡Pagaron\u00a05 dólares!  ", places=())])
    query = paid("$5", "5 USD")
    match = memory.lookup([query], "es")[0]
    assert match is not None
    assert (match.kind, match.score, match.refill) == (MatchKind.EXACT, 100, ())
    assert match.finished({}).text == "  ¡Pagaron\u00a05 dólares!  "


@pytest.mark.parametrize(
    "text",
    ["They paid  $5 for it.", " They paid\u00a0$5\nfor it. ", "They paid $5 for\u2009it."],
)
def test_white_space_is_no_difference(memory: Memory, text: str) -> None:
    memory.remember([segment()])
    assert found(memory, Query(text)) == "Pagaron 5 dólares por eso."


@pytest.mark.parametrize("text", ["they paid $5 for it.", "They paid $5 for it", "They paid $55."])
def test_everything_else_is_one(memory: Memory, text: str) -> None:
    memory.remember([segment()])
    assert found(memory, Query(text)) is None


def test_composed_and_decomposed_letters_are_the_same(memory: Memory) -> None:
    memory.remember([Segment("fr", "es", "Un cafe\u0301.", "Un café.", date=WHEN)])
    assert found(memory, Query("Un café.", language="fr")) == "Un café."


def test_another_amount_is_filled_in_by_the_caller(memory: Memory) -> None:
    memory.remember([segment()])
    match = memory.lookup([paid("$7 million", "7000000 USD")], "es")[0]
    assert match is not None
    assert (match.kind, match.refill) == (MatchKind.TEMPLATE, (0,))
    assert match.segment.source_template == "They paid {money} for it."
    assert match.template == "Pagaron {money} por eso."
    done = match.finished({0: "7 millones de dólares"})
    assert done.text == "Pagaron 7 millones de dólares por eso."
    assert done.spans == (Span(0, 8, 29),)
    with pytest.raises(KeyError):
        match.finished({})


def test_a_value_that_has_no_place_in_the_target_is_no_match(memory: Memory) -> None:
    memory.remember([segment("Pagaron cinco dólares por eso.")])
    assert found(memory, paid("$5", "5 USD"))
    assert found(memory, paid("$7", "7 USD")) is None


def counted(number: str) -> Query:
    text = f"We sold {number} sheep."
    return Query(text, (slot(text, number, number, PlaceableKind.NUMBER),))


@pytest.mark.parametrize(
    ("language", "number", "answered"),
    [
        ("es", "7", True), ("es", "1", False), ("es", "2000000", False),
        ("ru", "3", True), ("ru", "7", False), ("ru", "22", True),
        ("ja", "1", True), ("tlh", "7", False), ("es", "9" * 100, False),
    ],
)  # fmt: skip
def test_another_number_needs_the_same_plural(
    memory: Memory, language: str, number: str, answered: bool
) -> None:
    query = counted("2")
    memory.remember(
        [Segment("en", language, query.text, "x 2 y", query.placeables, (Span(0, 2, 3),))]
    )
    assert found(memory, counted("2"), language) == "x 2 y"
    assert (found(memory, counted(number), language) is not None) is answered


def test_a_whole_million_of_money_is_a_plural_like_others(memory: Memory) -> None:
    memory.remember([segment()])
    assert found(memory, paid("$2m", "2000000 USD"))
    assert found(memory, paid("$1", "1 USD")) is None


def named(name: str, key: str) -> Query:
    text = f"{name} spoke."
    return Query(text, (slot(text, name, key, PlaceableKind.TERM),))


def test_another_name_is_another_sentence(memory: Memory) -> None:
    query = named("Lei Jun", "lei-jun")
    memory.remember([Segment("en", "es", query.text, "Habló.", query.placeables)])
    assert query.template == "{term:lei-jun} spoke."
    assert found(memory, named("Elon Musk", "elon-musk")) is None
    # Another spelling of the same name is the same sentence.
    assert found(memory, named("Mr Lei", "lei-jun")) == "Habló."


def test_two_amounts_keep_their_order(memory: Memory) -> None:
    def moved(first: str, second: str) -> Query:
        text = f"From ${first} to ${second}."
        slots = tuple(slot(text, f"${n}", f"{n} USD") for n in (first, second))
        return Query(text, slots)

    query = moved("5", "9")
    places = (Span(1, 2, 5), Span(0, 9, 12))
    memory.remember([Segment("en", "es", query.text, "A 9 $ de 5 $.", query.placeables, places)])
    match = memory.lookup([moved("5", "8")], "es")[0]
    assert match is not None
    assert match.template == "A {money:2} de {money}."
    assert match.refill == (1,)
    assert match.finished({1: "8 $"}).text == "A 8 $ de 5 $."


def test_places_follow_the_slots_of_the_query(memory: Memory) -> None:
    memory.remember([segment()])
    text = "They paid $5 for it."
    other = (slot(text, "They", "they", PlaceableKind.TERM), slot(text, "$5", "5 USD"))
    match = memory.lookup([Query(text, other)], "es")[0]
    assert match is not None
    assert match.places == (Span(1, 8, 17),)
    without = memory.lookup([Query(text)], "es")[0]
    assert without is not None
    assert without.places == ()


def test_braces_of_a_text_are_no_placeables(memory: Memory) -> None:
    memory.remember([Segment("en", "es", "Pay {money} now", "Pague {money} ya")])
    text = "Pay $5 now"
    assert found(memory, Query(text, (slot(text, "$5", "5 USD"),))) is None
    assert found(memory, Query("Pay {money} now")) == "Pague {money} ya"


def test_machines_never_answer_and_never_replace_people(memory: Memory) -> None:
    memory.remember([segment("Máquina.", state=State.MACHINE)])
    assert found(memory, paid("$5", "5 USD")) is None
    assert memory.fuzzy(paid("$5", "5 USD"), "es") == []
    place = Origin("a.srt", 3)
    memory.remember([segment("Persona.", origin=place, state=State.EDITED)])
    later = segment("Máquina.", origin=place, state=State.MACHINE, date="2027-01-01T00:00:00Z")
    assert memory.remember([later]) == 0
    assert found(memory, paid("$5", "5 USD")) == "Persona."


def test_a_person_replaces_a_machine_whatever_the_dates(memory: Memory) -> None:
    place = Origin("a.srt", 3)
    late = "2027-01-01T00:00:00Z"
    memory.remember([segment("Máquina.", origin=place, state=State.MACHINE, date=late)])
    assert memory.remember([segment("Persona.", origin=place)]) == 1
    assert found(memory, paid("$5", "5 USD")) == "Persona."


def test_the_newer_word_of_people_holds(memory: Memory) -> None:
    place = Origin("a.srt", 3)
    new = segment("Nuevo.", origin=place, date="2026-04-01T00:00:00Z")
    assert memory.remember([new, segment("Viejo.", origin=place, state=State.APPROVED)]) == 1
    assert found(memory, paid("$5", "5 USD")) == "Nuevo."
    assert memory.remember([new]) == 0


def test_who_is_asked_first(memory: Memory) -> None:
    here, there = Origin("a.srt", 3), Origin("b.srt", 9)
    memory.remember(
        [
            segment("Editado aquí.", origin=here),
            segment("Editado después.", date="2026-05-01T00:00:00Z"),
            segment("Aprobado allí.", origin=there, state=State.APPROVED),
            segment("Aprobado al final.", state=State.APPROVED, date="2020-01-01T00:00:00Z"),
        ]
    )
    # What was stored last, whatever its date.
    assert found(memory, paid("$5", "5 USD")) == "Aprobado al final."
    assert found(memory, paid("$5", "5 USD", here)) == "Editado aquí."
    assert found(memory, paid("$5", "5 USD", Origin("a.srt", 4))) == "Editado aquí."
    assert found(memory, paid("$5", "5 USD", there)) == "Aprobado allí."


@pytest.mark.parametrize(
    ("held", "wanted", "serves"),
    [
        ("es", "es", True), ("es-ES", "es", True), ("es", "es-MX", True), ("es-ES", "es-MX", False),
        ("zh-CN", "zh", True), ("zh-Hans", "zh-CN", True), ("zh-TW", "zh", False),
        ("zh", "zh-TW", False), ("zh-Hant", "zh-HK", True), ("zh-TW", "zh-HK", False),
        ("pt-PT", "pt-BR", False), ("iw", "he", True), ("ES_es", "es-ES", True),
        ("ca", "es", False),
    ],
)  # fmt: skip
def test_which_languages_serve_which(memory: Memory, held: str, wanted: str, serves: bool) -> None:
    memory.remember([Segment("en-GB", held, "Hello.", "x", date=WHEN)])
    assert (found(memory, Query("Hello.", language="en-US"), wanted) == "x") is serves
    assert found(memory, Query("Hello.", language="fr"), wanted) is None


def test_the_very_variety_comes_first(memory: Memory) -> None:
    memory.remember(
        [
            Segment("en", "es", "Hello.", "Hola.", state=State.APPROVED, date=WHEN),
            Segment("en", "es-MX", "Hello.", "Qué onda.", date=WHEN),
        ]
    )
    assert found(memory, Query("Hello."), "es-MX") == "Qué onda."
    assert found(memory, Query("Hello."), "es") == "Hola."


@pytest.mark.parametrize("tag", ["", "español", "en us", "x" * 99, "12-34-", "1" * 9, "es-\0"])
def test_what_is_no_language_tag(memory: Memory, tag: str) -> None:
    memory.remember([segment()])
    with pytest.raises(InputError, match="is not a language tag"):
        memory.lookup([paid("$5", "5 USD")], tag)
    with pytest.raises(InputError, match="is not a language tag"):
        memory.remember([Segment("en", tag, "a", "b")])


def test_a_batch_keeps_its_order(memory: Memory) -> None:
    memory.remember([Segment("en", "es", f"Line {n}.", f"Línea {n}.") for n in range(1_500)])
    queries = [Query(f"Line {n}.") for n in range(2_999, -1, -1)]
    got = [match and match.segment.target for match in memory.lookup(queries, "es")]
    assert got == [f"Línea {n}." if n < 1_500 else None for n in range(2_999, -1, -1)]
    assert memory.lookup([], "es") == []


def test_forgetting(memory: Memory) -> None:
    memory.remember([segment()])
    memory.fuzzy(paid("$5", "5 USD"), "es")
    assert memory.forget([1, 1, 2]) == 1
    assert found(memory, paid("$5", "5 USD")) is None
    assert memory.fuzzy(paid("$5", "5 USD"), "es") == []


def test_a_segment_without_date_gets_the_present_one(memory: Memory) -> None:
    memory.remember([segment(date="")])
    assert next(memory.export()).date == "2026-06-01T00:00:00Z"


def test_a_failing_batch_stores_nothing(memory: Memory) -> None:
    with pytest.raises(InputError, match="lone surrogate"):
        memory.remember([segment(), segment("\ud800")])
    with pytest.raises(InputError, match="characters"):
        memory.remember([segment(), segment("x" * 100_001)])
    assert memory.stats().segments == 0
    assert memory.remember([segment()]) == 1


def test_hostile_texts_find_nothing_and_break_nothing(memory: Memory) -> None:
    memory.remember([segment(), segment("nul \0 in it", origin=Origin("x", 1))])
    for text in ("\ud800", "\0", "", "'; DROP TABLE segments; --", "9" * 10**6, "{" * 10**5):
        assert found(memory, Query(text)) is None
        assert memory.fuzzy(Query(text), "es") == []
    assert [s.target for s in memory.export()][1] == "nul \0 in it"


@pytest.mark.parametrize(
    "broken",
    [
        {"placeables": (read_placeable(PlaceableKind.MONEY, 5, 99, "", "x"),), "places": ()},
        {"placeables": (read_placeable(PlaceableKind.MONEY, 5, 4, "", "x"),), "places": ()},
        {"placeables": (), "places": (Span(0, 0, 1),)},
        {"places": (Span(0, 0, 3), Span(0, 1, 4))},
        {"date": "2026-03-01"},
        {"date": "٢٠٢٦-03-01T12:00:00Z"},
    ],
)
def test_segments_are_valid_once_built(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        segment(**broken)


# --- fuzzy ---------------------------------------------------------------------------


def test_fuzzy_matches_are_suggestions(memory: Memory) -> None:
    memory.remember([segment()])
    match = memory.fuzzy(Query("They paid $5 for us."), "es")[0]
    assert match.kind is MatchKind.FUZZY
    assert 75 <= match.score < 100
    with pytest.raises(ValueError, match="suggestion"):
        match.finished({})


def test_amounts_do_not_count_in_fuzzy_matches(memory: Memory) -> None:
    memory.remember([segment()])
    match = memory.fuzzy(paid("one hundred million dollars", "100000000 USD"), "es")[0]
    assert match.score == 99
    assert memory.fuzzy(paid("$5", "5 USD"), "es")[0].score == 100


def test_digits_do_not_count_where_nothing_is_known_of_slots(memory: Memory) -> None:
    memory.remember([Segment("en", "es", "It grew by 12.5 percent.", "Creció un 12,5 %.")])
    assert memory.fuzzy(Query("It grew by 7 percent."), "es")[0].score == 99


def test_fuzzy_threshold_limit_and_order(memory: Memory) -> None:
    words = "one two three four five six seven eight"
    ends = ("nine", "nine ten", "nine ten eleven", "nine ten eleven twelve")
    memory.remember([Segment("en", "es", f"{words} {end}", end) for end in ends])
    got = memory.fuzzy(Query(f"{words} nine"), "es", threshold=60)
    assert [m.segment.target for m in got] == list(ends)
    assert [m.score for m in got] == sorted((m.score for m in got), reverse=True)
    assert len(memory.fuzzy(Query(f"{words} nine"), "es", 2, 60)) == 2
    scores = [m.score for m in memory.fuzzy(Query(f"{words} nine"), "es", threshold=90)]
    assert scores
    assert min(scores) >= 90
    assert memory.fuzzy(Query(f"{words} nine"), "es", 0) == []
    assert memory.fuzzy(Query(f"{words} nine"), "fr") == []


def test_the_same_pair_is_proposed_once(memory: Memory) -> None:
    memory.remember([segment(origin=Origin("a.srt", n)) for n in range(400)])
    memory.remember([segment("Otro.")])
    got = memory.fuzzy(paid("$5", "5 USD"), "es")
    assert sorted(m.segment.target for m in got) == ["Otro.", "Pagaron 5 dólares por eso."]


def test_the_index_keeps_up_with_what_is_written(memory: Memory, path: Path) -> None:
    memory.remember([Segment("en", "es", f"Filler number {n} x{n}.", "x") for n in range(400)])
    query = Query("A quite different sentence stands here.")
    assert memory.fuzzy(query, "es") == []
    with Memory.open(path) as other:
        other.remember([Segment("en", "es", "A quite different sentence stood here.", "Ya.")])
    assert [m.segment.target for m in memory.fuzzy(query, "es")] == ["Ya."]
    new = [Segment("en", "es", f"Some more of it {n} y{n}.", "x") for n in range(2_500)]
    memory.remember(new)
    assert [m.segment.target for m in memory.fuzzy(query, "es")] == ["Ya."]


# --- cache ---------------------------------------------------------------------------


def test_the_cache(memory: Memory) -> None:
    key = CacheKey("argos 1", "Hello X1.", "digest", "outputs=1")
    others = [
        CacheKey("argos 2", "Hello X1.", "digest", "outputs=1"),
        CacheKey("argos 1", "Hello X1.", "digest2", "outputs=1"),
        CacheKey("argos 1", "Hello X1", "digest", "outputs=1"),
        CacheKey("argos 1", "Hello X1.", "digest", "outputs=4"),
    ]
    memory.cache({key: ["Hola X1.", "¿Qué?"]})
    assert memory.cached([key, *others]) == {key: ("Hola X1.", "¿Qué?")}
    memory.cache({key: ["Hola."], others[0]: ["Otro."]})
    assert memory.cached([key])[key] == ("Hola.",)
    assert memory.stats().cached == 2
    assert memory.lookup([Query("Hello X1.")], "es") == [None]


def test_the_cache_leaves_out_what_cannot_be_stored(memory: Memory) -> None:
    bad = CacheKey("e\ud800", "\ud800")
    memory.cache({bad: ["ok"], CacheKey("e", "a"): ["\ud800"], CacheKey("e", "b"): []})
    assert memory.cached([bad, CacheKey("e", "a"), CacheKey("e", "b")]) == {bad: ("ok",)}


def test_a_damaged_cache_entry_is_translated_again(memory: Memory, path: Path) -> None:
    keys = [CacheKey("e", str(n)) for n in range(4)]
    memory.cache({key: ["x"] for key in keys})
    with sqlite3.connect(path) as raw:
        rows = raw.execute("SELECT key FROM cache").fetchall()
        for (key,), value in zip(rows, ["{", "[1]", b"\xff", "[" * 99_999], strict=True):
            raw.execute("UPDATE cache SET answers = ? WHERE key = ?", (value, key))
    raw.close()
    assert memory.cached(keys) == {}


# --- the file ------------------------------------------------------------------------


def test_a_closed_memory_is_there_again(path: Path) -> None:
    with Memory.open(path) as memory:
        memory.remember([segment(props=(("x", "y"),), note="n", glossary="g", engine="e")])
        before = list(memory.export())
    with Memory.open(path, create=False) as memory:
        assert list(memory.export()) == before
    memory.close()
    with pytest.raises(InputError):
        memory.stats()


def test_nothing_is_made_where_a_memory_must_be(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such translation memory"):
        Memory.open(tmp_path / "nope", create=False)
    (tmp_path / "empty").touch()
    with pytest.raises(InputError, match="not a speechsubs translation memory"):
        Memory.open(tmp_path / "empty", create=False)
    assert [p.name for p in tmp_path.iterdir()] == ["empty"]
    with pytest.raises(InputError, match="folder"):
        Memory.open(tmp_path)
    with pytest.raises(InputError, match="cannot be opened"):
        Memory.open(tmp_path / "no" / "such" / "folder")


def test_foreign_files_are_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_bytes(b"not a database at all" * 100)
    with pytest.raises(InputError, match="damaged"):
        Memory.open(text)
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as raw:
        raw.execute("CREATE TABLE mine (x)")
    raw.close()
    before = other.read_bytes()
    with pytest.raises(InputError, match="not a speechsubs translation memory"):
        Memory.open(other)
    assert other.read_bytes() == before
    assert text.read_bytes() == b"not a database at all" * 100


def test_a_newer_schema_is_not_touched(path: Path) -> None:
    Memory.open(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(
        InputError, match=r"schema is version 99, newer than the supported 1\. Update speechsubs"
    ):
        Memory.open(path)


def test_an_older_schema_is_migrated(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Memory.open(path) as memory:
        memory.remember([segment()])
    step = "ALTER TABLE segments ADD COLUMN reviewer TEXT NOT NULL DEFAULT 'nobody';"
    monkeypatch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, step))
    for _ in range(2):
        with Memory.open(path) as memory:
            assert found(memory, paid("$5", "5 USD")) == "Pagaron 5 dólares por eso."
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT reviewer FROM segments").fetchall() == [("nobody",)]
        assert raw.execute("PRAGMA user_version").fetchone() == (2,)
    raw.close()


def test_a_migration_that_fails_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Memory.open(path) as memory:
        memory.remember([segment()])
    with monkeypatch.context() as patch:
        bad = "ALTER TABLE segments ADD COLUMN a TEXT; SELECT * FROM nowhere"
        patch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, bad))
        with pytest.raises(InputError):
            Memory.open(path)
    with Memory.open(path) as memory:
        assert memory.stats().segments == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("slots", "[[1]]"), ("slots", "{}"), ("slots", "[" * 50_000),
        ("slots", '[["x",0,1,"",""]]'),
        ("slots", '[["money",0,9999,"",""]]'), ("places", '[["a",0,1]]'), ("places", "[[7,0,1]]"),
        ("target", b"\xff\xfe"), ("date", "today"), ("origin_sentence", "x"), ("props", "[1]"),
    ],
)  # fmt: skip
def test_damaged_rows_are_said_so(path: Path, column: str, value: object) -> None:
    with Memory.open(path) as memory:
        memory.remember([segment()])
    with sqlite3.connect(path) as raw:
        raw.execute(f"UPDATE segments SET {column} = ?", (value,))
    raw.close()
    with Memory.open(path) as memory, pytest.raises(InputError, match="damaged"):
        memory.lookup([paid("$5", "5 USD")], "es")


def test_torn_pages_are_said_so(path: Path) -> None:
    with Memory.open(path) as memory:
        memory.remember([segment(f"t{n}") for n in range(2_000)])
    size = path.stat().st_size
    with path.open("r+b") as stream:
        stream.seek(4_096)
        stream.write(b"\xa5" * (size - 4_096))
    with pytest.raises(SpeechsubsError, match="damaged"), Memory.open(path) as memory:
        list(memory.export())


_WRITER = """
import sys
from pathlib import Path
from speechsubs.memory import Memory, Segment
name = sys.argv[2]
with Memory.open(Path(sys.argv[1])) as memory:
    for n in range(40):
        memory.remember([Segment("en", "es", f"{name} {n} {k}", "x") for k in range(5)])
"""

_READER = """
import sys
from pathlib import Path
from speechsubs.memory import Memory, Query
seen = 0
with Memory.open(Path(sys.argv[1]), create=False) as memory:
    while seen < 400:
        count = memory.stats().segments
        assert count >= seen and count % 5 == 0, (seen, count)
        memory.fuzzy(Query("one 1 1"), "es")
        memory.lookup([Query("one 1 1")], "es")
        seen = count
print(seen)
"""


def test_two_writers_and_two_readers_in_other_processes(path: Path) -> None:
    Memory.open(path).close()

    def start(code: str, *more: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", code, str(path), *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    running = [start(_READER), start(_READER), start(_WRITER, "one"), start(_WRITER, "two")]
    try:
        outputs = [process.communicate(timeout=120) for process in running]
    finally:
        for process in running:
            process.kill()
    assert [err for _, err in outputs] == [b""] * 4
    assert [out.strip() for out, _ in outputs] == [b"400", b"400", b"", b""]


def test_processes_that_make_one_file_at_once(path: Path) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(path), name], stderr=subprocess.PIPE)
        for name in ("one", "two", "three")
    ]
    try:
        errors = [process.communicate(timeout=120)[1] for process in running]
    finally:
        for process in running:
            process.kill()
    assert errors == [b""] * 3
    with Memory.open(path) as memory:
        assert memory.stats().segments == 600


def test_a_writer_that_has_to_wait_too_long_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_MS", 1)
    with Memory.open(path) as memory:
        raw = sqlite3.connect(path, isolation_level=None)
        raw.execute("BEGIN IMMEDIATE")
        with pytest.raises(InputError, match="another program is writing"):
            memory.remember([segment()])
        assert memory.stats().segments == 0
        raw.execute("ROLLBACK")
        raw.close()
        assert memory.remember([segment()]) == 1


def test_a_sentence_of_many_places_is_answered_by_its_own(memory: Memory) -> None:
    def at(file: str, sentence: int) -> Segment:
        where = Origin(file, sentence)
        return Segment("en", "es", "Thank you.", f"{file} {sentence}", origin=where, date=WHEN)

    memory.remember([at(f"{n % 7}.srt", n) for n in range(600)])
    queries = [Query("Thank you.", origin=Origin(f"{n % 7}.srt", n)) for n in range(600)]
    got = [m.segment.target for m in memory.lookup(queries, "es") if m]
    assert got == [f"{n % 7}.srt {n}" for n in range(600)]
    other = memory.lookup([Query("Thank you.", origin=Origin("3.srt", 9_999))], "es")[0]
    assert other is not None
    assert other.segment.target.startswith("3.srt ")


def test_a_look_up_reads_what_it_finds_and_not_the_whole_memory(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.remember(
        Segment("en", "es", f"Sentence {n}.", f"Frase {n}.", date=WHEN) for n in range(300)
    )
    asked: list[tuple[str, Any]] = []
    rows = database.Database.rows

    def spy(self: database.Database, sql: str, values: Any = ()) -> Any:
        asked.append((sql, values))
        return rows(self, sql, values)

    monkeypatch.setattr(database.Database, "rows", spy)
    memory.lookup([paid("$7", "7 USD")], "es")
    plans = [
        " ".join(str(row) for row in rows(memory._database, f"EXPLAIN QUERY PLAN {sql}", values))
        for sql, values in asked
        if "segments AS s" in sql
    ]
    assert ["segments_place" in plans[0], "segments_template" in plans[1]] == [True, True]
    assert not any("segments_count" in plan for plan in plans)


def test_a_date_in_the_future_does_not_win_for_ever(tmp_path: Path) -> None:
    clock = ["2026-03-01T12:00:00Z"]
    here = Origin("a.srt", 3)
    with Memory.open(tmp_path / "m.db", now=lambda: clock[0]) as memory:
        memory.remember([segment("Del futuro.", origin=here, date="2099-01-01T00:00:00Z")])
        clock[0] = "2026-03-01T12:00:01Z"
        memory.remember([segment("De hoy.", origin=here, date="")])
        assert found(memory, paid("$5", "5 USD", here)) == "De hoy."
        # Older ones still do not replace newer ones.
        memory.remember([segment("De ayer.", origin=here, date="2026-02-28T00:00:00Z")])
        assert found(memory, paid("$5", "5 USD", here)) == "De hoy."


def test_a_memory_of_an_older_version_with_a_future_date_is_overcome(tmp_path: Path) -> None:
    here = Origin("a.srt", 3)
    with Memory.open(tmp_path / "m.db") as memory:
        memory.remember([segment("Del futuro.", origin=here)])
        memory._database.change("UPDATE segments SET date = '2099-01-01T00:00:00Z'")
        memory.remember([segment("De hoy.", origin=here, date="")])
        assert found(memory, paid("$5", "5 USD", here)) == "De hoy."


def test_a_memory_that_cannot_be_written_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Memory.open(tmp_path / "m.db") as memory:
        memory.remember([segment("Cuesta $5.")])
    before = (tmp_path / "m.db").read_bytes()
    monkeypatch.setattr("speechsubs.memory.database.os.access", lambda path, mode: False)
    for create in (True, False):
        with Memory.open(tmp_path / "m.db", create=create) as memory:
            assert found(memory, paid("$5", "5 USD")) == "Cuesta $5."
            assert memory.stats().segments == 1
            memory.cache({CacheKey("e", "Hello.", "", "x"): ["Hola."]})
            assert memory.stats().cached == 0
            with pytest.raises(OutputError, match=r"m\.db"):
                memory.remember([segment("Otra cosa.")])
    assert (tmp_path / "m.db").read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON segments BEGIN DELETE FROM segments; END",
        "CREATE VIEW v AS SELECT * FROM segments",
    ],
)
def test_a_memory_with_triggers_or_views_is_refused(tmp_path: Path, statement: str) -> None:
    with Memory.open(tmp_path / "m.db") as memory:
        memory.remember([segment("Cuesta $5.")])
    with closing(sqlite3.connect(tmp_path / "m.db")) as connection:
        connection.execute(statement)
        connection.commit()
    with pytest.raises(InputError, match="contains triggers or views"):
        Memory.open(tmp_path / "m.db")
