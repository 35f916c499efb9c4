"""Apertium, where it is installed: routes, masks, repairs, failures."""

import subprocess
from collections.abc import Sequence
from typing import Any

import pytest

from speechsubs.engines import apertium, load
from speechsubs.engines.apertium import ApertiumEngine
from speechsubs.errors import EngineError


def engine(target: str, source: str = "en") -> ApertiumEngine:
    route = apertium.find_route(source, target)
    if not route:
        pytest.skip(f"Apertium offers no route from {source} to {target} here")
    return ApertiumEngine(source, target, route)


def best(target: str, texts: Sequence[str]) -> list[str]:
    return [answer[0] for answer in engine(target).translate(texts)]


@pytest.mark.parametrize("target", ["es", "ca", "fr", "pt-BR", "it"])
def test_masks_pass_every_route(target: str) -> None:
    families = engine(target).masks
    assert families[0].name == "towns"
    assert len(families) == 3
    assert len(families[0].words) >= 12
    assert len(families[0].amounts) >= 6
    town, other = families[0].words[:2]
    amount = families[0].amounts[0]
    (text,) = best(target, [f"{town} and {other} paid {amount}."])
    assert (text.count(town), text.count(other), text.count(amount)) == (1, 1, 1)


def test_known_names_keep_agreement() -> None:
    assert best("es", ["Toronto decided to build cars."]) == ["Toronto decidió construir coches."]
    assert best("ca", ["Toronto's car is fast."]) == ["El carro de Toronto és ràpid."]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("Lei Jun decided to build cars.", "Lei Jun decidió construir coches."),
        ("Xqza is here.", "Xqza es aquí."),
        ("He said no.", "Dijo no."),
        ("The Toronto costs CHF 717.", "El Toronto cuesta CHF 717."),
        ("We will invest CHF 717 over ten years.", "Invertiremos CHF 717 durante diez años."),
        ("Over CHF 717 is not much.", "Más de CHF 717 no es mucho."),
        ("“We will build it,” he said.", "“Lo construiremos,” dijo."),
        ('She said, "What happens?" and left.', 'Dijo, "¿Qué pasa?" y dejó.'),
        ("In Germany, BMW sells cars.", "En Alemania, BMW vende coches."),
        ("https://x.y/?q=1 is here.", "https://x.y/?q=1 es aquí."),
        ("", ""),
        ("  ", ""),
    ],
)
def test_the_surface_is_repaired(source: str, wanted: str) -> None:
    assert best("es", [source]) == [wanted]


def test_texts_never_run_into_each_other() -> None:
    texts = ["He said", "and then", "he left.", "He said", "", "No", "(why", "not)"]
    together = best("es", texts)
    assert together == [best("es", [text])[0] for text in texts]


def test_marks_of_the_stream_format_survive() -> None:
    hard = r"1 < 2 > 3 [4] {5} ^6$ \ 7 / 8 @9 *10 ~11 & 12 | 13 # 14 + 15 _ [s0] \[s1] [u41]"
    (text,) = best("es", [hard])
    for mark in "<>[]{}^$\\/@*~&|#+_":
        assert text.count(mark) == hard.count(mark), mark
    assert "[u41]" in text


def test_a_stream_that_lost_its_order_is_asked_again_in_halves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = engine("es")
    wanted = one.translate(["Yes.", "The car.", "No."])
    real = one._pipe
    calls: list[int] = []

    def merging(mode: str, stream: str) -> str:
        calls.append(stream.count("\0"))
        answer = real(mode, stream)
        return answer.replace("\0", " ", 1) if stream.count("\0") > 1 else answer

    monkeypatch.setattr(one, "_pipe", merging)
    assert one.translate(["Yes.", "The car.", "No."]) == wanted
    assert calls == [3, 1, 2, 1, 1]


def test_a_text_that_upsets_the_program_is_sent_without_its_odd_marks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = engine("es")
    real = one._pipe
    monkeypatch.setattr(one, "_pipe", lambda mode, s: "" if "±" in s else real(mode, s))
    assert one.translate(["Yes.", "The ± car.", "±"]) == [["Sí."], ["El coche."], ["±"]]


def test_no_answer_at_all_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    one = engine("es")
    monkeypatch.setattr(one, "_pipe", lambda mode, stream: "")
    with pytest.raises(EngineError, match="returned nothing for"):
        one.translate(["Yes.", "No."])


def test_failures_of_the_program_are_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    one = engine("es")

    def failing(error: Exception | None) -> Any:
        def run(command: list[str], data: bytes) -> tuple[int, bytes, bytes]:
            if error:
                raise error
            return 3, b"", b"Error: Mode eng-spa is gone\n"

        return run

    monkeypatch.setattr(apertium, "_run_group", failing(None))
    with pytest.raises(EngineError, match="exit code 3: Error: Mode eng-spa is gone"):
        one.translate(["Yes."])
    monkeypatch.setattr(apertium, "_run_group", failing(subprocess.TimeoutExpired("apertium", 1)))
    with pytest.raises(EngineError, match="took longer"):
        one.translate(["Yes."])
    monkeypatch.setattr(apertium, "_run_group", failing(PermissionError(13, "Permission denied")))
    with pytest.raises(EngineError, match="Permission denied"):
        one.translate(["Yes."])


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert apertium.installed_modes() == ()
    with pytest.raises(EngineError, match="apt install apertium"):
        ApertiumEngine("en", "es", ("eng-spa",))
    with pytest.raises(EngineError, match="apt install apertium apertium-eng-spa"):
        load("apertium", "en", "es")


def test_the_signature_and_the_quality_are_honest() -> None:
    two = engine("it")
    assert two.signature.startswith("apertium eng-spa spa-ita sha256:")
    assert "needs post-editing" in two.quality
    assert "BLEU" not in two.quality  # nobody measured English to Italian
    assert "12.1 BLEU" in engine("es").quality
    assert "2 steps" in two.quality
    assert two.translate(["Yes."], hypotheses=5) == [["Sì."]]
