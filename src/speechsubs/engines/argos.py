"""Argos packages, run directly in CTranslate2.

argostranslate's own translate module needs stanza, forces `compute_type="auto"` (which
makes some models output garbage: its issues 504 and 522), sends 32 tokens at a time and
drops every underscore. Its decoding settings are kept: beam size 4, length penalty 0.2,
unknown words replaced.
"""

from speechsubs import models
from speechsubs.engines import quality, tokenizers
from speechsubs.engines.ctranslate import CTranslateEngine, Model, TextFormat
from speechsubs.errors import PackageError
from speechsubs.models import Package


class ArgosEngine(CTranslateEngine):
    """Translates with one Argos package in one direction.

    `threads` is the number of cores, see `CTranslateEngine`. Raises `PackageError` if the
    package does not load or does not match models.lock.
    """

    def __init__(
        self, package: Package, source: str, target: str, *, threads: int | None = None
    ) -> None:
        # Check before CTranslate2 reads it: a damaged model can do worse than fail.
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
                TextFormat(tokenizer, tokenizer, start=start),
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
    """Describe the quality; for a starter model also how to get a better one."""
    measured = quality.describe(package)
    known = "; ".join(text for text in (package.quality, measured) if text)
    if package.bundled:
        return (
            f"the starter model that comes with speechsubs ({known or 'not measured'}); small, "
            "may drop or change words; needs review. For a better one: "
            f"`speechsubs models install {source} {target}`"
        )
    return (
        f"neural model {package.name}; quality depends on the package "
        f"({known or 'Argos English-Spanish 1.0: 23.3 BLEU on FLORES'}), "
        "fluent but may drop or change words; needs review"
    )
