"""The figures in the pages are those that the benchmarks recorded last."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "docs" / "figures.py"


@pytest.fixture
def figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script with two files of results of its own."""
    spec = importlib.util.spec_from_file_location("figures", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "RESULTS", tmp_path)
    rows = [
        {"set": "a", "case": "x", "share": 0.5, "runs": [{"s": 100}], "count": 10},
        {
            "set": "b",
            "case": "x",
            "share": 0.75,
            "ratio": 1.127,
            "runs": [{"s": 379}],
            "count": 1500,
            "growth": None,
        },
        {"set": "a", "case": "x", "share": 0.25, "runs": [{"s": 59.6}], "count": 20},
    ]
    (tmp_path / "some.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    return module


def test_every_figure_is_the_newest_that_was_measured() -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_pages_have_figures() -> None:
    assert "<!--figure " in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("some set=a; share; .2f", "0.25"),
        ("some; runs.0.s; duration", "1 min 0 s"),
        ("some set=b; runs.0.s; duration", "6 min 19 s"),
        ("some set=b; count; ,", "1,500"),
        ("some case=* per=set; max share; *100 .0f", "75"),
        ("some per=set,case; min share; *100 .3g", "25"),
        ("some per=set; sum count; ,", "1,520"),
        ("some per=set; ratio runs.0.s count; .3f", "0.289"),
        ("some set=b; count; *100 /60 .0f", "2500"),
        ("some set=b; growth; .2f", "–"),
        ("some set=b; ratio; .2f", "1.13"),
    ],
)
def test_what_is_written(figures: ModuleType, what: str, text: str) -> None:
    page = f"takes <!--figure {what}-->?<!--/figure--> s\n"
    renewed = figures.renew(page)
    assert renewed == page.replace("?", text)
    assert figures.renew(renewed) == renewed
    assert len(list(figures.differences(page, renewed))) == 1


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<!--figure some set=c; share; d-->1<!--/figure-->", "no record: some set=c"),
        ("<!--figure some; shares; d-->1<!--/figure-->", "no shares in the record"),
        ("<!--figure other; share; d-->1<!--/figure-->", "other.jsonl"),
        ("<!--figure some per=set; share; d-->1<!--/figure-->", "several records"),
        ("<!--figure some-->1<!--/figure-->", "not 'FILE"),
        ("<!--figure some; share; .1f-->1", "not closed"),
    ],
)
def test_a_figure_that_is_none_is_named(figures: ModuleType, page: str, message: str) -> None:
    with pytest.raises(figures.FigureError, match=message):
        figures.renew(page)


def test_a_page_that_differs_fails_and_is_named(
    figures: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    page = tmp_path / "page.md"
    before = "One\n<!--figure some set=a; count; d-->10<!--/figure-->\n"
    page.write_text(before, "utf-8")
    monkeypatch.setattr(figures, "pages", lambda: [page])
    monkeypatch.setattr("sys.argv", ["figures.py", "--check"])
    assert figures.main() == 1
    assert "page.md:2: '10', measured '20'" in capsys.readouterr().err
    assert page.read_text("utf-8") == before
    monkeypatch.setattr("sys.argv", ["figures.py"])
    assert figures.main() == 0
    assert "-->20<!--" in page.read_text("utf-8")
