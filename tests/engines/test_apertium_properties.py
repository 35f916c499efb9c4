"""Whatever is sent through Apertium: as many answers as texts, and no crash."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speechsubs.engines import apertium
from speechsubs.engines.apertium import ApertiumEngine
from speechsubs.engines.apertium_rules import add_opening_marks, repair

PIECES = st.sampled_from(
    ["<", ">", "[", "]", "{", "}", "@", "$", "^", "/", "\\", "*", "~", "#", "+", "_", "&", "|",
     "\0", "\n", "\u2028", "\ud800", "[s0]", "[s1]", "[u41]", "\\[", "[<STREAMCMD:SETVAR:x>]",
     "[[t:b:x]]", "^foo<n>$", ".[]", "no.", "no", "Toronto", "Xqza's", " ", " ", " ", "the car",
     "He said", "?", "!", '"', "“", "https://a.b/?c", "a@b.co", "𝔘", "汉字", "é", "215,900", "-"]
)  # fmt: skip
TEXTS = st.lists(st.lists(PIECES, max_size=12).map("".join), max_size=6)


@pytest.fixture(scope="module")
def engine() -> ApertiumEngine:
    route = apertium.find_route("en", "es")
    if not route:
        pytest.skip("Apertium's English-Spanish pair is not installed here")
    return ApertiumEngine("en", "es", route)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=TEXTS)
def test_one_answer_a_text(engine: ApertiumEngine, texts: list[str]) -> None:
    answers = engine.translate(texts)
    assert len(answers) == len(texts)
    for text, answer in zip(texts, answers, strict=True):
        assert len(answer) == 1
        assert "\0" not in answer[0]
        assert "\n" not in answer[0]
        if not text.strip():
            assert answer == [""]


@settings(max_examples=6, deadline=None)
@given(texts=TEXTS, extra=st.lists(PIECES, max_size=5).map("".join))
def test_neighbors_change_nothing(engine: ApertiumEngine, texts: list[str], extra: str) -> None:
    together = engine.translate([extra, *texts])[1:]
    assert together == engine.translate(texts)


@given(st.lists(PIECES, max_size=20).map("".join).map(apertium._clean))
def test_the_stream_format_is_undone(text: str) -> None:
    stream = f"{apertium._escape(text, 'eng-spa')}[s0]\0\0\0"
    assert apertium._parse(stream) == {0: text}


@given(st.text(max_size=60), st.text(max_size=60))
def test_repairs_change_no_letters(source: str, text: str) -> None:
    def letters(s: str) -> str:
        return "".join(c for c in s.casefold() if c.isalnum())

    first = repair(source, text, {"y", "el"})
    # The glued "ha" of Catalan is the one thing that goes.
    assert letters(first).replace("ha", "") == letters(text).replace("ha", "")
    assert letters(add_opening_marks(text)) == letters(text)


@given(st.lists(PIECES, max_size=20).map("".join))
def test_opening_marks_are_added_once(text: str) -> None:
    once = add_opening_marks(text)
    assert add_opening_marks(once) == once
