"""What holds for every text: offsets, borders, counts, and a plain reference to compare with."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from speechsubs.glossary import Glossary, Matcher, Term, verify
from speechsubs.language.normalize import bounded, key_of

TERMS = (
    Term("lei", "Lei Jun", aliases=("LEI Jun",)),
    Term("lei-long", "Lei Jun Auto"),
    Term("su7", "SU7"),
    Term("4s", "4S", case="any"),
    Term("mi", "mi"),
    Term("Mi", "Mi"),
    Term("cafe", "café", case="any"),
    Term("strasse", "Straße", case="any"),
    Term("xiaomi", "小米"),
    Term("xiaomi-auto", "小米汽车"),
    Term("ga", "각"),
    Term("regex", "a.*(b|c)[d]"),
    Term("arabic", "شاومي"),
    Term("wifi", "Wi-Fi"),
    Term("xian", "Xi'an"),
)
GLOSSARY = Glossary(TERMS)
MATCHER = Matcher(GLOSSARY)
PIECES = st.sampled_from(
    [
        *(s for term in TERMS for s in term.spellings),
        "Lei",
        "Jun",
        "LEI JUN",
        "STRASSE",
        "Cafe\u0301",
        "e\u0301",
        "s",
        "es",
        "'s",
        "’s",
        "’",
        "'",
        " ",
        "  ",
        "\n",
        "\u00a0",
        "\u00ad",
        "\u200b",
        "\u200d",
        "-",
        "‑",
        ".",
        ",",
        "3",
        "_",
        "x",
        "İ",
        "ß",
        "ǰ",
        "\u0301",
        "\u0323",
        "각",
        "\u11a8",
        "は",
        "ก",
        "\ud800",
        "\x00",
        "😀",
        "ﬁ",
        "‘",
        "\ufe0f",
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=12).map("".join),
    st.text(st.characters(), max_size=30),
)


@given(TEXTS)
def test_a_match_is_what_its_offsets_say(text: str) -> None:
    end = 0
    for match in MATCHER.find(text):
        fold = match.term.case == "any"
        assert end <= match.start < match.end <= match.suffix_end <= len(text)
        assert text[match.start : match.end] == match.text
        assert text[match.end : match.suffix_end] == match.suffix
        assert key_of(match.text, fold=fold) in {key_of(s, fold=fold) for s in match.term.spellings}
        assert bounded(text, match.start, match.suffix_end)
        end = match.suffix_end


@given(TEXTS)
def test_canonical_forms_match_alike(text: str) -> None:
    text = text.replace("\u200b", " ")
    composed = [m.term.id for m in MATCHER.find(unicodedata.normalize("NFC", text))]
    decomposed = [m.term.id for m in MATCHER.find(unicodedata.normalize("NFD", text))]
    assert composed == decomposed


@given(TEXTS)
def test_a_text_that_kept_everything_misses_nothing(text: str) -> None:
    """The matcher and the counter agree where the target is the source itself."""
    canonical = [m for m in MATCHER.find(text) if key_of(m.text) == key_of(m.term.source)]
    assert verify.missing(canonical, text, "es") == []


@given(TEXTS, st.integers(0, 40))
def test_a_removed_match_is_missed(text: str, which: int) -> None:
    matches = [m for m in MATCHER.find(text) if key_of(m.text) == key_of(m.term.source)]
    if not matches:
        return
    gone = matches[which % len(matches)]
    target = text[: gone.start] + " … " + text[gone.suffix_end :]
    forms = [gone.term.source + ending for ending in ("", "s", "es")]
    assert verify.count(target, forms) <= verify.count(text, forms) - 1


@given(st.lists(st.sampled_from("ab"), max_size=14), st.lists(st.sampled_from("xyz"), max_size=5))
def test_shared_forms_are_allotted_as_well_as_trying_every_way(
    words: list[str], extra: list[str]
) -> None:
    """Against brute force over every allotment of words to keys."""
    words = (words[:4] + extra)[:6]
    needs = {"p": ["a", "x"], "q": ["a", "b", "y"], "r": ["b", "z", "x"]}
    wanted = {"p": 2, "q": 1, "r": 2}
    got = verify.occurrences(" ".join(words), needs, wanted=wanted)
    met = sum(min(got[key], wanted[key]) for key in needs)
    best = max(
        sum(min(way.count(key), wanted[key]) for key in needs)
        for way in _ways([[k for k in needs if word in needs[k]] for word in words])
    )
    assert met == best
    assert sum(got.values()) == len(words)


def _ways(choices: list[list[str]]) -> list[list[str]]:
    if not choices:
        return [[]]
    return [[first, *rest] for first in choices[0] for rest in _ways(choices[1:])]


@given(st.text(st.sampled_from("ab -"), max_size=30))
def test_against_a_plain_reference(text: str) -> None:
    """Try every span from the left, the longest first: slow, and easy to believe."""
    spellings = {"a": "a", "ab": "ab", "a b": "a b", "b a b": "b a b", "aba-b": "aba-b"}
    matcher = Matcher(Glossary(tuple(Term(i.replace(" ", "_"), s) for i, s in spellings.items())))
    expected = []
    at = 0
    while at < len(text):
        ends = [
            end
            for end in range(len(text), at, -1)
            if " ".join(text[at:end].split()) in spellings
            and text[at] != " "
            and text[end - 1] != " "
            and not (at and text[at - 1].isalnum())
            and not (end < len(text) and text[end].isalnum())
        ]
        if ends:
            expected.append((at, ends[0]))
            at = ends[0]
        else:
            at += 1
    assert [(m.start, m.end) for m in matcher.find(text)] == expected
