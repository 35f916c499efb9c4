"""Currency signs, codes and names, and their meaning in a document."""

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from speechsubs.language.locale_rules import MoneyRules
from speechsubs.model import Money
from speechsubs.quantities.cjk import is_cjk
from speechsubs.quantities.digits import SPACES, known, normalize_digits, rules_for, trim_zeros


@dataclass(frozen=True, slots=True)
class Context:
    """The meaning in a document of signs shared by several currencies.

    `default_dollar` is the bare "$", `yen_sign` the "¥" ("CNY", "JPY"), None where
    the document does not say.
    """

    default_dollar: str = "USD"
    yen_sign: str | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount of money in a text.

    `start` and `end` are half-open character offsets and `text` is the text between
    them. `values` has one member, or two for a range. `approx` is "over" where the
    text holds an inseparable "more than" (多, 余). `sure` is False where the
    currency or the value is a guess. `scales` are the powers of ten of the scale
    words as written (0 for none), one for each value.
    """

    start: int
    end: int
    text: str
    values: tuple[Money, ...]
    approx: str = ""
    sure: bool = True
    scales: tuple[int, ...] = ()

    @property
    def identity(self) -> Hashable:
        """Equal for the same money, however it is written."""
        return Amount, self.values

    def __str__(self) -> str:
        """The amount in canonical form: "10000000000 USD", "5 USD..10 USD"."""
        return "..".join(f"{trim_zeros(v.value)} {v.currency}" for v in self.values)


#: ISO 4217 codes that are read, with what else is written for them.
CODES = [
    "USD",
    "EUR",
    "GBP",
    "CNY",
    "JPY",
    "KRW",
    "INR",
    "RUB",
    "CHF",
    "CAD",
    "AUD",
    "HKD",
    "TWD",
    "SGD",
    "NZD",
    "BRL",
    "MXN",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "TRY",
    "CZK",
    "HUF",
    "RON",
    "ILS",
    "AED",
    "SAR",
    "THB",
    "VND",
    "IDR",
    "MYR",
    "PHP",
    "ZAR",
    "UAH",
    "EGP",
    "ARS",
    "CLP",
    "COP",
]
_OTHER_CODES = {"RMB": "CNY", "NTD": "TWD", "YUAN": "CNY"}
#: Codes that are also words where a text is in capitals; before a number they need
#: a no-break space.
WORD_CODES = frozenset({"TRY", "RON", "PHP"})

#: Signs, longest first. "$" and "¥" are decided by the context.
SIGNS: Mapping[str, str] = {
    "US$": "USD", "US $": "USD", "U.S. $": "USD", "U.S.$": "USD", "USD$": "USD",
    "$US": "USD", "$USD": "USD",
    "AU$": "AUD", "A$": "AUD", "$AU": "AUD", "CA$": "CAD", "CAD$": "CAD", "C$": "CAD",
    "$CA": "CAD", "Can$": "CAD", "HK$": "HKD", "$HK": "HKD", "NT$": "TWD", "$TW": "TWD",
    "S$": "SGD", "SG$": "SGD", "$SG": "SGD", "NZ$": "NZD", "$NZ": "NZD", "R$": "BRL",
    "MX$": "MXN", "$MX": "MXN", "CN¥": "CNY", "RMB¥": "CNY", "JP¥": "JPY",
    "€": "EUR", "£": "GBP", "₩": "KRW", "₹": "INR", "₽": "RUB", "₺": "TRY", "₫": "VND",
    "฿": "THB", "₱": "PHP", "₪": "ILS", "₴": "UAH", "Rs.": "INR", "Rs": "INR", "zł": "PLN",
    "Kč": "CZK", "SFr.": "CHF", "Fr.": "CHF", "元": "CNY", "円": "JPY",
    "$": "$", "¥": "¥",
}  # fmt: skip
#: Signs of CJK texts that stand only behind a number, where a name table has them.
_NAMES_ONLY = ("元", "円")


@dataclass(frozen=True, slots=True)
class CurrencyNames:
    """What currencies are called in a language.

    `prefix` matches at the end of the text before a number, `suffix` at the start
    of the text after it; the words are looked up in `codes`. `rules` say which
    names may be something else.
    """

    prefix: re.Pattern[str]
    suffix: re.Pattern[str]
    codes: Mapping[str, str]
    rules: MoneyRules


@cache
def currency_names(language: str) -> CurrencyNames:
    """The table for a language; only signs and codes for an unknown one."""
    money = rules_for(language).money
    codes: dict[str, str] = {sign: code for sign, code in SIGNS.items() if sign not in _NAMES_ONLY}
    codes |= {code: code for code in CODES} | _OTHER_CODES
    spoken: dict[str, str] = {}
    if known(language):
        for code, entry in money.currencies.items():
            for name in entry.spellings:
                spoken.setdefault(name.lower(), code)
        both = ("zh", "zh_Hant") if language.startswith("zh") else (language,)
        for name, code in (pair for tag in both for pair in _babel_names(tag).items()):
            spoken.setdefault(name, code)
        for code, sign in money.symbols.items():
            codes.setdefault(sign, code)
    fixed = _alternatives(codes)
    spelled = _alternatives(spoken)
    named = rf"|(?i:{spelled})(?![^\W_]|['’][a-z])" if spoken and not _cjk(language) else (
        rf"|(?i:{spelled})" if spoken else "")  # fmt: skip
    letters = r"(?<![^\W_])" if not _cjk(language) else "(?<![A-Za-z])"
    in_front = "".join(f"|{re.escape(name)}" for name in money.in_front if known(language))
    gap = f"[{SPACES}]"
    link = r"(?:(?:de|di|do|of)[ \u00a0]|d['’])?"
    return CurrencyNames(
        re.compile(rf"({letters}(?:{fixed}){in_front})({gap}?)$"),
        re.compile(rf"({gap}|-)?{link}({fixed}{named})"),
        {**codes, **spoken},
        money,
    )


def _cjk(language: str) -> bool:
    return bool(known(language) and rules_for(language).numbers.myriads)


def _alternatives(words: Iterable[str]) -> str:
    def one(word: str) -> str:
        body = re.escape(word).replace(r"\ ", f"[{SPACES}]")
        letter = word[-1].isalpha() and not is_cjk(word[-1])
        return body + r"(?![^\W_])" if letter else body

    return "|".join(map(one, sorted(words, key=len, reverse=True)))


def _babel_names(language: str) -> dict[str, str]:
    """CLDR's names, the fallback of `render`, so that what it writes is read again."""
    # Babel loads megabytes of locale data: only a run that reads amounts pays for it.
    from babel import Locale, UnknownLocaleError
    from babel.numbers import get_currency_name

    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return {}
    found: dict[str, str] = {}
    for code in CODES:
        for count in (None, 0, 1, 2, 3, 5, 11, 100, 10**6, 1.5):
            name = get_currency_name(code, count, locale=locale)
            if name != code:
                found.setdefault(name.lower(), code)
    return found


_CHINA = re.compile(
    r"\byuan|renminbi|\bRMB\b|\bCNY\b|\bChin(?:a\b|[aeo]s|ese|oi|ês)|Xiaomi|Beijing|人民[币幣]|中国|中國",
    re.I,
)
_JAPAN = re.compile(
    r"\by[eé]n(?:e?s)?\b|\bienes?\b|\bJPY\b|\bJap[ao]n|\bGiappon|Tokyo|円|日本", re.I
)


def infer_context(texts: Iterable[str], language: str, default_dollar: str = "USD") -> Context:
    """What "¥" and "$" mean in a document: the currency and country named more often.

    A tie, or a document without a hint, leaves it to the language: Chinese means
    yuan, Japanese yen, any other leaves `yen_sign` at None.
    """
    yuan = yen = 0
    for text in texts:
        flat = normalize_digits(text)
        yuan += sum(1 for _ in _CHINA.finditer(flat))
        yen += sum(1 for _ in _JAPAN.finditer(flat))
    if own := rules_for(language).money.yen_sign:
        return Context(default_dollar, own)
    sign = "CNY" if yuan > yen else "JPY" if yen > yuan else None
    return Context(default_dollar, sign)
