"""Subword tokenizers: text survives, broken files are refused."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speechsubs import models
from speechsubs.engines import tokenizers
from speechsubs.errors import PackageError


@pytest.fixture
def package(tmp_path: Path, tiny: Path) -> models.Package:
    return models.install_file(tiny, tmp_path / "packages")


@pytest.mark.parametrize("text", ["The car is new.", "snake_case stays", ""])
def test_sentencepiece_restores_a_text(package: models.Package, text: str) -> None:
    tokenizer = tokenizers.load(package)
    pieces = tokenizer.encode(text)
    assert bool(pieces) == bool(text)
    assert tokenizer.decode(pieces).strip() == text


def test_a_broken_sentencepiece_model_is_refused(package: models.Package) -> None:
    package.tokenizer.write_bytes(b"not a model")
    with pytest.raises(PackageError):
        tokenizers.load(package)


def test_byte_pair_codes_split_rare_words_only(tmp_path: Path) -> None:
    codes = tmp_path / "bpe.model"
    codes.write_text("#version: 0.2\nt h\nth e</w>\n", encoding="utf-8")
    tokenizer = tokenizers.MosesBpeTokenizer(codes, "en", "es")
    assert tokenizer.encode("the cab") == ["the", "c@@", "a@@", "b"]
    assert tokenizer.decode(["the", "c@@", "a@@", "b", "."]) == "the cab."
    assert tokenizer.encode("") == []


def test_broken_byte_pair_codes_are_refused(package: models.Package) -> None:
    other = replace(package, kind="bpe")
    other.tokenizer.write_bytes(b"\xff\xfe broken")
    with pytest.raises(PackageError):
        tokenizers.load(other)


SYMBOLS = st.sampled_from(
    ["a", "b", "c", "é", "ab", "bc", "abc", "a</w>", "c</w>", "bc</w>", "</w>"]
)


@given(
    version=st.sampled_from(["#version: 0.1\n", "#version: 0.2\n", ""]),
    merges=st.lists(st.tuples(SYMBOLS, SYMBOLS), min_size=1, max_size=12),
    words=st.lists(st.text("abcé", max_size=9), max_size=6),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_words_are_split_as_argostranslate_splits_them(
    tmp_path: Path, version: str, merges: list[tuple[str, str]], words: list[str]
) -> None:
    bpe = pytest.importorskip("argostranslate.apply_bpe", reason="the extra [argos]")
    path = tmp_path / "bpe.model"
    path.write_text(version + "".join(f"{a} {b}\n" for a, b in merges), "utf-8")
    ours = tokenizers.BytePairCodes(path)
    with path.open(encoding="utf-8") as codes:
        theirs = bpe.BPE(codes)
    for word in words:
        assert ours.split(word) == theirs.segment_tokens([word])


def test_byte_pair_codes_of_another_version_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bpe.model"
    path.write_text("#version: 9.9\na b\n", "utf-8")
    with pytest.raises(PackageError, match=r"unknown version '9\.9'"):
        tokenizers.BytePairCodes(path)
