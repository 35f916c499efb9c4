"""`speechsubs models`: what a person types and sees."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from speechsubs import models
from speechsubs.adapters.http_client import Limits
from speechsubs.cli.jobs import models_install
from speechsubs.cli.models import command
from speechsubs.engines import install

Cli = Callable[..., Any]
Made = Callable[..., bytes]
Entry = Callable[..., Any]

REAL_TRIAL = install.run_smoke_test
COMMANDS = ("list", "install", "export", "verify", "info", "remove", "path")
ROW = "en → es  English to Spanish                   0.1    3.2 MB  "


@pytest.fixture(autouse=True)
def quick(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for servers that are gone, and no trials but where they are the test."""
    monkeypatch.setattr(install, "run_smoke_test", lambda package: ())
    monkeypatch.setattr("speechsubs.models.index.Limits", lambda: Limits(tries=1, pause_s=0.0))
    monkeypatch.setattr("speechsubs.models.download.Limits", lambda: Limits(tries=1, pause_s=0.0))


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person at a terminal."""
    monkeypatch.setattr(models_install, "_somebody", lambda: True)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command(cli: Cli, name: str) -> None:
    assert isinstance(command, click.Group)
    sub = command.commands[name]
    assert cli("models", name, "--help").code == 0
    for parameter in sub.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.help.endswith((".", ").")), parameter.help
        else:
            assert str(parameter.name).upper() in (sub.help or "")


def test_list_and_path(cli: Cli, folder: Path, tiny: Path) -> None:
    ran = cli("models", "list")
    assert (ran.code, ran.out) == (0, "")
    assert "no models are installed" in ran.err
    assert "`speechsubs models install en es`" in ran.err
    ran = cli("models", "install", tiny)
    place = folder / "translate-en_es-0_1"
    assert (ran.code, ran.out) == (0, f"translate-en_es 0.1: installed in {place}\n")
    ran = cli("models", "list")
    assert (ran.code, ran.out, ran.err) == (0, f"{ROW}locked\n", "")
    assert cli("models", "path").lines == [str(folder)]
    assert cli("models", "path", "--starter").lines == [str(models.bundled_folder())]


def test_list_shows_what_changed_what_is_foreign_and_what_is_broken(
    cli: Cli, folder: Path, tiny: Path
) -> None:
    cli("models", "install", tiny)
    shutil.copytree(folder / "translate-en_es-0_1", folder / "by-argospm")
    (folder / "half").mkdir()
    (folder / "translate-en_es-0_1" / "model" / "more\x1b[2J").write_text("x")
    ran = cli("models", "list")
    assert ran.code == 0
    assert ran.lines == [
        f"{ROW}not locked  (not used: a better model is available)",
        f"{ROW}changed: model/more\\x1b[2J was added",
    ]
    assert ran.err == (
        f"note: skipped: {folder / 'half'}: has no metadata.json, so it is not an Argos package\n"
    )
    data = json.loads(cli("models", "list", "--json").out)
    assert data["folder"] == str(folder)
    assert data["models"][0]["state"] == "not locked"
    assert [m["used"] for m in data["models"]] == [False, True]
    assert len(data["problems"]) == 1


def test_list_available(cli: Cli, site: Any, tiny: Path, entry: Entry) -> None:
    site.index(
        entry("/a", version="0.1"),
        entry("/b", version="1.9"),
        entry("/c", source="de", target="en"),
        "nonsense",
    )
    cli("models", "install", tiny)
    ran = cli("models", "list", "--available")
    assert ran.code == 0
    assert ran.lines == [
        "de → en  DE to EN                                 1.0",
        "en → es  EN to ES                                 1.9, 0.1  installed: 0.1",
    ]
    assert f"2 pairs at {site.url}/; other pairs pivot through English" in ran.err
    assert "1 entries cannot be used: entry 4: is not a JSON object" in ran.err
    data = json.loads(cli("models", "list", "--available", "--json").out)
    assert data["models"][1]["versions"] == ["1.9", "0.1"]
    assert data["models"][1]["installed"] == "0.1"
    # Only the list was downloaded.
    assert {path for _, path, _ in site.asked} == {"/index.json"}


def test_install_a_pair(cli: Cli, site: Any, folder: Path, made: Made, entry: Entry) -> None:
    data = made()
    site.index(entry(site.offer("/a.argosmodel", data)))
    ran = cli("models", "install", "en-GB", "es-MX")
    assert ran.code == 0
    assert ran.lines == [f"translate-en_es 1.0: installed in {folder / 'translate-en_es-1_0'}"]
    size = f"{len(data) / 1e6:.1f} MB"
    assert f"to download: translate-en_es 1.0 (EN to ES, {size})" in ran.err
    ran = cli("models", "install", "en", "es")
    assert ran.lines == ["translate-en_es 1.0: already installed and up to date"]
    assert len(site.asked_for("/a.argosmodel")) == 1


def test_install_through_english_and_only_what_is_missing(
    cli: Cli, site: Any, folder: Path, made: Made, entry: Entry
) -> None:
    site.index(
        entry(site.offer("/1", made("de", "en")), source="de", target="en"),
        entry(site.offer("/2", made("en", "zh")), source="en", target="zh"),
    )
    ran = cli("models", "install", "de", "zh-CN", "-y")
    assert ran.code == 0
    assert [line.partition(":")[0] for line in ran.lines] == [
        "translate-de_en 1.0",
        "translate-en_zh 1.0",
    ]
    cli("models", "remove", "en", "zh", "--yes")
    ran = cli("models", "install", "de", "zh-Hans", "-y")
    assert "translate-de_en 1.0: already installed" in ran.lines[0]
    assert "translate-en_zh 1.0: installed in" in ran.lines[1]


def test_a_newer_version_leaves_the_older(
    cli: Cli, site: Any, folder: Path, tiny: Path, made: Made, entry: Entry
) -> None:
    cli("models", "install", tiny)
    site.index(entry(site.offer("/a", made())))
    ran = cli("models", "install", "en", "es")
    assert "translate-en_es 0.1 is kept but no longer used" in ran.err
    assert "`speechsubs models remove translate-en_es-0_1` removes it" in ran.err
    assert "(not used: a better model is available)" in cli("models", "list").lines[0]


@pytest.mark.usefixtures("somebody")
def test_a_person_is_asked_before_a_download(
    cli: Cli, site: Any, folder: Path, made: Made, entry: Entry
) -> None:
    site.index(entry(site.offer("/a", made())))
    ran = cli("models", "install", "en", "es", stdin="n\n")
    assert ran.code == 0
    assert "Download and install? [Y/n]" in ran.err
    assert site.asked_for("/a") == []
    assert models.installed() == ()
    ran = cli("models", "install", "en", "es", stdin="y\n")
    assert "installed in" in ran.out
    ran = cli("models", "install", "en", "es", "--replace", "--yes")
    assert "Download" not in ran.err.replace("to download", "")
    assert "installed in" in ran.out


def test_what_cannot_be_installed(cli: Cli, site: Any, here: Path, made: Made) -> None:
    site.index()
    ran = cli("models", "install", "en", "es")
    assert (ran.code, ran.out) == (1, "")
    assert "offers no route between these languages" in ran.err
    ran = cli("models", "install", "en", "spanish")
    assert ran.code == 1
    assert "did you mean es" in ran.err
    ran = cli("models", "install", "nothing.argosmodel")
    assert (ran.code, ran.err) == (1, "Error: nothing.argosmodel: no such file\n")
    for words in ((), ("en",), ("en", "es", "fr")):
        ran = cli("models", "install", *words)
        assert ran.code == 2
        assert (
            "specify two languages (en es), .argosmodel files, or a folder with --from" in ran.err
        )
    site.asked.clear()
    ran = cli("models", "install", "pt", "pt-BR")
    assert "source and target language are the same" in ran.err
    assert site.asked == []
    ran = cli("models", "install", here)
    assert ran.code == 2
    assert f"{here} is a folder: use --from {here} to install from it" in ran.err
    (here / "bad.argosmodel").write_bytes(b"x")
    ran = cli("models", "export", "bad.argosmodel")
    assert ran.code == 1
    (here / "good.argosmodel").write_bytes(made())
    ran = cli("models", "install", "bad.argosmodel", "good.argosmodel")
    assert ran.code == 1
    assert "Error: bad.argosmodel: is not a valid zip archive" in ran.err
    assert "translate-en_es 1.0: installed in" in ran.out


def test_nothing_is_downloaded_unasked(cli: Cli, site: Any, here: Path, tiny: Path) -> None:
    site.index()
    for words in (
        ("list",), ("list", "--json"), ("path",), ("install", tiny), ("verify", "--no-trial"),
        ("info", "en", "es"), ("export", "stick"), ("remove", "en", "es", "-y"),
        ("install", "--from", "stick"),
    ):  # fmt: skip
        assert cli("models", *words).code == 0, words
    assert site.asked == []


def test_export_and_install_from(
    cli: Cli, folder: Path, here: Path, tiny: Path, made: Made
) -> None:
    cli("models", "install", tiny)
    (here / "x.argosmodel").write_bytes(made("de", "en"))
    cli("models", "install", "x.argosmodel")
    ran = cli("models", "export", "stick", "de", "en")
    assert (ran.code, ran.lines) == (0, ["stick/translate-de_en-1_0.argosmodel"])
    assert "on the other machine: speechsubs models install --from stick" in ran.err
    cli("models", "export", "stick")
    assert sorted(p.name for p in (here / "stick").iterdir()) == [
        "SHA256SUMS",
        "translate-de_en-1_0.argosmodel",
        "translate-en_es-0_1.argosmodel",
    ]
    cli("models", "remove", "de", "en", "--yes")
    cli("models", "remove", "en", "es", "--yes")
    assert len(cli("models", "install", "--from", "stick", "de", "es").lines) == 2
    assert len(models.installed()) == 2
    ran = cli("models", "install", "--from", "stick", "en", "fr")
    assert ran.code == 1
    assert "stick: offers no route from en to fr. It contains de to en, en to es" in ran.err
    assert cli("models", "install", "--from", "stick", "en").code == 2
    (here / "stick" / "broken.argosmodel").write_bytes(b"x")
    ran = cli("models", "install", "--from", "stick")
    assert ran.code == 1
    assert "broken.argosmodel: is not a valid zip archive" in ran.err
    assert len(ran.lines) == 2
    ran = cli("models", "export", "stick2", "en", "fr")
    assert (ran.code, (here / "stick2").exists()) == (1, False)


def test_a_changed_model_is_left_out_of_an_export(
    cli: Cli, folder: Path, here: Path, tiny: Path
) -> None:
    cli("models", "install", tiny)
    (folder / "translate-en_es-0_1" / "model" / "model.bin").write_bytes(b"x")
    ran = cli("models", "export", "stick")
    assert ran.code == 3
    assert "was skipped because it has changed: model/model.bin has 1 bytes" in ran.err
    ran = cli("models", "export", "stick", "en", "es")
    assert ran.code == 1
    assert "changed: model/model.bin has 1 bytes" in ran.err


def test_verify(cli: Cli, folder: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli("models", "install", tiny)
    monkeypatch.setattr(install, "run_smoke_test", REAL_TRIAL)
    ran = cli("models", "verify")
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines[0] == "translate-en_es 0.1: locked"
    assert ran.lines[1].startswith("  The meeting begins at nine o'clock. → La reunión")
    file = folder / "translate-en_es-0_1" / "model" / "model.bin"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    ran = cli("models", "verify", "en", "es", "--no-trial")
    assert ran.code == 3
    assert ran.lines[0].startswith(
        "translate-en_es 0.1: changed: model/model.bin differs from what was"
    )
    assert "reinstall it, or accept its current state with --adopt" in ran.lines[1]
    # A model that does not work is not adopted.
    file.write_bytes(b"nonsense")
    ran = cli("models", "verify", "--adopt")
    assert ran.code == 3
    assert "its model does not work" in ran.out
    file.write_bytes(whole)
    data = json.loads(cli("models", "verify", "--json").out)
    assert data["models"][0]["state"] == "locked"
    assert len(data["models"][0]["trial"]) == 3


def test_verify_of_what_other_tools_installed(cli: Cli, folder: Path, tiny: Path) -> None:
    package = models.install_file(tiny, folder.parent / "made")
    folder.mkdir()
    shutil.copytree(package.path, folder / package.path.name)
    assert cli("models", "verify").lines[0] == "translate-en_es 0.1: not locked"
    assert cli("models", "verify", "--adopt").lines[0] == "translate-en_es 0.1: locked"
    (folder / "models.lock").write_text("{")
    ran = cli("models", "verify", "--no-trial")
    assert ran.code == 3
    assert "models.lock: is damaged" in ran.err
    ran = cli("models", "verify", "--adopt", "--no-trial")
    assert (ran.code, ran.err) == (0, "")
    assert cli("models", "verify", "--no-trial").code == 0


def test_verify_of_what_is_not_there(cli: Cli, folder: Path) -> None:
    assert cli("models", "verify").err == "no models are installed\n"
    ran = cli("models", "verify", "en", "fr")
    assert ran.code == 1
    assert "Install it with `speechsubs models install en fr`" in ran.err
    (folder / "stray").mkdir(parents=True)
    ran = cli("models", "verify")
    assert ran.code == 3
    assert "stray: has no metadata.json" in ran.err
    ran = cli("models", "verify", "stray")
    assert ran.code == 1
    assert "stray: has no metadata.json" in ran.err


def test_info(cli: Cli, folder: Path, here: Path, tiny: Path, made: Made) -> None:
    readme = b"# Licence\nCC-BY 4.0\x1b[2J\n" + b"more\n" * 30
    (here / "x.argosmodel").write_bytes(
        made(members={"README.md": readme}, quality="23.3 BLEU on FLORES")
    )
    ran = cli("models", "info", "x.argosmodel")
    assert ran.lines[0].split() == ["name", "translate-en_es", "1.0"]
    assert ran.lines[1].split() == ["file", "x.argosmodel"]
    cli("models", "install", "x.argosmodel")
    for words in (("en", "es"), ("translate-en_es-1_0",), (folder / "translate-en_es-1_0",)):
        ran = cli("models", "info", *words)
        assert ran.code == 0
        assert "quality    23.3 BLEU on FLORES" in ran.lines
        assert "origin     x.argosmodel" in ran.lines
        assert "           CC-BY 4.0\\x1b[2J" in ran.lines
        assert len(ran.lines) < 35
    (data,) = json.loads(cli("models", "info", "en", "es", "--json").out)
    assert data["sha256"] == models.installed()[0].sha256
    assert cli("models", "info").code == 2
    assert cli("models", "info", "a", "b", "c").code == 2


def test_remove_asks(cli: Cli, folder: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli("models", "install", tiny)
    ran = cli("models", "remove", "en", "es")
    assert ran.code == 2
    assert "this would remove translate-en_es 0.1 (3.2 MB); use --yes to confirm" in ran.err
    assert len(models.installed()) == 1
    ran = cli("models", "remove", "translate-en_es-0_1", "--yes")
    assert (ran.code, ran.out) == (0, "translate-en_es 0.1: removed\n")
    assert models.installed() == ()
    ran = cli("models", "remove", "translate-en_es-0_1", "--yes")
    assert ran.code == 1
    assert "no such model is installed. See `speechsubs models list`" in ran.err


def test_portugal_is_not_removed_for_brazil(cli: Cli, here: Path, made: Made) -> None:
    for code in ("pt", "pb"):
        (here / f"{code}.argosmodel").write_bytes(made("en", code))
        cli("models", "install", f"{code}.argosmodel")
    cli("models", "remove", "en", "pt-BR", "-y")
    assert [p.to_code for p in models.installed()] == ["pt"]


def test_the_starter_is_listed_left_out_and_brought_back(
    cli: Cli, folder: Path, tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from speechsubs.models import store

    monkeypatch.delenv("SPEECHSUBS_NO_STARTER")
    monkeypatch.setattr(store, "bundled_folder", lambda: tmp_path / "models")
    models.install_file(tiny, tmp_path / "models")
    assert cli("models", "list").lines == [f"{ROW}starter"]
    cli("models", "install", tiny)
    assert cli("models", "list").lines == [
        f"{ROW}starter  (not used: a better model is available)",
        f"{ROW}locked",
    ]
    # What a person installed goes first; only then is the starter meant.
    cli("models", "remove", "en", "es", "-y")
    assert cli("models", "list").lines == [f"{ROW}starter"]
    ran = cli("models", "remove", "en", "es", "-y")
    assert ran.lines[0] == "translate-en_es 0.1: disabled"
    assert models.installed() == ()
    ran = cli("models", "install", "starter")
    assert ran.lines == [
        f"translate-en_es 0.1: ships with speechsubs, {tmp_path}/models/translate-en_es-0_1"
    ]
    assert cli("models", "list").lines == [f"{ROW}starter"]
    ran = cli("models", "export", "stick")
    assert ran.code == 1
    assert "Starter models are part of every speechsubs installation" in ran.err
    assert cli("models", "verify").lines[0] == "translate-en_es 0.1: starter"


# ---- The offer when a model is missing -------------------------------------------


@pytest.fixture
def no_apertium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)


@pytest.mark.usefixtures("no_apertium")
def test_nobody_is_asked_where_nobody_is(site: Any) -> None:
    assert not models_install.offer("auto", "en", "es")
    assert site.asked == []


@pytest.mark.usefixtures("no_apertium", "somebody")
def test_the_offer_is_taken(
    site: Any, made: Made, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.index(entry(site.offer("/a", made())))
    asked: list[str] = []

    def yes(question: str, **more: Any) -> bool:
        asked.append(question)
        return True

    monkeypatch.setattr(click, "confirm", yes)
    assert models_install.offer("auto", "en", "es")
    assert len(models.installed()) == 1
    assert asked == [
        "Look for one in the Argos package index (requires network access)?",
        "Download and install?",
    ]
    # It is there now: whatever failed, it was something else.
    assert not models_install.offer("auto", "en", "es")
    assert len(asked) == 2


@pytest.mark.usefixtures("no_apertium", "somebody")
def test_the_offer_is_declined_or_fails(
    site: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(click, "confirm", lambda question, **more: False)
    assert not models_install.offer("argos", "en", "es")
    assert site.asked == []
    monkeypatch.setattr(click, "confirm", lambda question, **more: True)
    assert not models_install.offer("argos", "en", "es")
    assert "cannot be fetched (the server answered 404 Not Found)" in capsys.readouterr().err
    for engine in ("apertium", "echo", "libretranslate"):
        assert not models_install.offer(engine, "en", "es")


@pytest.mark.usefixtures("no_apertium", "somebody")
@pytest.mark.parametrize("job", ["subtitle", "translate", "lines"])
def test_the_main_job_goes_on_with_the_model_that_was_installed(
    cli: Cli, site: Any, here: Path, made: Made, entry: Entry, job: str
) -> None:
    site.index(entry(site.offer("/a", made())))
    cue = "1\n00:00:01,000 --> 00:00:04,000\nThe meeting begins at nine.\n"
    (here / "talk.srt").write_text(cue)
    (here / "talk.txt").write_text("The meeting begins at nine.\n")
    words = {
        "subtitle": ("subtitle", "talk.txt", "--to", "es", "--format", "srt"),
        "translate": ("translate", "talk.srt", "--to", "es"),
        "lines": ("translate", "talk.txt", "--to", "es", "--lines"),
    }[job]
    ran = cli(*words, stdin="n\n")
    assert ran.code == 1
    assert "`speechsubs models install en es`" in ran.err
    assert site.asked == []
    ran = cli(*words, stdin="y\ny\n")
    assert ran.code == 0, ran.err
    said = ran.out if job == "lines" else (here / "talk.es.srt").read_text("utf-8")
    assert "reunión" in said
