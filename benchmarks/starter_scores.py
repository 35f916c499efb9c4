"""The starter model on held-back sentences, Apertium beside it, and the masks it keeps.

    PYTHONPATH=. python benchmarks/starter_scores.py DATA PACKAGE.argosmodel [OTHER.argosmodel]
        [--scores FILE] [--record]

DATA is the folder of `training.prepare`; OTHER is another package, compared in what it copies. A
line a row, with command, versions and machine; `--record` appends them to
results/starter.jsonl, `--scores` writes what `training.export --scores` wants.
"""

import argparse
import hashlib
import json
import zipfile
from pathlib import Path

from recorded import note
from training.score import described, evaluate, table


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("package", type=Path)
    parser.add_argument("beside", type=Path, nargs="?")
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
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
        made = {"rows": rows, "table": text, "languages": {language: described(rows, language)}}
        options.scores.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
