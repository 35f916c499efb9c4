"""argostranslate.translate on a list of sentences; run by argos_throughput.py, in an
environment of its own, never by speechsubs.

    python argos_peer.py SENTENCES.json ANSWERS.json

Packages come from ARGOS_PACKAGES_DIR. Loading and a first sentence come before the clock.
"""

import json
import sys
from pathlib import Path
from time import perf_counter, process_time


def main() -> None:
    if len(sys.argv) != 3:
        raise SystemExit("usage: argos_peer.py SENTENCES.json ANSWERS.json")
    texts = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    from argostranslate import translate  # of the environment that argos_throughput.py makes

    translate.translate("Good morning.", "en", "es")
    start, cpu = perf_counter(), process_time()
    # As people call it, and as fast: its batches end with each line of a text.
    answers = [translate.translate(text, "en", "es") for text in texts]
    figures = {"seconds": perf_counter() - start, "cpu_s": process_time() - cpu}
    Path(sys.argv[2]).write_text(json.dumps(figures | {"answers": answers}), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
