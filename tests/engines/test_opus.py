"""Converted OPUS-MT and NLLB models: which tokens they are sent, on random weights.

The models are built here; they translate into nonsense. What is tested is what goes in
and how it comes out.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest
import sentencepiece
from ctranslate2.specs import TransformerSpec

from speechsubs import engines, models, pipeline, protocols
from speechsubs.engines import opus
from speechsubs.engines.argos import ArgosEngine
from speechsubs.engines.ctranslate import CTranslateEngine
from speechsubs.errors import EngineError, PackageError, UnknownLocaleError
from speechsubs.language import locales, tags
from speechsubs.protocols import Steerable

TINY = Path(__file__).parents[1] / "data" / "translate-en_es-tiny.argosmodel"
LINES = [
    f"{who} {what} {thing} near the old river in the year {year}."
    for who in ("She", "He", "The engineer", "Our company")
    for what in ("bought", "tested", "showed", "forgot")
    for thing in ("a red car", "the house", "seven phones", "a book")
    for year in (1999, 2024)
]
DIM = 16
OPUS_TOKENS = ["<unk>", "<s>", "</s>", "<pad>"]
NLLB_TOKENS = [*OPUS_TOKENS, "eng_Latn", "spa_Latn", "zho_Hans", "por_Latn"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prefix = tmp_path_factory.mktemp("pieces") / "spm"
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES),
        model_prefix=str(prefix),
        vocab_size=110,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    return prefix.with_suffix(".model")


def save(
    folder: Path,
    vocabulary: list[str],
    quantization: str = "",
    unknown: float = 0.0,
    **config: object,
) -> None:
    """A random Transformer of one layer a side, always the same for a vocabulary.

    `unknown` is the bias towards <unk>: processors round differently, and a test that
    needs the token in the output must not depend on how.
    """
    chance = np.random.default_rng(len(vocabulary))
    spec = TransformerSpec.from_config((1, 1), 2, pre_norm=True)

    def linear(part: Any, out: int, into: int) -> None:
        part.weight = chance.standard_normal((out, into)).astype(np.float32)
        part.bias = np.zeros(out, np.float32)

    def norm(part: Any) -> None:
        part.gamma, part.beta = np.ones(DIM, np.float32), np.zeros(DIM, np.float32)

    for side in (spec.encoder, spec.decoder):
        parts = side.embeddings if isinstance(side.embeddings, list) else [side.embeddings]
        parts[0].weight = chance.standard_normal((len(vocabulary), DIM)).astype(np.float32)
        norm(side.layer_norm)
        side.position_encodings.encodings = chance.standard_normal((512, DIM)).astype(np.float32)
        layer = side.layer[0]
        norm(layer.self_attention.layer_norm)
        linear(layer.self_attention.linear[0], 3 * DIM, DIM)
        linear(layer.self_attention.linear[1], DIM, DIM)
        if side is spec.decoder:
            norm(layer.attention.layer_norm)
            linear(layer.attention.linear[0], DIM, DIM)
            linear(layer.attention.linear[1], 2 * DIM, DIM)
            linear(layer.attention.linear[2], DIM, DIM)
        norm(layer.ffn.layer_norm)
        linear(layer.ffn.linear_0, 2 * DIM, DIM)
        linear(layer.ffn.linear_1, DIM, 2 * DIM)
    linear(spec.decoder.projection, len(vocabulary), DIM)
    spec.decoder.projection.bias[vocabulary.index("</s>")] = 9.0  # so that sentences end
    spec.decoder.projection.bias[vocabulary.index("<unk>")] = unknown
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    for name, value in config.items():
        setattr(spec.config, name, value)
    spec.validate()
    spec.optimize(quantization=quantization or None)
    folder.mkdir()
    spec.save(str(folder))


def words(pieces: Path) -> list[str]:
    model = sentencepiece.SentencePieceProcessor(model_file=str(pieces))
    return [model.id_to_piece(n) for n in range(3, model.get_piece_size())]


@pytest.fixture(scope="module")
def made(pieces: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a model folder; equal wishes are made once."""
    base = tmp_path_factory.mktemp("models")
    known: dict[str, Path] = {}

    def make(kind: str, extra: tuple[str, ...] = (), **config: object) -> Path:
        key = repr((kind, extra, config))
        if key not in known:
            folder = base / f"{kind}-{len(known)}"
            if kind == "opus":
                save(folder, [*OPUS_TOKENS, *words(pieces), *extra], **config)
                shutil.copy(pieces, folder / "source.spm")
                shutil.copy(pieces, folder / "target.spm")
            else:
                save(folder, [*NLLB_TOKENS, *words(pieces), *extra], **config)
                shutil.copy(pieces, folder / "sentencepiece.bpe.model")
            known[key] = folder
        return known[key]

    return make


class Spy:
    """The translator of an engine, and what it was sent."""

    def __init__(self, engine: protocols.Engine) -> None:
        assert isinstance(engine, CTranslateEngine)
        self.real = engine._translator
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        engine._translator = self

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls.append((name, args, kwargs))
            return getattr(self.real, name)(*args, **kwargs)

        return call

    @property
    def sources(self) -> list[list[str]]:
        return [tokens for _, args, _ in self.calls for tokens in args[0]]

    def option(self, name: str) -> list[Any]:
        return [kwargs.get(name) for _, _, kwargs in self.calls]


def encoded(pieces: Path, text: str) -> list[str]:
    model = sentencepiece.SentencePieceProcessor(model_file=str(pieces))
    return list(model.encode(text, out_type=str))


# ---- OPUS-MT ---------------------------------------------------------------------


@pytest.mark.parametrize(("adds", "tail"), [(False, ["</s>"]), (True, [])])
def test_opus_gets_its_end_of_sentence_once(
    made: Callable[..., Path], pieces: Path, adds: bool, tail: list[str]
) -> None:
    folder = made("opus", add_source_eos=adds)
    engine = engines.load(f"ct2:{folder}", "en", "es")
    spy = Spy(engine)
    (answer,) = engine.translate(["She bought a book."])
    assert spy.sources == [[*encoded(pieces, "She bought a book."), *tail]]
    assert spy.option("target_prefix") == [None]
    assert isinstance(answer[0], str)
    assert engine.name == "ct2"
    assert engine.signature.startswith(f"ct2 OPUS-MT {folder.name} en-es sha256:")
    assert folder.name in engine.quality


@pytest.mark.parametrize(
    ("target", "known", "token"),
    [
        ("es", (">>fra<<", ">>spa<<"), ">>spa<<"),
        ("es", (">>es<<",), ">>es<<"),
        ("pt-BR", (">>por<<", ">>pob<<"), ">>pob<<"),
        ("pt-BR", (">>por<<",), ">>por<<"),
        ("zh-CN", (">>cmn_Hans<<", ">>cmn_Hant<<"), ">>cmn_Hans<<"),
        ("zh-TW", (">>cmn_Hans<<", ">>cmn_Hant<<"), ">>cmn_Hant<<"),
        ("zh-CN", (">>zho<<",), ">>zho<<"),
    ],
)
def test_opus_with_many_targets_is_told_which(
    made: Callable[..., Path], pieces: Path, target: str, known: tuple[str, ...], token: str
) -> None:
    engine = opus.load(made("opus", known), "en", target)
    spy = Spy(engine)
    engine.translate(["She bought a book."])
    assert spy.sources == [[token, *encoded(pieces, "She bought a book."), "</s>"]]


def test_opus_without_the_target_says_what_it_has(made: Callable[..., Path]) -> None:
    with pytest.raises(EngineError, match="does not support ja; it supports >>fra<< >>spa<<"):
        opus.load(made("opus", (">>fra<<", ">>spa<<")), "en", "ja")


# ---- NLLB ------------------------------------------------------------------------


def test_nllb_gets_both_languages(made: Callable[..., Path], pieces: Path) -> None:
    engine = engines.load(f"ct2:{made('nllb')}", "en", "zh-CN")
    spy = Spy(engine)
    answers = engine.translate(["She bought a book.", "He tested the house.", ""])
    text = encoded(pieces, "She bought a book.")
    assert ["eng_Latn", *text, "</s>"] in spy.sources
    assert all(len(tokens) > 2 for tokens in spy.sources)
    assert [set(map(tuple, p)) for p in spy.option("target_prefix")] == [
        {("zho_Hans",)} for _ in spy.calls
    ]
    assert not any("zho_Hans" in answer[0] for answer in answers)
    assert answers[2] == [""]


@pytest.mark.parametrize(("target", "code"), [("fr", "fra_Latn"), ("ja", "jpn_Jpan")])
def test_nllb_without_a_language(made: Callable[..., Path], target: str, code: str) -> None:
    with pytest.raises(EngineError, match=rf"does not support {target} \({code}\)"):
        opus.load(made("nllb"), "en", target)


def test_every_locale_has_a_flores_code() -> None:
    found = {tag: tags.flores(tag) for tag in locales.known()}
    assert all(found.values()), found
    assert found["es"] == "spa_Latn"
    assert found["zh-TW"] == "zho_Hant"
    with pytest.raises(UnknownLocaleError):
        engines.load("ct2:x", "en", "qq")


# ---- What both share -------------------------------------------------------------


@pytest.mark.parametrize("kind", ["opus", "nllb"])
def test_it_can_be_steered(made: Callable[..., Path], pieces: Path, kind: str) -> None:
    engine = opus.load(made(kind), "en", "es")
    assert isinstance(engine, Steerable)
    start = ["spa_Latn"] if kind == "nllb" else []
    spy = Spy(engine)
    (text,) = engine.complete([("She bought a book.", "a red")])
    assert spy.option("target_prefix") == [[[*start, *encoded(pieces, "a red")]]]
    assert text.startswith("a red")
    avoided = engine.translate_without(["She bought a book."], ["red car"])
    assert spy.option("suppress_sequences")[-1] == [encoded(pieces, "red car")]
    assert isinstance(avoided[0], str)
    scores = engine.score([("She bought a book.", "a red"), ("Yes.", ""), ("", "x")])
    assert len(scores) == 3
    assert scores[0] < 0
    name, args, _ = spy.calls[-1]
    assert name == "score_batch"
    assert all(tokens[:1] == start for tokens in args[1]) or not start


def test_n_best_and_order(made: Callable[..., Path]) -> None:
    engine = opus.load(made("nllb"), "en", "es")
    texts = LINES[:12]
    several = engine.translate(texts, hypotheses=3)
    assert all(1 <= len(set(found)) == len(found) <= 3 for found in several)
    assert engine.translate(texts) == [engine.translate([t])[0] for t in texts]


def test_the_company_of_others_does_not_change_a_sentence(made: Callable[..., Path]) -> None:
    """Not by a bit: what was continued after a crash must end as if there had been none.

    In int8, as Argos's models are: sums of floats depend on how many are added at a time.
    """
    engine = opus.load(made("opus", quantization="int8"), "en", "es")
    alone = [engine.translate([text], hypotheses=2) for text in LINES]
    assert engine.translate(LINES, hypotheses=2) == [answer for (answer,) in alone]
    back = engine.translate(LINES[::-1], hypotheses=2)
    assert back[::-1] == [answer for (answer,) in alone]


def test_what_the_model_lacks_is_copied_from_where_it_looked(made: Callable[..., Path]) -> None:
    """In batches CTranslate2 gives each sentence the place where the first one looked."""
    engine = opus.load(made("opus", quantization="int8", unknown=6.0), "en", "es")
    assert isinstance(engine, CTranslateEngine)
    length = engine._source(LINES[0])
    texts = [t for t in LINES if len(engine._source(t)) == len(length)]
    alone = [engine.translate([text])[0] for text in texts]
    spy = Spy(engine)
    assert engine.translate(texts) == alone
    together = [len(args[0]) for _, args, kwargs in spy.calls if not kwargs["replace_unknowns"]]
    assert max(together) > 1
    assert {len(args[0]) for _, args, kwargs in spy.calls if kwargs["replace_unknowns"]} == {1}
    assert not any("<unk>" in answer[0] or "⁇" in answer[0] for answer in alone)


def test_masks_are_measured_and_remembered(made: Callable[..., Path], tmp_path: Path) -> None:
    families = opus.load(made("nllb"), "en", "es").masks
    assert families
    cached = tmp_path / "cache" / "speechsubs"
    assert len(list(cached.iterdir())) == 1
    assert opus.load(made("nllb"), "en", "es").masks == families
    assert opus.load(made("nllb"), "en", "pt-BR").masks  # another direction, another test
    assert len(list(cached.iterdir())) == 2


def test_a_family_of_directions_is_loaded_once(made: Callable[..., Path]) -> None:
    one, other = (opus.load(made("nllb"), "en", tag) for tag in ("es", "pt-BR"))
    assert isinstance(one, CTranslateEngine)
    assert isinstance(other, CTranslateEngine)
    assert one._translator is other._translator
    assert one.signature != other.signature


# ---- Folders that are none of these ----------------------------------------------


def copied(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to


def test_folders_that_hold_no_model(made: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no such folder"):
        opus.load(tmp_path / "nowhere", "en", "es")
    with pytest.raises(EngineError, match=r"contains no model\.bin.*ct2-transformers-converter"):
        opus.load(tmp_path, "en", "es")
    bare = copied(made("opus"), tmp_path / "bare")
    (bare / "source.spm").unlink()
    with pytest.raises(EngineError, match=r"neither an OPUS-MT model .* nor an NLLB model"):
        opus.load(bare, "en", "es")
    odd = copied(made("nllb"), tmp_path / "odd")
    vocabulary = odd / "shared_vocabulary.json"
    vocabulary.write_text(vocabulary.read_text("utf-8").replace("eng_Latn", "eng"), "utf-8")
    with pytest.raises(EngineError, match="FLORES codes"):
        opus.load(odd, "en", "es")


@pytest.mark.parametrize("content", [b"{", b"[" * 200_000, b"{}", b"\xff", b"7"])
def test_a_broken_vocabulary(made: Callable[..., Path], tmp_path: Path, content: bytes) -> None:
    folder = copied(made("opus"), tmp_path / "m")
    (folder / "shared_vocabulary.json").write_bytes(content)
    with pytest.raises(PackageError, match="shared_vocabulary"):
        opus.load(folder, "en", "es")


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff"])
def test_a_broken_config(made: Callable[..., Path], tmp_path: Path, content: bytes) -> None:
    folder = copied(made("opus"), tmp_path / "m")
    (folder / "config.json").write_bytes(content)
    with pytest.raises(PackageError, match="config"):
        opus.load(folder, "en", "es")


@pytest.mark.parametrize("name", ["model.bin", "source.spm"])
def test_a_broken_model(made: Callable[..., Path], tmp_path: Path, name: str) -> None:
    folder = copied(made("opus"), tmp_path / "m")
    (folder / name).write_bytes(b"broken")
    with pytest.raises(PackageError):
        opus.load(folder, "en", "es")


def test_a_model_that_was_replaced_is_another_one(
    made: Callable[..., Path], tmp_path: Path
) -> None:
    folder = copied(made("opus"), tmp_path / "m")
    before = opus.load(folder, "en", "es")
    shutil.rmtree(folder)
    copied(made("opus", (">>spa<<",)), folder)
    after = opus.load(folder, "en", "es")
    assert before.signature != after.signature
    assert before.translate(LINES[:3]) != after.translate(LINES[:3])


# ---- Real weights: the tiny Argos package ----------------------------------------


def test_an_unpacked_argos_package_is_taken_as_what_it_is(tmp_path: Path) -> None:
    package = models.install_file(TINY, tmp_path)
    engine = engines.load(f"ct2:{package.path}", "en-GB", "es-MX")
    assert isinstance(engine, ArgosEngine)
    assert "coches" in engine.translate(["He drove 170 cars."])[0][0]
    with pytest.raises(EngineError, match="translates en to es, not es to en"):
        engines.load(f"ct2:{package.path}", "es", "en")


def test_the_tiny_model_in_the_dress_of_opus_says_the_same(tmp_path: Path) -> None:
    package = models.install_file(TINY, tmp_path)
    folder = copied(package.model, tmp_path / "opus-mt-en-es")
    shutil.copy(package.tokenizer, folder / "source.spm")
    shutil.copy(package.tokenizer, folder / "target.spm")
    texts = ["I have a house.", "He drove 170 cars."]
    assert json.loads((folder / "config.json").read_text("utf-8"))["add_source_eos"] is True
    engine = opus.load(folder, "en", "es")
    assert engine.translate(texts) == ArgosEngine(package, "en", "es").translate(texts)
    assert len(engine.masks) >= 3
    (line,) = pipeline.translate_lines(
        ["Lei Jun showed the car."],
        engine,
        pipeline.make_settings(locales.load("en")),
        locales.load("es"),
        terms=[{"Lei Jun": "Lei Jun"}],
    )
    assert "Lei Jun" in line.translation.finished.text
    assert line.translation.problems == ()


def test_the_version_of_ctranslate2_is_in_the_signature(made: Callable[..., Path]) -> None:
    engine = opus.load(made("nllb"), "en", "es")
    assert engine.signature.endswith(f"ctranslate2 {ctranslate2.__version__}")
