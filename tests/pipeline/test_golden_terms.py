"""Names in their sentences, for people to read: what the engine wrote, and what came of it.

A folder per topic, with a glossary and cases. `engine` is what the engine answers to
every question about the sentence, {1} standing for the first name hidden from it, {2}
for the second; `findings` are the codes that a case must end with, none by default.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from speechsubs import glossary
from speechsubs.adapters import strict_yaml
from speechsubs.engines.echo import EchoEngine
from speechsubs.language import locales
from speechsubs.model import Severity
from speechsubs.pipeline import make_settings, translate_lines

FOLDER = Path(__file__).parents[1] / "golden" / "terms"
MASK = re.compile(r"(?:ZQ|KX|WJ)[1-9]")
TOPICS = sorted(path for path in FOLDER.iterdir() if path.is_dir())


def cases(folder: Path) -> list[dict[str, Any]]:
    data = strict_yaml.plain(strict_yaml.load(folder / "cases.yml"))
    assert data["about"]
    assert data["origin"]
    return list(data["cases"])


ALL = [
    pytest.param(folder, case, id=f"{folder.name}-{number}-{case['to']}")
    for folder in TOPICS
    for number, case in enumerate(cases(folder), start=1)
]


def scripted(answer: str, target: str) -> EchoEngine:
    """An engine that says one thing, with the masks of the question in their places."""

    def change(text: str) -> str:
        masks = MASK.findall(text)

        def mask(number: re.Match[str]) -> str:
            at = int(number[1]) - 1
            return masks[at] if at < len(masks) else ""

        return re.sub(r"\{(\d)\}", mask, answer)

    return EchoEngine("en", target, change=change)


@pytest.mark.parametrize(("folder", "case"), ALL)
def test_golden(folder: Path, case: Mapping[str, Any]) -> None:
    (line,) = translate_lines(
        [case["text"]],
        scripted(case["engine"], case["to"]),
        make_settings(locales.load("en"), glossary.load(folder / "glossary.yml")),
        locales.load(case["to"]),
    )
    assert line.translation.finished.text == case["expected"]
    codes = sorted(f.code for f in line.findings if f.severity is not Severity.INFO)
    assert codes == case.get("findings", [])


def test_every_language_that_has_rules_is_in_it() -> None:
    tags = {case["to"] for folder in TOPICS for case in cases(folder)}
    assert tags >= {"es", "fr", "ca", "it", "pt-BR", "de", "zh-CN", "ja", "ko", "ar"}
