"""Whatever a stranger sends: a message or a result, never anything else."""

import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from speechsubs import models
from speechsubs.engines import install as canaries
from speechsubs.errors import InputError, PackageError
from speechsubs.models import index, lockfile

JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["from_code", "to_code", "package_version", "links", "type", "from_name", "to_name",
     "target_prefix", "languages", "quality", "from_codes"]
)  # fmt: skip
VALUES = JSON | st.sampled_from(["en", "es", "1.0", "translate", ["https://models.invalid/x"]])
ENTRIES = st.dictionaries(FIELDS, VALUES, max_size=7)
NAMES = st.sampled_from(
    ["p/metadata.json", "p/model/model.bin", "p/bpe.model", "p/../x", "q/y", "/abs", "p", "p/",
     "p/model/", "p/model/a/b/c", "p//x", "p/model/MODEL.BIN", "", "p/\u202e", "c:/x", "p\\x", "."]
) | st.text(max_size=8)  # fmt: skip


@given(st.lists(ENTRIES | JSON, max_size=5))
def test_an_index_of_anything(entries: list[Any]) -> None:
    data = json.dumps(entries).encode()
    found = index.parse(data, "https://models.invalid/")
    assert all(offer.links for offer in found.offers)
    assert all(line.isprintable() for line in found.skipped)
    for offer in found.offers:
        for link in offer.links:
            assert link.startswith(("http://", "https://"))
        assert (offer.name + offer.from_name + offer.to_name).isprintable()


@given(st.binary(max_size=300))
def test_an_index_of_any_bytes(data: bytes) -> None:
    try:
        index.parse(data, "https://models.invalid/")
    except InputError as error:
        said = str(error)
    else:
        return
    assert "the model index" in said


def install(data: bytes) -> None:
    """Install an archive; whatever happens, nothing lands outside of its folder."""
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        (base / "x.argosmodel").write_bytes(data)
        try:
            done = models.install_file(base / "x.argosmodel", base / "data" / "pk")
        except PackageError:
            assert models.scan(base / "data" / "pk").packages == ()
        else:
            assert done.path.parent == base / "data" / "pk"
        assert sorted(p.name for p in base.iterdir()) in (
            ["data", "x.argosmodel"],
            ["x.argosmodel"],
        )
        for path in (base / "data").glob("*"):
            assert path.name == "pk"


@settings(max_examples=40)
@given(st.binary(max_size=200), st.binary(max_size=60))
def test_archives_of_any_bytes(data: bytes, end: bytes) -> None:
    install(data)
    install(b"PK\x03\x04" + data + b"PK\x05\x06" + end)


@settings(max_examples=40)
@given(st.lists(st.tuples(NAMES, st.binary(max_size=20)), max_size=6), ENTRIES)
def test_archives_of_any_members(
    members: list[tuple[str, bytes]], metadata: dict[str, Any]
) -> None:
    sink = io.BytesIO()
    names: set[str] = set()
    with zipfile.ZipFile(sink, "w") as file:
        file.writestr("p/metadata.json", json.dumps(metadata))
        for name, data in members:
            # zipfile warns of names that stand there already; that has its own test.
            plain = zipfile.ZipInfo(name.encode("utf-8", "replace").decode()).filename
            if plain and plain not in names | {"p/metadata.json"}:
                names.add(plain)
                file.writestr(zipfile.ZipInfo(plain), data)
    install(sink.getvalue())


@given(
    JSON | st.dictionaries(st.sampled_from(["version", "packages", "hidden"]), JSON | st.just(1))
)
def test_a_lock_of_anything(data: Any) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        (Path(temporary) / "models.lock").write_text(json.dumps(data))
        try:
            lock = lockfile.load(Path(temporary))
        except PackageError as error:
            said = str(error)
        else:
            lockfile.save(Path(temporary), lock)
            assert lockfile.load(Path(temporary)) == lock
            return
    assert "models verify --adopt" in said


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=400)), min_size=1, max_size=4))
def test_any_answers_of_a_model(pairs: list[tuple[str, str]]) -> None:
    sources, answers = zip(*pairs, strict=True)
    assert canaries.find_nonsense(sources, answers).isprintable()
