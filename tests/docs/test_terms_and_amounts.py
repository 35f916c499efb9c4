"""The tables of docs/terms.md and docs/amounts.md hold what the program really writes."""

import re
from pathlib import Path

import pytest

from speechsubs.language.locales import load
from speechsubs.language.typography import Grammar, around_slots
from speechsubs.quantities import find_dates, money, render_date
from speechsubs.quantities import render as quantities_render
from speechsubs.quantities.units import find_measures, render_measure
from speechsubs.spans import Span, SpannedText

DOCS = Path(__file__).parents[2] / "docs"
SOURCES = Path(__file__).parents[2] / "src"


def plain(text: str) -> str:
    return re.sub(r"\s", " ", text)


def table(page: str, head: str) -> list[list[str]]:
    """The rows under a heading row that begins with `head`, cells stripped."""
    lines = (DOCS / page).read_text("utf-8").splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith(f"| {head} |"))
    rows = []
    for line in [lines[first], *lines[first + 2 :]]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_amounts_are_written_as_the_page_says() -> None:
    (_, *tags), *rows = table("amounts.md", "said")
    assert len(rows) >= 5
    for said, *written in rows:
        (amount,) = money.find_amounts(said, "en")
        assert [
            plain(quantities_render.render_amount(amount, load(tag))) for tag in tags
        ] == written


def test_every_example_is_recognized() -> None:
    page = (DOCS / "amounts.md").read_text("utf-8")
    section = page.partition("## What is recognized")[2].partition("## How")[0]
    for example in re.findall(r"`([^`]*\d[^`]*)`", section):
        language = "zh-CN" if re.search("[\u4e00-\u9fff]", example) else "en"
        assert money.find_amounts(example, language), example
    for example in ("five bucks", "ten grand", "fifty quid", "three hundred thousand yuan"):
        assert example in section
        assert money.find_amounts(example, "en")
    for example, language in (("dreihunderttausend Euro", "de"), ("三十万元", "zh")):
        assert example in section
        assert [str(v.value) for a in money.find_amounts(example, language) for v in a.values] == [
            "300000"
        ]


def test_dates_are_written_as_the_page_says() -> None:
    page = plain((DOCS / "amounts.md").read_text("utf-8"))
    (date,) = find_dates("March 30, 2021", "en")
    for tag in ("es", "fr", "de", "zh-CN"):
        assert f"*{render_date(date, load(tag))}*" in page


def test_units_are_written_as_the_page_says() -> None:
    page = (DOCS / "amounts.md").read_text("utf-8")
    units = page.partition("## Units")[2]
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in units.splitlines() if line.startswith("| ")]  # fmt: skip
    (_, *tags), *rows = rows[: 1 + 5]
    for said, *written in rows:
        (measure,) = find_measures(said, "en")
        assert [plain(render_measure(measure, load(tag))) for tag in tags] == written


@pytest.mark.parametrize("page", ["terms.md", "amounts.md"])
def test_every_finding_exists(page: str) -> None:
    code = "\n".join(path.read_text("utf-8") for path in SOURCES.rglob("*.py"))
    found = [name for row in table(page, "finding")[1:] for name in re.findall("`([^`]+)`", row[0])]
    assert found
    for name in found:
        assert f'"{name}"' in code, name


def test_articles_come_out_as_the_page_says() -> None:
    for tag, wrote, get in table("terms.md", "language")[1:]:
        gender = "m" if "(m" in wrote else "f"
        number = "plural" if "plural" in wrote else ""
        cells = [re.sub(r"\(.*?\)|\*", "", cell).split(",") for cell in (wrote, get)]
        before, after = ([part.strip() for part in parts] for parts in cells)
        after = [part for part in after if not part.startswith("as before")]
        for text, wanted in zip(before, after, strict=True):
            name = re.split(r"[\s']", text)[-1]
            place = Span(0, len(text) - len(name), len(text))
            done = SpannedText(text, (place,))
            edits = around_slots(done, load(tag), {0: Grammar(gender, number)})
            assert done.edit(edits).text == wanted
