"""The starter model on held-back sentences, Apertium beside it, and the masks it keeps.

    python benchmarks/starter_scores.py DATA PACKAGE [OTHER.argosmodel]
        [--scores FILE] [--record | --short]

DATA is the folder of `training.prepare`, PACKAGE an .argosmodel or its folder; OTHER is
another package, compared in what it copies. A line a row, with command, versions and machine;
`--record` appends them to results/starter.jsonl, `--scores` writes what
`training.export --scores` wants.
"""

import hashlib
import json
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from recorded import ROOT, TINY, note, parser

sys.path.insert(0, str(ROOT))  # `training` is no installed package
from training.score import described, evaluate, table

#: Source, language, English and Spanish, as training.prepare writes its held-back sentences.
SHORT = (
    "tatoeba\tes\tWe built a car in Berlin.\tConstruimos un coche en Berlin.\n"
    "xquad\tes\tTom met Maria in Madrid.\tTom conoció a Maria en Madrid.\n"
    "other\tes\tPress Enter to start.\tPulse Enter para empezar.\n"
)


def main() -> None:
    made = parser(__doc__)
    made.add_argument("data", type=Path, nargs="?")
    made.add_argument("package", type=Path, nargs="?")
    made.add_argument("beside", type=Path, nargs="?")
    made.add_argument("--scores", type=Path)
    options = made.parse_args()
    if options.package is None and not options.short:
        made.error("it takes the folder of training.prepare and a package")
    with tempfile.TemporaryDirectory() as folder:
        if options.package and options.package.is_dir():
            base = str(Path(folder) / options.package.name)
            root, name = options.package.parent, options.package.name
            options.package = Path(shutil.make_archive(base, "zip", root, name))
        if options.short:
            options.data, options.package, options.beside = Path(folder), TINY, TINY
            (options.data / "test.tsv").write_text(SHORT, "utf-8")
        rows = evaluate(options.data, options.package, options.beside, True)
        # Of the weights: the scores themselves will change the package around them.
        with zipfile.ZipFile(options.package) as archive:
            (weights,) = (n for n in archive.namelist() if n.endswith("/model.bin"))
            digest = hashlib.sha256(archive.read(weights)).hexdigest()
    for row in rows:
        figures = {
            "model": f"{options.package.name}, model.bin sha256:{digest[:12]}",
            **({"beside": options.beside.name} if options.beside else {}),
            **{("beside_scores" if k == "beside" else k): v for k, v in row.items()},
        }
        note("starter", figures, "sacrebleu", "ctranslate2", "sentencepiece")
    text = table(rows)
    if options.scores:
        language = str(rows[0]["to"])
        scores = {"rows": rows, "table": text, "languages": {language: described(rows, language)}}
        options.scores.write_text(json.dumps(scores, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
