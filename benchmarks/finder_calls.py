"""How often a sentence is read for its quantities on its way to a checked translation.

One sentence with a date, a time, a measure, an amount and a number word goes from the
transcript to checked cues, with an engine whose first answer passes. Counted are the calls
of every finder (also those that one finder makes of another), and those among them that
read a text which the same finder has read before.

usage: python benchmarks/finder_calls.py [--record | --short]
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from functools import wraps
from types import ModuleType
from typing import Any

from recorded import note, parser

from speechsubs import pipeline
from speechsubs.engines.echo import EchoEngine
from speechsubs.language import locales
from speechsubs.model import Paragraph, Transcript

SENTENCE = (
    "On March 30, 2021 at 4:13 p.m. he drove 800 km and paid $1.2 million for two hundred cars."
)
ANSWER = "El 30 de marzo de 2021 a las 16:13 condujo 800 km y pagó {} por doscientos coches."
#: Each finder, by its module in `speechsubs.quantities` and its name there.
FINDERS = (
    ("numerals", "find_quantities"), ("lenient", "find_lenient_numbers"), ("money", "find_amounts"),
    ("units", "find_measures"), ("dates", "find_dates"), ("times", "find_times"),
)  # fmt: skip


def answer(text: str) -> str:
    """The translation, with the mask that stands for the amount."""
    mask = re.search(r"(?:ZQ|KX|WJ)\d", text)
    return ANSWER.format(mask.group() if mask else "1,2 millones de dólares")


def translate() -> pipeline.Result:
    """The sentence from transcript to checked cues in Spanish."""
    transcript = Transcript((Paragraph(SENTENCE),), "talk.txt", "en")
    engine = EchoEngine("en", "es", change=answer)
    targets = [(locales.load("es"), engine)]
    return pipeline.subtitle(
        [transcript], pipeline.make_settings(locales.load("en")), targets=targets
    )[0]


def modules() -> Iterable[ModuleType]:
    """Everything of speechsubs that is loaded."""
    return [m for name, m in list(sys.modules.items()) if name.startswith("speechsubs")]


def counting(finder: Callable[..., Any], calls: Counter[str], read: Counter[Any]) -> Any:
    """The finder, its calls and the texts that it reads counted."""

    @wraps(finder)
    def counted(text: str, *rest: Any) -> Any:
        name = f"{finder.__module__.rpartition('.')[2]}.{finder.__name__}"
        calls[name] += 1
        read[name, text, *rest[:1]] += 1
        return finder(text, *rest)

    return counted


def main() -> int:
    """The calls by finder; the short form is the whole."""
    parser(__doc__).parse_args()
    calls: Counter[str] = Counter()
    read: Counter[Any] = Counter()
    for place, name in FINDERS:
        finder = getattr(sys.modules[f"speechsubs.quantities.{place}"], name)
        counted = counting(finder, calls, read)
        for module in modules():
            for attribute, value in list(vars(module).items()):
                if value is finder:
                    setattr(module, attribute, counted)
    findings = [str(f.code) for output in translate().outputs for f in output.findings]
    figures = {
        "calls": sum(calls.values()),
        "repeated": sum(calls.values()) - len(read),
        "by_finder": dict(sorted(calls.items())),
        "findings": findings,
    }
    note("finder_calls", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
