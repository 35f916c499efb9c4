"""The page as a file: what is in it, and what cannot get out of its data."""

import base64
import hashlib
import importlib.util
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.language import locales
from speechsubs.review import page
from speechsubs.review.model import Decision, Item, ItemCue, Review, Verdict

HOSTILE = "</script><script>alert(1)</script><!--<script>{{js}}\u2028\ud800\x00]]>&lt;"


def _sample() -> ModuleType:
    path = Path(__file__).parents[1] / "browser" / "sample.py"
    spec = importlib.util.spec_from_file_location("review_sample", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def review(text: str = "Hello.") -> Review:
    cue = ItemCue(1, 0, 2_000, (text,), (text + "!",), 1.0, 1.1)
    item = Item("t", text, "es", 0, text, text, text + "!", (cue,), marks=((0, 1),))
    return Review(text, text, (), (item,))


class Reader(HTMLParser):
    """The elements of a page, and the text of its scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        kind = dict(attrs).get("type") or ""
        self._inside = f"{tag} {kind}".strip() if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[self._inside] = self.texts.get(self._inside, "") + data


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


def data(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read(text).texts["script application/json"])
    return found


def test_the_data_are_the_reviews() -> None:
    made = _sample().change_review()
    found = data(page.render(made))
    plain = json.loads(json.dumps(made.data()))
    assert {name: found[name] for name in plain} == plain


def test_every_language_has_its_rules() -> None:
    found = data(page.render(_sample().change_review(), languages={"talk": "en"}))
    assert set(found["locales"]) == {"ar", "en", "es", "zh-CN"}
    assert found["locales"]["ar"]["direction"] == "rtl"
    assert found["locales"]["zh-CN"] == page.locale_traits(locales.load("zh-CN"))
    assert found["locales"]["zh-CN"]["narrow_width"] == 0.5


def test_the_reviews_own_limits_win() -> None:
    made = replace(review(), limits={"es": {"line_width": 30.0}})
    found = data(page.render(made))["locales"]["es"]
    assert (found["line_width"], found["max_lines"]) == (30.0, 2)


def test_an_unknown_language_is_shown_too() -> None:
    made = review()
    made = replace(made, items=(replace(made.items[0], locale="xx-unknown"),))
    assert data(page.render(made))["locales"] == {}


def test_nothing_is_fetched_and_nothing_else_runs() -> None:
    reader = read(page.render(review()))
    for tag, attributes in reader.found:
        assert tag not in ("iframe", "object", "embed", "base", "img"), tag
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        for name in ("src", "href", "action"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,")), (tag, attributes)
    assert re.search(r"https?://|\beval\(|innerHTML|new Function|document\.write",
                     reader.texts["script"]) is None  # fmt: skip
    assert "@import" not in reader.texts["style"]
    assert "url(" not in reader.texts["style"]


@pytest.mark.parametrize(("save_to", "connect"), [("", "'none'"), ("decisions", "'self'")])
def test_the_policy_names_the_script_and_the_style_by_hash(save_to: str, connect: str) -> None:
    reader = read(page.render(review(HOSTILE), save_to=save_to))
    (policy,) = [
        a["content"] or "" for t, a in reader.found
        if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    ]  # fmt: skip
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))

    def digest(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == digest(reader.texts["script"])
    assert rules["style-src"] == digest(reader.texts["style"])
    assert rules["connect-src"] == connect
    assert "unsafe" not in policy


def test_hostile_text_stays_in_the_data() -> None:
    plain, hostile = read(page.render(review())), read(page.render(review(HOSTILE)))
    # The same elements, the same script: only the data differ.
    assert [tag for tag, _ in hostile.found] == [tag for tag, _ in plain.found]
    assert hostile.texts["script"] == plain.texts["script"]
    assert data(page.render(review(HOSTILE)))["items"][0]["source"] == HOSTILE


@given(st.text(st.one_of(st.characters(), st.sampled_from("<>&/!-{}scriptjdata\ud800\u2028"))))
def test_any_text_comes_back(text: str) -> None:
    made = page.render(review(text))
    made.encode("utf-8")
    inside = made.partition('id="data">')[2].partition("</script>")[0]
    assert json.loads(inside) == data(made)
    assert json.loads(inside)["items"][0]["source"] == text
    assert "<" not in inside


def test_decisions_travel_with_the_page() -> None:
    item = review().items[0]
    taken = Decision(item.id, Verdict.EDIT, item.source_hash, item.text_hash, "Hi", (("Hi",),))
    found = data(page.render(review(), decided=[taken], revision="abc", save_to="decisions"))
    assert found["decisions"][0]["verdict"] == "edit"
    assert found["decisions"][0]["lines"] == [["Hi"]]
    assert (found["revision"], found["save"]) == ("abc", "decisions")


def test_the_size_grows_with_the_review_only() -> None:
    small, large = (len(page.render(_sample().large(count))) for count in (100, 1_000))
    own = len(page.render(_sample().large(0)))
    assert 9 < (large - own) / (small - own) < 11
