"""How long the review page of many cues takes: to make, to open, to filter, to scroll.

    python benchmarks/review_page.py [--record | --short] [CUES ...]

Opening is measured in a headless Chromium from the navigation to the first frame after
the page's script has run, so with everything that a person sees. A frame while scrolling
is the time between two animation frames; 16.7 ms is a full 60 a second. Five rounds, the
median counts. The floor is the same page with no item.
"""

import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import recorded

from speechsubs.review import page

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5
sys.path.insert(0, str(ROOT / "tests" / "browser"))

import chromium  # noqa: E402 the folder of the tests is no package
import sample  # noqa: E402 as above

FRAME = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
FILTER = """(() => { const at = performance.now(); document.getElementById('search').value =
'número 77'; filter(); document.body.offsetHeight; return performance.now() - at; })()"""
SCROLL = """new Promise((done) => { const times = []; let last = performance.now(); let n = 0;
const step = (now) => { times.push(now - last); last = now; scrollBy(0, 700);
if (++n < 120) requestAnimationFrame(step); else done(times.slice(2)); };
requestAnimationFrame(step); })"""


def measure(count: int, folder: Path, rounds: int) -> dict[str, float]:
    started = perf_counter()
    text = page.render(sample.large(count), languages={"big": "en"})
    made = perf_counter() - started
    file = folder / f"review-{count}.html"
    file.write_text(text, "utf-8")
    opened, filtered, frames, slowest = [], [], [], []
    for number in range(rounds):
        with chromium.Chromium(folder / f"profile-{count}-{number}") as browser:
            browser.size(1280, 900)
            started = perf_counter()
            browser.open(file.as_uri())
            browser.js(FRAME)
            opened.append(perf_counter() - started)
            times = browser.js(SCROLL)
            frames.append(statistics.median(times))
            slowest.append(statistics.quantiles(times, n=100)[98])
            filtered.append(browser.js(FILTER))
    return {
        "cues": count,
        "megabytes": round(len(text) / 1e6, 2),
        "render_s": round(made, 3),
        "open_s": round(statistics.median(opened), 3),
        "filter_ms": round(statistics.median(filtered), 1),
        "frame_ms": round(statistics.median(frames), 1),
        "frame_p99_ms": round(statistics.median(slowest), 1),
    }


def run() -> int:
    parser = recorded.parser(__doc__)
    parser.add_argument("cues", nargs="*", type=int, default=[5_000])
    options = parser.parse_args()
    if chromium.program() is None:
        print("Chromium is missing")
        return 1
    sizes, rounds = ([100], 1) if options.short else (options.cues, ROUNDS)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        rows = [measure(count, Path(folder), rounds) for count in (0, *sizes)]
    for row in rows:
        print(row)
    recorded.note("review_page", {"floor": rows[0], "result": rows[1:]})
    return 0


if __name__ == "__main__":
    raise SystemExit(run())
