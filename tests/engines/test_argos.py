"""The Argos engine on a tiny real model: mechanics, not quality (it is a bad translator)."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from speechsubs import models
from speechsubs.engines import ctranslate, registry, tokenizers
from speechsubs.engines.argos import ArgosEngine
from speechsubs.engines.pivot import PivotEngine
from speechsubs.errors import PackageError
from speechsubs.models import Package

TINY = Path(__file__).parents[1] / "data" / "translate-en_es-tiny.argosmodel"
SENTENCES = ["I have a house.", "He drove 170 cars.", "What will happen?", "She is here."]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return models.install_file(TINY, tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="module")
def engine(package: Package) -> ArgosEngine:
    return ArgosEngine(package, "en", "es")


def test_it_translates_and_says_with_what(engine: ArgosEngine) -> None:
    (answer,) = engine.translate(["He visited 4S dealerships and drove 170 cars."])
    assert len(answer) == 1
    assert "170" in answer[0]
    assert "coches" in answer[0]
    assert engine.signature.startswith("argos en-es 0.1 sha256:")
    assert "ctranslate2 " in engine.signature
    assert (engine.name, engine.source, engine.target) == ("argos", "en", "es")


def test_order_is_kept_and_equal_texts_agree(engine: ArgosEngine) -> None:
    alone = [engine.translate([text])[0] for text in SENTENCES]
    mixed = engine.translate([*SENTENCES, *reversed(SENTENCES)])
    assert mixed == [*alone, *reversed(alone)]


def test_equal_texts_reach_the_model_once(
    engine: ArgosEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    real = engine._decode

    def counted(pieces: dict[str, None], hypotheses: int) -> dict[str, list[str]]:
        seen.append(len(pieces))
        return real(pieces, hypotheses)

    monkeypatch.setattr(engine, "_decode", counted)
    engine.translate(["Yes.", "No.", "Yes.", "Yes. "])
    assert seen == [2]


def test_nothing_comes_from_nothing(engine: ArgosEngine) -> None:
    assert engine.translate([]) == []
    answers = engine.translate(["", "  ", "\n\t", "Yes."])
    assert answers[:3] == [[""], [""], [""]]
    assert answers[3] != [""]


def test_n_best_gives_different_texts_best_first(engine: ArgosEngine) -> None:
    (answer,) = engine.translate(["We have to build a new car."], hypotheses=5)
    assert 2 <= len(answer) <= 5
    assert len(set(answer)) == len(answer)


def test_underscores_in_the_output_are_kept(package: Package) -> None:
    tokenizer = tokenizers.load(package)
    assert tokenizer.decode(tokenizer.encode("a_b and __c")) == "a_b and __c"


def test_long_texts_are_cut_and_lose_nothing(engine: ArgosEngine) -> None:
    text = " ".join(f"We have {number} cars, and they drove them home." for number in range(10, 60))
    chunks = list(engine._parts(text))
    assert len(chunks) > 1
    assert " ".join(chunks) == text
    assert all(len(engine._format.source.encode(p)) <= ctranslate.MAX_TOKENS for p in chunks)
    (answer,) = engine.translate([text])
    assert sum(str(number) in answer[0] for number in range(10, 60)) > 10


@pytest.mark.parametrize("text", ["x" * 5_000, "9" * 3_000, "汉" * 1_500, "a,b;" * 800])
def test_a_text_without_spaces_is_cut_too(engine: ArgosEngine, text: str) -> None:
    chunks = list(engine._parts(text))
    assert "".join(chunks).replace(" ", "") == text
    assert all(len(part) <= ctranslate.MAX_CHARACTERS for part in chunks)


@pytest.mark.parametrize("text", ["\ud800 hello", "a\0b", "\u2028", "🎉🎉", "\u2581_\u2581", "​"])
def test_odd_characters_do_no_harm(engine: ArgosEngine, text: str) -> None:
    (answer,) = engine.translate([text])
    assert isinstance(answer[0], str)


def test_masks_are_measured_and_remembered(package: Package, tmp_path: Path) -> None:
    engine = ArgosEngine(package, "en", "es")
    families = engine.masks
    assert len(families) >= 3
    assert all(len(f.words) >= 3 for f in families)
    answer = engine.translate([f"{families[0].words[0]} showed the car."])[0][0]
    assert families[0].words[0] in answer
    (file,) = (tmp_path / "cache" / "speechsubs").iterdir()
    remembered = json.loads(file.read_text())
    remembered[0]["name"] = "from the file"
    file.write_text(json.dumps(remembered))
    assert ArgosEngine(package, "en", "es").masks[0].name == "from the file"


@pytest.mark.parametrize("content", ["", "{", "[]", "[{}]", '[{"name": 1}]', "[" * 9_000])
def test_a_broken_memory_of_masks_is_measured_anew(
    package: Package, tmp_path: Path, content: str
) -> None:
    first = ArgosEngine(package, "en", "es").masks
    (file,) = (tmp_path / "cache" / "speechsubs").iterdir()
    file.write_text(content)
    assert ArgosEngine(package, "en", "es").masks == first


def test_a_cache_that_cannot_be_written_does_not_matter(
    package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert ArgosEngine(package, "en", "es").masks


def copied(package: Package, to: Path, **metadata: object) -> Path:
    shutil.copytree(package.path, to)
    file = to / "metadata.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | metadata))
    return to


def read(path: Path) -> Package:
    package = models.read(path)
    assert package is not None
    return package


def test_a_target_prefix_is_given_and_taken_off(package: Package, tmp_path: Path) -> None:
    plain = ArgosEngine(package, "en", "es").translate(SENTENCES)
    prefixed = read(copied(package, tmp_path / "p", target_prefix="▁Pero"))
    answers = ArgosEngine(prefixed, "en", "es").translate(SENTENCES)
    assert answers != plain
    assert not any(answer[0].startswith("Pero") for answer in answers)


def test_broken_packages_are_errors_with_a_place(package: Package, tmp_path: Path) -> None:
    for name in ("model/model.bin", "model/shared_vocabulary.json", "sentencepiece.model"):
        path = copied(package, tmp_path / name.replace("/", "-"))
        (path / name).write_bytes(b"broken")
        with pytest.raises(PackageError) as caught:
            ArgosEngine(read(path), "en", "es")
        assert str(path) in str(caught.value)


def bpe_package(package: Package, to: Path, words: Sequence[str]) -> Package:
    """The tiny model dressed as an OPUS-MT one: its words as byte pair codes."""
    path = copied(package, to)
    (path / "sentencepiece.model").unlink()
    merges: list[str] = []
    for word in words:
        letters = [*word[:-1], f"{word[-1]}</w>"]
        while len(letters) > 1:
            merges.append(f"{letters[0]} {letters[1]}")
            letters = [letters[0] + letters[1], *letters[2:]]
    (path / "bpe.model").write_text("#version: 0.2\n" + "\n".join(dict.fromkeys(merges)) + "\n")
    vocabulary = path / "model" / "shared_vocabulary.json"
    known: set[str] = set()
    pieces = []
    for piece in json.loads(vocabulary.read_text("utf-8")):
        name = piece[1:] if piece.startswith("▁") and len(piece) > 1 else f"{piece}@@"
        if piece in ("<unk>", "<s>", "</s>", "<blank>", ".", "?"):
            name = piece
        while name in known:
            name += "~"
        known.add(name)
        pieces.append(name)
    vocabulary.write_text(json.dumps(pieces), "utf-8")
    return read(path)


def test_a_byte_pair_package_translates(package: Package, tmp_path: Path) -> None:
    bpe = bpe_package(package, tmp_path / "bpe", ["I", "have", "a", "house", "She", "is", "here"])
    assert bpe.kind == "bpe"
    pieces = tokenizers.load(bpe).encode("I have a house.")
    assert pieces == ["I", "have", "a", "house", "."]
    answers = ArgosEngine(bpe, "en", "es").translate(["I have a house.", ""])
    plain = ArgosEngine(package, "en", "es").translate(["I have a house."])[0][0]
    # SentencePiece marks where words begin, byte pairs where they go on.
    assert [a[0].replace(" ", "") for a in answers] == [plain.replace(" ", ""), ""]


def test_byte_pair_text_comes_back(package: Package, tmp_path: Path) -> None:
    tokenizer = tokenizers.load(bpe_package(package, tmp_path / "bpe", ["house"]))
    text = "The SU7 (a new house): yes!"
    pieces = tokenizer.encode(text)
    assert any(piece.endswith("@@") for piece in pieces)
    assert tokenizer.decode(pieces) == text
    assert tokenizer.encode("") == []


def test_broken_byte_pair_codes_do_not_leave_the_program(package: Package, tmp_path: Path) -> None:
    bpe = bpe_package(package, tmp_path / "bpe", ["house"])
    bpe.tokenizer.write_text("#version: 0.2\none two three\n")
    with pytest.raises(PackageError, match="byte-pair codes"):
        ArgosEngine(bpe, "en", "es")


def test_a_pivot_goes_through_english(package: Package, tmp_path: Path) -> None:
    directory = tmp_path / "pk"
    copied(package, directory / "de_en", from_code="de", to_code="en")
    copied(package, directory / "en_es")
    engine = registry.load("argos", "de", "es", packages_dir=directory)
    assert isinstance(engine, PivotEngine)
    assert (engine.source, engine.target) == ("de", "es")
    assert engine.signature.count("argos ") == 2
    first = engine.first.translate(["He drove 170 cars."])[0][0]
    assert engine.translate(["He drove 170 cars."]) == engine.second.translate([first])
    several = engine.translate(["He drove 170 cars.", "Yes."], hypotheses=3)
    assert [len(set(answer)) == len(answer) <= 3 for answer in several] == [True, True]
    assert len(engine.masks) >= 3
    # Remembered for the whole way, beside what each step keeps.
    remembered = [p.name for p in (tmp_path / "cache" / "speechsubs").iterdir()]
    assert len(remembered) == 3
    assert sum(name.startswith("masks-pivot-") for name in remembered) == 1


def test_it_works_where_the_heavy_libraries_are_blocked(tmp_path: Path) -> None:
    code = f"""
import sys
for name in ("stanza", "torch", "spacy", "minisbd"):
    sys.modules[name] = None
from pathlib import Path
from speechsubs import models
from speechsubs.engines import load
folder = Path({str(tmp_path / "pk")!r})
models.install_file(Path({str(TINY)!r}), folder)
engine = load("auto", "en", "es", packages_dir=folder)
print(engine.name, engine.translate(["I have a house."])[0][0])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("argos ")
    assert "casa" in done.stdout


def test_importing_the_engines_stays_light() -> None:
    code = (
        "import sys, speechsubs.engines\n"
        "heavy = {'ctranslate2', 'sentencepiece', 'argostranslate', 'sacremoses', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_translation_goes_on_from_a_given_beginning(engine: ArgosEngine) -> None:
    text = "The SU7 costs 215,900 yuan."
    (whole,) = engine.complete([(text, "El SU7 cuesta")])
    assert whole.startswith("El SU7 cuesta")
    assert len(whole) > len("El SU7 cuesta")


def test_a_text_too_long_to_steer_gives_nothing(engine: ArgosEngine) -> None:
    assert engine.complete([("word " * 400, "Una")]) == [""]
    assert engine.translate_without(["word " * 400], ["una"]) == [""]


def test_forbidden_words_are_avoided_while_decoding(engine: ArgosEngine) -> None:
    text = "The SU7 costs a lot."
    (((plain),),) = engine.translate([text])
    word = plain.split()[2]
    (other,) = engine.translate_without([text], [word])
    assert other
    assert word not in other.split()


def test_the_model_prefers_what_is_right(engine: ArgosEngine) -> None:
    right, wrong = engine.score([("He is here.", "Él está aquí."), ("He is here.", "El gato.")])
    assert wrong < right < 0
