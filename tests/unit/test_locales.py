"""Every locale file, the way from a tag to it, and what a broken one says."""

from pathlib import Path

import pytest

from speechsubs import locales, yamlfile
from speechsubs.errors import UnknownLocaleError, YamlError
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
    reading = yamlfile.plain(yamlfile.load(path)).get("reading", {})
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


def test_a_locale_file_that_is_broken_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = (locales.folder() / "root.yml").read_text("utf-8")
    (tmp_path / "root.yml").write_text(root, "utf-8")
    (tmp_path / "xx.yml").write_text(
        "tag: xx\nname: X\nown_name: X\nargos: ''\nreading:\n  line_width: {value: 5}\n", "utf-8"
    )
    (tmp_path / "yy.yml").write_text("tag: yy\nreading: 3\n", "utf-8")
    (tmp_path / "zz.yml").write_text(
        "tag: zz\nreading:\n  line_width: {value: 0, source: somebody, date: 2026-01-01}\n", "utf-8"
    )
    monkeypatch.setattr(locales, "folder", lambda: tmp_path)
    for tag in ("xx", "yy", "zz"):
        with pytest.raises(YamlError, match=rf"{tag}\.yml.*broken locale file"):
            locales._load.__wrapped__(tag)
