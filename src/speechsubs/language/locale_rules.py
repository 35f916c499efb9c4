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
class BreakWords:
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


@dataclass(frozen=True, slots=True)
class BreakRules(BreakWords):
    """Where lines and sentences end, by words and signs. `locales/root.yml` explains them."""

    model: str
    single_clings: bool
    counters: str
    after_quote: re.Pattern[str]
    bare_stops: bool


#: The models that budoux has.
PHRASE_MODELS = ("simplified_chinese", "traditional_chinese", "japanese", "thai")


def read_breaks(node: Node) -> BreakRules:
    """The section `breaks`."""
    return BreakRules(
        **{name: node.words(name) for name in BreakWords.__slots__},
        model=node.choice("model", "", *PHRASE_MODELS),
        single_clings=node.flag("single_clings"),
        counters=node.text("counters"),
        after_quote=_if_any(node.expression("after_quote")),
        bare_stops=node.flag("bare_stops"),
    )


@dataclass(frozen=True, slots=True)
class SpeechRules:
    """How long a language takes to say, for times without a recording.

    `unit` is "syllable" (groups of vowels) or "character" (one per CJK character);
    `silent_ending` matches an ending whose vowel is not said.
    """

    unit: str
    ms_per_unit: int
    ms_per_word: int
    comma_pause_ms: int
    sentence_pause_ms: int
    paragraph_pause_ms: int
    silent_ending: re.Pattern[str]


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
        silent_ending=_if_any(node.expression("silent_ending", 0)),
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
    is CLDR's pattern of a time of day, "" for its short one, and `ordinal_ending` a regular
    expression of what an ordinal word may end in.
    """

    decimal: str
    groups: str
    group: str
    spaces: bool
    group_from: int
    myriads: str
    myriads_gap: str
    myriads_grouped: bool
    scales: Mapping[int, Forms]
    added_scales: bool
    time: str
    twelve_hours: bool
    unit_space: bool
    inflected_units: bool
    ordinal_words: Mapping[int, tuple[str, ...]]
    ordinal_ending: str
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
        myriads_gap=node.text("myriads_gap"),
        myriads_grouped=node.flag("myriads_grouped"),
        scales=node.section("scales", _scales),
        added_scales=node.flag("added_scales"),
        time=node.text("time"),
        twelve_hours=node.flag("twelve_hours"),
        unit_space=node.flag("unit_space"),
        inflected_units=node.flag("inflected_units"),
        ordinal_words=node.numbered("ordinal_words"),
        ordinal_ending=node.expression("ordinal_ending").pattern,
        ordinal=node.table("ordinal"),
        other_words=node.numbered("other_words"),
    )


def _scales(node: Node) -> Mapping[int, Forms]:
    return {whole_key(node, key): _forms(node.node(key), needs_other=False) for key in node.names()}


@dataclass(frozen=True, slots=True)
class RangeWords:
    """The words of a range of amounts: "between 5 and 10 euros", "from 5 to 10 euros".

    Links of `change` lead from one amount to another and make no range.
    """

    between: tuple[str, ...]
    opening: tuple[str, ...]
    articles: tuple[str, ...]
    joiners: tuple[str, ...]
    links: tuple[str, ...]
    change: tuple[str, ...]


def read_ranges(node: Node) -> RangeWords:
    """The section `money.ranges`."""
    return RangeWords(
        between=node.listed("between"),
        opening=node.listed("opening"),
        articles=node.listed("articles"),
        joiners=node.listed("joiners"),
        links=node.listed("links"),
        change=node.listed("change"),
    )


@dataclass(frozen=True, slots=True)
class MoneyRules:
    """How amounts are written, and what currencies are called.

    `styles` has the style of each currency, or "default". `symbol`, `code` and `name`
    are patterns with # for the number and ¤ for the currency. `locales/root.yml`
    explains the lists of words.
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
    range_dash: str
    ranges: RangeWords
    yen_sign: str
    symbols: Mapping[str, str]
    in_front: tuple[str, ...]
    dollars: frozenset[str]
    thousand: tuple[str, ...]
    behind_thousand: tuple[str, ...]
    vague: tuple[str, ...]
    weak: frozenset[str]
    rare: frozenset[str]
    large: frozenset[str]
    final: frozenset[str]
    compounds: Mapping[str, str]
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
        range_dash=node.text("range_dash"),
        ranges=node.section("ranges", read_ranges),
        yen_sign=node.choice("yen_sign", "", "CNY", "JPY"),
        symbols=node.table("symbols"),
        in_front=node.listed("in_front"),
        dollars=_lowered(node, "dollars"),
        thousand=node.listed("thousand"),
        behind_thousand=node.listed("behind_thousand"),
        vague=node.listed("vague"),
        weak=_lowered(node, "weak"),
        rare=_lowered(node, "rare"),
        large=_lowered(node, "large"),
        final=_lowered(node, "final"),
        compounds=node.table("compounds"),
        currencies=node.section("currencies", _currencies),
    )


def _lowered(node: Node, key: str) -> frozenset[str]:
    return frozenset(word.lower() for word in node.listed(key))


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
    what an English 's becomes (`possessive_after_s` on a name that ends in one of
    `sibilants`), "" where the language forms it with a word of its own.

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
    sibilants: str
    own_possessive: bool
    noun_capitals: bool
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
        sibilants=node.text("sibilants"),
        own_possessive=node.flag("own_possessive"),
        noun_capitals=node.flag("noun_capitals"),
        articles=_articles(node),
        also_other_words=node.words("also_other_words"),
        sounded=node.table("sounded"),
        sounds=_if_any(node.expression("sounds")),
        masculine_before=_if_any(node.expression("masculine_before")),
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


def _if_any(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """The pattern; one that matches nothing where none is written."""
    return pattern if pattern.pattern else NEVER
