"""The sections `cardinals`, `mentions` and `dates` of a locale file, as types."""

import string
from collections.abc import Mapping
from dataclasses import dataclass

from speechsubs.language.locale_reader import Node

#: The grammars of cardinals.
SYSTEMS = ("words", "joined", "positional", "korean")


@dataclass(frozen=True, slots=True)
class CardinalRules:
    """Cardinal numbers in words. `locales/root.yml` documents each key.

    `words` and `scales` map words to values and to powers of ten. `system` is the grammar
    by which they are combined. Without words, numbers in words are only recognized if
    the grammar has its own.
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
    """Read the section `cardinals`."""
    rules = CardinalRules(
        system=node.choice("system", *SYSTEMS),
        words=_word_values(node, "words"),
        scales=_word_values(node, "scales"),
        joiner=node.text("joiner"),
        articles=node.phrases("articles"),
        halves=node.phrases("halves"),
        half_behind=node.phrases("half_behind"),
        and_a_half=_word_values(node, "and_a_half"),
        half_to=node.text("half_to"),
        alone=node.phrases("alone"),
        glued=node.flag("glued"),
        point=node.text("point"),
        zeros=node.phrases("zeros"),
        after_point=node.phrases("after_point"),
        dozen=node.text("dozen"),
        tens=_word_values(node, "tens"),
        tens_endings=node.phrases("tens_endings"),
        twice=_word_values(node, "twice"),
        ordinal_tails=_word_values(node, "ordinal_tails"),
    )
    if unknown := [word for word in rules.alone if word not in rules.scales]:
        raise node.error("alone", f"{unknown[0]!r} is not one of the words in `scales`")
    if bool(rules.words) != bool(rules.scales):
        raise node.error("scales", "must be given together with `words`")
    if rules.system in ("joined", "positional") and not rules.words:
        raise node.error("system", "needs `words`")
    return rules


@dataclass(frozen=True, slots=True)
class Compounds:
    """Numbers as the first part of a word, and the pattern of the rest of the word."""

    words: Mapping[str, int]
    before: str


@dataclass(frozen=True, slots=True)
class MentionRules:
    """Words that imply a number, such as "couple". `locales/root.yml` documents each key."""

    collectives: Mapping[str, int]
    implied: Mapping[str, int]
    compounds: tuple[Compounds, ...]
    times: Mapping[str, int]
    half_hour: tuple[str, ...]
    hours: tuple[str, ...]
    per: tuple[str, ...]


def read_mentions(node: Node) -> MentionRules:
    """Read the section `mentions`."""
    rows = node.take("compounds")
    if not isinstance(rows, list):
        raise node.error("compounds", "must be a list of `words` and `before`")
    compounds = [_compounds(Node(row, (*node.keys, "compounds"))) for row in rows]
    latin = node.section("latin", _compounds)
    if node.flag("latin_prefixes"):
        compounds.append(latin)
    return MentionRules(
        collectives=_word_values(node, "collectives"),
        implied=_word_values(node, "implied"),
        compounds=tuple(compounds),
        times=_word_values(node, "times"),
        half_hour=node.phrases("half_hour"),
        hours=node.phrases("hours"),
        per=node.phrases("per"),
    )


def _compounds(node: Node) -> Compounds:
    found = Compounds(_word_values(node, "words"), node.expression("before").pattern)
    node.finish()
    return found


@dataclass(frozen=True, slots=True)
class DateRules:
    """The names of months and the formats of dates, where they are not taken from CLDR.

    `months` are the names of each month, the one to be written first; the patterns contain
    {day}, {month} and {year}. `locales/root.yml` documents the rest.
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
    """Read the section `dates`."""
    months = node.phrases_by_number("months")
    if months and (sorted(months) != list(range(1, 13)) or not all(months.values())):
        raise node.error("months", "must name all twelve months or none")
    return DateRules(
        months=months,
        long=_date_pattern(node, "long", {"day", "month", "year"}, bool(months)),
        day_month=_date_pattern(node, "day_month", {"day", "month"}, bool(months)),
        month_year=_date_pattern(node, "month_year", {"month", "year"}, bool(months)),
        also=node.phrases_by_number("also"),
        regions=node.phrases("regions"),
        pivot=node.text("pivot"),
        links=node.phrases("links"),
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
        raise node.error(key, f"is not a valid pattern: {error}") from error
    if fields != wanted:
        raise node.error(key, f"must contain {', '.join(sorted(wanted))} in braces")
    return pattern


def _word_values(node: Node, key: str) -> Mapping[str, int]:
    """Read a mapping of integers to phrases as lower-case words with their values."""
    found: dict[str, int] = {}
    for value, words in node.phrases_by_number(key).items():
        for word in words:
            if found.setdefault(word.lower(), value) != value:
                raise node.error(key, f"{word!r} is listed with two values")
    return found
