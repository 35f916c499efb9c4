"""Recordings as 16 kHz mono samples, whatever file they came in.

PyAV brings FFmpeg's decoders in its wheel: no ffmpeg program is needed, and an hour
of MP3 costs 115 MB where pydub alone takes 1.8 GB (measured on 2026-11-23).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from speechsubs.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from pydub import AudioSegment

RATE: Final = 16_000


@dataclass(frozen=True, slots=True)
class Recording:
    """One channel of sound at 16 kHz.

    `samples` are int16. `offset_ms` is when the first sample is heard in the file's own
    time: audio streams may start later than the picture, and cues follow the file.
    """

    samples: "np.ndarray[Any, np.dtype[np.int16]]"
    offset_ms: int = 0
    name: str = "-"

    @property
    def duration_ms(self) -> int:
        """Length of the sound, without the offset."""
        return len(self.samples) * 1_000 // RATE


def load(path: Path) -> Recording:
    """Decode the first audio stream of a file. Raises `InputError`."""
    # Heavy, and part of an extra: only a run with a recording needs them.
    try:
        import av
        import numpy as np
    except ImportError as error:
        raise InputError(
            str(path),
            f"recordings need more packages ({error.name})",
            "Install them: pip install 'speechsubs[align]', or `make align`",
        ) from error
    chunks: list[Any] = []
    offset = 0
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise InputError(str(path), "there is no sound in it")
            stream = container.streams.audio[0]
            if stream.start_time is not None and stream.time_base is not None:
                offset = max(0, round(float(stream.start_time * stream.time_base) * 1_000))
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for frame in container.decode(stream):
                for part in resampler.resample(frame):
                    chunks.append(part.to_ndarray().reshape(-1))
            for part in resampler.resample(None):
                chunks.append(part.to_ndarray().reshape(-1))
    except (av.error.FFmpegError, OSError) as error:
        raise InputError(str(path), f"this is no sound that can be read ({error})") from error
    if not chunks:
        raise InputError(str(path), "there is no sound in it")
    return Recording(np.concatenate(chunks).astype(np.int16, copy=False), offset, str(path))


def segment(recording: Recording) -> "AudioSegment":
    """The same sound as a pydub `AudioSegment`, for people who script with it."""
    from pydub import AudioSegment

    return AudioSegment(
        data=recording.samples.tobytes(), sample_width=2, frame_rate=RATE, channels=1
    )
