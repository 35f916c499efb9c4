"""Write the figures of README.md and docs/*.md that benchmarks have measured.

python docs/figures.py            write them
python docs/figures.py --check    only say which differ (exit code 1)

A figure stands in a page between two comments, which readers do not see:

    <!--figure timing case=command set="60 min"; seconds; .0f-->137<!--/figure-->

The first part names the file in benchmarks/results and selects records: every FIELD=VALUE
must match (`*` stands for anything), and the newest record counts. `per=FIELD` takes the
newest of each value of a field instead, `per=FIELD,FIELD` of each pair. The second part is
the figure: its path in the record (`memory.pss_mb`, `runs.0.seconds`); over several records
`min`, `max` or `sum` stands before it, and `ratio` before two whose sums are divided. The
third is how it is written: a Python format, `*N` or `/N` before it to scale it, or
`duration` for seconds.
What is calculated from several files is in `CALCULATED`; its first part is `calculated`.
"""

import json
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
_FIGURE = re.compile(r"<!--figure (?P<what>[^>]*?)-->(?P<text>[^<]*)<!--/figure-->")
#: What begins like a figure; each must be a whole one.
_BEGINNING = re.compile(r"<!--\s*/?figure")


class FigureError(Exception):
    """A comment that names no record or no figure; the message says which."""


@cache
def records(name: str) -> tuple[dict[str, Any], ...]:
    """The lines of a file of results, the oldest first."""
    path = RESULTS / f"{name}.jsonl"
    if not path.is_file():
        raise FigureError(f"there is no benchmarks/results/{name}.jsonl")
    return tuple(map(json.loads, path.read_text("utf-8").splitlines()))


def select(selection: str) -> list[dict[str, Any]]:
    """The newest record that a selection names, or the newest of each value of `per`."""
    name, *conditions = shlex.split(selection)
    wanted = dict(condition.split("=", 1) for condition in conditions)
    per = wanted.pop("per", "")
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for record in records(name):
        if all(fnmatchcase(str(record.get(k)), pattern) for k, pattern in wanted.items()):
            found[tuple(map(str, map(record.get, per.split(","))))] = record
    if not found:
        raise FigureError(f"no record: {selection}")
    return list(found.values())


def look_up(record: Mapping[str, Any], path: str) -> Any:
    """What stands at a path of names and numbers."""
    value: Any = record
    for step in path.split("."):
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise FigureError(f"no {path} in the record of {record.get('command')}") from error
    return value


def read(selection: str, key: str) -> Any:
    """One figure."""
    found = select(selection)
    how, _, path = key.partition(" ")
    # A figure may have one of these names itself.
    if path and how in ("min", "max", "sum"):
        reduce: Callable[[Sequence[Any]], Any] = {"min": min, "max": max, "sum": sum}[how]
        return reduce([look_up(record, path) for record in found])
    if path and how == "ratio":
        first, second = (sum(look_up(record, part) for record in found) for part in path.split(" "))
        return first / second
    if len(found) > 1:
        raise FigureError(f"several records, and neither min, max, sum nor ratio: {selection}")
    return look_up(found[0], key)


def written(value: Any, form: str) -> str:
    """The figure as the page has it."""
    if value is None:  # nothing that could be measured
        return "–"
    *scale, form = form.split()
    for step in scale:
        factor = float(step[1:])
        value = value * factor if step[0] == "*" else value / factor
    if form == "duration":
        minutes, seconds = divmod(round(value), 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    # Six digits after the point of a product are not rounding but arithmetic.
    return format(round(value, 9) if isinstance(value, float) else value, form)


def _hours(*, recording: bool) -> float:
    """Core seconds for an hour of speech in three languages: see docs/cluster.md."""
    text = read("text_to_srt", "runs.0.seconds")
    sentences = read('timing set="60 min" case=command', "sentences")
    each = read('engine_threads model="random*"', "cpu_ms_per_sentence.2x1 equal 1024")
    aligned = read('timing set="60 min" case=command', "processor_s") if recording else 0
    return float(4 * text + 3 * sentences * each / 1_000 + aligned)


#: Core seconds for an hour of speech: to translate it to one language, for three languages
#: without and with the recording, and what four languages cost the process that writes.
CALCULATED: Final[Mapping[str, Callable[[], float]]] = {
    "translate": lambda: (
        read('timing set="60 min" case=command', "sentences")
        * read('engine_threads model="random*"', "cpu_ms_per_sentence.2x1 equal 1024")
        / 1_000
    ),
    "text": lambda: _hours(recording=False),
    "recording": lambda: _hours(recording=True),
    "writer": lambda: (
        2 * read("batch_cluster", "writer.unpack_cpu_s")
        + 2 * read("batch_cluster", "writer.write_cpu_s")
    ),
}


def figure(what: str) -> str:
    """What belongs between the comments."""
    try:
        selection, key, form = (part.strip() for part in what.split(";"))
    except ValueError as error:
        raise FigureError(f"not 'FILE FIELD=VALUE; KEY; FORMAT': {what}") from error
    if selection == "calculated":
        return written(CALCULATED[key](), form)
    return written(read(selection, key), form)


def pages() -> list[Path]:
    """The README and the pages beside this script."""
    return [ROOT / "README.md", *sorted(Path(__file__).parent.glob("*.md"))]


def renew(text: str) -> str:
    """A page with its figures as they were measured last. Raises `FigureError`."""
    if len(_BEGINNING.findall(text)) != 2 * len(_FIGURE.findall(text)):
        raise FigureError("a figure is not closed, or holds another comment")
    return _FIGURE.sub(
        lambda m: f"<!--figure {m['what']}-->{figure(m['what'])}<!--/figure-->", text
    )


def differences(before: str, after: str) -> Iterator[str]:
    """The lines that are not as they should be."""
    for number, (old, new) in enumerate(
        zip(before.splitlines(), after.splitlines(), strict=True), start=1
    ):
        for one, other in zip(_FIGURE.finditer(old), _FIGURE.finditer(new), strict=True):
            if one["text"] != other["text"]:
                yield f"{number}: {one['text']!r}, measured {other['text']!r} ({one['what']})"


def main() -> int:
    """Write or check all pages; 1 where one differs or names what is not there."""
    check = "--check" in sys.argv[1:]
    wrong = []
    for path in pages():
        text = path.read_text("utf-8")
        try:
            renewed = renew(text)
        except FigureError as error:
            wrong.append(f"{path.name}: {error}")
            continue
        if check:
            wrong += [f"{path.name}:{line}" for line in differences(text, renewed)]
        elif renewed != text:
            path.write_text(renewed, "utf-8")
            print(f"{path.name} is renewed")
    for line in wrong:
        print(line, file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
