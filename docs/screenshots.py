"""Take the pictures of the review page in docs/images, in a real headless Chromium.

python docs/screenshots.py

It needs Chromium, and fonts for Arabic and Chinese (Debian: chromium, fonts-noto-core,
fonts-noto-cjk). Most pictures show the review that tests/browser drives; the last one is the worked
example of docs/glossary-review.md, made by the commands that stand there (Apertium).
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
sys.path.insert(0, str(ROOT / "tests" / "browser"))

import chromium  # noqa: E402 the folder of the tests is no package
import sample  # noqa: E402 as above

from speechsubs.review import page  # noqa: E402


def shoot(browser: chromium.Chromium, name: str) -> None:
    """Save what is seen now, without the message that is on its way out."""
    browser.js("document.getElementById('toast').className = ''")
    browser.js("new Promise((done) => setTimeout(done, 250))")
    (IMAGES / f"{name}.png").write_bytes(browser.picture())


def run() -> int:
    """Take all pictures; the exit code."""
    if chromium.program() is None:
        sys.stderr.write("Chromium is missing\n")
        return 1
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "review.html"
        text = page.render(sample.change_review(), languages={"talk": "en", "part2": "en"})
        file.write_text(text, "utf-8")
        with chromium.Chromium(Path(folder) / "profile") as browser:
            browser.size(1280, 900)
            browser.open(file.as_uri())
            browser.js("document.getElementById('changes').open = true")
            browser.press("j")
            browser.press("k")
            browser.js("scrollTo(0, 0)")
            shoot(browser, "review-light")
            browser.js("document.getElementById('changes').open = false")
            browser.press("a")
            browser.press("e")
            shoot(browser, "review-edit")
            browser.press("Escape")
            browser.look(prefers_color_scheme="dark")
            browser.press("j")
            shoot(browser, "review-dark")
            browser.size(420, 860, 2)
            browser.look(prefers_color_scheme="light")
            browser.js("document.querySelector('article[aria-current]').scrollIntoView()")
            shoot(browser, "review-narrow")
            browser.size(1280, 900, 1)
            if worked_example(Path(folder)):
                browser.open((Path(folder) / "example.html").as_uri())
                browser.js("document.getElementById('changes').open = true")
                browser.js("scrollTo(0, 0)")
                shoot(browser, "review-example")
    return 0


def worked_example(folder: Path) -> bool:
    """Make the example's project and its page by the commands of the docs."""
    for name in ("glossary.yml", "media/courage.txt", "media/glossary.v2.yml"):
        copy = folder / name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    steps = (
        "subtitle media/courage.txt --to es --to ca --project courage -o out -q",
        "glossary review glossary.yml media/glossary.v2.yml --in courage -o example.html -q",
    )
    for step in steps:
        command = [sys.executable, "-m", "speechsubs", *step.split()]
        done = subprocess.run(command, cwd=folder, check=False)  # noqa: S603 our own program
        if done.returncode not in (0, 3):
            sys.stderr.write(f"{step} failed\n")
            return False
    return True


if __name__ == "__main__":
    raise SystemExit(run())
