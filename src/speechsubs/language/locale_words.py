"""The number words and the months of a language, from `cardinals` and `dates` of its file."""

import string
from collections.abc import Mapping
from dataclasses import dataclass

from speechsubs.language.locale_reader import Node


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


@dataclass(frozen=True, slots=True)
class DateRules:
    """How dates are written, where CLDR does not say it: nothing, or all of it.

    `months` are the names of each month, the one that is written first; the patterns
    have {day}, {month} and {year} in them.
    """

    months: Mapping[int, tuple[str, ...]]
    long: str
    day_month: str
    month_year: str


def read_dates(node: Node) -> DateRules:
    """The section `dates`."""
    months = node.numbered("months")
    if months and (sorted(months) != list(range(1, 13)) or not all(months.values())):
        raise node.wrong("months", "must name all months, 1 to 12, or none")
    return DateRules(
        months=months,
        long=_date_pattern(node, "long", {"day", "month", "year"}, bool(months)),
        day_month=_date_pattern(node, "day_month", {"day", "month"}, bool(months)),
        month_year=_date_pattern(node, "month_year", {"month", "year"}, bool(months)),
    )


def _date_pattern(node: Node, key: str, wanted: set[str], needed: bool) -> str:
    pattern = node.text(key)
    if not pattern and not needed:
        return ""
    try:
        fields = {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}
        pattern.format(day=1, month="", year=1)
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        raise node.wrong(key, f"is no pattern: {error}") from error
    if fields != wanted:
        raise node.wrong(key, f"must have {', '.join(sorted(wanted))} in it, in braces")
    return pattern


def _valued(node: Node, key: str) -> Mapping[str, int]:
    """Words with what they are worth, in lower case."""
    found: dict[str, int] = {}
    for value, words in node.numbered(key).items():
        for word in words:
            if found.setdefault(word.lower(), value) != value:
                raise node.wrong(key, f"{word!r} is there with two values")
    return found
