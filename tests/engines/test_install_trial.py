"""A model is tried in a process of its own, and what it does there is told."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from speechsubs import models
from speechsubs.engines import install

#: Tests put something else in its place.
PYTHON = sys.executable
SOURCES = ("The first sentence.", "The second sentence.", "The third sentence.")


def unpacked(path: Path, data: bytes) -> models.Package:
    (path / "x.argosmodel").write_bytes(data)
    return models.install_file(path / "x.argosmodel", path / "pk")


def weights(data: bytes) -> dict[str, bytes]:
    return {"model/model.bin": data}


def test_a_good_model_translates(tmp_path: Path, tiny: Path) -> None:
    answers = install.run_smoke_test(models.install_file(tiny, tmp_path))
    assert len(answers) == 3
    assert "reunión" in answers[0]


def test_garbage_for_weights_is_refused_and_we_live(
    tmp_path: Path, made: Callable[..., bytes]
) -> None:
    package = unpacked(tmp_path, made(members=weights(os.urandom(200_000))))
    with pytest.raises(install.SmokeTestError, match=r"its model (does not work|crashes)"):
        install.run_smoke_test(package)


def test_weights_that_claim_to_be_huge_take_no_memory(
    tmp_path: Path, made: Callable[..., bytes]
) -> None:
    # Version 6, a name's length that no memory has: CTranslate2 would believe it.
    head = (6).to_bytes(4, "little") + b"\xff\xff" + b"T" * 60
    package = unpacked(tmp_path, made(members=weights(head + b"\xff" * 5_000)))
    with pytest.raises(install.SmokeTestError, match="its model"):
        install.run_smoke_test(package)


def test_half_of_the_weights(tmp_path: Path, tiny: Path) -> None:
    package = models.install_file(tiny, tmp_path)
    file = package.model / "model.bin"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(install.SmokeTestError, match="its model"):
        install.run_smoke_test(package)


def test_a_tokenizer_that_is_none(tmp_path: Path, made: Callable[..., bytes]) -> None:
    package = unpacked(tmp_path, made(members={"sentencepiece.model": b"pieces"}))
    with pytest.raises(install.SmokeTestError, match="is not a SentencePiece model"):
        install.run_smoke_test(package)


def test_a_model_that_crashes_its_process(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = models.install_file(tiny, tmp_path / "pk")
    _instead(tmp_path, monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(install.SmokeTestError, match=r"crashes on loading \(SIGSEGV\)"):
        install.run_smoke_test(package)
    (tmp_path / "python").unlink()
    with pytest.raises(install.SmokeTestError, match="cannot be tested"):
        install.run_smoke_test(package)
    _instead(
        tmp_path, monkeypatch, "import sys; print('out of luck', file=sys.stderr); sys.exit(9)"
    )
    with pytest.raises(install.SmokeTestError, match=r"\(exit code 9\): out of luck"):
        install.run_smoke_test(package)


def test_a_model_that_hangs(tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = models.install_file(tiny, tmp_path / "pk")
    _instead(tmp_path, monkeypatch, "import time; time.sleep(60)")
    with pytest.raises(install.SmokeTestError, match=r"did not respond within 0\.3 seconds"):
        install.run_smoke_test(package, timeout_s=0.3)


def _instead(path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the child run something else, as if the model did it."""
    if sys.platform == "win32":
        pytest.skip("shell scripts stand for the interpreter")
    script = path / "python"
    script.write_text(f"#!{PYTHON}\n{code}\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))


@pytest.mark.parametrize("data", ["", "[", "[]", "5"])
def test_an_answer_that_is_none(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch, data: str
) -> None:
    package = models.install_file(tiny, tmp_path / "pk")
    code = f"import sys, pathlib; pathlib.Path(sys.argv[-3]).write_text({data!r})"
    _instead(tmp_path, monkeypatch, code)
    with pytest.raises(install.SmokeTestError, match="crashes"):
        install.run_smoke_test(package)


def test_nonsense_refuses_the_package(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.dumps({"answers": ["mainstre@@ " * 30] * 3})
    code = f"import sys, pathlib; pathlib.Path(sys.argv[-3]).write_text({said!r})"
    _instead(tmp_path, monkeypatch, code)
    with pytest.raises(install.SmokeTestError) as caught:
        install.install_file(tiny, tmp_path / "pk")
    assert str(caught.value) == (
        f'{tiny}: its model does not work: it translates "The meeting begins at nine o\'clock." '
        "as 'mainstre@@ mainstre@@ mainstre@@ mainstre@@ ...'"
    )
    assert [p.name for p in (tmp_path / "pk").iterdir()] == [".models.lock.guard"]


@pytest.mark.parametrize(
    "answer",
    [
        "", "   ", "...", "mainstre@@ mainstre@@", "mainstre" * 6, "la " * 10, "a" * 30,
        "▁the ▁end", "x y " * 60, "of the house " * 7,
    ],
)  # fmt: skip
def test_what_is_nonsense(answer: str) -> None:
    assert install.find_nonsense(SOURCES, (answer, answer, "Tres."))
    # One bad sentence is bad luck.
    assert install.find_nonsense(SOURCES, (answer, "Dos.", "Tres.")) == ""


@pytest.mark.parametrize(
    "answers",
    [
        ("La primera.", "La segunda.", "La tercera."),
        ("会议九点开始。", "她去年买了一辆新车。", "我们还没有看到结果。"),
        ("No, no, no.", "bla bla bla", "........................ fin"),
    ],
)
def test_what_is_only_bad_style(answers: tuple[str, ...]) -> None:
    assert install.find_nonsense(SOURCES, answers) == ""


def test_one_answer_to_everything_is_nonsense() -> None:
    assert "every sentence as 'Sí.'" in install.find_nonsense(SOURCES, ("Sí.",) * 3)


def test_there_are_sentences_for_every_language_that_we_know() -> None:
    from speechsubs.language import locales

    for tag in locales.known():
        code = locales.load(tag).argos
        assert install.sample_sentences(code) != install.sample_sentences("??"), tag
    assert len(install.sample_sentences("nl")) == 3


def test_the_sentences_themselves_are_no_nonsense() -> None:
    for some in install.TEST_SENTENCES.values():
        assert install.find_nonsense(some, some) == ""


def test_foreign_modules_beside_the_user_are_not_run(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("raise SystemExit('hijacked')")
    assert install.run_smoke_test(models.install_file(tiny, tmp_path / "pk"))


def test_the_limits_of_a_child_are_set(tmp_path: Path) -> None:
    import subprocess

    if sys.platform == "win32":
        pytest.skip("no limits there")
    code = (
        "from speechsubs.engines.install import _limit_resources\nimport resource\n"
        "_limit_resources(300_000_000, 9)\n"
        "print(resource.getrlimit(resource.RLIMIT_DATA)[0])\n"
        "try: bytearray(10**9); print('taken')\nexcept MemoryError: print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["300000000", "refused"]
