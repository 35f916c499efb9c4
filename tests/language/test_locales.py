"""Every locale file, the way from a tag to it, and what a broken one says."""

import os
import re
from pathlib import Path

import pytest

from speechsubs.adapters import strict_yaml
from speechsubs.errors import UnknownLocaleError, YamlError
from speechsubs.language import locales
from speechsubs.model import Limits

WANTED = {"en", "es", "fr", "de", "it", "pt-BR", "ca", "ru", "ar", "zh-CN", "zh-TW", "ja", "ko"}


def test_the_promised_languages_are_there() -> None:
    assert set(locales.known()) >= WANTED


@pytest.mark.parametrize("tag", locales.known())
def test_every_file_loads_and_makes_sense(tag: str) -> None:
    locale = locales.load(tag)
    assert locale.tag == tag
    assert locales.canonical(tag) == tag
    assert locale.name
    assert locale.own_name
    assert locale.direction in ("ltr", "rtl")
    assert locale.words in ("spaces", "phrases")
    assert locale.narrow_width in (0.5, 1)
    assert locale.speech.unit in ("syllable", "character")
    assert locale.speech.ms_per_unit > 0
    limits = locale.limits
    assert 10 <= limits.line_width <= 42
    assert limits.max_lines == 2
    assert 3 <= limits.chars_per_second <= 25
    assert 0 < limits.min_gap_ms < limits.min_duration_ms < limits.max_duration_ms
    assert limits.tail_ms >= 0
    assert limits.chain_gap_ms == 0 or limits.chain_gap_ms > limits.min_gap_ms


@pytest.mark.parametrize("path", sorted(locales.folder().glob("*.yml")), ids=lambda p: p.stem)
def test_every_number_says_where_and_when_it_was_read(path: Path) -> None:
    reading = strict_yaml.plain(strict_yaml.load(path)).get("reading", {})
    assert reading or path.stem != "root"
    assert set(reading) <= set(Limits.__slots__)
    for entry in reading.values():
        assert entry["value"] is not None
        assert len(str(entry["source"])) > 10
        assert str(entry["date"]).startswith("20")
        assert entry.get("verified", True) in (True, False)


@pytest.mark.parametrize("tag", ["de", "es", "zh-TW"])
def test_line_lengths_that_nobody_verified_are_marked(tag: str) -> None:
    assert "line_width" in locales.load(tag).unverified


def test_a_regional_file_overrides_its_language_key_by_key(own_folder: Path) -> None:
    (own_folder / "es-MX.yml").write_text(
        'tag: es-MX\nname: Mexican Spanish\nnumbers: {decimal: ".", groups: ","}\n', "utf-8"
    )
    mexican, spanish = locales.load("es-MX"), locales.load("es")
    assert (mexican.tag, mexican.name, mexican.own_name) == ("es-MX", "Mexican Spanish", "español")
    assert (mexican.numbers.decimal, spanish.numbers.decimal) == (".", ",")
    assert mexican.numbers.scales == spanish.numbers.scales
    assert mexican.breaks == spanish.breaks
    assert mexican.limits == spanish.limits


def test_a_regional_file_is_told_what_is_wrong_in_its_languages_file(own_folder: Path) -> None:
    (own_folder / "qaa.yml").write_text("tag: qaa\nname: A\nown_name: A\nwords: no\n", "utf-8")
    (own_folder / "qaa-MX.yml").write_text("tag: qaa-MX\n", "utf-8")
    with pytest.raises(YamlError, match=r"qaa\.yml:4:1: invalid locale file: words must be"):
        locales.load("qaa-MX")


def test_what_a_language_does_not_say_is_that_of_all() -> None:
    assert locales.load("es").limits.min_gap_ms == locales.load("ja").limits.min_gap_ms == 84
    assert locales.load("ja").limits.min_duration_ms == 500


@pytest.mark.parametrize(
    ("tag", "known"),
    [
        ("es-MX", "es"), ("es-419", "es"), ("ES", "es"), ("es_mx", "es"), ("en-GB", "en"),
        ("zh", "zh-CN"), ("zh-Hans", "zh-CN"), ("zh-Hant", "zh-TW"), ("zh-HK", "zh-TW"),
        ("zh-Hant-HK", "zh-TW"), ("zh-SG", "zh-CN"), ("zh-Hant-MO", "zh-TW"), ("zh_cn", "zh-CN"),
        ("ZH-tw", "zh-TW"), ("zt", "zh-TW"), ("pb", "pt-BR"), ("pt", "pt-BR"), ("pt-PT", "pt-BR"),
        ("jp", "ja"), (" de ", "de"), ("ko-KR", "ko"), ("zh-Hans-TW", "zh-CN"),
    ],
)  # fmt: skip
def test_fallback(tag: str, known: str) -> None:
    assert locales.resolve(tag) == known
    assert locales.load(tag).tag == known


@pytest.mark.parametrize(
    ("tag", "best"),
    [("zh-CM-x", "zh-CN"), ("spanish", "es"), ("español", "es"), ("Japanese", "ja"),
     ("日本語", "ja"), ("german", "de"), ("frr", "fr"), ("ess", "es")],
)  # fmt: skip
def test_suggestions(tag: str, best: str) -> None:
    with pytest.raises(UnknownLocaleError) as caught:
        locales.load(tag)
    assert best in caught.value.suggestions
    assert f"did you mean {caught.value.suggestions[0]}" in str(caught.value)


@pytest.mark.parametrize(
    "tag",
    ["", " ", "xx", "qq-QQ", "../root", "root", "und", "en/../es", "e", "\x00", "\ud800", "es\n",
     "x" * 100_000, "-", "en-", "١٢"],
)  # fmt: skip
def test_no_tag_is_a_traceback(tag: str) -> None:
    if tag.strip() in locales.known():
        assert locales.resolve(tag) == tag.strip()
        return
    with pytest.raises(UnknownLocaleError):
        locales.load(tag)


@pytest.mark.parametrize(
    ("tag", "text", "width"),
    [
        ("en", "Good evening.", 13), ("en", "e\u0301\u200b", 1), ("en", "漢字", 2), ("en", "", 0),
        ("zh-CN", "小米SU7", 3.5), ("zh-CN", "“好”…", 4), ("zh-CN", "。，", 2), ("ja", "ｱｲ", 1),
        ("ja", "アイ", 2), ("ko", "안녕 hi", 3.5), ("ar", "مَرحبا", 5), ("en", "👩\u200d👧", 2),
    ],
)  # fmt: skip
def test_width(tag: str, text: str, width: float) -> None:
    assert locales.load(tag).width(text) == width


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose locale files stand before speechsubs' own."""
    monkeypatch.setenv(locales.VARIABLE, str(tmp_path))
    return tmp_path


_WHOLE = "tag: qaa\nname: X\nown_name: X\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tag: qab\nname: X\nown_name: X\n", "1:1: .*tag must be 'qaa'"),
        ("name: X\nown_name: X\n", "1:1: .*tag is missing"),
        ("tag: qaa\nreading: 3\n", "2:1: .*reading must be `name: value` lines, not a number"),
        ("tag: qaa\nreading: {line_width: {value: 5}}\n", "2:11: .*reading.line_width.source is"),
        (
            "tag: qaa\nreading:\n  line_width: {value: 0, source: me, date: 2026-01-01}\n",
            "3:16: .*reading.line_width.value must be 1 or more",
        ),
        (
            "tag: qaa\nreading:\n  tail_ms: {value: 1.5, source: me, date: 2026-01-01}\n",
            "reading.tail_ms.value must be a whole number",
        ),
        (
            "tag: qaa\nreading:\n  tail_ms: {value: 1, source: me, date: soon}\n",
            "reading.tail_ms.date must be a date",
        ),
        (
            "tag: qaa\nreading:\n  max_duration_ms: {value: 9, source: me, date: 2026-01-01}\n",
            "reading.max_duration_ms must not be less",
        ),
        ("tag: qaa\nname: [1]\n", "2:1: .*name must be text, not a list"),
        ("direction: up\n", "direction must be one of 'ltr', 'rtl'"),
        ("narrow_width: wide\n", "narrow_width must be a number"),
        ("narrow_width: .nan\n", "narrow_width must be"),
        ("colour: red\n", "4:1: .*colour is not a known key"),
        ("breaks: {article: the}\n", "4:10: .*breaks.article is not a known key"),
        ("speech: {unit: mora}\n", "speech.unit must be one of"),
        ("numbers: {spaces: perhaps}\n", "numbers.spaces must be true or false"),
        ("numbers: {scales: {x: {other: y}}}\n", "numbers.scales.x must be a whole number"),
        ("numbers: {scales: {3: {one: y}}}\n", "numbers.scales.3.other is missing"),
        ("numbers: {scales: {3: {plural: y}}}\n", "numbers.scales.3.plural must be `also` or"),
        ("numbers: {ordinal_words: {1: [a]}}\n", "numbers.ordinal_words.1 must be text"),
        ("money: {name: euro}\n", "money.name must contain # exactly once"),
        ("money: {over: '{} {}'}\n", "money.over must contain {} exactly once"),
        ("money: {styles: {USD: bold}}\n", "money.styles.USD must be one of"),
        ("money: {currencies: {USD: {}}}\n", "money.currencies.USD.other is missing"),
        ("money: {currencies: null}\n", "money.currencies must be .*, not nothing"),
        ("units: {meter: {symbol: m}}\n", "units.meter.symbol is not a known key"),
        ("units: {meter: {long: 3}}\n", "units.meter.long must be .*, not a number"),
        ("typography: {articles: {m: el}}\n", "typography.articles must be a list"),
        ("typography: {articles: [{m: el}]}\n", "typography.articles an article has the"),
        ("typography: {sounds: '('}\n", "typography.sounds is not a valid regular expression"),
        ("breaks: {model: thick}\n", "breaks.model must be one of ''"),
        ("breaks: {after_quote: '['}\n", "breaks.after_quote is not a valid regular expression"),
        ("cardinals: {system: roman}\n", "cardinals.system must be one of 'words'"),
        ("cardinals: {system: joined}\n", "cardinals.system needs `words`"),
        ("mentions: {compounds: {words: {}}}\n", "mentions.compounds must be a list"),
        ("mentions: {compounds: [{words: {}}]}\n", "mentions.compounds.before is missing"),
        ("mentions: {implied: {2: a, 3: a}}\n", "mentions.implied 'a' is listed with two"),
        ("money: {yen_sign: USD}\n", "money.yen_sign must be one of '', 'CNY', 'JPY'"),
        ("money: {ranges: {until: to}}\n", "money.ranges.until is not a known key"),
        ("numbers: {ordinal_ending: '(?<=a*)'}\n", "numbers.ordinal_ending is not a valid regular"),
    ],
)
def test_a_locale_file_that_is_broken_is_named(own_folder: Path, text: str, said: str) -> None:
    path = own_folder / "qaa.yml"
    path.write_text(text if text.startswith(("tag", "name: X")) else _WHOLE + text, "utf-8")
    with pytest.raises(YamlError, match=r"qaa\.yml:.*invalid locale file: .*") as caught:
        locales.load("qaa")
    assert caught.value.path == path
    assert re.search(said, str(caught.value)), str(caught.value)


def test_a_file_in_a_folder_of_ones_own_adds_a_language_or_replaces_one(own_folder: Path) -> None:
    (own_folder / "qaa.yml").write_text(_WHOLE, "utf-8")
    (own_folder / "ca.yml").write_text("tag: ca\nname: Mine\nown_name: Meu\n", "utf-8")
    assert {"qaa", "ca", "es"} <= set(locales.known())
    assert locales.load("ca").name == "Mine"
    assert locales.load("qaa-ES").path == own_folder / "qaa.yml"
    assert locales.load("es").path == locales.folder() / "es.yml"


def test_a_folder_that_is_not_there_adds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = locales.known()
    monkeypatch.setenv(locales.VARIABLE, f"{tmp_path / 'none'}{os.pathsep}{os.pathsep}")
    assert locales.known() == before


def test_every_section_of_every_language_is_complete() -> None:
    for tag in locales.known():
        locale = locales.load(tag)
        for name in locale.__slots__:
            assert getattr(locale, name) is not None
