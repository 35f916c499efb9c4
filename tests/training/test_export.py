"""Packages: what is in them, that they are always the same, and that they load."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sentencepiece

from speechsubs import models
from training import export

SHAPE = {"encoder": 2, "decoder": 1, "heads": 2, "width": 16, "inner": 32}


def weights(vocabulary: int) -> dict[str, Any]:
    """Random weights by the names of `training.model`, so that no PyTorch is needed."""
    rng = np.random.default_rng(1)
    width, inner = SHAPE["width"], SHAPE["inner"]
    found: dict[str, Any] = {}

    def linear(name: str, columns: int, rows: int) -> None:
        found[f"{name}.weight"] = rng.normal(0, 0.2, (rows, columns)).astype(np.float32)
        found[f"{name}.bias"] = np.zeros(rows, np.float32)

    def norm(name: str) -> None:
        found[f"{name}.weight"] = np.ones(width, np.float32)
        found[f"{name}.bias"] = np.zeros(width, np.float32)

    for side, count in (("encoder", 2), ("decoder", 1)):
        norm(f"{side}_norm")
        for number in range(count):
            layer = f"{side}.{number}"
            for part in ("self_norm", "inner_norm"):
                norm(f"{layer}.{part}")
            linear(f"{layer}.self_attention.ask", width, 3 * width)
            linear(f"{layer}.self_attention.out", width, width)
            linear(f"{layer}.wide", width, inner)
            linear(f"{layer}.narrow", inner, width)
            if side == "decoder":
                norm(f"{layer}.cross_norm")
                linear(f"{layer}.cross_attention.ask", width, width)
                linear(f"{layer}.cross_attention.memory", width, 2 * width)
                linear(f"{layer}.cross_attention.out", width, width)
    found["embedding.weight"] = rng.normal(0, 0.2, (vocabulary, width)).astype(np.float32)
    found["positions"] = rng.normal(0, 1, (512, width)).astype(np.float32)
    found["bias"] = np.zeros(vocabulary, np.float32)
    return found


@pytest.fixture(scope="module")
def model(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("model")
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(prepared / "sentencepiece.model"))
    vocabulary = [pieces.id_to_piece(n) for n in range(pieces.vocab_size())]
    export.convert(weights(len(vocabulary)), SHAPE, vocabulary).save(str(folder))
    return {
        "sentencepiece.model": (prepared / "sentencepiece.model").read_bytes(),
        **{f"model/{p.name}": p.read_bytes() for p in folder.iterdir()},
    }


def files(model: dict[str, bytes], language: str, languages: list[str]) -> dict[str, bytes]:
    about = export.metadata(language, languages, "a toy", [{"set": "toy", "bleu": 1.5}])
    return {"metadata.json": json.dumps(about).encode(), "README.md": b"# Toy\n", **model}


def test_a_package_is_read_and_translates_by_the_toolkit(
    model: dict[str, bytes], tmp_path: Path
) -> None:
    from speechsubs.engines.argos import ArgosEngine

    path = tmp_path / "translate-en_es-starter.argosmodel"
    export.archive(path, "translate-en_es-starter", files(model, "es", ["es"]))
    package = models.install_file(path, tmp_path / "installed")
    assert (package.from_code, package.to_code, package.version) == ("en", "es", export.VERSION)
    assert package.target_prefix == ""
    (answer,) = ArgosEngine(package, "en", "es").translate(["The dog sees the house."])
    assert isinstance(answer[0], str)


def test_a_package_of_several_languages_says_its_tag(
    model: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "translate-en_fr-starter.argosmodel"
    export.archive(path, "translate-en_fr-starter", files(model, "fr", ["es", "fr"]))
    assert models.install_file(path, tmp_path / "installed").target_prefix == "<2fr>"


def test_the_same_files_give_the_same_archive(model: dict[str, bytes], tmp_path: Path) -> None:
    content = files(model, "es", ["es"])
    backwards = dict(reversed(content.items()))
    one = export.archive(tmp_path / "a.zip", "root", content)
    assert export.archive(tmp_path / "b.zip", "root", backwards) == one
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {n.partition("/")[0] for n in archive.namelist()} == {"root"}
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_family_holds_the_model_once(model: dict[str, bytes], tmp_path: Path) -> None:
    content = {code: files(model, code, ["es", "fr"]) for code in ("es", "fr")}
    export.family(tmp_path, content)
    assert len(list(tmp_path.rglob("model.bin"))) == 1
    other = json.loads((tmp_path / "translate-en_fr-starter" / "metadata.json").read_text("utf-8"))
    assert other["shares"] == "translate-en_es-starter"
    assert other["target_prefix"] == "<2fr>"
    assert (tmp_path / "translate-en_fr-starter" / "README.md").exists()


def test_the_readme_names_everybody_whose_texts_were_used(corpus: Path, prepared: Path) -> None:
    about = json.loads((prepared / "about.json").read_text("utf-8"))
    sources = (corpus / "SOURCES.md").read_text("utf-8")
    text = export.readme(["es"], about, "Trained.", "Measured.", sources)
    assert "Sentences from Tatoeba." in text
    assert "XQuAD, Artetxe et al. 2020." in text
    assert "Nobody." not in text
    assert "English to Spanish" in text


def test_a_source_without_attribution_is_refused(corpus: Path) -> None:
    about = {"sources": {"tatoeba": 1, "stranger": 2}}
    with pytest.raises(ValueError, match="no row for stranger"):
        export.readme(["es"], about, "", "", (corpus / "SOURCES.md").read_text("utf-8"))
