"""How often the check of number words cries wolf, and how often it sleeps.

Every pair of a parallel corpus whose English has a number word from two on is checked as
it is: what people translated is taken for right, so that a finding is counted as a false
alarm (some are none: a converted unit, a free translation). Then the English number is
changed ("two hundred" to "three hundred") and the pair checked again: without a finding
the change was missed. Each is printed with its share, and with `--show N` the first N.

The corpora are the user's own: lines of SOURCE<tab>ENGLISH<tab>OTHER, or ENGLISH<tab>OTHER,
plain or .xz, named en-LANGUAGE.tsv.

usage: python benchmarks/number_check.py en-es.tsv.xz [...] [--pairs 60000] [--only NAME]
                                         [--show 0] [--record | --short]
"""

import argparse
import lzma
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from recorded import note, parser

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

#: What the short form checks: right, a false alarm (a converted unit), an unseen change.
SHORT = (
    "There were two hundred people.\tHabía doscientas personas.\n"
    "It weighs forty pounds.\tPesa dieciocho kilos.\n"
    "I met two friends.\tVi a unos amigos.\n"
    "Nobody came.\tNo vino nadie.\n"
)


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
    options = parser(__doc__)
    options.add_argument("corpora", nargs="*", type=Path)
    options.add_argument("--pairs", type=int, default=60_000)
    options.add_argument("--only", default="", help="only lines whose first cell contains this")
    options.add_argument("--show", type=int, default=0)
    args = options.parse_args()
    if not args.corpora and not args.short:
        options.error("it takes a corpus")
    with tempfile.TemporaryDirectory() as folder:
        if args.short:
            args.corpora = [Path(folder) / "en-es.tsv"]
            args.corpora[0].write_text(SHORT, "utf-8")
        for path in args.corpora:
            note("number_check", measured(path, args))
    return 0


if __name__ == "__main__":
    sys.exit(main())
