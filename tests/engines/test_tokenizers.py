"""Subword tokenizers: text survives, broken files are refused."""

from dataclasses import replace
from pathlib import Path

import pytest

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
