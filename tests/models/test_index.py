"""The list of models: a stranger's file, from a server that may be anything."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speechsubs import models
from speechsubs.adapters.http_client import Limits
from speechsubs.errors import InputError, UnknownLocaleError
from speechsubs.models import index
from speechsubs.models.index import parse

BASE = "https://models.invalid/list/"
GOOD = {
    "package_version": "1.0",
    "from_code": "en",
    "from_name": "English",
    "to_code": "es",
    "to_name": "Spanish",
    "links": ["https://models.invalid/en_es"],
}


def read(*entries: object) -> index.Index:
    return parse(json.dumps(entries).encode(), BASE)


def test_an_entry_as_argos_writes_it() -> None:
    found = read(GOOD | {"argos_version": "1.0", "code": "x", "type": "translate"})
    (offered,) = found.offers
    assert offered.name == "translate-en_es 1.0"
    assert offered.links == ("https://models.invalid/en_es",)
    assert (found.name("en"), found.name("es"), found.name("xx")) == ("English", "Spanish", "xx")
    assert found.skipped == ()


def test_versions_come_newest_first_and_links_of_one_version_together() -> None:
    found = read(
        GOOD | {"package_version": "1.9"},
        GOOD | {"package_version": "1.10"},
        GOOD | {"package_version": "1.9", "links": ["https://mirror.invalid/x"]},
    )
    assert [o.version for o in found.of(("en", "es"))] == ["1.10", "1.9"]
    assert found.of(("en", "es"))[1].links == (
        "https://models.invalid/en_es",
        "https://mirror.invalid/x",
    )


def test_links_may_be_relative_and_of_other_kinds() -> None:
    found = read(GOOD | {"links": ["ipfs://Qm", "files/en_es.argosmodel", "/top"]})
    assert found.offers[0].links == (BASE + "files/en_es.argosmodel", "https://models.invalid/top")


@pytest.mark.parametrize(
    "entry",
    [
        5, None, "x", [], {}, [GOOD],
        GOOD | {"from_code": "../../etc"}, GOOD | {"from_code": 5}, GOOD | {"from_code": "EN"},
        GOOD | {"to_code": "es\n"}, GOOD | {"to_code": "e" * 50}, GOOD | {"to_code": None},
        GOOD | {"package_version": "1/../2"}, GOOD | {"package_version": 1.0},
        GOOD | {"package_version": ""}, GOOD | {"package_version": "\x1b[31m"},
        GOOD | {"links": "https://models.invalid/"}, GOOD | {"links": []}, GOOD | {"links": [5]},
        GOOD | {"links": ["file:///etc/passwd"]}, GOOD | {"links": ["http://[::1"]},
        GOOD | {"links": ["https://u:p@models.invalid/x", "javascript:alert(1)"]},
    ],
)  # fmt: skip
def test_entries_that_cannot_be_used_are_left_out_and_told(entry: object) -> None:
    found = read(entry, GOOD)
    assert [o.name for o in found.offers] == ["translate-en_es 1.0"]
    assert len(found.skipped) == 1
    assert found.skipped[0].startswith("entry 1: ")
    assert found.skipped[0].isprintable()


def test_packages_that_do_not_translate_are_no_problem() -> None:
    assert read(GOOD | {"type": "sbd", "from_code": None}) == index.Index(BASE, ())


def test_names_cannot_steer_a_terminal() -> None:
    found = read(GOOD | {"from_name": "\x1b[2J", "to_name": "S" * 1_000})
    assert (found.offers[0].from_name, found.offers[0].to_name) == ("en", "es")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is not valid JSON"), (b"<html>", "is not valid JSON"),
        (b"\xff\xfe", "is not valid JSON"),
        (b"{}", "is not a package index"),
        (b"[" * 200_000, "is not valid JSON"), (b"[" + b"1" * 20_000 + b"]", "is not valid JSON"),
        (json.dumps([1] * 10_001).encode(), "10,001 entries"),
    ],
)  # fmt: skip
def test_what_is_no_index(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        parse(data, BASE)
    assert "install --from DIR" in caught.value.advice


def test_it_is_fetched_from_the_mirror(
    site: Any, entry: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.index(entry("x.argosmodel"))
    for named in (site.url, site.url + "/", site.url + "/index.json"):
        monkeypatch.setenv("ARGOS_PACKAGE_INDEX", named)
        found = index.fetch()
        assert found.base == site.url + "/"
        assert found.offers[0].links == (site.url + "/x.argosmodel",)


def test_without_the_variable_it_is_argos_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from argostranslate import settings

    monkeypatch.delenv("ARGOS_PACKAGE_INDEX", raising=False)
    monkeypatch.setattr(settings, "package_index", "https://models.invalid/main/")
    assert index.base_url() == "https://models.invalid/main/"


def test_a_huge_index_is_not_read(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MAX_BYTES", 10_000)
    site.offer("/index.json", b"[" + b" " * 20_000 + b"]")
    with pytest.raises(InputError, match=r"the response is larger than 0\.01 MB"):
        index.fetch(Limits(tries=1))


def test_a_truncated_index_is_not_read(site: Any) -> None:
    site.routes["/index.json"] = lambda answer: answer.file(b"[1, 2, 3]", send=3)
    with pytest.raises(InputError, match="the connection was lost"):
        index.fetch(Limits(tries=1))


def test_an_index_that_cannot_be_had_names_the_ways_without(site: Any) -> None:
    with pytest.raises(InputError) as caught:
        index.fetch(Limits(tries=1))
    text = str(caught.value)
    assert text.startswith(f"the model index at {site.url}/index.json: cannot be fetched (")
    assert "the server answered 404 Not Found" in text
    for way in ("install FILE.argosmodel", "export DIR", "install --from DIR", "HTTPS_PROXY"):
        assert way in text


@pytest.mark.parametrize("named", ["file:///mirror/", "ftp://x/", "/mirror", "mirror"])
def test_a_mirror_that_is_no_web_address(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", named)
    with pytest.raises(InputError, match="must be a URL"):
        index.fetch()


# ---- Which packages a pair needs -------------------------------------------------


def offers(*pairs: str, versions: tuple[str, ...] = ("1.0",)) -> index.Index:
    return read(
        *(
            GOOD | {"from_code": p[:2], "to_code": p[2:], "package_version": v}
            for p in pairs
            for v in versions
        )
    )


def there(source: str, target: str, version: str, bundled: bool = False) -> models.Package:
    return models.Package(source, target, version, Path("x"), "bpe", bundled=bundled)


def pairs(steps: tuple[index.Step, ...]) -> list[str]:
    return ["".join(step.pair) for step in steps]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("en", "es", ["enes"]),
        ("en-GB", "es-419", ["enes"]),
        ("en", "zh-CN", ["enzh"]),
        ("en", "zh-Hant", ["enzt"]),
        ("en", "pt-BR", ["enpb"]),
        ("en", "pb", ["enpb"]),
        ("en", "pt-PT", ["enpt"]),
        ("en", "nl", ["ennl"]),
        ("de", "es", ["deen", "enes"]),
        ("pt", "es", ["ptes"]),
        ("fr", "gl", ["fres", "esgl"]),
    ],
)
def test_a_pair_is_one_step_or_two(source: str, target: str, expected: list[str]) -> None:
    found = offers("enes", "enzh", "enzt", "enpb", "enpt", "ennl", "deen", "ptes", "fres", "esgl")
    assert pairs(index.plan(found, source, target, ())) == expected


def test_what_is_installed_counts_unless_it_is_older() -> None:
    found = offers("deen", "enes", versions=("1.0", "1.9"))
    (first, second) = index.plan(found, "de", "es", [there("de", "en", "1.9")])
    assert (first.offers, second.there) == ((), None)
    (step,) = index.plan(found, "en", "es", [there("en", "es", "1.0")])
    assert [o.version for o in step.offers] == ["1.9"]
    # What another index gave goes with what this one has.
    assert pairs(index.plan(found, "uk", "es", [there("uk", "en", "1.0")])) == ["uken", "enes"]
    # What comes with us is there to be replaced.
    (step,) = index.plan(found, "en", "es", [there("en", "es", "9.0", bundled=True)])
    assert [o.version for o in step.offers] == ["1.9", "1.0"]


def test_no_way_is_told_with_what_there_is() -> None:
    with pytest.raises(
        InputError, match=r"offers no route between these languages\. From en it has es, nl"
    ):
        index.plan(offers("enes", "ennl"), "en", "ja", ())
    with pytest.raises(InputError, match="list --available"):
        index.plan(offers("enes"), "ja", "ko", ())
    with pytest.raises(InputError, match="source and target language are the same"):
        index.plan(offers("enes"), "pt-BR", "pt", ())
    with pytest.raises(UnknownLocaleError, match="did you mean es"):
        index.plan(offers("enes"), "en", "spanish", ())
