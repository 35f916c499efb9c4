"""From trained weights to packages: CTranslate2 in int8, Argos format, one per language.

    python -m training.export --data FOLDER --run FOLDER --out FOLDER \\
        --sources ../shared/corpus/SOURCES.md [--scores scores.json]

Writes `translate-en_XX-starter.argosmodel`, each whole in itself, and `models/`, the
family as the project ships it: one folder holds the model, the others point to it.
The same weights always give the same bytes.
"""

import argparse
import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from training.languages import LANGUAGES
from training.prepare import BOS, EOS, PAD, UNK, tag

VERSION: Final = "0.1"
#: The oldest date that a zip archive can hold: no clock gets into a package.
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_FAMILY: Final = "starter"
#: Stands for "shares the model of this package" in metadata.json.
Json = dict[str, Any]


def package_name(language: str) -> str:
    """The folder in a package, and the file without its ending."""
    return f"translate-en_{language}-{_FAMILY}"


def metadata(
    language: str, languages: Sequence[str], quality: str, scores: Sequence[Mapping[str, Any]]
) -> Json:
    """What Argos tools read, and `quality` and `scores`, which speechsubs reads too."""
    about: Json = {
        "package_version": VERSION,
        "argos_version": "1.9",
        "type": "translate",
        "from_code": "en",
        "from_name": "English",
        "to_code": language,
        "to_name": LANGUAGES[language].name,
        "links": [],
    }
    if len(languages) > 1:
        about["target_prefix"] = tag(language)
    if quality:
        about["quality"] = quality
    if scores:
        about["scores"] = [dict(score) for score in scores]
    return about


def readme(
    languages: Sequence[str], about: Mapping[str, Any], trained: str, measured: str, sources: str
) -> str:
    """The README inside a package: what it is, how good, from whose texts."""
    names = ", ".join(LANGUAGES[code].name for code in languages)
    rows = _attributions(sources, set(about.get("sources", {})))
    return (
        f"# Starter model of speechsubs: English to {names}\n\n"
        "A small model to try the toolkit with, offline. Better models can be installed; "
        "what it writes needs a person's check.\n\n"
        f"{trained}\n\n## Measured\n\n{measured}\n\n## Whose texts it learnt from\n\n"
        "Translations made and licensed by the people named here; thank you. Some of the "
        "licences are share-alike (CC BY-SA) or copyleft (MPL-2.0): keep this list with the "
        "model and with whatever is made from it. The toolkit is under the MIT licence; the "
        "model, made from these texts, is offered under CC BY-SA 4.0.\n\n"
        f"{rows}\n"
    )


def _attributions(sources: str, used: set[str]) -> str:
    """The rows of the first table of SOURCES.md that were used, without their remarks.

    Raises `ValueError` if a source that was used has no row: nobody is left out.
    """
    rows: dict[str, str] = {}
    for line in sources.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) >= 4 and cells[0] in used and cells[0] not in rows:
            rows[cells[0]] = f"| {cells[0]} | {cells[1]} | {cells[2]} | {cells[3]} |"
    if missing := used - set(rows):
        raise ValueError(f"SOURCES.md has no row for {', '.join(sorted(missing))}")
    head = "| part | from | licence | attribution |\n|---|---|---|---|\n"
    return head + "\n".join(rows[name] for name in sorted(rows))


def archive(path: Path, root: str, files: Mapping[str, bytes]) -> str:
    """Write a zip archive with `root` as its only folder; its sha256, always the same."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name in sorted(files):
            info = zipfile.ZipInfo(f"{root}/{name}", _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            file.writestr(info, files[name], compresslevel=9)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def family(out: Path, packages: Mapping[str, Mapping[str, bytes]]) -> None:
    """The packages as folders beside each other, the model in the first only."""
    first = ""
    for language, files in packages.items():
        folder = out / package_name(language)
        shutil.rmtree(folder, ignore_errors=True)
        own = dict(files)
        if first:
            about = json.loads(files["metadata.json"]) | {"shares": package_name(first)}
            own = {"metadata.json": _json(about), "README.md": files["README.md"]}
        first = first or language
        for name, content in own.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def _json(data: Json) -> bytes:
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def convert(weights: Mapping[str, Any], shape: Mapping[str, Any], pieces: Sequence[str]) -> Any:
    """A CTranslate2 specification filled with the weights, in int8.

    `weights` are arrays by the names of `training.model`; `pieces` the vocabulary.
    """
    from ctranslate2.specs import common_spec, transformer_spec

    spec: Any = transformer_spec.TransformerSpec.from_config(
        (shape["encoder"], shape["decoder"]),
        shape["heads"],
        pre_norm=True,
        activation=common_spec.Activation.RELU,
    )
    fill = _Filler(weights)
    fill.norm(spec.encoder.layer_norm, "encoder_norm")
    fill.norm(spec.decoder.layer_norm, "decoder_norm")
    for side, layers in (("encoder", spec.encoder.layer), ("decoder", spec.decoder.layer)):
        for number, layer in enumerate(layers):
            fill.layer(layer, f"{side}.{number}")
    table, positions = weights["embedding.weight"], weights["positions"]
    spec.encoder.embeddings[0].weight = table
    spec.decoder.embeddings.weight = table
    spec.encoder.position_encodings.encodings = positions
    spec.decoder.position_encodings.encodings = positions
    spec.decoder.projection.weight = table
    spec.decoder.projection.bias = weights["bias"]
    spec.register_source_vocabulary(list(pieces))
    spec.register_target_vocabulary(list(pieces))
    spec.config.unk_token = pieces[UNK]
    spec.config.bos_token = spec.config.decoder_start_token = pieces[BOS]
    spec.config.eos_token = pieces[EOS]
    spec.config.add_source_eos = True
    spec.validate()
    spec.optimize(quantization="int8")
    return spec


class _Filler:
    """Copies weights by the names of `training.model` into parts of a specification."""

    def __init__(self, weights: Mapping[str, Any]) -> None:
        self._weights = weights

    def linear(self, spec: Any, name: str) -> None:
        spec.weight = self._weights[f"{name}.weight"]
        spec.bias = self._weights[f"{name}.bias"]

    def norm(self, spec: Any, name: str) -> None:
        spec.gamma = self._weights[f"{name}.weight"]
        spec.beta = self._weights[f"{name}.bias"]

    def layer(self, spec: Any, name: str) -> None:
        self.norm(spec.self_attention.layer_norm, f"{name}.self_norm")
        self.linear(spec.self_attention.linear[0], f"{name}.self_attention.ask")
        self.linear(spec.self_attention.linear[1], f"{name}.self_attention.out")
        if f"{name}.cross_norm.weight" in self._weights:
            self.norm(spec.attention.layer_norm, f"{name}.cross_norm")
            self.linear(spec.attention.linear[0], f"{name}.cross_attention.ask")
            self.linear(spec.attention.linear[1], f"{name}.cross_attention.memory")
            self.linear(spec.attention.linear[2], f"{name}.cross_attention.out")
        self.norm(spec.ffn.layer_norm, f"{name}.inner_norm")
        self.linear(spec.ffn.linear_0, f"{name}.wide")
        self.linear(spec.ffn.linear_1, f"{name}.narrow")


def model_files(run: Path, tokenizer: Path) -> tuple[dict[str, bytes], Json]:
    """The files of the converted model, and what `final.pt` says about the training."""
    import sentencepiece
    import torch

    from training.model import POSITIONS, sines

    state = torch.load(run / "final.pt", map_location="cpu", weights_only=True)
    weights = {name: weight.float().numpy() for name, weight in state["model"].items()}
    weights["positions"] = sines(POSITIONS, state["shape"]["width"]).numpy()
    processor = sentencepiece.SentencePieceProcessor(model_file=str(tokenizer))
    if processor.pad_id() != PAD:
        raise ValueError(f"{tokenizer} was not made by training.prepare")
    pieces = [processor.id_to_piece(i) for i in range(processor.vocab_size())]
    spec = convert(weights, state["shape"], pieces)
    with tempfile.TemporaryDirectory() as folder:
        spec.save(folder)
        files = {p.name: p.read_bytes() for p in sorted(Path(folder).iterdir())}
    return files, {k: state[k] for k in ("shape", "progress", "dev_loss")} | {
        "parameters": sum(int(w.size) for n, w in weights.items() if n != "positions")
    }


def trained(state: Json, about: Mapping[str, Any]) -> str:
    """How it was trained, in one paragraph."""
    steps, seen, _, elapsed = state["progress"]
    shape = state["shape"]
    return (
        f"A Transformer of {state['parameters'] / 1e6:.1f} million parameters ({shape['encoder']} "
        f"+ {shape['decoder']} layers, {shape['width']} wide, {about['vocabulary']:,} pieces), "
        f"trained for {elapsed / 60:.0f} minutes: {steps:,} steps, {seen / 1e6:.1f} million target "
        "pieces, "
        + ("with" if about["augmented"] else "without")
        + " masks, other names and terms in the sentences (`training/` in the project)."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of training.prepare")
    parser.add_argument("--run", type=Path, required=True, help="folder of training.train")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True, help="SOURCES.md of the corpus")
    parser.add_argument("--scores", type=Path, help="what training.score wrote")
    options = parser.parse_args()
    about = json.loads((options.data / "about.json").read_text("utf-8"))
    languages: list[str] = about["languages"]
    scored = json.loads(options.scores.read_text("utf-8")) if options.scores else {}
    tokenizer = options.data / "sentencepiece.model"
    model, state = model_files(options.run, tokenizer)
    text = readme(
        languages, about, trained(state, about), scored.get("table", "Not measured yet."),
        options.sources.read_text("utf-8"),
    )  # fmt: skip
    packages: dict[str, dict[str, bytes]] = {}
    for code in languages:
        own = scored.get("languages", {}).get(code, {})
        described = metadata(code, languages, own.get("quality", ""), own.get("scores", []))
        packages[code] = {
            "metadata.json": _json(described),
            "README.md": text.encode(),
            "sentencepiece.model": tokenizer.read_bytes(),
            **{f"model/{name}": content for name, content in model.items()},
        }
    options.out.mkdir(parents=True, exist_ok=True)
    family(options.out / "models", packages)
    for code, files in packages.items():
        path = options.out / f"{package_name(code)}.argosmodel"
        digest = archive(path, package_name(code), files)
        print(f"{path.name} {path.stat().st_size:,} bytes sha256 {digest}")


if __name__ == "__main__":
    main()
