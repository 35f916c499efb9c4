"""A toy corpus in the format of the real one, and the recipe made importable."""

import itertools
import lzma
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The recipe is run from the checkout and never installed.
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))

WHO = {"The dog": "El perro", "My sister": "Mi hermana", "Tom": "Tom", "The teacher": "El maestro",
       "Our neighbour": "Nuestro vecino", "Mary": "Mary"}  # fmt: skip
DOES = {"sees": "ve", "buys": "compra", "finds": "encuentra", "loves": "ama", "sells": "vende"}
WHAT = {"the house": "la casa", "a car": "un coche", "the book": "el libro", "12 apples":
        "12 manzanas", "the garden": "el jardín", "a computer": "un ordenador"}  # fmt: skip
WHEN = {"": "", " today": " hoy", " every day": " todos los días", " with Tom": " con Tom",
        " in 1999": " en 1999"}  # fmt: skip


def rows() -> list[tuple[str, str, str]]:
    """900 different sentences with their translations, in two sources."""
    found = []
    for who, does, what, when in itertools.product(WHO, DOES, WHAT, WHEN):
        source = "tatoeba" if len(found) % 3 else "xquad"
        english = f"{who} {does} {what}{when}."
        found.append((source, english, f"{WHO[who]} {DOES[does]} {WHAT[what]}{WHEN[when]}."))
    return found


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with en-es.tsv.xz and SOURCES.md."""
    folder = tmp_path_factory.mktemp("corpus")
    lines = ["source_name\ten\tes", *("\t".join(row) for row in rows())]
    lines.append("xquad\tClick <b>here</b> now.\tHaz clic <b>aquí</b> ahora.")
    (folder / "en-es.tsv.xz").write_bytes(lzma.compress(("\n".join(lines) + "\n").encode()))
    (folder / "SOURCES.md").write_text(
        "| source_name | repository | licence | attribution | kind |\n|---|---|---|---|---|\n"
        "| tatoeba | Tatoeba | CC BY 2.0 FR | Sentences from Tatoeba. | short |\n"
        "| xquad | deepmind/xquad | CC BY-SA 4.0 | XQuAD, Artetxe et al. 2020. | long |\n"
        "| unused | nobody/nothing | MIT | Nobody. | none |\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="session")
def prepared(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `training.prepare` makes of the toy corpus."""
    from training.prepare import prepare

    out = tmp_path_factory.mktemp("prepared")
    prepare(corpus, ["es"], out, vocabulary=420, passes=2)
    return out
