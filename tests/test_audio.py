"""Recordings of every kind, also broken ones: sound or one clear word, never a crash."""

import contextlib
import wave
from pathlib import Path

import pytest

from speechsubs import audio
from speechsubs.errors import InputError

av = pytest.importorskip("av", reason="the extra `align` is not installed (av)")
np = pytest.importorskip("numpy", reason="the extra `align` is not installed (numpy)")

SAMPLE = Path(__file__).parents[1] / "media" / "courage.mp3"


def tone(seconds: float, rate: int = 16_000, hertz: float = 300) -> "np.ndarray":
    times = np.arange(int(seconds * rate)) / rate
    return (8_000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16)


def wav(path: Path, channels: "list[np.ndarray]", rate: int = 16_000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.stack(channels, axis=1).astype("<i2").tobytes())
    return path


def codes(recording: audio.Recording) -> list[str]:
    return [finding.code for finding in recording.findings]


def test_wav_comes_through_sample_by_sample(tmp_path: Path) -> None:
    sound = tone(1.5)
    recording = audio.load(wav(tmp_path / "a.wav", [sound]))
    assert recording.samples.dtype == np.int16
    assert np.array_equal(recording.samples, sound)
    assert (recording.duration_ms, recording.offset_ms, codes(recording)) == (1_500, 0, [])


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_any_rate_becomes_16_khz(tmp_path: Path, rate: int) -> None:
    recording = audio.load(wav(tmp_path / "a.wav", [tone(2, rate)], rate))
    assert abs(recording.duration_ms - 2_000) <= 5
    spectrum = np.abs(np.fft.rfft(recording.samples[:16_000].astype(float)))
    assert abs(int(spectrum.argmax()) - 300) <= 2


@pytest.mark.parametrize("dead", [0, 1])
def test_a_dead_channel_does_not_weaken_the_other(tmp_path: Path, dead: int) -> None:
    channels = [tone(1), tone(1)]
    channels[dead] = np.zeros_like(channels[dead])
    recording = audio.load(wav(tmp_path / "a.wav", channels))
    assert np.array_equal(recording.samples, tone(1))
    assert codes(recording) == ["one-channel"]
    assert ("right", "left")[dead] in recording.findings[0].message


def test_channels_that_cancel_out_are_heard(tmp_path: Path) -> None:
    recording = audio.load(wav(tmp_path / "a.wav", [tone(1), -tone(1)]))
    assert int(np.abs(recording.samples).max()) > 7_000


def test_stereo_is_mixed(tmp_path: Path) -> None:
    recording = audio.load(wav(tmp_path / "a.wav", [tone(1), tone(1, hertz=700)]))
    spectrum = np.abs(np.fft.rfft(recording.samples.astype(float)))
    assert min(spectrum[300], spectrum[700]) > 0.3 * spectrum.max()
    assert codes(recording) == []


def test_a_truncated_mp3_keeps_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "cut.mp3"
    path.write_bytes(SAMPLE.read_bytes()[:100_000])
    recording = audio.load(path)
    assert 15_000 < recording.duration_ms < 25_000
    assert codes(recording) == ["audio-truncated"]
    assert "of 6:54" in recording.findings[0].message


def test_damage_inside_is_survived_and_told(tmp_path: Path) -> None:
    data = bytearray(SAMPLE.read_bytes()[:150_000])
    data[60_000:64_000] = np.random.default_rng(1).bytes(4_000)
    path = tmp_path / "bad.mp3"
    path.write_bytes(bytes(data))
    recording = audio.load(path)
    assert recording.duration_ms > 25_000
    assert "audio-damaged" in codes(recording)


def test_silence_is_told(tmp_path: Path) -> None:
    recording = audio.load(wav(tmp_path / "a.wav", [np.zeros(16_000, np.int16)]))
    assert codes(recording) == ["silence"]


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        audio.load(path)
    assert str(path) in str(caught.value)
    return caught.value.problem


def test_a_text_named_mp3_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp3"
    path.write_text("Good evening. " * 500)
    assert "not a readable audio or video file" in refused(path)


def test_empty_and_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.mp3").touch()
    assert "empty" in refused(tmp_path / "empty.mp3")
    assert "cannot be read" in refused(tmp_path / "none.mp3")
    assert "cannot be read" in refused(tmp_path)


def test_a_playlist_opens_no_other_file(tmp_path: Path) -> None:
    inner = wav(tmp_path / "inner.wav", [tone(1)])
    for name, text in (
        ("a.mp3", f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{inner}\n#EXT-X-ENDLIST\n"),
        ("b.mp3", f"ffconcat version 1.0\nfile {inner.name}\n"),
    ):
        (tmp_path / name).write_text(text)
        refused(tmp_path / name)


def video(path: Path, late_seconds: float, sound: bool = True) -> Path:
    """A video of grey pictures whose sound starts late."""
    with av.open(str(path), "w", format="matroska") as container:
        picture = container.add_stream("mpeg4", rate=5)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        stream = container.add_stream("pcm_s16le", rate=16_000, layout="mono") if sound else None
        for number in range(15):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts = number
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        if stream is not None:
            frame = av.AudioFrame.from_ndarray(tone(2).reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate = 16_000
            frame.pts = int(late_seconds * 16_000)
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    return path


def test_a_video_whose_sound_starts_late(tmp_path: Path) -> None:
    recording = audio.load(video(tmp_path / "a.mkv", 1.25))
    assert recording.offset_ms == 1_250
    assert recording.duration_ms == 2_000


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    assert "contains no audio" in refused(video(tmp_path / "a.mkv", 0, sound=False))


def test_progress_grows_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    audio.load(wav(tmp_path / "a.wav", [tone(3)]), progress=lambda *now: told.append(now))
    done = [now for now, _ in told]
    assert done == sorted(done)
    assert done[-1] >= 2_900
    assert {total for _, total in told} == {3_000}


def test_a_part_keeps_its_place(tmp_path: Path) -> None:
    recording = audio.load(wav(tmp_path / "a.wav", [tone(3)]))
    piece = audio.part(recording, 1_000, 2_500)
    assert (piece.duration_ms, piece.offset_ms) == (1_500, 1_000)
    assert np.shares_memory(piece.samples, recording.samples)


def test_pydub_gets_the_same_sound(tmp_path: Path) -> None:
    pytest.importorskip("pydub", reason="the extra `align` is not installed (pydub)")
    recording = audio.load(wav(tmp_path / "a.wav", [tone(1)]))
    segment = audio.segment(recording)
    assert (len(segment), segment.frame_rate, segment.channels) == (1_000, 16_000, 1)
    assert segment.raw_data == recording.samples.tobytes()


def test_not_even_a_header_of_random_bytes_crashes(tmp_path: Path) -> None:
    generator = np.random.default_rng(7)
    for number in range(20):
        path = tmp_path / f"{number}.mp3"
        head = (b"ID3\x04", b"RIFF", b"OggS", b"fLaC", b"\xff\xfb")[number % 5]
        path.write_bytes(head + generator.bytes(3_000))
        with contextlib.suppress(InputError):
            assert audio.load(path).samples.dtype == np.int16


def test_a_long_recording_lies_on_disk_and_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = Path(__file__).parents[1] / "media" / "courage.mp3"
    in_memory = audio.load(sound)
    monkeypatch.setattr(audio, "_IN_MEMORY", 100_000)
    on_disk = audio.load(sound)
    assert isinstance(on_disk.samples, np.memmap)
    assert not isinstance(in_memory.samples, np.memmap)
    assert np.array_equal(in_memory.samples, on_disk.samples)
    assert (in_memory.offset_ms, in_memory.findings) == (on_disk.offset_ms, on_disk.findings)
