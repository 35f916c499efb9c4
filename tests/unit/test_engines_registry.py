"""Which engine serves a pair, what is said where none does, and the echo."""

import shutil
from pathlib import Path

import pytest

from speechsubs import packages
from speechsubs.engines import EchoEngine, apertium, available, echo, load, names
from speechsubs.errors import EngineError, UnknownLocaleError

TINY = Path(__file__).parents[1] / "data" / "translate-en_es-tiny.argosmodel"
MODES = ("eng-spa", "spa-eng", "spa-eng_US", "es-fr", "fr-es", "eco-es-fr", "es-pt", "es-pt_BR",
         "spa-ita", "eng-cat", "eng-cat_valencia")  # fmt: skip


@pytest.fixture
def no_apertium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)


def test_auto_takes_argos_where_a_package_is_installed(tmp_path: Path) -> None:
    packages.install_file(TINY, tmp_path)
    assert load("auto", "en", "es", packages_dir=tmp_path).name == "argos"
    assert load("auto", "en-GB", "es-MX", packages_dir=tmp_path).target == "es"
    assert available("en", "es", packages_dir=tmp_path)[0].steps == ("translate-en_es 0.1",)


def test_the_newest_package_wins(tmp_path: Path) -> None:
    old = packages.install_file(TINY, tmp_path)
    new = tmp_path / "z-new"
    shutil.copytree(old.path, new)
    file = new / "metadata.json"
    file.write_text(file.read_text().replace('"0.1"', '"0.10"'))
    between = tmp_path / "zz-between"
    shutil.copytree(old.path, between)
    (between / "metadata.json").write_text(file.read_text().replace('"0.10"', '"0.9"'))
    assert available("en", "es", packages_dir=tmp_path)[0].steps == ("translate-en_es 0.10",)


@pytest.mark.usefixtures("no_apertium")
def test_what_is_missing_is_named_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        load("auto", "en", "es", packages_dir=tmp_path)
    text = str(caught.value)
    assert "`argospm install translate-en_es`" in text
    assert str(tmp_path) in text
    assert "`apt install apertium apertium-eng-spa`" in text
    with pytest.raises(EngineError, match="apertium-eng-spa apertium-fr-es`"):
        load("apertium", "en", "fr", packages_dir=tmp_path)
    with pytest.raises(EngineError, match="translate-de_en` and `argospm install translate-en_ja"):
        load("argos", "de", "ja", packages_dir=tmp_path)
    with pytest.raises(EngineError, match="translate-en_zt"):
        load("auto", "en", "zh-Hant", packages_dir=tmp_path)


@pytest.mark.usefixtures("no_apertium")
def test_a_broken_package_is_mentioned(tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    with pytest.raises(EngineError, match=r"half: has no metadata\.json"):
        load("auto", "en", "es", packages_dir=tmp_path)


def test_odd_wishes(tmp_path: Path) -> None:
    assert names() == ("auto", "argos", "apertium", "echo")
    with pytest.raises(EngineError, match="unknown engine 'deepl'"):
        load("deepl", "en", "es", packages_dir=tmp_path)
    with pytest.raises(EngineError, match="nothing to translate"):
        load("auto", "es-MX", "es-AR", packages_dir=tmp_path)
    with pytest.raises(UnknownLocaleError):
        load("auto", "en", "qq", packages_dir=tmp_path)
    assert available("es", "es", packages_dir=tmp_path) == []


@pytest.mark.parametrize(
    ("source", "target", "route"),
    [
        ("en", "es", ("eng-spa",)),
        ("en", "ca", ("eng-cat",)),
        ("en", "fr", ("eng-spa", "es-fr")),
        ("en", "it", ("eng-spa", "spa-ita")),
        ("en", "pt-BR", ("eng-spa", "es-pt_BR")),
        ("fr", "it", ("fr-es", "spa-ita")),
        ("es", "en", ("spa-eng",)),
        ("en", "ja", ()),
        ("ca", "en", ()),
        ("en", "de", ()),
    ],
)
def test_the_shortest_way_over_the_installed_pairs(
    source: str, target: str, route: tuple[str, ...]
) -> None:
    assert apertium.find_route(source, target, MODES) == route


def test_echo_gives_back_and_spoils() -> None:
    texts = ["Hello ZQ1 5.", ""]
    assert load("echo", "en", "es").translate(texts) == [["Hello ZQ1 5."], [""]]
    engine = EchoEngine(change=echo.drop_masks, others=(echo.change_digits, str, echo.shout))
    assert engine.translate(texts, hypotheses=1) == [["Hello 5."], [""]]
    assert engine.translate(texts, hypotheses=9)[0] == [
        "Hello 5.", "Hello ZQ2 6.", "Hello ZQ1 5.", "HELLO ZQ1 5.",
    ]  # fmt: skip
    assert EchoEngine(change=echo.silent).translate(["x"]) == [[""]]
    assert len(engine.masks) >= 3
