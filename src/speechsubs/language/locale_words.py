"""The number words and the months of a language, from `cardinals` and `dates` of its file."""

import string
from collections.abc import Mapping
from dataclasses import dataclass

from speechsubs.language.locale_reader import Node

#: The grammars of number words.
SYSTEMS = ("words", "joined", "positional", "korean")


@dataclass(frozen=True, slots=True)
class CardinalRules:
    """How a language spells numbers out. `locales/root.yml` explains each key.

    `words` and `scales` map a word to its value and to its power of ten. Without words
    the language's spelled-out numbers are not read, or by a grammar of their own, which
    `system` names.
    """

    system: str
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
    tens: Mapping[str, int]
    tens_endings: tuple[str, ...]
    twice: Mapping[str, int]
    ordinal_tails: Mapping[str, int]


def read_cardinals(node: Node) -> CardinalRules:
    """The section `cardinals`."""
    rules = CardinalRules(
        system=node.choice("system", *SYSTEMS),
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
        tens=_valued(node, "tens"),
        tens_endings=node.listed("tens_endings"),
        twice=_valued(node, "twice"),
        ordinal_tails=_valued(node, "ordinal_tails"),
    )
    if strange := [word for word in rules.alone if word not in rules.scales]:
        raise node.wrong("alone", f"{strange[0]!r} is no word of `scales`")
    if bool(rules.words) != bool(rules.scales):
        raise node.wrong("scales", "must be there where `words` are, and only there")
    if rules.system in ("joined", "positional") and not rules.words:
        raise node.wrong("system", "needs `words`")
    return rules


@dataclass(frozen=True, slots=True)
class Compounds:
    """Numbers inside words: by word, and the pattern of what they stand before."""

    words: Mapping[str, int]
    before: str


@dataclass(frozen=True, slots=True)
class MentionRules:
    """Words that a number is in without being one. `locales/root.yml` explains each key."""

    collectives: Mapping[str, int]
    implied: Mapping[str, int]
    compounds: tuple[Compounds, ...]
    times: Mapping[str, int]
    half_hour: tuple[str, ...]
    hours: tuple[str, ...]
    per: tuple[str, ...]


def read_mentions(node: Node) -> MentionRules:
    """The section `mentions`."""
    rows = node.take("compounds")
    if not isinstance(rows, list):
        raise node.wrong("compounds", "must be a list of `words` and `before`")
    compounds = [_compounds(Node(row, (*node.keys, "compounds"))) for row in rows]
    latin = node.section("latin", _compounds)
    if node.flag("latin_prefixes"):
        compounds.append(latin)
    return MentionRules(
        collectives=_valued(node, "collectives"),
        implied=_valued(node, "implied"),
        compounds=tuple(compounds),
        times=_valued(node, "times"),
        half_hour=node.listed("half_hour"),
        hours=node.listed("hours"),
        per=node.listed("per"),
    )


def _compounds(node: Node) -> Compounds:
    found = Compounds(_valued(node, "words"), node.expression("before").pattern)
    node.end()
    return found


@dataclass(frozen=True, slots=True)
class DateRules:
    """How dates are written, where CLDR does not say it: nothing, or all of it.

    `months` are the names of each month, the one that is written first; the patterns
    have {day}, {month} and {year} in them. `locales/root.yml` explains the rest.
    """

    months: Mapping[int, tuple[str, ...]]
    long: str
    day_month: str
    month_year: str
    also: Mapping[int, tuple[str, ...]]
    regions: tuple[str, ...]
    pivot: str
    links: tuple[str, ...]
    month_first: bool
    numeric: bool
    nameless: bool
    glued: bool
    inflected: bool
    before_time: frozenset[str]
    before_date: frozenset[str]


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
        also=node.numbered("also"),
        regions=node.listed("regions"),
        pivot=node.text("pivot"),
        links=node.listed("links"),
        month_first=node.flag("month_first"),
        numeric=node.flag("numeric"),
        nameless=node.flag("nameless"),
        glued=node.flag("glued"),
        inflected=node.flag("inflected"),
        before_time=node.words("before_time"),
        before_date=node.words("before_date"),
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
