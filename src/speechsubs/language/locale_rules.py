"""The sections of a locale file as types, each read once. `locales/root.yml` explains them."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from speechsubs.language.locale_reader import LocaleValueError, Node, whole_key
from speechsubs.model import Limits

#: CLDR's plural categories.
CATEGORIES = ("zero", "one", "two", "few", "many", "other")
STYLES = ("name", "symbol", "code")


def read_limits(node: Node) -> tuple[Limits, tuple[str, ...]]:
    """The section `reading`, and the names of its numbers that nobody verified.

    Every number says where and when it was read.
    """
    unverified: list[str] = []

    def reading(name: str) -> Node:
        entry = node.node(name)
        entry.text("source")
        if not isinstance(entry.take("date"), datetime.date):
            raise entry.wrong("date", "must be a date: 2026-11-23")
        if "verified" in entry.names() and not entry.flag("verified"):
            unverified.append(name)
        return entry

    limits = Limits(
        line_width=float(reading("line_width").number("value", 1)),
        max_lines=reading("max_lines").whole("value", 1),
        chars_per_second=float(reading("chars_per_second").number("value", 1)),
        min_duration_ms=reading("min_duration_ms").whole("value", 1),
        max_duration_ms=reading("max_duration_ms").whole("value", 1),
        min_gap_ms=reading("min_gap_ms").whole("value"),
        chain_gap_ms=reading("chain_gap_ms").whole("value"),
        tail_ms=reading("tail_ms").whole("value"),
    )
    if limits.max_duration_ms < limits.min_duration_ms:
        raise node.wrong("max_duration_ms", "must not be less than min_duration_ms")
    return limits, tuple(unverified)


@dataclass(frozen=True, slots=True)
class BreakRules:
    """Words that tell where a line may end, lower-cased. See `linebreaks`.

    `bound` words cling to both neighbours ("more than ten"), `trailing` ones to the
    word before them ("ten years ago", "n'a pas"), `genitives` are prepositions that tie
    two nouns more tightly than the others do ("fines de semana"). Elided words stand
    with their apostrophe ("d'", "qu'"). For languages without blanks `trailing` are
    beginnings and `tight` are endings after which a phrase goes on.
    """

    articles: frozenset[str]
    prepositions: frozenset[str]
    conjunctions: frozenset[str]
    pronouns: frozenset[str]
    auxiliaries: frozenset[str]
    negations: frozenset[str]
    titles: frozenset[str]
    magnitudes: frozenset[str]
    bound: frozenset[str]
    trailing: frozenset[str]
    genitives: frozenset[str]
    tight: frozenset[str]


def read_breaks(node: Node) -> BreakRules:
    """The section `breaks`."""
    return BreakRules(**{name: node.words(name) for name in BreakRules.__slots__})


@dataclass(frozen=True, slots=True)
class SpeechRules:
    """How long a language takes to say, for times without a recording.

    `unit` is "syllable" (groups of vowels) or "character" (one per CJK character).
    """

    unit: str
    ms_per_unit: int
    ms_per_word: int
    comma_pause_ms: int
    sentence_pause_ms: int
    paragraph_pause_ms: int


def read_speech(node: Node) -> SpeechRules:
    """The section `speech`."""
    node.text("source")
    return SpeechRules(
        unit=node.choice("unit", "syllable", "character"),
        ms_per_unit=node.whole("ms_per_unit", 1),
        ms_per_word=node.whole("ms_per_word"),
        comma_pause_ms=node.whole("comma_pause_ms"),
        sentence_pause_ms=node.whole("sentence_pause_ms"),
        paragraph_pause_ms=node.whole("paragraph_pause_ms"),
    )


@dataclass(frozen=True, slots=True)
class Forms:
    """A word by plural category, and what else is read as it."""

    written: Mapping[str, str]
    also: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every spelling, those that are written first."""
        return tuple(dict.fromkeys((*self.written.values(), *self.also)))

    def of(self, category: str) -> str:
        """The form for a plural category, or the general one."""
        return self.written.get(category) or self.written["other"]


def _forms(node: Node, *, needs_other: bool = True) -> Forms:
    also: tuple[str, ...] = ()
    written: dict[str, str] = {}
    for key in node.names():
        if key == "also":
            also = node.listed(key)
        elif key in CATEGORIES:
            written[key] = node.text(key)
        else:
            raise node.wrong(key, f"must be `also` or one of {', '.join(CATEGORIES)}")
    if "other" not in written and (needs_other or written):
        raise node.wrong("other", "is missing")
    return Forms(written, also)


@dataclass(frozen=True, slots=True)
class NumberRules:
    """How numbers are written and read.

    `groups` are the signs that part thousands, `group` the one that is written. `scales`
    are the scale words by power of ten; `ordinal_words` and `other_words` are words by
    what they are worth; `ordinal` are patterns of an ordinal in digits by gender; `time`
    is CLDR's pattern of a time of day, "" for its short one.
    """

    decimal: str
    groups: str
    group: str
    spaces: bool
    group_from: int
    myriads: str
    scales: Mapping[int, Forms]
    time: str
    ordinal_words: Mapping[int, tuple[str, ...]]
    ordinal: Mapping[str, str]
    other_words: Mapping[int, tuple[str, ...]]


def read_numbers(node: Node) -> NumberRules:
    """The section `numbers`."""
    groups = node.text("groups")
    return NumberRules(
        decimal=node.text("decimal"),
        groups=groups,
        group=node.text("group") or groups[:1],
        spaces=node.flag("spaces"),
        group_from=node.whole("group_from", 1),
        myriads=node.choice("myriads", "", "decimal", "mixed"),
        scales=node.section("scales", _scales),
        time=node.text("time"),
        ordinal_words=node.numbered("ordinal_words"),
        ordinal=node.table("ordinal"),
        other_words=node.numbered("other_words"),
    )


def _scales(node: Node) -> Mapping[int, Forms]:
    return {whole_key(node, key): _forms(node.node(key), needs_other=False) for key in node.names()}


@dataclass(frozen=True, slots=True)
class MoneyRules:
    """How amounts are written, and what currencies are called.

    `styles` has the style of each currency, or "default". `symbol`, `code` and `name`
    are patterns with # for the number and ¤ for the currency.
    """

    styles: Mapping[str, str]
    symbol: str
    code: str
    name: str
    link: str
    link_vowel: str
    after_scale: str
    over: str
    over_inside: str
    symbols: Mapping[str, str]
    weak: frozenset[str]
    rare: frozenset[str]
    currencies: Mapping[str, Forms]

    def style(self, currency: str) -> str:
        """The style in which amounts of a currency are written."""
        return self.styles.get(currency, self.styles["default"])


def read_money(node: Node) -> MoneyRules:
    """The section `money`."""
    return MoneyRules(
        styles=node.section("styles", _styles),
        symbol=_pattern_with(node, "symbol", "#", "¤"),
        code=_pattern_with(node, "code", "#", "¤"),
        name=_pattern_with(node, "name", "#", "¤"),
        link=node.text("link"),
        link_vowel=node.text("link_vowel"),
        after_scale=node.choice("after_scale", *CATEGORIES),
        over=_pattern_with(node, "over", "{}"),
        over_inside=node.text("over_inside"),
        symbols=node.table("symbols"),
        weak=frozenset(word.lower() for word in node.listed("weak")),
        rare=frozenset(word.lower() for word in node.listed("rare")),
        currencies=node.section("currencies", _currencies),
    )


def _styles(node: Node) -> Mapping[str, str]:
    found = {name: node.choice(name, *STYLES) for name in node.names()}
    if "default" not in found:
        raise node.wrong("default", "is missing")
    return found


def _currencies(node: Node) -> Mapping[str, Forms]:
    return {code: _forms(node.node(code)) for code in node.names()}


def _pattern_with(node: Node, key: str, *places: str) -> str:
    """A pattern in which each place stands once."""
    pattern = node.text(key)
    for place in places:
        if pattern.count(place) != 1:
            raise node.wrong(key, f"must have {place} in it once")
    return pattern


@dataclass(frozen=True, slots=True)
class UnitNames:
    """A unit in words and as a symbol, by plural category, and what else is read as it.

    Empty where CLDR's patterns are right.
    """

    long: Mapping[str, str]
    short: Mapping[str, str]
    also: tuple[str, ...] = ()


#: A unit that a locale file says nothing about.
NO_NAMES = UnitNames({}, {})


def read_units(node: Node) -> Mapping[str, UnitNames]:
    """The section `units`, by the names that `numbers.units` has."""
    found = {}
    for unit in node.names():
        entry = node.node(unit)
        names = set(entry.names())
        found[unit] = UnitNames(
            long=_unit_forms(entry, "long") if "long" in names else {},
            short=_unit_forms(entry, "short") if "short" in names else {},
            also=entry.listed("also") if "also" in names else (),
        )
        entry.end()
    return found


def _unit_forms(entry: Node, key: str) -> Mapping[str, str]:
    value = entry.take(key)
    if isinstance(value, str):
        return {"other": value}
    return _forms(Node(value, (*entry.keys, key))).written


@dataclass(frozen=True, slots=True)
class Typography:
    """A locale's marks, blanks and little words.

    `contractions` and `elisions` map what is written in full to what stands there
    instead; `vowels` are the letters that an elision wants behind it; `possessive` is
    what an English 's becomes (`possessive_after_s` on a name that ends in s), "" where
    the language forms it with a word of its own.

    `articles` are rows of one article in its forms m, f, mp and fp; `also_other_words`
    are forms that may be something else and are left alone. `sounded` are articles
    that change before names whose beginning `sounds` matches (Italian lo), and
    `masculine_before` the names that take a masculine article although they are
    feminine (Spanish "el agua"). `before_times` and `before_dates` map what engines put
    before a time or a date to what belongs there.
    """

    latin_cjk_space: str
    space_before: str
    opening_question: str
    opening_exclamation: str
    comma_after_quote: bool
    contractions: Mapping[str, str]
    elisions: Mapping[str, str]
    vowels: str
    possessive: str
    possessive_after_s: str
    articles: Sequence[Mapping[str, str]]
    also_other_words: frozenset[str]
    sounded: Mapping[str, str]
    sounds: re.Pattern[str]
    masculine_before: re.Pattern[str]
    date_article: str
    before_times: Mapping[str, str]
    before_dates: Mapping[str, str]


def read_typography(node: Node) -> Typography:
    """The section `typography`."""
    possessive = node.text("possessive")
    return Typography(
        latin_cjk_space=node.text("latin_cjk_space"),
        space_before=node.text("space_before"),
        opening_question=node.text("opening_question"),
        opening_exclamation=node.text("opening_exclamation"),
        comma_after_quote=node.flag("comma_after_quote"),
        contractions=node.table("contractions"),
        elisions=node.table("elisions"),
        vowels=node.text("vowels"),
        possessive=possessive,
        possessive_after_s=node.text("possessive_after_s") or possessive,
        articles=_articles(node),
        also_other_words=node.words("also_other_words"),
        sounded=node.table("sounded"),
        sounds=_expression(node, "sounds"),
        masculine_before=_expression(node, "masculine_before"),
        date_article=node.text("date_article"),
        before_times=node.table("before_times"),
        before_dates=node.table("before_dates"),
    )


def _articles(node: Node) -> tuple[Mapping[str, str], ...]:
    rows = node.take("articles")
    if not isinstance(rows, list):
        raise node.wrong("articles", "must be a list of articles")
    found = []
    for data in rows:
        row = Node(data, (*node.keys, "articles"))
        names = set(row.names())
        if not {"m", "f"} <= names <= {"m", "f", "mp", "fp"}:
            raise LocaleValueError(row.keys, "an article has the forms m, f and maybe mp, fp")
        found.append({name: row.text(name) for name in row.names()})
    return tuple(found)


#: Matches nothing.
NEVER = re.compile("(?!)")


def _expression(node: Node, key: str) -> re.Pattern[str]:
    """A regular expression; matches nothing where none is written."""
    text = node.text(key)
    if not text:
        return NEVER
    try:
        return re.compile(text, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise node.wrong(key, f"is no regular expression: {error}") from error
