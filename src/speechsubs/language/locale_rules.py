"""The typed sections of a locale file. `locales/root.yml` documents every key."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from speechsubs.language.locale_reader import LocaleValueError, Node, integer_key
from speechsubs.model import Limits

#: CLDR's plural categories.
CATEGORIES = ("zero", "one", "two", "few", "many", "other")
STYLES = ("name", "symbol", "code")


def read_limits(node: Node) -> tuple[Limits, tuple[str, ...]]:
    """Read the section `reading`; also return the names of the unverified values.

    Every value has its source and the date on which it was looked up.
    """
    unverified: list[str] = []

    def reading(name: str) -> Node:
        entry = node.node(name)
        entry.text("source")
        if not isinstance(entry.take("date"), datetime.date):
            raise entry.error("date", "must be a date: 2026-11-23")
        if "verified" in entry.names() and not entry.flag("verified"):
            unverified.append(name)
        return entry

    limits = Limits(
        line_width=float(reading("line_width").number("value", 1)),
        max_lines=reading("max_lines").integer("value", 1),
        chars_per_second=float(reading("chars_per_second").number("value", 1)),
        min_duration_ms=reading("min_duration_ms").integer("value", 1),
        max_duration_ms=reading("max_duration_ms").integer("value", 1),
        min_gap_ms=reading("min_gap_ms").integer("value"),
        chain_gap_ms=reading("chain_gap_ms").integer("value"),
        tail_ms=reading("tail_ms").integer("value"),
    )
    if limits.max_duration_ms < limits.min_duration_ms:
        raise node.error("max_duration_ms", "must not be less than min_duration_ms")
    return limits, tuple(unverified)


@dataclass(frozen=True, slots=True)
class BreakWords:
    """Lower-case words that affect where a line may end. See `linebreaks`.

    `bound` words stay with both neighbors ("more than ten"), `trailing` words with the
    word before ("ten years ago", "n'a pas"); `genitives` are prepositions that join two
    nouns more tightly than others ("fines de semana"). Elided words include their
    apostrophe ("d'", "qu'"). In languages without spaces, `trailing` are the beginnings of
    phrases, and `tight` the endings after which a phrase continues.
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
    """The rules for the ends of lines and sentences."""

    model: str
    single_clings: bool
    counters: str
    after_quote: re.Pattern[str]
    bare_stops: bool


#: The models of budoux.
PHRASE_MODELS = ("simplified_chinese", "traditional_chinese", "japanese", "thai")


def read_breaks(node: Node) -> BreakRules:
    """Read the section `breaks`."""
    return BreakRules(
        **{name: node.words(name) for name in BreakWords.__slots__},
        model=node.choice("model", "", *PHRASE_MODELS),
        single_clings=node.flag("single_clings"),
        counters=node.text("counters"),
        after_quote=_or_never(node.expression("after_quote")),
        bare_stops=node.flag("bare_stops"),
    )


@dataclass(frozen=True, slots=True)
class SpeechRules:
    """Speech rates, for estimating times without a recording.

    `unit` is "syllable" (groups of vowels) or "character" (one per CJK character);
    `silent_ending` matches an ending whose vowel is silent.
    """

    unit: str
    ms_per_unit: int
    ms_per_word: int
    comma_pause_ms: int
    sentence_pause_ms: int
    paragraph_pause_ms: int
    silent_ending: re.Pattern[str]


def read_speech(node: Node) -> SpeechRules:
    """Read the section `speech`."""
    node.text("source")
    return SpeechRules(
        unit=node.choice("unit", "syllable", "character"),
        ms_per_unit=node.integer("ms_per_unit", 1),
        ms_per_word=node.integer("ms_per_word"),
        comma_pause_ms=node.integer("comma_pause_ms"),
        sentence_pause_ms=node.integer("sentence_pause_ms"),
        paragraph_pause_ms=node.integer("paragraph_pause_ms"),
        silent_ending=_or_never(node.expression("silent_ending", 0)),
    )


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of a word by plural category, and further spellings that are recognized."""

    written: Mapping[str, str]
    also: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """All spellings, starting with those that are written."""
        return tuple(dict.fromkeys((*self.written.values(), *self.also)))

    def of(self, category: str) -> str:
        """The form for a plural category, by default `other`."""
        return self.written.get(category) or self.written["other"]


def _forms(node: Node, *, needs_other: bool = True) -> Forms:
    also: tuple[str, ...] = ()
    written: dict[str, str] = {}
    for key in node.names():
        if key == "also":
            also = node.phrases(key)
        elif key in CATEGORIES:
            written[key] = node.text(key)
        else:
            raise node.error(key, f"must be `also` or one of {', '.join(CATEGORIES)}")
    if "other" not in written and (needs_other or written):
        raise node.error("other", "is missing")
    return Forms(written, also)


@dataclass(frozen=True, slots=True)
class NumberRules:
    """The formats of numbers.

    `groups` are the thousands separators that are recognized, `group` is the one that is
    written. `scales` are the scale words by power of ten; `ordinal_words` and `other_words`
    are words by value; `ordinal` are the patterns of ordinals in digits by gender; `time`
    is CLDR's pattern for a time of day, "" for the short one; `ordinal_ending` is a regular
    expression for the endings of ordinal words.
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
    """Read the section `numbers`."""
    groups = node.text("groups")
    return NumberRules(
        decimal=node.text("decimal"),
        groups=groups,
        group=node.text("group") or groups[:1],
        spaces=node.flag("spaces"),
        group_from=node.integer("group_from", 1),
        myriads=node.choice("myriads", "", "decimal", "mixed"),
        myriads_gap=node.text("myriads_gap"),
        myriads_grouped=node.flag("myriads_grouped"),
        scales=node.section("scales", _scales),
        added_scales=node.flag("added_scales"),
        time=node.text("time"),
        twelve_hours=node.flag("twelve_hours"),
        unit_space=node.flag("unit_space"),
        inflected_units=node.flag("inflected_units"),
        ordinal_words=node.phrases_by_number("ordinal_words"),
        ordinal_ending=node.expression("ordinal_ending").pattern,
        ordinal=node.table("ordinal"),
        other_words=node.phrases_by_number("other_words"),
    )


def _scales(node: Node) -> Mapping[int, Forms]:
    return {
        integer_key(node, key): _forms(node.node(key), needs_other=False) for key in node.names()
    }


@dataclass(frozen=True, slots=True)
class RangeWords:
    """The words of a range of amounts: "between 5 and 10 euros", "from 5 to 10 euros".

    The links in `change` express a change from one amount to another, which is no range.
    """

    between: tuple[str, ...]
    opening: tuple[str, ...]
    articles: tuple[str, ...]
    joiners: tuple[str, ...]
    links: tuple[str, ...]
    change: tuple[str, ...]


def read_ranges(node: Node) -> RangeWords:
    """Read the section `money.ranges`."""
    return RangeWords(
        between=node.phrases("between"),
        opening=node.phrases("opening"),
        articles=node.phrases("articles"),
        joiners=node.phrases("joiners"),
        links=node.phrases("links"),
        change=node.phrases("change"),
    )


@dataclass(frozen=True, slots=True)
class MoneyRules:
    """The formats of amounts and the names of currencies.

    `styles` maps currencies, or "default", to a style. `symbol`, `code` and `name` are
    patterns with # for the number and ¤ for the currency.
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
        """Return the style of a currency."""
        return self.styles.get(currency, self.styles["default"])


def read_money(node: Node) -> MoneyRules:
    """Read the section `money`."""
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
        in_front=node.phrases("in_front"),
        dollars=_lowered(node, "dollars"),
        thousand=node.phrases("thousand"),
        behind_thousand=node.phrases("behind_thousand"),
        vague=node.phrases("vague"),
        weak=_lowered(node, "weak"),
        rare=_lowered(node, "rare"),
        large=_lowered(node, "large"),
        final=_lowered(node, "final"),
        compounds=node.table("compounds"),
        currencies=node.section("currencies", _currencies),
    )


def _lowered(node: Node, key: str) -> frozenset[str]:
    return frozenset(word.lower() for word in node.phrases(key))


def _styles(node: Node) -> Mapping[str, str]:
    found = {name: node.choice(name, *STYLES) for name in node.names()}
    if "default" not in found:
        raise node.error("default", "is missing")
    return found


def _currencies(node: Node) -> Mapping[str, Forms]:
    return {code: _forms(node.node(code)) for code in node.names()}


def _pattern_with(node: Node, key: str, *places: str) -> str:
    """Read a pattern that contains each placeholder once."""
    pattern = node.text(key)
    for place in places:
        if pattern.count(place) != 1:
            raise node.error(key, f"must contain {place} exactly once")
    return pattern


@dataclass(frozen=True, slots=True)
class UnitNames:
    """The names and symbols of a unit by plural category, and further recognized spellings.

    Empty if CLDR's patterns are used.
    """

    long: Mapping[str, str]
    short: Mapping[str, str]
    also: tuple[str, ...] = ()


#: The names of a unit that is not in the locale file.
NO_NAMES = UnitNames({}, {})


def read_units(node: Node) -> Mapping[str, UnitNames]:
    """Read the section `units`, by the unit names of `quantities.units`."""
    found = {}
    for unit in node.names():
        entry = node.node(unit)
        names = set(entry.names())
        found[unit] = UnitNames(
            long=_unit_forms(entry, "long") if "long" in names else {},
            short=_unit_forms(entry, "short") if "short" in names else {},
            also=entry.phrases("also") if "also" in names else (),
        )
        entry.finish()
    return found


def _unit_forms(entry: Node, key: str) -> Mapping[str, str]:
    value = entry.take(key)
    if isinstance(value, str):
        return {"other": value}
    return _forms(Node(value, (*entry.keys, key))).written


@dataclass(frozen=True, slots=True)
class Typography:
    """Punctuation, spacing, articles, contractions and possessives.

    `contractions` and `elisions` map full forms to contracted and elided ones; `vowels` are
    the letters before which a word is elided; `possessive` replaces an English 's
    (`possessive_after_s` after a name that ends in one of `sibilants`), and is empty if the
    language uses a word instead.

    `articles` are rows of one article in its forms m, f, mp and fp; `also_other_words` are
    forms that may be another word and are never changed. `sounded` are articles that
    change before names that `sounds` matches (Italian lo); `masculine_before` matches
    feminine names that take a masculine article (Spanish "el agua"). `before_times` and
    `before_dates` map the words that engines write before a time or a date to the correct
    ones.
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
    """Read the section `typography`."""
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
        sounds=_or_never(node.expression("sounds")),
        masculine_before=_or_never(node.expression("masculine_before")),
        date_article=node.text("date_article"),
        before_times=node.table("before_times"),
        before_dates=node.table("before_dates"),
    )


def _articles(node: Node) -> tuple[Mapping[str, str], ...]:
    rows = node.take("articles")
    if not isinstance(rows, list):
        raise node.error("articles", "must be a list of articles")
    found = []
    for data in rows:
        row = Node(data, (*node.keys, "articles"))
        names = set(row.names())
        if not {"m", "f"} <= names <= {"m", "f", "mp", "fp"}:
            raise LocaleValueError(row.keys, "an article has the forms m, f and optionally mp, fp")
        found.append({name: row.text(name) for name in row.names()})
    return tuple(found)


#: Matches nothing.
NEVER = re.compile("(?!)")


def _or_never(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """Replace an empty pattern by one that never matches."""
    return pattern if pattern.pattern else NEVER
