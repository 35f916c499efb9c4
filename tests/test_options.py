"""Options: what is chosen once holds for limits, fingerprints and projects alike."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.language import locales
from speechsubs.options import Options

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)

#: What a project remembers.
OPTIONS = st.builds(
    Options,
    engine=st.sampled_from(["auto", "ct2:models/en-es"]),
    aligner=st.sampled_from(["auto", "speech"]),
    lexicon=TEXTS,
    duration_ms=st.none() | st.integers(1, 10**8),
    fps=st.none() | st.sampled_from([Fraction(25), Fraction(24_000, 1_001)]),
    max_lines=st.none() | st.integers(1, 3),
    line_width=st.none() | st.floats(8, 100),
    currency_style=st.sampled_from(["", "name", "symbol", "code"]),
    default_dollar=st.sampled_from(["USD", "CAD"]),
    headings=st.booleans(),
    dates=st.sampled_from(["locale", "engine"]),
    units=st.sampled_from(["locale", "engine"]),
)


@given(OPTIONS)
def test_a_project_gives_back_what_it_remembers(options: Options) -> None:
    assert Options.from_json(json.loads(json.dumps(options.to_json()))) == options


@given(st.dictionaries(st.sampled_from(sorted(Options().to_json())) | TEXTS, VALUES))
def test_any_project_can_be_read(data: dict[str, object]) -> None:
    options = Options.from_json(data)
    assert Options.from_json(options.to_json()) == options
    options.limits(locales.load("en"))


@pytest.mark.parametrize("said", ["", "x", "0", "1/0", "-25", "nan", "9" * 31, "1001", 25, None])
def test_frame_rates_that_cannot_be_meant(said: object) -> None:
    assert Options.from_json({"fps": said}).fps is None


def test_limits_take_the_place_of_those_of_the_locale() -> None:
    english = locales.load("en")
    options = Options(max_lines=1, line_width=30.0, fps=Fraction(25))
    limits = options.limits(english)
    assert (limits.max_lines, limits.line_width, limits.min_gap_ms) == (1, 30.0, 80)
    assert options.limited(english) == replace(english, limits=limits)
    assert Options().limited(english) == english


def test_a_fingerprint_leaves_out_what_changes_no_output() -> None:
    options = Options(kinds=("srt",), fps=Fraction(25))
    other = replace(options, glossary="a.yml", lexicon="b.txt", engine="echo", overwrite=True)
    assert options.fingerprint() == other.fingerprint()
    assert options.fingerprint()["fps"] == "25"
    assert replace(options, crlf=True).fingerprint() != options.fingerprint()
