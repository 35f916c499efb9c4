"""The prepared folder: whole, repeatable, and what the trainer makes of it."""

import json
from pathlib import Path

import numpy as np
import pytest
import sentencepiece
from training.batches import Sentences
from training.data import Pair
from training.prepare import BOS, EOS, PAD, prepare, read_held_back, tag

from training import prepare as recipe


def tokenizer(folder: Path) -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_file=str(folder / "sentencepiece.model"))


def test_what_is_in_the_folder(prepared: Path) -> None:
    names = {p.name for p in prepared.iterdir()}
    assert names >= {"about.json", "sentencepiece.model", "pass0.npz", "pass1.npz", "dev.npz",
                     "dev.tsv", "test.tsv", "lexicons.json"}  # fmt: skip
    about = json.loads((prepared / "about.json").read_text("utf-8"))
    assert about["languages"] == ["es"]
    assert about["left_out"] == {"markup": 1}
    assert about["augmented"] is True
    assert set(about["sources"]) == {"tatoeba", "xquad"}


def test_it_is_the_same_every_time(prepared: Path, corpus: Path, tmp_path: Path) -> None:
    prepare(corpus, ["es"], tmp_path, vocabulary=420, passes=2)
    for name in ("test.tsv", "about.json", "lexicons.json", "sentencepiece.model"):
        assert (tmp_path / name).read_bytes() == (prepared / name).read_bytes(), name
    # Nor does the model tell where on this machine it was made.
    assert str(tmp_path).encode() not in (tmp_path / "sentencepiece.model").read_bytes()
    with np.load(tmp_path / "pass1.npz") as one, np.load(prepared / "pass1.npz") as two:
        assert all((one[name] == two[name]).all() for name in one.files)


def test_held_back_sentences_are_not_learnt_from(prepared: Path) -> None:
    pieces = tokenizer(prepared)
    held = read_held_back(prepared / "dev.tsv") + read_held_back(prepared / "test.tsv")
    assert len(held) > 20
    sentences = Sentences(prepared / "pass0.npz", 96)
    learnt = {
        pieces.decode([int(i) for i in source[0] if i not in (EOS, PAD)])
        for source, _ in (sentences.rows(np.array([n])) for n in sentences.usable)
    }
    assert "Our neighbour finds a car today." in learnt or len(learnt) > 300
    # "Tom" may have become another name, so only sentences without one are looked for.
    plain = [p.english for p in held if "Tom" not in p.english and "Mary" not in p.english]
    assert plain
    assert not [text for text in plain if text in learnt]


def test_masks_are_pieces_of_their_own_and_digits_are_single(prepared: Path) -> None:
    pieces = tokenizer(prepared).encode("See ZQ1 (ZQ2) in 1999.", out_type=str)
    assert {"ZQ1", "ZQ2"} <= set(pieces)
    assert [p for p in pieces if p.strip("\u2581").isdigit()] == ["1", "9", "9", "9"] or (
        "".join(pieces).count("1999") == 1 and not any("19" in p for p in pieces)
    )


def test_any_text_comes_back_from_its_pieces(prepared: Path) -> None:
    pieces = tokenizer(prepared)
    text = "Ünïcödé 漢字 and 😀 ZQ3, SU7."
    assert pieces.decode(pieces.encode(text)) == text


@pytest.mark.parametrize("budget", [60, 200, 10_000])
def test_batches_hold_every_sentence_once_and_no_more_than_fits(
    prepared: Path, budget: int
) -> None:
    sentences = Sentences(prepared / "pass0.npz", 96)
    rows = 0
    for source, target in sentences.batches(budget, seed=3):
        rows += len(source)
        assert len(source) == len(target)
        assert len(source) * max(source.shape[1], target.shape[1]) <= max(budget, 96)
        assert ((source == EOS).sum(1) == 1).all()
        assert (target[:, 0] == BOS).all()
        assert ((target == EOS).sum(1) == 1).all()
        assert (source != PAD).any(0).all()
    assert rows == len(sentences.usable)


def test_the_order_of_batches_follows_the_seed(prepared: Path) -> None:
    sentences = Sentences(prepared / "pass0.npz", 96)

    def first(seed: int | None) -> bytes:
        return next(sentences.batches(200, seed))[0].tobytes()

    assert first(1) == first(1)
    assert len({first(seed) for seed in range(6)}) > 1
    assert first(None) == first(None)


def test_several_languages_have_tags(corpus: Path, tmp_path: Path) -> None:
    lines = "source_name\ten\tfr\ntatoeba\tThe house is red.\tLa maison est rouge.\n"
    import lzma
    import shutil

    shutil.copy(corpus / "en-es.tsv.xz", tmp_path)
    (tmp_path / "en-fr.tsv.xz").write_bytes(lzma.compress(lines.encode()))
    out = tmp_path / "out"
    prepare(tmp_path, ["es", "fr"], out, vocabulary=420, passes=1)
    pieces = tokenizer(out)
    tags = {pieces.piece_to_id(tag(code)) for code in ("es", "fr")}
    assert pieces.unk_id() not in tags
    sentences = Sentences(out / "pass0.npz", 96)
    found = {int(i) for _, target in sentences.batches(500, None) for i in target[:, 1]}
    assert found <= tags
    assert pieces.piece_to_id(tag("es")) in found


def test_joined_sentences_keep_their_order() -> None:
    one, two = Pair("tatoeba", "One.", "Uno.", "es"), Pair("tatoeba", "Two.", "Dos.", "es")
    assert recipe.joined(one, two) == Pair("tatoeba", "One. Two.", "Uno. Dos.", "es")
    left, right = Pair("t", "One.", "一。", "zh"), Pair("t", "Two.", "二。", "zh")
    assert recipe.joined(left, right).target == "一。二。"
