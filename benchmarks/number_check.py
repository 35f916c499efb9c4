"""How often the check of number words cries wolf, and how often it sleeps.

Every pair of a parallel corpus whose English has a number word from two on is checked as
it is: what people translated is taken for right, so that a finding is counted as a false
alarm (some are none: a converted unit, a free translation). Then the English number is
changed ("two hundred" to "three hundred") and the pair checked again: without a finding
the change was missed. Each is printed with its share, and with `--show N` the first N.

The corpora are the user's own: lines of SOURCE<tab>ENGLISH<tab>OTHER, or ENGLISH<tab>OTHER,
plain or .xz, named en-LANGUAGE.tsv.

usage: python benchmarks/number_check.py en-es.tsv.xz [...] [--pairs 60000] [--only NAME]
                                         [--show 0] [--record]
"""

import argparse
import lzma
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from recorded import note

from speechsubs.quantities.compare import find_differences
from speechsubs.quantities.parse import parse

#: A number word and another one that means something else wherever the first may stand.
_OTHERS = {
    "two": "three", "three": "four", "four": "five", "five": "six", "six": "seven",
    "seven": "eight", "eight": "nine", "nine": "four", "ten": "eleven", "eleven": "twelve",
    "twelve": "ten", "thirteen": "fourteen", "fourteen": "fifteen", "fifteen": "sixteen",
    "sixteen": "seventeen", "seventeen": "eighteen", "eighteen": "nineteen",
    "nineteen": "seventeen", "twenty": "thirty", "thirty": "forty", "forty": "fifty",
    "fifty": "sixty", "sixty": "seventy", "seventy": "eighty", "eighty": "ninety",
    "ninety": "sixty",
}  # fmt: skip
_NUMBER = re.compile(rf"\b({'|'.join(_OTHERS)})\b", re.IGNORECASE)


def pairs(path: Path, most: int, only: str) -> Iterator[tuple[str, str]]:
    """English and the other language, line by line."""
    opened = lzma.open if path.suffix == ".xz" else open
    with opened(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            cells = line.rstrip("\n").split("\t")
            if len(cells) >= 2 and (not only or only in cells[0]):
                yield cells[-2], cells[-1]
                most -= 1
            if most <= 0:
                return


def measured(path: Path, args: argparse.Namespace) -> dict[str, object]:
    """The figures of one corpus."""
    language = path.name.partition(".")[0].partition("-")[2]
    count = {"large": 0, "small": 0}
    false = dict(count)
    missed = dict(count)
    shown = 0
    for english, other in pairs(path, args.pairs, args.only):
        said = parse(english, "en")
        found = said.words
        kind = "large" if any(t.strong for t in found) else "small"
        if not any(t.strong or t.small for t in found) or not _NUMBER.search(english):
            continue
        count[kind] += 1
        wrong = find_differences(said, parse(other, language))
        changed = _NUMBER.sub(lambda m: _OTHERS[m.group(0).lower()], english, count=1)
        if wrong:
            false[kind] += 1
            if shown < args.show:
                shown += 1
                print(f"ALARM {english} | {other} | {wrong}", file=sys.stderr)
        elif not find_differences(parse(changed, "en"), parse(other, language)):
            missed[kind] += 1
    return {
        "language": language,
        "pairs_with_number_words": count,
        "false_alarms": false,
        "false_alarm_rate": {k: round(false[k] / count[k], 4) for k in count if count[k]},
        "missed_changes": missed,
        "miss_rate": {k: round(missed[k] / (count[k] - false[k]), 4) for k in count if count[k]},
    }


def main() -> int:
    """A line for each corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=60_000)
    parser.add_argument("--only", default="", help="only lines whose first cell contains this")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--record", action="store_true")
    args = parser.parse_args()
    for path in args.corpora:
        note("number_check", measured(path, args))
    return 0


if __name__ == "__main__":
    sys.exit(main())
