"""How long a large glossary takes to read, and what ruamel.yaml alone would take (processor time).

    python benchmarks/glossary_load.py [--record | --short]

10,000 entries with aliases and two targets each (100,000 lines). ruamel reads a tenth of
them, because the whole takes most of a minute, and its time is scaled up.
"""

import tempfile
import timeit
from pathlib import Path
from time import process_time

import recorded
from ruamel.yaml import YAML

from speechsubs import glossary
from speechsubs.adapters import strict_yaml

ENTRIES = 10_000
ENTRY = """\
  - id: t{0}
    source: Term Name{0}
    aliases: [alias {0}, ALIAS{0}]
    policy: keep
    domain: people
    targets:
      zh-CN: 小米{0}
      es: {{term: Térm {0}, forms: [Térms {0}], gender: m}}
    note: Founder number {0}.

"""


def build(entries: int) -> str:
    """A glossary as a person writes it."""
    return "version: 1\nsource: en\nterms:\n" + "".join(map(ENTRY.format, range(entries)))


def main() -> None:
    entries = 50 if recorded.parser(__doc__).parse_args().short else ENTRIES
    text, tenth = build(entries), build(entries // 10)
    path = Path("glossary.yml")
    # The floor: what a file costs in ruamel.yaml, which keeps line numbers as well.
    ruamel_s = min(
        timeit.repeat(lambda: YAML(typ="rt").load(tenth), timer=process_time, number=1, repeat=2)
    )
    yaml_s = min(
        timeit.repeat(lambda: strict_yaml.parse(text, path), timer=process_time, number=1, repeat=5)
    )
    tenth_s = min(
        timeit.repeat(
            lambda: strict_yaml.parse(tenth, path), timer=process_time, number=1, repeat=5
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "glossary.yml"
        file.write_text(text, "utf-8")
        load_s = min(
            timeit.repeat(lambda: glossary.load(file), timer=process_time, number=1, repeat=5)
        )
    result = {
        "entries": entries,
        "characters": len(text),
        "yaml_s": round(yaml_s, 3),
        "yaml_tenth_s": round(tenth_s, 3),
        "glossary_s": round(load_s, 3),
        "ruamel_tenth_s": round(ruamel_s, 3),
        "ruamel_scaled_s": round(ruamel_s * 10, 1),
        "times_faster": round(ruamel_s * 10 / yaml_s),
    }
    recorded.note("glossary_load", result, "ruamel.yaml")


if __name__ == "__main__":
    main()
