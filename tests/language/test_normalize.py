"""Keys for comparing texts, their offsets into the original, and word boundaries."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.language import normalize
from speechsubs.language.normalize import bounded, key_of, keyed

TEXTS = st.text(
    st.sampled_from("aA ßİ'’-–\n\u00ad\u0301\u0323\ud800ế小각ﬁ.1_"), max_size=12
) | st.text(max_size=20)


def test_spellings_of_the_same_name_share_a_key() -> None:
    same = ["Xi'an–Café", "Xi’an-Cafe\u0301", "Xi＇an‑Ca\u00adfé"]
    assert len({key_of(text) for text in same}) == 1
    assert key_of("SU7") != key_of("su7")
    assert key_of("SU7", fold=True) == key_of("su7", fold=True)


@given(TEXTS, st.booleans())
def test_offsets_map_back_in_order(text: str, fold: bool) -> None:
    key = keyed(text, fold=fold)
    starts = [s for i in range(len(key.text)) if (s := key.start(i)) is not None]
    ends = [e for i in range(1, len(key.text) + 1) if (e := key.end(i)) is not None]
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(0 <= s < len(text) for s in starts)
    assert all(0 < e <= len(text) for e in ends)


@given(TEXTS, st.booleans())
def test_making_a_key_is_idempotent(text: str, fold: bool) -> None:
    key = key_of(text, fold=fold)
    assert key_of(key, fold=fold) == key
    assert key_of(unicodedata.normalize("NFC", text), fold=fold) == key


@given(st.text(st.sampled_from("ae\u0301\u0323\u0327\u0345ếộ각\u11a8"), max_size=12))
def test_a_key_is_canonical(text: str) -> None:
    assert key_of(text) == unicodedata.normalize("NFD", text)


@given(TEXTS)
def test_short_and_long_texts_have_the_same_key(text: str) -> None:
    assert keyed(text) == normalize._keyed(text, False)


@pytest.mark.parametrize("text", ["\u0301\u0323" * 50_000, "é" * 100_000, " \u00ad" * 50_000])
def test_hostile_texts_take_linear_time(text: str) -> None:
    begin = time.process_time()
    key_of(text, fold=True)
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        ("SU7", 0, 3, True), ("the SU7.", 4, 7, True), ("SUVs", 0, 3, False),
        ("小米SU7的", 2, 5, True), ("iOS 17.4", 0, 6, False), ("iOS 17.", 0, 6, True),
        ("l'auto", 2, 6, True), ("e-SU7", 2, 5, True), ("SU7_a", 0, 3, False),
        ("cafe\u0301", 0, 4, False), ("SU7\u00ads", 0, 3, False), ("SU7\u200bs", 0, 3, True),
        ("1.5", 2, 3, False), (".5", 1, 2, True), ("", 0, 0, True),
    ],
)  # fmt: skip
def test_word_boundaries(text: str, start: int, end: int, expected: bool) -> None:
    assert bounded(text, start, end) is expected


@given(TEXTS, st.text(st.sampled_from("ab1_"), min_size=1, max_size=5))
def test_spaces_are_boundaries_and_letters_are_not(text: str, word: str) -> None:
    padded = f"{text} {word} {text}"
    start = len(text) + 1
    assert bounded(padded, start, start + len(word))
    inside = f"a{word}a"
    assert not bounded(inside, 1, 1 + len(word))
