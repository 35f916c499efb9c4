"""Speech whose times are known: synthesisers say when every phone sounds.

Voices of flite and festival (Debian: flite, festival, festvox-kallpc16k,
festvox-us-slt-hts), none of them the aligner's own. Pauses are log-normal, some hold
bursts like applause, pink noise lies under everything. Nothing here is timed by hand.
"""

import random
import re
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from speechsubs.audio import RATE, Recording
from speechsubs.cues.sentences import split
from speechsubs.formats import text as plain
from speechsubs.model import Sentence

FLITE = ("slt", "rms", "awb")
FESTIVAL = {"kal": "voice_kal_diphone", "hts": "voice_cmu_us_slt_arctic_hts"}
Samples = np.ndarray[Any, np.dtype[np.int16]]


@dataclass(frozen=True, slots=True)
class Said:
    """One spoken sentence: its text and where its first and last phone are (ms)."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Gold:
    """A recording with the truth about it."""

    name: str
    recording: Recording
    said: tuple[Said, ...]


def sentences_of(path: Path) -> list[str]:
    """The sentences of a text file, as the product splits them."""
    transcript = plain.TextFormat().read(path.read_text(encoding="utf-8"), str(path))
    return [s.text for s in split(transcript, "en")]


def missing(voice: str) -> str:
    """What is not installed for a voice, or nothing."""
    program = "flite" if voice in FLITE else "festival"
    return "" if shutil.which(program) else f"{program} is not installed"


def speak(texts: Sequence[str], voice: str) -> list[tuple[Samples, int, int]]:
    """Every text as samples with the first and the last sounding sample."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if voice in FLITE:
            return [_flite(t, voice, folder) for t in texts]
        return festival(texts, FESTIVAL[voice], folder)


def _flite(text: str, voice: str, folder: Path) -> tuple[Samples, int, int]:
    out = folder / "x.wav"
    command = ["flite", "-voice", voice, "-psdur", "-t", text, "-o", str(out)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    ends = [(p, float(t)) for p, t in re.findall(r"(\w+):([\d.]+)", shown)]
    return _cut(out, ends)


def festival(
    texts: Sequence[str], voice: str, folder: Path, encoding: str = "utf-8"
) -> list[tuple[Samples, int, int]]:
    """Every text by a voice of festival, in the encoding that this voice reads."""
    lines = [f"({voice})"]
    for number, text in enumerate(texts):
        clean = text.replace("\\", " ").replace('"', " ")
        if encoding == "utf-8":
            clean = clean.replace("é", "e")
        lines.append(f'(set! u (SynthText "{clean}"))')
        lines.append(f'(utt.save.segs u "{folder}/{number}.seg")')
        lines.append(f'(utt.save.wave u "{folder}/{number}.wav" \'riff)')
    script = folder / "all.scm"
    script.write_text("\n".join(lines), encoding=encoding)
    subprocess.run(["festival", "-b", str(script)], check=True, capture_output=True)
    made = []
    for number in range(len(texts)):
        rows = (folder / f"{number}.seg").read_text().split("\n")[1:]
        ends = [(row.split()[2], float(row.split()[0])) for row in rows if row.strip()]
        made.append(_cut(folder / f"{number}.wav", ends))
    return made


def read_wav(path: Path) -> Samples:
    """The samples of a mono WAV file at 16 kHz."""
    with wave.open(str(path)) as sound:
        rate = sound.getframerate()
        samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
    if rate != RATE:
        at = np.arange(0, len(samples), rate / RATE)
        samples = np.interp(at, np.arange(len(samples)), samples).astype(np.int16)
    return samples


def _cut(path: Path, ends: list[tuple[str, float]]) -> tuple[Samples, int, int]:
    samples = read_wav(path)
    sounding = [i for i, (phone, _) in enumerate(ends) if phone not in ("pau", "sil", "#")]
    first = ends[sounding[0] - 1][1] if sounding[0] else 0.0
    return samples, round(first * RATE), round(ends[sounding[-1]][1] * RATE)


def pink(count: int, rng: np.random.Generator) -> "np.ndarray[Any, Any]":
    """Pink noise, made in blocks so that hours fit into memory."""
    block = 1 << 18
    made = []
    for start in range(0, count, block):
        spectrum = np.fft.rfft(rng.standard_normal(block))
        spectrum /= np.sqrt(np.maximum(1, np.arange(len(spectrum))))
        part = np.fft.irfft(spectrum)[: min(block, count - start)].astype(np.float32)
        made.append(part / float(part.std() or 1))
    return np.concatenate(made)


def record(
    name: str, texts: Sequence[str], voice: str, snr_db: float, seed: int, bursts: float = 0.06
) -> Gold:
    """Speech with pauses (median 0.55 s), bursts in some of them, and noise."""
    return mixed(name, texts, speak(texts, voice), snr_db, seed, bursts)


def mixed(
    name: str,
    texts: Sequence[str],
    made: Sequence[tuple[Samples, int, int]],
    snr_db: float,
    seed: int,
    bursts: float = 0.06,
) -> Gold:
    """The same from sentences that were spoken already."""
    rng, dice = np.random.default_rng(seed), random.Random(seed)
    parts: list[Samples] = []
    said: list[Said] = []
    clock = 0

    def add(samples: Samples) -> None:
        nonlocal clock
        parts.append(samples)
        clock += len(samples)

    add(np.zeros(RATE // 2, np.int16))
    for text, (samples, first, last) in zip(texts, made, strict=True):
        level = 3_000 / max(
            1.0, float(np.sqrt(np.mean(samples[first:last].astype(np.float64) ** 2)))
        )
        loud = np.clip(samples * level, -32_000, 32_000).astype(np.int16)[first:last]
        said.append(Said(text, clock * 1_000 // RATE, (clock + len(loud)) * 1_000 // RATE))
        add(loud)
        pause = min(4.0, max(0.12, dice.lognormvariate(-0.6, 0.6)))
        add(np.zeros(int(pause * RATE), np.int16))
        if dice.random() < bursts:
            add(_applause(dice.uniform(1.0, 3.0), rng))
            add(np.zeros(RATE // 5, np.int16))
    sound = np.concatenate(parts)
    noise = pink(len(sound), rng) * np.float32(3_000 / 10 ** (snr_db / 20))
    noisy = np.clip(sound + noise, -32_767, 32_767).astype(np.int16)
    return Gold(name, Recording(noisy, 0, name), tuple(said))


def _applause(seconds: float, rng: np.random.Generator) -> Samples:
    count = int(seconds * RATE)
    claps = np.zeros(count)
    for at in rng.integers(0, max(1, count - 400), int(seconds * 60)):
        claps[at : at + 400] += rng.standard_normal(400) * np.exp(-np.arange(400) / 80)
    swell = np.sin(np.linspace(0, np.pi, count)) ** 0.5
    return np.clip(claps * swell * 1_500, -30_000, 30_000).astype(np.int16)


def joined(name: str, golds: Sequence[Gold], minutes: float | None = None) -> Gold:
    """Recordings one after the other, repeated to a length if one is given."""
    parts: list[Samples] = []
    said: list[Said] = []
    clock = 0
    wanted = None if minutes is None else minutes * 60_000
    while True:
        for gold in golds:
            if wanted is not None and clock >= wanted:
                break
            parts.append(gold.recording.samples)
            said += [
                replace(s, start_ms=s.start_ms + clock, end_ms=s.end_ms + clock) for s in gold.said
            ]
            clock += len(gold.recording.samples) * 1_000 // RATE
        if wanted is None or clock >= wanted:
            return Gold(name, Recording(np.concatenate(parts), 0, name), tuple(said))


def as_sentences(texts: Sequence[str]) -> list[Sentence]:
    """Texts as the aligner takes them."""
    return [Sentence(i, i, text) for i, text in enumerate(texts)]


def drop(gold: Gold, share: float, seed: int) -> tuple[list[str], list[int | None]]:
    """A text that lacks some of the sentences, with whose times each one has."""
    dice = random.Random(seed)
    count = len(gold.said)
    gone = set(dice.sample(range(count), round(count * share)))
    kept = [i for i in range(count) if i not in gone]
    return [gold.said[i].text for i in kept], list(kept)


def add_unspoken(gold: Gold, extra: Sequence[str], seed: int) -> tuple[list[str], list[int | None]]:
    """A text with sentences that nobody says; theirs is None."""
    dice = random.Random(seed)
    rows: list[tuple[str, int | None]] = [(s.text, i) for i, s in enumerate(gold.said)]
    for text in extra:
        rows.insert(dice.randrange(1, len(rows) - 1), (text, None))
    return [t for t, _ in rows], [i for _, i in rows]


def wrong_words(gold: Gold, share: float, seed: int) -> tuple[list[str], list[int | None]]:
    """A text some of whose words are others from the same talk."""
    dice = random.Random(seed)
    pool = [w for s in gold.said for w in s.text.split() if w.isalpha()]
    texts = []
    for said in gold.said:
        words = said.text.split(" ")
        texts.append(
            " ".join(
                dice.choice(pool) if w.isalpha() and dice.random() < share else w for w in words
            )
        )
    return texts, list(range(len(texts)))
