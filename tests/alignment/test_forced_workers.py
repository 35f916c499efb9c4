"""Decoding shared among helper processes gives what one process gives."""

from pathlib import Path

import pytest

from speechsubs import audio
from speechsubs.alignment.forced import (
    recognize,
    script,
)
from speechsubs.alignment.forced.pronounce import Pronouncer
from speechsubs.alignment.forced.workers import WorkerPool
from speechsubs.audio import Recording
from speechsubs.model import Sentence

np = pytest.importorskip("numpy", reason="numpy is not installed")
for _name in ("pocketsphinx", "av"):
    pytest.importorskip(_name, reason=f"{_name} is not installed")

SAMPLE = Path(__file__).parents[2] / "media" / "courage.mp3"
TEXTS = ("Courage", "On the evening of 19 July 2024 Lei Jun walked onto a stage in Beijing.")


@pytest.fixture(scope="module")
def speech() -> Recording:
    return audio.part(audio.load(SAMPLE), 1_000, 9_500)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> tuple[script.Script, Path]:
    folder = tmp_path_factory.mktemp("text")
    words = Pronouncer("en")
    made = script.build_script([Sentence(i, i, t) for i, t in enumerate(TEXTS)], words)
    recognize.write_dictionary(words.units, folder / "words.dict")
    recognize.write_model(made, folder / "text.lm")
    return made, folder


def _answers(pool: WorkerPool, text: script.Script) -> list[object]:
    spoken_forms = [line.spoken_forms for line in text.lines]
    heard = pool.map(lambda span: pool.recognize(*span), [(0, 4_000), (4_000, 8_000)])
    return [
        heard,
        pool.align(0, 8_400, spoken_forms),
        pool.decide(0, 8_400, spoken_forms, 1e-12),
        pool.align(0, 10, spoken_forms),
        # Over the end of the sound, and behind it.
        pool.recognize(7_000, 12_000),
        pool.recognize(20_000, 21_000),
    ]


def test_workers_give_the_results_of_one_process(
    speech: Recording, text: tuple[script.Script, Path]
) -> None:
    made, folder = text
    with WorkerPool(folder, speech.samples, 1) as alone:
        expected = _answers(alone, made)
    with WorkerPool(folder, speech.samples, 2) as pool:
        assert len(pool._workers) == 2
        assert _answers(pool, made) == expected
    assert not any(worker.alive for worker in pool._workers)
    assert expected[0][0]  # type: ignore[index]
    assert expected[3:6:2] == [None, []]


def test_a_worker_that_dies_is_replaced_by_this_process(
    speech: Recording, text: tuple[script.Script, Path]
) -> None:
    made, folder = text
    spoken_forms = [line.spoken_forms for line in made.lines]
    with WorkerPool(folder, speech.samples, 2) as pool:
        for worker in pool._workers:
            worker._process.kill()
        told: list[tuple[int, int]] = []
        spans = [(0, 8_400)] * 3
        found = pool.map(
            lambda span: pool.align(*span, spoken_forms), spans, lambda *now: told.append(now)
        )
    assert found[0] is not None
    assert found == [found[0]] * 3
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_an_exception_is_raised_and_all_workers_end(
    speech: Recording, text: tuple[script.Script, Path]
) -> None:
    def fail(item: int) -> int:
        raise ZeroDivisionError(item)

    with pytest.raises(ZeroDivisionError), WorkerPool(text[1], speech.samples, 2) as pool:
        pool.map(fail, [1, 2, 3])
    assert not any(worker.alive for worker in pool._workers)
