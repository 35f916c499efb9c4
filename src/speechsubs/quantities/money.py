"""Amounts of money: a quantity with a currency next to it, or two that form a range.

Currency names that are more likely other words are excluded: pounds of flour, 元组,
"won".
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from speechsubs.language.locale_rules import RangeWords
from speechsubs.model import Money
from speechsubs.quantities.cjk import is_cjk
from speechsubs.quantities.currencies import (
    CODES,
    SIGNS,
    WORD_CODES,
    Amount,
    Context,
    CurrencyNames,
    currency_names,
)
from speechsubs.quantities.digits import (
    SPACES,
    any_of,
    known,
    normalize_digits,
    rules_for,
    scale_pattern,
    shift,
)
from speechsubs.quantities.numerals import Quantity, find_quantities
from speechsubs.quantities.words import cardinal_rules, power_of

#: From this value on, a currency name that is usually another word is money: "2000 coronas".
_LARGE = 1000
#: What ends a clause.
_ENDS = "，。！？、；：）」』】,.!?;:) \n"


def is_unlikely(text: str, end: int, name: str, quantity: Quantity, table: CurrencyNames) -> bool:
    """Whether a number followed by this name is unlikely to be an amount."""
    small = quantity.value < _LARGE and not quantity.scale
    word = name.lower()
    rules = table.rules
    if word in rules.rare and small:
        return True
    if word in rules.weak and quantity.spelled and quantity.value == 1:
        return True
    if word in rules.large:
        # "in 2021 won the prize", "version 3 won": only a large number is Korean money.
        return not quantity.scale and not (quantity.run and len(quantity.run) > 4)
    following = text[end : end + 1]
    if name in rules.compounds and small:
        if following and following in rules.compounds[name]:
            return True
        return quantity.spelled and quantity.value < 10 and not _at_end(following)
    return word in rules.final and small and not _at_end(following)


def _at_end(following: str) -> bool:
    return not following or following in _ENDS


_MINUS = re.compile(r"(?:(?<![^\s(\[\"'“‘«])|(?<=[\u3040-\u9fff$€£¥₩₹]))-$")
_THREE_PLACES = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
#: "$100+ million" is a hundred million and more, "2,- €" and "CHF 200.–" have no cents.
_PLUS = re.compile(r"\+(?=[ -])")
_NO_CENTS = re.compile(rf"[.,](?:[-–]{{1,2}}|—)(?=[{SPACES}.,;:!?)]|$)")


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The words around amounts in a language, as patterns.

    `between` matches at the end of what stands before a range, `joiner` and `link`
    between its numbers. `vague` stands before a lone scale word that is no number: "a
    few thousand". `thousand`, `half_thousand` and `sentence` read "two and a half grand".
    """

    between: re.Pattern[str]
    joiner: re.Pattern[str]
    link: re.Pattern[str]
    vague: re.Pattern[str]
    thousand: re.Pattern[str]
    half_thousand: re.Pattern[str]
    sentence: re.Pattern[str]


@cache
def _phrases(language: str) -> _Phrases:
    money = rules_for(language).money
    ranges = money.ranges
    gap = f"[{SPACES}]"
    articles = f"(?:(?:{any_of(ranges.articles)}){gap})?"
    openers = (*ranges.between, *ranges.opening)
    links = (*ranges.links, *ranges.change)
    thousand = any_of(money.thousand if known(language) else ())
    spelling = cardinal_rules(language)
    half = any_of(spelling.half_behind if spelling else ())
    return _Phrases(
        between=re.compile(
            rf"(?<![^\W_])({any_of(_apart(openers))}){gap}{articles}$|({any_of(_glued(openers))})$",
            re.IGNORECASE,
        ),
        joiner=re.compile(rf"{gap}(?:{any_of(ranges.joiners)}){gap}{articles}", re.IGNORECASE),
        link=re.compile(
            rf"(?:{gap}?[-–—~～〜]{gap}?|{gap}(?:{any_of(_apart(links))}){gap}|(?:{any_of(_glued(links))}))",
            re.IGNORECASE,
        ),
        vague=re.compile(rf"(?<![^\W_])(?:{any_of(money.vague)}){gap}$", re.IGNORECASE),
        thousand=re.compile(rf"{gap}({thousand})(?![^\W_])"),
        half_thousand=re.compile(rf"{gap}(?:{half})(?={gap}(?:{thousand}))", re.IGNORECASE),
        sentence=re.compile(rf"(?=[.,;:!?)]|$)|{gap}(?:{any_of(money.behind_thousand)})\b"),
    )


def _apart(words: Iterable[str]) -> list[str]:
    return [word for word in words if not is_cjk(word[-1])]


def _glued(words: Iterable[str]) -> list[str]:
    """The words written without a space before a number."""
    return [word for word in words if is_cjk(word[-1])]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A quantity with an adjacent currency, if any."""

    start: int
    end: int
    quantity: Quantity
    before: str = ""
    after: str = ""
    negative: bool = False

    @property
    def sign(self) -> str:
        return self.before or self.after


def find_amounts(
    text: str,
    language: str,
    context: Context | None = None,
    scanned: Iterable[Quantity] | None = None,
) -> list[Amount]:
    """The amounts of a text, left to right, not overlapping.

    `language` decides the words and the meaning of points and commas; for a
    language without a locale file only signs and ISO codes are read. Words such as
    "about" stay outside the span, and so do parentheses. `scanned` are the quantities
    of the text if already known.

    >>> [str(a) for a in find_amounts("It costs 215,900 yuan (29700$).", "en")]
    ['215900 CNY', '29700 USD']
    """
    context = context or Context()
    table = currency_names(language)
    flat = normalize_digits(text)
    amounts: list[Amount] = []
    pending: _Candidate | None = None
    last_end = 0
    scanned = find_quantities(flat, language) if scanned is None else scanned
    for found in _find_candidates(flat, scanned, language, table):
        if found.start < last_end:
            continue
        if pending is not None:
            joined: list[Amount] = []
            if joint := _find_link(flat, pending, found, language):
                ends = pending, found
                code, sure = _range_code(ends, context, table)
                joined = _range(text, joint, ends, code, sure) if code else []
            if joined:
                amounts += joined
                last_end, pending = joined[-1].end, None
                continue
            if single := _single(text, pending, language, context, table):
                amounts.append(single)
                last_end = single.end
        pending = found
    if pending is not None and (single := _single(text, pending, language, context, table)):
        amounts.append(single)
    return amounts


def _find_candidates(
    flat: str, scanned: Iterable[Quantity], language: str, table: CurrencyNames
) -> Iterator[_Candidate]:
    taken = 0
    for quantity in scanned:
        quantity = _with_price_notation(flat, quantity, language)
        start, end = quantity.start, quantity.end
        window = max(taken, start - 9)
        before = after = ""
        negative = False
        if minus := _minus(flat, start, taken):
            start, negative = minus - 1, True
        head = table.prefix.search(flat, window, start)
        if head and quantity.spelled and not _can_follow_words(head.group(1)):
            head = None
        if head and not _is_word_code(head.group(1), head.group(2)):
            before, start = head.group(1), head.start(1)
            if not negative and (minus := _minus(flat, start, taken)):
                start, negative = minus - 1, True
        if grand := _grand(flat, end, language, table, before):
            quantity = replace(quantity, value=shift(quantity.value, 3), end=grand[0])
            end, after = grand
        tail = table.suffix.match(flat, end)
        if tail and quantity.spelled and not _can_follow_words(tail.group(2), quantity):
            tail = None
        if tail and _may_follow(flat, tail, before):
            after, end = tail.group(2), tail.end()
        if (before or after) and (mark := _NO_CENTS.match(flat, end)):
            end = mark.end()
        if not before and not after and negative:
            start, negative = quantity.start, False
        taken = end
        yield _Candidate(start, end, quantity, before, after, negative)


def _with_price_notation(flat: str, quantity: Quantity, language: str) -> Quantity:
    """A quantity with notation used only in prices: "$.50", "$100+ million", "2,- €"."""
    if quantity.spelled or quantity.scale:
        return _with_half(flat, quantity, language)
    start, end = quantity.start, quantity.end
    if flat[start - 1 : start] == "." and flat[max(0, start - 2) : start - 1] in _SIGN_ENDS:
        cents = Decimal(f"0.{quantity.run}") if quantity.run.isdigit() else quantity.value
        return replace(quantity, start=start - 1, value=cents, mantissa=cents)
    if plus := _PLUS.match(flat, end):
        scale = scale_pattern(language).match(flat, plus.end())
        if scale is not None and (power := power_of(scale, language)) >= 3:
            value = shift(quantity.value, power)
            return replace(quantity, end=scale.end(), value=value, scale=power, approx="over")
    mark = _NO_CENTS.match(flat, end)
    if mark and flat[mark.end() : mark.end() + 2].strip()[:1] in tuple("€EFCDS"):
        # The currency stands behind the mark: "2,- €", "2,- Franken".
        return replace(quantity, end=mark.end())
    return _with_half(flat, quantity, language)


_SIGN_ENDS = tuple("$€£¥")


def _with_half(flat: str, quantity: Quantity, language: str) -> Quantity:
    """ "Two and a half grand": `words.behind` knows scale words only."""
    half = _phrases(language).half_thousand.match(flat, quantity.end)
    if half is None or quantity.scale or quantity.value >= _THOUSAND:
        return quantity
    value = quantity.value + Decimal("0.5")
    return replace(quantity, end=half.end(), value=value, mantissa=value)


_THOUSAND = 1_000


def _minus(flat: str, end: int, taken: int) -> int:
    """Where a minus before a number ends, or 0. Behind an amount it is a dash."""
    found = _MINUS.search(flat, max(0, end - 1), end)
    return end if found and (found.start() > taken or not taken) else 0


def _grand(
    flat: str, end: int, language: str, table: CurrencyNames, before: str
) -> tuple[int, str] | None:
    """ "grand" behind a number: where it ends, and itself where it is all there is."""
    phrases = _phrases(language)
    found = phrases.thousand.match(flat, end)
    if not found:
        return None
    if before or table.suffix.match(flat, found.end()):
        return found.end(), ""
    # "two grand pianos" are none: the sentence must go on without a noun.
    return (found.end(), found.group(1)) if phrases.sentence.match(flat, found.end()) else None


def _is_word_code(code: str, gap: str) -> bool:
    return code in WORD_CODES and gap != "\u00a0"


def _can_follow_words(sign: str, quantity: Quantity | None = None) -> bool:
    """Spelled-out numbers take names: "un $U$" is mathematics, "un SGD" a method."""
    if sign in SIGNS:
        return is_cjk(sign)
    large = quantity is not None and quantity.value >= 10
    return large or sign not in CODES


def _may_follow(flat: str, tail: re.Match[str], before: str) -> bool:
    word, gap = tail.group(2), tail.group(1) or ""
    following = flat[tail.end() : tail.end() + 2]
    if not word[-1].isalpha():
        # In "5 $10 bills" and "$10 $20" the sign belongs to what follows.
        if following[:1].isdigit() or (following[:1] == " " and following[1:].isdigit() and gap):
            return False
        return not before
    if before and word.isupper() and following[:1] in tuple(SPACES) and following[1:].isdigit():
        return False
    return gap != "-" or not word.isupper()


def _code(found: _Candidate, context: Context, table: CurrencyNames) -> tuple[str, bool]:
    """The currency and whether it is certain; "" where the adjacent text is no currency."""
    before, after = found.before, found.after
    one = _lookup(before, context, table) if before else None
    two = _lookup(after, context, table) if after else None
    if one and two and one[0] != two[0]:
        if before == "$" and two[0] in ("CAD", "AUD", "HKD", "TWD", "SGD", "NZD", "MXN", "USD"):
            return two
        if before == "¥" and two[0] in ("CNY", "JPY"):
            return two
        return one[0], False
    best = one or two
    if best is None:
        return "", False
    return best[0], best[1] or bool(one and two and (one[1] or two[1]))


def _lookup(word: str, context: Context, table: CurrencyNames) -> tuple[str, bool]:
    sign = " ".join(word.split())
    if sign in table.rules.thousand:
        return context.default_dollar, False
    code = table.codes.get(sign) or table.codes[sign.lower()]
    if code == "$":
        return context.default_dollar, True
    if code == "¥":
        own = context.yen_sign or table.rules.yen_sign
        return (own, True) if own else ("JPY", False)
    if code == "USD" and context.default_dollar != "USD" and sign.lower() in table.rules.dollars:
        return context.default_dollar, True
    return code, sign.lower() not in table.rules.weak


def _single(
    text: str, found: _Candidate, language: str, context: Context, table: CurrencyNames
) -> Amount | None:
    quantity = found.quantity
    code, sure = _code(found, context, table)
    if not code or is_unlikely(text, found.end, found.after, quantity, table):
        return None
    if (
        quantity.spelled
        and quantity.value in (100, _THOUSAND)
        and _phrases(language).vague.search(text, max(0, found.start - 20), found.start)
    ):
        return None
    size = _grouped_value(quantity)
    return Amount(
        found.start,
        found.end,
        text[found.start : found.end],
        (Money(-size if found.negative else size, code),),
        quantity.approx,
        sure and quantity.sure,
        (quantity.scale,),
    )


def _grouped_value(quantity: Quantity) -> Decimal:
    """Prices have no three decimal places: "$3,000" in a Spanish text is a guess at 3000."""
    run = quantity.run
    if not quantity.sure and not quantity.scale and _THREE_PLACES.fullmatch(run):
        return Decimal(run.replace(",", "").replace(".", ""))
    return quantity.value


def _shared_power(low: Quantity, high: Quantity) -> int:
    """The power of ten that the start of a spelled range takes from its end.

    "Ten to twelve thousand" is ten thousand and more, "two to three hundred" two hundred;
    "five hundred to one thousand" is what it says.
    """
    for power, least in ((3, 1_000), (2, 100)):
        top = shift(high.value, -power)
        if high.value >= least and top == top.to_integral_value() and low.value <= top < least:
            return power
    return 0


@dataclass(frozen=True, slots=True)
class _RangeLink:
    """The words that make two quantities a range: one before them, if any, and the link.

    `start` is where the range begins, `opening` is "between" or "from" in lower case.
    """

    start: int
    opening: str
    link: str
    words: RangeWords

    @property
    def is_change(self) -> bool:
        """Whether it says where something went, so that both ends stay amounts.

        "Rose from 300 to 500 euros" must not become "rose 300–500 euros".
        """
        spoken = self.opening in self.words.opening and self.link.strip().isalpha()
        return self.link in self.words.change or spoken


def _find_link(flat: str, one: _Candidate, two: _Candidate, language: str) -> _RangeLink | None:
    """How two quantities are joined into a range, or None."""
    if not (two.sign or one.before) or two.start - one.end > 12 or one.quantity.approx:
        return None
    if one.negative or two.negative or (one.after and not two.sign):
        return None
    start = one.start
    phrases, words = _phrases(language), rules_for(language).money.ranges
    opener = phrases.between.search(flat, max(0, start - 12), start)
    link = flat[one.end : two.start]
    spoken = (opener.group(1) or opener.group(2)).lower() if opener else ""
    by_and = spoken in words.between and phrases.joiner.fullmatch(link)
    if not by_and and not phrases.link.fullmatch(link):
        return None
    return _RangeLink(opener.start() if opener and by_and else start, spoken, link, words)


def _range_start(one: _Candidate, two: _Candidate) -> tuple[Decimal, int, bool]:
    """The lower value of a range with its scale, and whether that reading is sure.

    "5 to 7 million" begins with five million.
    """
    a, b = one.quantity, two.quantity
    if b.scale and not a.scale and a.value <= b.mantissa:
        return shift(a.value, b.scale), b.scale, not (one.sign and two.before)
    if a.spelled and b.spelled and (power := _shared_power(a, b)):
        return shift(a.value, power), a.scale, True
    return a.value, a.scale, True


def _range(
    text: str, joint: _RangeLink, ends: tuple[_Candidate, _Candidate], code: str, sure: bool
) -> list[Amount]:
    """One amount with two values, or two amounts; none where the values do not ascend."""
    one, two = ends
    low, low_scale, low_sure = _range_start(one, two)
    high, high_scale = two.quantity.value, two.quantity.scale
    if low >= high:
        return []
    sure = sure and low_sure and one.quantity.sure and two.quantity.sure
    less, more = Money(low, code), Money(high, code)
    if joint.is_change:
        first, second = text[one.start : one.end], text[two.start : two.end]
        return [
            Amount(one.start, one.end, first, (less,), "", sure, (low_scale,)),
            Amount(two.start, two.end, second, (more,), "", sure, (high_scale,)),
        ]
    whole, scales = text[joint.start : two.end], (low_scale, high_scale)
    return [Amount(joint.start, two.end, whole, (less, more), "", sure, scales)]


def _range_code(
    ends: tuple[_Candidate, _Candidate], context: Context, table: CurrencyNames
) -> tuple[str, bool]:
    """The one currency of both ends, and whether it is sure; "" where they differ."""
    one, two = ends
    code, sure = _code(two if two.sign else one, context, table)
    if one.sign:
        first, first_sure = _code(one, context, table)
        return (code, sure and first_sure) if first == code else ("", False)
    return code, sure
