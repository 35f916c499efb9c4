"""Which engine serves a pair, what is said where none does, and the echo."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from speechsubs import models
from speechsubs.engines import EchoEngine, apertium, available, echo, load, names
from speechsubs.errors import EngineError, PackageError, UnknownLocaleError

TINY = Path(__file__).parents[1] / "data" / "translate-en_es-tiny.argosmodel"
MODES = ("eng-spa", "spa-eng", "spa-eng_US", "es-fr", "fr-es", "eco-es-fr", "es-pt", "es-pt_BR",
         "spa-ita", "eng-cat", "eng-cat_valencia")  # fmt: skip


@pytest.fixture
def no_apertium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)


def test_auto_takes_argos_where_a_package_is_installed(tmp_path: Path) -> None:
    models.install_file(TINY, tmp_path)
    assert load("auto", "en", "es", packages_dir=tmp_path).name == "argos"
    assert load("auto", "en-GB", "es-MX", packages_dir=tmp_path).target == "es"
    assert available("en", "es", packages_dir=tmp_path)[0].steps == ("translate-en_es 0.1",)


def test_the_newest_package_wins(tmp_path: Path) -> None:
    old = models.install_file(TINY, tmp_path)
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
    assert "`speechsubs models install en es`" in text
    assert "`speechsubs models install FILE.argosmodel`" in text
    assert "`apt install apertium apertium-eng-spa`" in text
    with pytest.raises(EngineError, match="apertium-eng-spa apertium-fr-es`"):
        load("apertium", "en", "fr", packages_dir=tmp_path)
    with pytest.raises(EngineError, match="install de en` and `speechsubs models install en ja`"):
        load("argos", "de", "ja", packages_dir=tmp_path)
    with pytest.raises(EngineError, match="`speechsubs models install en zh-TW`"):
        load("auto", "en", "zh-Hant", packages_dir=tmp_path)


@pytest.mark.usefixtures("no_apertium")
def test_a_broken_package_is_mentioned(tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    with pytest.raises(EngineError, match=r"half: has no metadata\.json"):
        load("auto", "en", "es", packages_dir=tmp_path)


@pytest.fixture
def starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny package as what comes with speechsubs, nothing installed, Apertium there."""
    bundled = tmp_path / "bundled"
    package = models.install_file(TINY, bundled)
    monkeypatch.delenv("SPEECHSUBS_NO_STARTER", raising=False)
    places = sys.modules["speechsubs.models.store"]
    monkeypatch.setattr(places, "bundled_folder", lambda: bundled)
    monkeypatch.setattr(places, "folders", lambda: [tmp_path / "own"])
    monkeypatch.setattr(apertium, "find_route", lambda *tags: ("eng-spa",))
    return package.path / "metadata.json"


def say(metadata: Path, **fields: object) -> None:
    metadata.write_text(json.dumps(json.loads(metadata.read_text("utf-8")) | fields), "utf-8")


def order() -> list[tuple[str, bool]]:
    return [(offer.engine, offer.bundled) for offer in available("en", "es")]


APERTIUM, STARTER, INSTALLED = ("apertium", False), ("argos", True), ("argos", False)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        (None, [APERTIUM, STARTER]),
        ([], [APERTIUM, STARTER]),
        # Against the figure that is known of Apertium on the same set.
        ([{"set": "flores-devtest", "bleu": 12.2}], [STARTER, APERTIUM]),
        ([{"set": "flores-devtest", "bleu": 12.1}], [APERTIUM, STARTER]),
        ([{"set": "flores-devtest", "bleu": 11}], [APERTIUM, STARTER]),
        # A figure that nothing can be held against proves nothing.
        ([{"set": "held-back", "bleu": 40.0}], [APERTIUM, STARTER]),
        # What was measured beside it counts; it must be better everywhere.
        ([{"set": "held-back", "bleu": 20.0, "apertium": 15}], [STARTER, APERTIUM]),
        ([{"set": "a", "bleu": 40.0, "apertium": 15}, {"set": "b", "bleu": 10, "apertium": 11}],
         [APERTIUM, STARTER]),
        # FLORES, from which nobody learns, decides alone.
        ([{"set": "a", "bleu": 40.0, "apertium": 15}, {"set": "flores-devtest", "bleu": 6.3}],
         [APERTIUM, STARTER]),
        ([{"set": "a", "bleu": 4.0, "apertium": 15}, {"set": "flores-devtest", "bleu": 16.3}],
         [STARTER, APERTIUM]),
        ([{"set": "flores-devtest", "bleu": 16.3, "apertium": 17}], [APERTIUM, STARTER]),
        # What is no figure is as none.
        ([{"set": "a", "bleu": True, "apertium": 0}, {"set": 3, "bleu": 50, "apertium": 1}, 7,
          {"set": "a", "bleu": 101, "apertium": 1}, {"set": "a", "bleu": 10**400, "apertium": 1}],
         [APERTIUM, STARTER]),
        ({"flores-devtest": 30}, [APERTIUM, STARTER]),
    ],
)  # fmt: skip
def test_the_starter_model_comes_first_only_where_it_is_measured_to_be_better(
    starter: Path, scores: object, expected: list[tuple[str, bool]]
) -> None:
    if scores is not None:
        say(starter, scores=scores)
    assert order() == expected


def test_what_somebody_installed_comes_before_the_starter_model(
    starter: Path, tmp_path: Path
) -> None:
    say(starter, scores=[{"set": "flores-devtest", "bleu": 30}], package_version="9.0")
    assert order() == [STARTER, APERTIUM]
    models.install_file(TINY, tmp_path / "own")
    assert order() == [INSTALLED, APERTIUM]
    assert available("en", "es")[0].steps == ("translate-en_es 0.1",)


def test_it_does_so_under_another_code_of_the_language_too(starter: Path, tmp_path: Path) -> None:
    say(starter, to_code="pb")  # Argos's Brazilian Portuguese
    assert available("en", "pt-BR")[0].bundled or available("en", "pt-BR")[1].bundled
    own = models.install_file(TINY, tmp_path / "own")
    say(own.path / "metadata.json", to_code="pt")
    assert not any(offer.bundled for offer in available("en", "pt-BR"))


def test_a_model_that_changed_since_it_was_installed_is_not_loaded(tmp_path: Path) -> None:
    package = models.install_file(TINY, tmp_path)
    model = package.model / "model.bin"
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.write_bytes(data)
    with pytest.raises(PackageError, match=r"changed since .*--replace.*--adopt") as caught:
        load("argos", "en", "es", packages_dir=tmp_path)
    assert "model.bin" in str(caught.value)


def test_where_there_is_nothing_else_the_starter_model_serves(
    starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apertium, "find_route", lambda *tags: ())
    say(starter, quality="a model of an afternoon")
    engine = load("auto", "en", "es-MX")
    assert engine.signature.startswith("argos starter en-es 0.1 sha256:")
    assert "starter model" in engine.quality
    assert "a model of an afternoon" in engine.quality
    assert "`speechsubs models install en es`" in engine.quality


def test_a_package_says_what_was_measured(tmp_path: Path) -> None:
    package = models.install_file(TINY, tmp_path)
    say(package.path / "metadata.json", scores=[{"set": "talks", "bleu": 15.25, "apertium": 12}])
    models.adopt(package)  # the change is wanted
    engine = load("argos", "en", "es", packages_dir=tmp_path)
    assert "15.25 BLEU on talks (Apertium 12)" in engine.quality
    assert "starter" not in engine.quality + engine.signature


def test_odd_wishes(tmp_path: Path) -> None:
    assert names() == ("auto", "argos", "apertium", "ct2", "libretranslate", "echo")
    with pytest.raises(EngineError, match="unknown engine 'deepl'"):
        load("deepl", "en", "es", packages_dir=tmp_path)
    with pytest.raises(EngineError, match="unknown engine 'argos:x'"):
        load("argos:x", "en", "es", packages_dir=tmp_path)
    with pytest.raises(EngineError, match="--engine ct2 --model DIR"):
        load("ct2", "en", "es")
    with pytest.raises(EngineError, match="--engine libretranslate --url"):
        load("libretranslate:", "en", "es")
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
    engine = EchoEngine(change=echo.drop_masks, others=(echo.change_digits, str, echo.uppercase))
    assert engine.translate(texts, hypotheses=1) == [["Hello 5."], [""]]
    assert engine.translate(texts, hypotheses=9)[0] == [
        "Hello 5.", "Hello ZQ2 6.", "Hello ZQ1 5.", "HELLO ZQ1 5.",
    ]  # fmt: skip
    assert EchoEngine(change=echo.say_nothing).translate(["x"]) == [[""]]
    assert len(engine.masks) >= 3
