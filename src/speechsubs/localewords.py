"""The number words of a language, read from the section `cardinals` of its locale file."""

from collections.abc import Mapping
from dataclasses import dataclass

from speechsubs.localereader import Node


@dataclass(frozen=True, slots=True)
class CardinalRules:
    """How a language spells numbers out. `locales/root.yml` explains each key.

    `words` and `scales` map a word to its value and to its power of ten. Without words
    the language's spelled-out numbers are not read, or by a grammar of their own.
    """

    words: Mapping[str, int]
    scales: Mapping[str, int]
    joiner: str
    articles: tuple[str, ...]
    halves: tuple[str, ...]
    half_behind: tuple[str, ...]
    and_a_half: Mapping[str, int]
    half_to: str
    alone: tuple[str, ...]
    glued: bool
    point: str
    zeros: tuple[str, ...]
    after_point: tuple[str, ...]
    dozen: str
    ordinal_tails: Mapping[str, int]


def read_cardinals(node: Node) -> CardinalRules:
    """The section `cardinals`."""
    rules = CardinalRules(
        words=_valued(node, "words"),
        scales=_valued(node, "scales"),
        joiner=node.text("joiner"),
        articles=node.listed("articles"),
        halves=node.listed("halves"),
        half_behind=node.listed("half_behind"),
        and_a_half=_valued(node, "and_a_half"),
        half_to=node.text("half_to"),
        alone=node.listed("alone"),
        glued=node.flag("glued"),
        point=node.text("point"),
        zeros=node.listed("zeros"),
        after_point=node.listed("after_point"),
        dozen=node.text("dozen"),
        ordinal_tails=_valued(node, "ordinal_tails"),
    )
    if strange := [word for word in rules.alone if word not in rules.scales]:
        raise node.wrong("alone", f"{strange[0]!r} is no word of `scales`")
    if bool(rules.words) != bool(rules.scales):
        raise node.wrong("scales", "must be there where `words` are, and only there")
    return rules


def _valued(node: Node, key: str) -> Mapping[str, int]:
    """Words with what they are worth, in lower case."""
    found: dict[str, int] = {}
    for value, words in node.numbered(key).items():
        for word in words:
            if found.setdefault(word.lower(), value) != value:
                raise node.wrong(key, f"{word!r} is there with two values")
    return found
