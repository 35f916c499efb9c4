"""SoundSwallower on the same sound, run by its own Python: `timing.py --peer PYTHON`.

A program for another environment (`pip install soundswallower`): it imports nothing of
this project. It is given our pronunciations for all words, which it does not have by
itself, and aligns the whole recording at once, as its documentation shows.
"""

import json
import sys
from pathlib import Path


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("usage: timing_peer.py FOLDER, as timing.py --peer makes it")
    folder = Path(sys.argv[1])
    from soundswallower import Decoder, get_model_path

    job = json.loads((folder / "job.json").read_text())
    model = Path(get_model_path()) / "en-us"
    times = None
    beam = ""
    for beam in ("1e-48", "1e-80", "1e-120"):
        decoder = Decoder(
            hmm=str(model), loglevel="FATAL", beam=float(beam), pbeam=float(beam), wbeam=float(beam)
        )
        for name, phones in job["words"]:
            decoder.add_word(name, phones, False)
        name, phones = job["words"][-1]
        decoder.add_word(f"{name}x", phones, True)
        decoder.set_align_text(" ".join(n for line in job["lines"] for n in line))
        decoder.start_utt()
        decoder.process_raw((folder / "sound.s16").read_bytes(), no_search=False, full_utt=True)
        decoder.end_utt()
        wanted = [n for line in job["lines"] for n in line]
        try:
            found = [s for s in decoder.seg if s.text.partition("(")[0] in set(wanted)]
        except (RuntimeError, TypeError):
            continue
        if [s.text.partition("(")[0] for s in found] == wanted:
            times, at = [], 0
            for line in job["lines"]:
                part = found[at : at + len(line)]
                at += len(line)
                last = part[-1]
                times.append(
                    [round(part[0].start * 1_000), round((last.start + last.duration) * 1_000)]
                )
            break
    print(json.dumps({"times": times, "beam": beam}))


if __name__ == "__main__":
    main()
