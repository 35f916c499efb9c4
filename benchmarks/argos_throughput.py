"""Our Argos engine against argostranslate itself: speed and BLEU, same package and sentences.

    python benchmarks/argos_throughput.py --venv FOLDER [--sentences 200] [--runs 3]
        [--record | --short]

The peer gets an environment of its own in FOLDER, made at the first run (this needs a
package index; everything after it is offline). argostranslate 1.11 imports stanza and
with it PyTorch, so it is argos-translate-lt, LibreTranslate's edition of it: same module,
same calls, same 32 tokens a batch. Its splitter of sentences is minisbd (AGPL, one more
reason for the separate environment), whose model is downloaded with the environment. Where
that cannot be had, a stand-in takes its place in the package's own `minisbd` folder: a
network of one layer that never splits and costs next to nothing, to the peer's advantage;
the sentences are single ones anyhow. `splitter` in the results says which it was.

Both use beam 4 and CTranslate2 of one version, take turns, and translate the same held-back
sentences. The peer runs as it comes, and once more with ARGOS_INTRA_THREADS=1, because on a
busy machine its threads wait for each other; `times` are ratios pair by pair against each,
minimum, median and maximum. BLEU is sacrebleu's, against the corpus's references.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import engine_data
import recorded
from sacrebleu.metrics.bleu import BLEU

from speechsubs import models as packages
from speechsubs.engines.argos import ArgosEngine
from speechsubs.models import Package

HERE = Path(__file__).parent
PINNED = ("argos-translate-lt==1.12.1", "minisbd==0.9.5", "onnxruntime==1.32.0", "onnx==1.23.2")

#: Writes a network that finds no end of a sentence anywhere, in minisbd's own format.
STAND_IN = """
import json, sys
import numpy, onnx
from onnx import helper, numpy_helper, TensorProto as T
weights = numpy_helper.from_array(numpy.zeros((1, 5), numpy.float32), "w")
graph = helper.make_graph(
    [helper.make_node("MatMul", ["features", "w"], ["out"])], "g",
    [helper.make_tensor_value_info("units", T.INT64, ["b", "n"]),
     helper.make_tensor_value_info("features", T.FLOAT, ["b", "n", 1])],
    [helper.make_tensor_value_info("out", T.FLOAT, ["b", "n", 5])], [weights])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
units = ["<PAD>", "<UNK>"]
vocab = {"lang": "en", "idx": 0, "cutoff": 0, "lower": False, "_unit2id": {u: n for n, u in
         enumerate(units)}, "_id2unit": units}
config = {"feat_funcs": ["space_before"], "batch_size": 8, "max_seqlen": 1000}
for key, value in (("lang_code", "en"), ("config", json.dumps(config)),
                   ("vocab", json.dumps(vocab))):
    entry = model.metadata_props.add()
    entry.key, entry.value = key, value
onnx.save(model, sys.argv[1])
"""
DOWNLOAD = """
import socket, sys
socket.setdefaulttimeout(20)
from minisbd import models
models.cache_dir = sys.argv[1]
models.get_model_file("en")
"""


def environment(folder: Path) -> Path:
    """The python of the peer's environment, made where there is none yet."""
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True)
        pins = [*PINNED, *(f"{n}=={version(n)}" for n in ("ctranslate2", "sentencepiece"))]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *pins], check=True)
        models = folder / "minisbd"
        models.mkdir(exist_ok=True)
        fetched = subprocess.run([python, "-c", DOWNLOAD, models], capture_output=True, check=False)
        if fetched.returncode:
            subprocess.run([python, "-c", STAND_IN, models / "stand-in.onnx"], check=True)
        (folder / "ready").touch()
    return python


def peer(
    python: Path, folder: Path, sentences: Path, settings: Mapping[str, str]
) -> dict[str, Any]:
    """One run of argostranslate: seconds, and what it answered."""
    answers = folder / "answers.json"
    places = {name: str(folder / name.lower()) for name in
              ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}  # fmt: skip
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ARGOS_", "PYTHON"))
    }
    subprocess.run(
        [python, HERE / "argos_peer.py", sentences, answers],
        check=True,
        stdout=subprocess.DEVNULL,
        env=own | places | dict(settings)
        | {"ARGOS_PACKAGES_DIR": str(folder / "packages"), "ARGOS_CHUNK_TYPE": "MINISBD"},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(answers.read_text("utf-8"))
    return found


def ours(package: Package, texts: list[str]) -> dict[str, Any]:
    engine = ArgosEngine(package, "en", "es")
    engine.translate(["Good morning."])
    start, cpu = perf_counter(), process_time()
    answers = [answer[0] for answer in engine.translate(texts)]
    seconds, spent = perf_counter() - start, process_time() - cpu
    return {"seconds": seconds, "cpu_s": spent, "answers": answers}


def spread(values: list[float]) -> list[float]:
    return [round(x, 2) for x in (min(values), statistics.median(values), max(values))]


def main() -> None:
    parser = recorded.parser(__doc__)
    parser.add_argument("package", nargs="?", type=Path, default=recorded.TINY)
    parser.add_argument("--venv", type=Path, help="folder for the peer's environment")
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    if not given.venv and not given.short:
        parser.error("the peer needs --venv FOLDER")
    if given.short:
        given.sentences, given.runs = 6, 1
    chosen = engine_data.pairs(given.sentences, short=given.short)
    texts, references = [a for a, _ in chosen], [b for _, b in chosen]
    python = environment(given.venv.absolute()) if given.venv else None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        package = packages.install_file(given.package, folder / "packages")
        splitter = ""
        if python:
            network = next((given.venv / "minisbd").glob("*.onnx"))
            shutil.copytree(network.parent, package.path / "minisbd")
            splitter = network.stem
        sentences = folder / "sentences.json"
        sentences.write_text(json.dumps(texts), "utf-8")
        # The short form does without the peer where its environment was not made.
        peers = ("peer", "peer_1_thread") if python else ()
        runs: dict[str, list[dict[str, Any]]] = {who: [] for who in ("ours", *peers)}
        for _ in range(given.runs):
            runs["ours"].append(ours(package, texts))
            if not python:
                continue
            runs["peer"].append(peer(python, folder, sentences, {}))
            one = {"ARGOS_INTRA_THREADS": "1"}
            runs["peer_1_thread"].append(peer(python, folder, sentences, one))
    bleu = {
        who: round(BLEU().corpus_score(found[0]["answers"], [references]).score, 2)
        for who, found in runs.items()
    }
    seconds = {who: [run["seconds"] for run in found] for who, found in runs.items()}
    cpu = {who: [run["cpu_s"] for run in found] for who, found in runs.items()}
    others = [who for who in runs if who != "ours"]

    def times(of: dict[str, list[float]], who: str) -> list[float]:
        return spread([a / b for a, b in zip(of[who], of["ours"], strict=True)])

    same = sum(
        a == b
        for who in others[:1]
        for a, b in zip(runs["ours"][0]["answers"], runs[who][0]["answers"], strict=True)
    )
    recorded.note(
        "argos_throughput",
        {
            "package": package.name,
            "sentences": len(texts),
            "beam": 4,
            "sentences_per_s": {
                who: spread([len(texts) / s for s in found]) for who, found in seconds.items()
            },
            "times": {who: times(seconds, who) for who in others},
            "times_in_cpu_time": {who: times(cpu, who) for who in others},
            "bleu": bleu,
            "bleu_apart": round(max(bleu.values()) - min(bleu.values()), 2),
            "same_answers": same,
            "splitter": splitter,
            # Below 0 where it was run before others, on a machine that many share.
            "niceness": os.nice(0),
            "peer": list(PINNED),
        },
        "ctranslate2",
        "sentencepiece",
        "sacrebleu",
    )


if __name__ == "__main__":
    sys.exit(main())
