"""Corpus files in, one small folder out: tokenizer, numbered pieces, held-back parts.

    python -m training.prepare --corpus ../shared/corpus --to es --out FOLDER

The folder holds all that `training.train` needs, so that it can be carried to a
machine with an accelerator; it stays under 60 MB.
"""

import argparse
import io
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training import data, lexicon
from training.augment import FAMILIES, SHARES, Augmenter
from training.data import Pair, Parts
from training.languages import LANGUAGES

#: Number of pieces; the ids are those of the exported model's vocabulary too.
UNK, BOS, EOS, PAD = 0, 1, 2, 3
#: The family of masks that are pieces of their own: a single piece is easily copied.
WHOLE_FAMILY = "zq"
#: Sentences the tokenizer is learnt from.
TOKENIZER_SENTENCES = 400_000
#: Of short conversational sentences, how many are joined with the next, so that long
#: sentences of everyday words are seen too.
JOINED = 0.2
JOINED_SOURCES = frozenset({"tatoeba"})


def tag(language: str) -> str:
    """The piece that says which language to write (`target_prefix` in a package)."""
    return f"<2{language}>"


def learn_tokenizer(
    texts: Sequence[str], folder: Path, vocabulary: int, languages: Sequence[str]
) -> None:
    """Write `sentencepiece.model`: unigram pieces, digits single, bytes for the rest."""
    import sentencepiece

    symbols = [tag(code) for code in languages] if len(languages) > 1 else []
    symbols += FAMILIES[WHOLE_FAMILY]
    # Into memory: a file's name would be kept in the model, and it goes to people.
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=model,
        model_type="unigram",
        vocab_size=vocabulary,
        character_coverage=0.9998,
        byte_fallback=True,
        split_digits=True,
        user_defined_symbols=symbols,
        unk_id=UNK,
        bos_id=BOS,
        eos_id=EOS,
        pad_id=PAD,
        num_threads=2,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    (folder / "sentencepiece.model").write_bytes(model.getvalue())


def one_pass(train: Sequence[Pair], augmenter: Augmenter, number: int, seed: int) -> list[Pair]:
    """What is seen in one pass: weighted, augmented, some short sentences joined."""
    rng = random.Random(f"{seed} {number}")
    pairs = [augmenter.change(pair, rng) for pair in data.draw(train, number)]
    rng.shuffle(pairs)
    done: list[Pair] = []
    waiting: dict[str, Pair] = {}
    for pair in pairs:
        if pair.source not in JOINED_SOURCES or rng.random() >= JOINED:
            done.append(pair)
            continue
        before = waiting.pop(pair.language, None)
        if before is None:
            waiting[pair.language] = pair
        else:
            done.append(joined(before, pair))
    return [*done, *waiting.values()]


def joined(first: Pair, second: Pair) -> Pair:
    """Two sentences as one text."""
    gap = " " if LANGUAGES[first.language].spaced else ""
    return Pair(
        first.source,
        f"{first.english} {second.english}",
        f"{first.target}{gap}{second.target}",
        first.language,
    )


def encode(pairs: Sequence[Pair], tokenizer: Any, languages: Sequence[str]) -> dict[str, Any]:
    """Pieces of all pairs, end to end, with where each sentence ends.

    The target starts with the language's tag in a model of several languages. No other
    marks are in it: the trainer adds the beginning and the end.
    """
    tags = {code: [tokenizer.piece_to_id(tag(code))] for code in languages}
    several = len(languages) > 1
    source = tokenizer.encode([p.english for p in pairs], num_threads=2)
    target = tokenizer.encode([p.target for p in pairs], num_threads=2)
    target = [
        (tags[p.language] if several else []) + ids for p, ids in zip(pairs, target, strict=True)
    ]
    return {
        "source": _flat(source),
        "source_ends": _ends(source),
        "target": _flat(target),
        "target_ends": _ends(target),
    }


def _flat(rows: Sequence[Sequence[int]]) -> "np.ndarray[Any, np.dtype[np.uint16]]":
    return np.fromiter((i for row in rows for i in row), np.uint16)


def _ends(rows: Sequence[Sequence[int]]) -> "np.ndarray[Any, np.dtype[np.int32]]":
    return np.cumsum([len(row) for row in rows], dtype=np.int32)


def load_parts(corpus: Path, languages: Iterable[str]) -> tuple[Parts, dict[str, int]]:
    """All languages' pairs, cleaned and parted, and what was left out."""
    kept: list[Pair] = []
    dropped: Counter[str] = Counter()
    for code in languages:
        good, bad = data.clean(data.read(corpus / f"en-{code}.tsv.xz", code))
        kept += good
        dropped += bad
    return data.part(kept), dict(dropped)


def write_held_back(path: Path, pairs: Iterable[Pair]) -> None:
    """Tab-separated: source, language, English, target."""
    lines = (f"{p.source}\t{p.language}\t{p.english}\t{p.target}\n" for p in pairs)
    path.write_text("".join(lines), encoding="utf-8")


def read_held_back(path: Path) -> list[Pair]:
    """What `write_held_back` wrote."""
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    return [Pair(source, english, target, code) for source, code, english, target in rows]


def languages_of(folder: Path) -> list[str]:
    """The languages that a prepared folder is for, in the order of their tags."""
    about = json.loads((folder / "about.json").read_text("utf-8"))
    return [str(code) for code in about["languages"]]


def prepare(
    corpus: Path, languages: Sequence[str], out: Path, *, vocabulary: int = 8_000,
    passes: int = 4, seed: int = 1, augmented: bool = True,
) -> None:  # fmt: skip
    """Write the folder. Raises `OSError` where a corpus file is missing."""
    out.mkdir(parents=True, exist_ok=True)

    parts, dropped = load_parts(corpus, languages)
    print(f"train {len(parts.train)} dev {len(parts.dev)} test {len(parts.test)}; out: {dropped}")
    write_held_back(out / "dev.tsv", parts.dev)
    write_held_back(out / "test.tsv", parts.test)

    rng = random.Random(seed)
    sample = rng.sample(parts.train, min(len(parts.train), TOKENIZER_SENTENCES // 2))
    lexicons = {
        code: lexicon.learn(p for p in sample if p.language == code)
        for code in languages
        if LANGUAGES[code].spaced
    }
    (out / "lexicons.json").write_text(json.dumps(lexicons, ensure_ascii=False), "utf-8")
    print("lexicon", {code: len(words) for code, words in lexicons.items()})
    augmenter = Augmenter(tuple(FAMILIES.values()), lexicons, SHARES if augmented else {})
    drawn = [one_pass(parts.train, augmenter, number, seed) for number in range(passes)]
    texts = [text for p in drawn[0] for text in (p.english, p.target)]
    rng.shuffle(texts)
    learn_tokenizer(texts[:TOKENIZER_SENTENCES], out, vocabulary, languages)

    import sentencepiece

    tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(out / "sentencepiece.model"))
    for number, pairs in enumerate(drawn):
        np.savez_compressed(out / f"pass{number}.npz", **encode(pairs, tokenizer, languages))
    np.savez_compressed(out / "dev.npz", **encode(parts.dev, tokenizer, languages))
    about = {
        "languages": languages,
        "vocabulary": tokenizer.vocab_size(),
        "passes": passes,
        "seed": seed,
        "augmented": augmented,
        "sentences": [len(p) for p in drawn],
        "sources": dict(sorted(Counter(p.source for p in parts.train).items())),
        "left_out": dropped,
    }
    (out / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    size = sum(f.stat().st_size for f in out.iterdir())
    print(json.dumps(about), f"{size / 1e6:.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True, help="folder of en-*.tsv.xz")
    parser.add_argument("--to", nargs="+", required=True, help="languages, such as: es fr de")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--vocabulary", type=int, default=8_000)
    parser.add_argument("--passes", type=int, default=4, help="different draws of the corpus")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="without masks, names and terms")
    options = parser.parse_args()
    prepare(
        options.corpus, options.to, options.out, vocabulary=options.vocabulary,
        passes=options.passes, seed=options.seed, augmented=not options.plain,
    )  # fmt: skip


if __name__ == "__main__":
    main()
