"""Argos packages, driven through CTranslate2 directly.

argostranslate's own translate module wants stanza, forces `compute_type="auto"`
(garbage from some models: its issues 504 and 522), sends 32 tokens at a time, and
loses every underscore. Its call is kept where it is right: beam 4, length penalty
0.2, unknown words replaced.
"""

from speechsubs import models
from speechsubs.engines import quality, tokenizers
from speechsubs.engines.ctranslate import CTranslateEngine, Dialect, Model
from speechsubs.errors import PackageError
from speechsubs.models import Package


class ArgosEngine(CTranslateEngine):
    """One Argos package, one direction.

    `threads` is how many cores it uses, see `CTranslateEngine`. Raises `PackageError`
    when the package does not load, or is not what models.lock says was installed.
    """

    def __init__(
        self, package: Package, source: str, target: str, *, threads: int | None = None
    ) -> None:
        # Before CTranslate2 reads a byte of it: a damaged model can do worse than fail.
        if problem := models.lock_problem(package):
            raise PackageError(
                package.path,
                f"changed since it was installed: {problem}. Install it again "
                f"(`speechsubs models install {source} {target} --replace`), or accept it as it "
                "is (`speechsubs models verify --adopt`)",
            )
        tokenizer = tokenizers.load(package)
        start = (package.target_prefix,) if package.target_prefix else ()
        self.package = package
        kind = "starter " if package.bundled else ""
        super().__init__(
            Model(
                package.model,
                Dialect(tokenizer, tokenizer, start=start),
                source,
                target,
                package.name,
                package.sha256,
            ),
            name="argos",
            signature=(
                f"argos {kind}{package.from_code}-{package.to_code} {package.version} "
                f"sha256:{package.sha256[:12]}"
            ),
            quality=_quality(package, source, target),
            cores=threads,
        )


def _quality(package: Package, source: str, target: str) -> str:
    """One honest sentence; a starter model says that there are better ones."""
    measured = quality.sentence(package)
    known = "; ".join(text for text in (package.quality, measured) if text)
    if package.bundled:
        return (
            f"the starter model that comes with speechsubs ({known or 'not measured'}); small, "
            "drops and changes words, needs a person's check; a better one: "
            f"`speechsubs models install {source} {target}`"
        )
    return (
        f"neural model {package.name}; quality depends on the package "
        f"({known or 'Argos English-Spanish 1.0: 23.3 BLEU on FLORES'}), "
        "fluent but can drop or change words, needs a person's check"
    )
