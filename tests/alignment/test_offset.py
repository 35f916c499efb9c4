"""One offset and one rate for subtitles that are off, from a synthetic speech curve."""

import random
from fractions import Fraction

import pytest

from speechsubs.alignment import offset

np = pytest.importorskip("numpy", reason="the extra `align` is not installed (numpy)")


def speech(seed: int, count: int = 90) -> list[tuple[int, int]]:
    """Regions of speech with realistic lengths: 1 to 6 s, with pauses of 0.3 to 3 s."""
    chance = random.Random(seed)
    found, clock = [], 2_000
    for _ in range(count):
        end = clock + chance.randint(1_000, 6_000)
        found.append((clock, end))
        clock = end + chance.choice([300, 400, 500, 700, 1_000, 1_600, 3_000])
    return found


def curve(spans: list[tuple[int, int]]) -> "np.ndarray":
    values = np.full(spans[-1][1] // 32 + 60, 0.01, np.float32)
    for start, end in spans:
        # The hangover that the network has, which `vad.find_regions` subtracts again.
        values[round(start / 32) : round((end + 60) / 32)] = 0.98
    return values


RATES = {
    "same": 1.0, "25 for 23.976": 25 / 23.976024, "24 for 25": 24 / 25, "25 for 24": 25 / 24,
    "NTSC": 1.001, "free": 1.0132,
}  # fmt: skip


@pytest.mark.parametrize("name", RATES)
@pytest.mark.parametrize("shift_ms", [-1_400, 0, 9_730])
def test_offset_and_rate_are_found(name: str, shift_ms: int) -> None:
    heard = speech(5)
    true = [(a, b) for a, b in heard if a > 11_000]
    rate = RATES[name]
    off = [(round((a - shift_ms) / rate), round((b - shift_ms) / rate)) for a, b in true]
    fit = offset.find_fit(off, curve(heard))
    errors = [abs(fit.map_time(a) - real) for (a, _), (real, _) in zip(off, true, strict=True)]
    assert max(errors) < 60
    assert fit.confidence > 0.8


def test_a_standard_frame_rate_is_found_exactly() -> None:
    true = speech(6)
    off = [(round(a * 0.96), round(b * 0.96)) for a, b in true]
    assert offset.find_fit(off, curve(true)).rate == float(Fraction(25, 24))


def test_inaccurate_cues_still_fit() -> None:
    chance = random.Random(2)
    true = speech(7)
    off = [(a + 4_000 + chance.randint(-150, 150), b + 4_000 + chance.randint(-100, 900))
           for a, b in true]  # fmt: skip
    fit = offset.find_fit(off, curve(true))
    assert abs(fit.offset_ms + 4_000) < 100
    assert fit.confidence > 0.5


@pytest.mark.parametrize("seed", range(6))
def test_another_recording_has_low_confidence(seed: int) -> None:
    fit = offset.find_fit(speech(100 + seed), curve(speech(200 + seed)))
    assert fit.confidence < 0.5


def test_silence_and_empty_input_have_low_confidence() -> None:
    assert offset.find_fit(speech(1), np.zeros(2_000, np.float32)).confidence == 0
    assert offset.find_fit([], curve(speech(1))).confidence == 0
    assert offset.find_fit([(0, 1_000)], np.zeros(0, np.float32)).confidence == 0


def test_a_single_cue_has_low_confidence() -> None:
    assert offset.find_fit([(0, 2_000)], curve(speech(3))).confidence < 0.5


def test_no_time_is_negative() -> None:
    assert offset.Fit(-5_000, 1.0, 1.0, 1.0, 1.0).map_time(1_000) == 0
