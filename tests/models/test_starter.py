"""Models that come with speechsubs: found last, never in the way of a better one."""

import json
import shutil
from pathlib import Path

import pytest

from speechsubs import models
from speechsubs.engines import install, load
from speechsubs.models import store

TINY = Path(__file__).parents[1] / "data" / "translate-en_es-tiny.argosmodel"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what a person installs."""
    from argostranslate import settings

    place = tmp_path / "own" / "packages"
    monkeypatch.setattr(settings, "package_dirs", [place])
    return place


@pytest.fixture
def shipped(tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A starter as it will lie in models/, for three languages with one model."""
    place = tmp_path / "models"
    monkeypatch.delenv("SPEECHSUBS_NO_STARTER", raising=False)
    monkeypatch.setattr(store, "bundled_folder", lambda: place)
    starter = place / "translate-en_es-starter"
    package = models.install_file(TINY, tmp_path / "made")
    shutil.copytree(package.path, starter)
    about(starter, quality="starter model: 13 BLEU on FLORES, a draft")
    for code in ("fr", "de"):
        (place / f"translate-en_{code}-starter").mkdir()
        about(place / f"translate-en_{code}-starter", to_code=code, target_prefix=f"__{code}__",
              shares="translate-en_es-starter")  # fmt: skip
    (place / "README.md").write_text("what this is")
    return place


def about(path: Path, **metadata: str) -> None:
    said = {"package_version": "9.0", "from_code": "en", "to_code": "es"} | metadata
    (path / "metadata.json").write_text(json.dumps(said))


def test_a_starter_is_found_with_its_quality(shipped: Path) -> None:
    found = {p.to_code: p for p in models.installed()}
    assert set(found) == {"es", "fr", "de"}
    assert all(p.bundled for p in found.values())
    assert found["es"].quality == "starter model: 13 BLEU on FLORES, a draft"
    assert models.scan().problems == ()
    assert load("argos", "en", "es").translate(["The meeting begins at nine o'clock."])[0][0]


def test_one_model_serves_many_languages(shipped: Path) -> None:
    found = {p.to_code: p for p in models.installed()}
    assert found["fr"].target_prefix == "__fr__"
    assert found["fr"].model == found["es"].model
    assert found["fr"].tokenizer == found["es"].tokenizer
    assert found["fr"].sha256 == found["es"].sha256
    assert found["fr"].size == found["es"].size > 3_000_000


def test_a_package_of_a_stranger_shares_nothing(tmp_path: Path, own: Path) -> None:
    models.install_file(TINY, own)
    (own / "thief").mkdir()
    about(own / "thief", to_code="fr", shares="translate-en_es-0_1")
    found = models.scan()
    assert [p.to_code for p in found.packages] == ["es"]
    assert [p.path.name for p in found.problems] == ["thief"]


def test_shares_never_lead_out_of_the_folder(shipped: Path, tmp_path: Path) -> None:
    models.install_file(TINY, tmp_path / "elsewhere")
    about(shipped / "translate-en_fr-starter", to_code="fr",
          shares="../elsewhere/translate-en_es-0_1")  # fmt: skip
    assert [p.path.name for p in models.scan().problems] == ["translate-en_fr-starter"]


def test_what_a_person_installed_comes_first(shipped: Path, own: Path) -> None:
    mine = models.install_file(TINY, own)
    found = [p for p in models.installed() if p.to_code == "es"]
    assert [p.bundled for p in found] == [False, True]
    # Though the starter says that it is version 9.0.
    assert max(found, key=models.preference) == mine


def test_it_can_be_left_out_and_brought_back(
    shipped: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = next(p for p in models.installed() if p.to_code == "es")
    models.remove(first)
    assert {p.to_code for p in models.installed()} == {"fr", "de"}
    assert (first.model / "model.bin").exists()
    models.restore()
    assert {p.to_code for p in models.installed()} == {"es", "fr", "de"}
    for word, count in (("1", 0), ("0", 3), ("", 3)):
        monkeypatch.setenv("SPEECHSUBS_NO_STARTER", word)
        assert len(models.installed()) == count


def test_another_folder_than_argos_own_has_no_starter(shipped: Path, tmp_path: Path) -> None:
    assert models.installed(tmp_path / "own") == ()


def test_it_is_verified_and_never_locked(shipped: Path) -> None:
    package = next(p for p in models.installed() if p.to_code == "es")
    assert models.lock_entry(package) is None
    assert models.lock_problem(package) == models.verify(package) == ""
    assert len(install.run_smoke_test(package)) == 3
    assert not (shipped / "models.lock").exists()


def test_where_they_are_in_a_checkout() -> None:
    assert models.bundled_folder() == Path(__file__).parents[2] / "models"
    assert (models.bundled_folder() / "README.md").is_file()


def test_what_we_ship_is_sound() -> None:
    """Says nothing while models/ is empty, and fails when a broken one is dropped in."""
    place = models.bundled_folder()
    for path in (p for p in place.iterdir() if p.is_dir()):
        package = models.read(path, bundled=True)
        assert package is not None
        assert package.quality, path.name
        assert install.run_smoke_test(package)
