"""How `courage.mp3` and `courage.times.json` were made: python media/make_courage_audio.py

Needs Debian's flite (voice rms) and ffmpeg on the machine, and speechsubs with the
extra `align`. flite says every sentence by itself and tells the end of every sound,
so the times of the sentences are exact: first and last sound, no listening involved.
Pauses are drawn from a seeded log-normal distribution, and room noise from the same
seed is 30 dB below the voice. The samples are the same on every run with the same
flite and numpy; the bytes of the MP3 depend on the encoder's version.
"""

import json
import re
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np

from speechsubs import formats
from speechsubs.alignment.forced import spoken_numbers
from speechsubs.cues import sentences
from speechsubs.model import Transcript

HERE = Path(__file__).parent
RATE = 16_000
SEED = 20_240_719
SNR_DB = 30.0
#: flite knows no Chinese names and reads no amounts: what it is given to say instead.
#: The transcript stays as people write it, which is the point of the sample.
SPOKEN = (
    (r"\(29700\$\)", "twenty nine thousand seven hundred dollars"),
    (r"\(4130\$\)", "four thousand one hundred thirty dollars"),
    (r"US\$29,700", "twenty nine thousand seven hundred dollars"),
    (r"\$10 billion", "ten billion dollars"),
    (r"5\.4 Million", "five point four million"),
    (r"5\.4 million", "five point four million"),
    (r"\bSUV\b", "S U V"),
    (r"\bSU7\b", "S U seven"),
    (r"\b4S\b", "four S"),
    (r"\b2021\b", "twenty twenty one"),
    (r"\b2023\b", "twenty twenty three"),
    (r"\b2024\b", "twenty twenty four"),
    (r"\b(\d+) (January|March|July|August)\b", r"the \1th of \2"),
    (r"\b30th\b", "thirtieth"),
    (r"\bXiaomi\b", "shao me"),
    (r"\bHe Xiaopeng\b", "huh shao pung"),
    (r"\bLei Jun\b", "lay joon"),
    (r"\bLi Bin\b", "lee bin"),
    (r"\bBeijing\b", "bay jing"),
    (r"résumés", "rezoo mays"),
    (r"[“”\"()]", " "),
)


def _in_words(number: re.Match[str]) -> str:
    return " ".join(spoken_numbers.cardinal(int(number.group().replace(",", ""))))


def spoken(text: str) -> str:
    """A sentence as flite must be told it.

    Large numbers in words: inside a sentence it reads 30,000 as "three zero zero zero
    zero", which nobody says.
    """
    text = re.sub(r"(?<![\d$])\d{1,3}(?:,\d{3})+\b(?!\$)", _in_words, text)
    for pattern, replacement in SPOKEN:
        text = re.sub(pattern, replacement, text)
    return text.strip()


def said(text: str, folder: Path) -> tuple[np.ndarray, float, float]:
    """The sound of a sentence, and where its first and last sound lie in seconds."""
    target = folder / "one.wav"
    done = subprocess.run(  # noqa: S603 - our own words
        ["flite", "-voice", "rms", "-psdur", "--setf", "duration_stretch=1.05",  # noqa: S607
         "-t", spoken(text), "-o", str(target)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    ends = [part.rsplit(":", 1) for part in done.stdout.split()]
    start, last, before = -1.0, 0.0, 0.0
    for name, end in ends:
        if name != "pau":
            start = before if start < 0 else start
            last = float(end)
        before = float(end)
    with wave.open(str(target)) as sound:
        assert sound.getframerate() == RATE
        data = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
    return data.astype(np.float32), start, last


def pink(count: int, generator: np.random.Generator) -> np.ndarray:
    """Noise whose power falls with the frequency, as in a quiet room."""
    spectrum = np.fft.rfft(generator.standard_normal(count))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 20.0))
    noise = np.fft.irfft(spectrum, count)
    return (noise / noise.std()).astype(np.float32)


def main() -> None:
    """Say it all, write the MP3 and the times."""
    generator = np.random.default_rng(SEED)
    transcript = formats.read(HERE / "courage.txt")
    assert isinstance(transcript, Transcript)
    found = sentences.split(transcript, "en")
    pieces: list[np.ndarray] = [np.zeros(int(1.2 * RATE), np.float32)]
    clock, times, paragraph = len(pieces[0]), [], found[0].paragraph
    with tempfile.TemporaryDirectory() as folder:
        for number, sentence in enumerate(found):
            if number:
                centre = 0.62 if sentence.paragraph == paragraph else 1.25
                pause = float(np.clip(centre * np.exp(generator.normal(0, 0.32)), 0.25, 2.6))
                pieces.append(np.zeros(int(pause * RATE), np.float32))
                clock += len(pieces[-1])
            paragraph = sentence.paragraph
            data, start, end = said(sentence.text, Path(folder))
            # The voice's own silence is cut to 40 ms, so that the pauses are ours.
            first = max(0, int((start - 0.04) * RATE))
            data = data[first : int((end + 0.06) * RATE)]
            times.append(
                {
                    "text": sentence.text,
                    "start_ms": round((clock + start * RATE - first) * 1_000 / RATE),
                    "end_ms": round((clock + end * RATE - first) * 1_000 / RATE),
                }
            )
            pieces.append(data)
            clock += len(data)
    pieces.append(np.zeros(int(1.5 * RATE), np.float32))
    voice = np.concatenate(pieces)
    loud = voice[np.abs(voice) > 0].std()
    voice += pink(len(voice), generator) * loud * 10 ** (-SNR_DB / 20)
    voice *= 26_000 / np.abs(voice).max()
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "courage.wav"
        with wave.open(str(plain), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(RATE)
            sound.writeframes(voice.astype("<i2").tobytes())
        subprocess.run(  # noqa: S603 - our own words
            ["ffmpeg", "-v", "error", "-y", "-i", str(plain),  # noqa: S607
             "-c:a", "libmp3lame", "-b:a", "40k",
             "-flags", "+bitexact", "-fflags", "+bitexact", "-map_metadata", "-1",
             str(HERE / "courage.mp3")],
            check=True,
        )  # fmt: skip
    data = {
        "audio": "courage.mp3",
        "voice": "flite 2.2, rms",
        "noise_db": SNR_DB,
        "duration_ms": round(len(voice) * 1_000 / RATE),
        "sentences": times,
    }
    lines = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    (HERE / "courage.times.json").write_text(lines, "utf-8")


if __name__ == "__main__":
    main()
