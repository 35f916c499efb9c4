"""Spelled-out numbers: "two hundred and fifteen thousand", "dreihunderttausend"."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from speechsubs.numbers.notation import trimmed


@dataclass(frozen=True, slots=True)
class Spelling:
    """A language's number words. `glued`: written together (German, Italian)."""

    small: Mapping[str, int]
    scales: Mapping[str, int]
    joiners: str
    articles: tuple[str, ...] = ()
    halves: str = "(?!)"
    alone: tuple[str, ...] = ()
    """Scale words that count without a number before them: "mil euros"."""
    glued: bool = False


def _number(words: str, first: int, step: int = 1) -> dict[str, int]:
    return {
        word: first + step * index
        for index, group in enumerate(words.split())
        for word in group.split("/")
    }


_EN = Spelling(
    _number("one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen", 1)
    | _number("twenty thirty forty/fourty fifty sixty seventy eighty ninety", 20, 10),
    {"hundred": 2, "thousand": 3, "lakh": 5, "million": 6, "crore": 7, "billion": 9,
     "trillion": 12},
    "and", ("a", "an"), r"half an?",
)  # fmt: skip
_ES = Spelling(
    _number("un/uno/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce "
            "quince dieciséis/dieciseis diecisiete dieciocho diecinueve veinte "
            "veintiún/veintiuno/veintiuna veintidós/veintidos veintitrés/veintitres veinticuatro "
            "veinticinco veintiséis/veintiseis veintisiete veintiocho veintinueve", 1)
    | _number("treinta cuarenta cincuenta sesenta setenta ochenta noventa", 30, 10)
    | _number("cien/ciento doscientos/doscientas trescientos/trescientas "
              "cuatrocientos/cuatrocientas quinientos/quinientas seiscientos/seiscientas "
              "setecientos/setecientas ochocientos/ochocientas novecientos/novecientas", 100, 100),
    {"mil": 3, "millón": 6, "millones": 6, "miles de millones": 9, "billón": 12, "billones": 12},
    "y",
    (), "medio", ("mil",),
)  # fmt: skip
_PT = Spelling(
    _number("um/uma dois/duas três/tres quatro cinco seis sete oito nove dez onze doze treze "
            "catorze/quatorze quinze dezesseis/dezasseis dezessete/dezassete dezoito "
            "dezenove/dezanove", 1)
    | _number("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa", 20, 10)
    | _number("cem/cento duzentos/duzentas trezentos/trezentas quatrocentos/quatrocentas "
              "quinhentos/quinhentas seiscentos/seiscentas setecentos/setecentas "
              "oitocentos/oitocentas novecentos/novecentas", 100, 100),
    {"mil": 3, "milhão": 6, "milhões": 6, "bilhão": 9, "bilhões": 9, "trilhão": 12, "trilhões": 12},
    "e", (), "meio", ("mil",),
)  # fmt: skip
_FR = Spelling(
    _number("un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze "
            "quinze seize", 1)
    | _number("vingt trente quarante cinquante soixante septante huitante/octante nonante", 20, 10)
    | {"quatre-vingts": 80, "quatre-vingt": 80, "quatre vingt": 80, "quatre vingts": 80,
       "dix-sept": 17, "dix-huit": 18, "dix-neuf": 19},
    {"cent": 2, "cents": 2, "mille": 3, "million": 6, "millions": 6, "milliard": 9,
     "milliards": 9, "billion": 12, "billions": 12},
    "et", (), "un demi|une demi", ("mille", "cent"),
)  # fmt: skip
_DE = Spelling(
    _number("ein/eins/eine/einen/einem/einer zwei/zwo drei vier fünf sechs sieben acht neun zehn "
            "elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn", 1)
    | _number("zwanzig dreißig/dreissig vierzig fünfzig sechzig siebzig achtzig neunzig", 20, 10),
    {"hundert": 2, "tausend": 3, "million": 6, "millionen": 6, "milliarde": 9, "milliarden": 9,
     "billion": 12, "billionen": 12},
    "und", (), "eine halbe|einer halben", ("tausend", "hundert"), True,
)  # fmt: skip
_IT = Spelling(
    _number("un/uno/una due tre/tré quattro cinque sei sette otto nove dieci undici dodici tredici "
            "quattordici quindici sedici diciassette diciotto diciannove", 1)
    | _number("venti/vent trenta/trent quaranta/quarant cinquanta/cinquant sessanta/sessant "
              "settanta/settant ottanta/ottant novanta/novant", 20, 10),
    {"cento": 2, "cent": 2, "mille": 3, "mila": 3, "milione": 6, "milioni": 6, "miliardo": 9,
     "miliardi": 9},
    "e", (), "mezzo", ("mille", "cento", "cent"), True,
)  # fmt: skip
_CA = Spelling(
    _number("un/una dos/dues tres quatre cinc sis set vuit/huit nou deu onze dotze tretze catorze "
            "quinze setze disset/desset divuit/devuit dinou/denou vint", 1)
    | _number("trenta quaranta cinquanta seixanta setanta vuitanta noranta", 30, 10)
    | {"dos-cents": 200, "dues-centes": 200}
    | _number("tres-cents quatre-cents cinc-cents sis-cents set-cents vuit-cents nou-cents",
              300, 100)
    | {"cent": 100},
    {"mil": 3, "milió": 6, "milions": 6, "bilió": 12, "bilions": 12}, "i", (), "mig", ("mil",),
)  # fmt: skip
_RU = Spelling(
    _number("один/одна/одно/одного/одну/одной/одним/одному два/две/двух/двумя/двум "
            "три/трёх/трех/тремя/трём/трем четыре/четырёх/четырех/четырьмя/четырём "
            "пять/пяти/пятью шесть/шести/шестью семь/семи/семью восемь/восьми/восемью "
            "девять/девяти/девятью десять/десяти/десятью "
            "одиннадцать/одиннадцати двенадцать/двенадцати тринадцать/тринадцати "
            "четырнадцать/четырнадцати пятнадцать/пятнадцати шестнадцать/шестнадцати "
            "семнадцать/семнадцати восемнадцать/восемнадцати девятнадцать/девятнадцати", 1)
    | _number("двадцать/двадцати/двадцатью тридцать/тридцати/тридцатью сорок/сорока "
              "пятьдесят/пятидесяти/пятьюдесятью шестьдесят/шестидесяти "
              "семьдесят/семидесяти восемьдесят/восьмидесяти девяносто/девяноста", 20, 10)
    | _number("сто/ста двести/двухсот/двумстам/двумястами триста/трёхсот/трехсот "
              "четыреста/четырёхсот/четырехсот пятьсот/пятисот шестьсот/шестисот "
              "семьсот/семисот восемьсот/восьмисот девятьсот/девятисот", 100, 100),
    {"тысяча": 3, "тысячи": 3, "тысяч": 3, "тысячу": 3, "тысячам": 3, "тысячами": 3,
     "тысячах": 3, "миллион": 6, "миллиона": 6, "миллионов": 6, "миллионам": 6,
     "миллионами": 6, "миллионах": 6, "миллиардами": 9,
     "миллиард": 9, "миллиарда": 9, "миллиардов": 9},
    "", (), "(?!)", ("тысяча", "тысячу"),
)  # fmt: skip
_SPELLINGS = {
    "ca": _CA,
    "ru": _RU,
    "en": _EN,
    "es": _ES,
    "pt": _PT,
    "fr": _FR,
    "de": _DE,
    "it": _IT,
}


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    spelling = _SPELLINGS.get(language.partition("-")[0])
    if spelling is None:
        return None
    names = sorted({*spelling.small, *spelling.scales}, key=len, reverse=True)
    piece = "|".join(map(re.escape, names))
    gap = "[ \u00a0-]"
    joiner = spelling.joiners
    articles = "".join(rf"{a}[ \u00a0]|" for a in spelling.articles)
    before = rf"(?:{articles}(?:{spelling.halves}){gap}|)"
    # Glued numbers are one word: "dreihunderttausend", "trecentomila".
    word = rf"(?:{piece})(?:{joiner}|{piece})*+" if spelling.glued else rf"(?:{piece})"
    link = rf"{gap}(?:{joiner}{gap})?" if joiner else gap
    run = rf"(?<![^\W_]){before}{word}(?:{link}{word}(?![^\W_]))*+(?![^\W_])"
    if language.startswith("en"):
        digits = "|".join(sorted(spelling.small, key=len, reverse=True))
        run = run.removesuffix(r"(?![^\W_])") + (
            rf"(?:[ ]point(?:[ ](?:zero|oh|{digits})(?![^\W_]))++"
            r"(?:[ -](?:hundred|thousand|million|billion|trillion))?)?(?![^\W_])")  # fmt: skip
    flags = re.IGNORECASE
    word_and = joiner or "(?!)"
    tokens = rf"(?P<half>{spelling.halves})|point|zero|oh|{word_and}(?![^\W_])|{piece}|{word_and}"
    return re.compile(run, flags), re.compile(tokens, flags)


@dataclass(frozen=True, slots=True)
class Run:
    """A spelled-out number; `scale` is the power of its big scale word, else 0.

    `sure` is False for one of two numbers in a row ("twelve fifty").
    """

    start: int
    end: int
    value: Decimal
    scale: int
    sure: bool = True


def runs(flat: str, language: str) -> Iterator[Run]:
    """The spelled-out numbers of a text, left to right."""
    patterns = _patterns(language)
    if patterns is None:
        return
    whole, piece = patterns
    spelling = _SPELLINGS[language.partition("-")[0]]
    for found in whole.finditer(flat):
        position, parts = found.start(), []
        while position < found.end():
            result = _read(flat, position, found.end(), piece, spelling)
            if result is not None and flat[result.end : result.end + 1].isalpha():
                # "Zweihundert und dreihundert": a number does not end inside a word.
                gap = flat.rfind(" ", position, result.end)
                result = _read(flat, position, max(gap, position), piece, spelling)
            if result is None:
                break
            position = result.end
            parts.append(result)
        whole_run = len(parts) == 1 and parts[0].end == found.end()
        for part in parts:
            yield part if whole_run else replace(part, sure=False)


def scale_words(language: str) -> Mapping[str, int]:
    """The scale words of a language, in lower case, with their powers of ten."""
    spelling = _SPELLINGS.get(language.partition("-")[0])
    return spelling.scales if spelling else {}


def _read(
    flat: str, start: int, end: int, piece: re.Pattern[str], spelling: Spelling
) -> Run | None:
    groups: list[tuple[Decimal, int]] = []
    current: int | None = None
    first, last, joined, scale, half = -1, start, False, 0, False
    for found in piece.finditer(flat, start, end):
        word = found.group(0).lower()
        if word == "point" and current is not None and not groups:
            return _decimal(flat, first, end, piece, found.end(), current, spelling)
        if found.group("half"):
            if first >= 0:
                break
            half, first, last = True, found.start(), found.end()
            continue
        opened = current is not None or groups or half or word in spelling.alone
        if word in spelling.scales and not opened and not _article(flat, start, found, spelling):
            break
        if word in spelling.small:
            value = spelling.small[word]
            if not _fits(current, value, joined and spelling.glued):
                break
            current = (current or 0) + value
        elif word in spelling.scales:
            power = spelling.scales[word]
            if power == 2:
                if current is None:
                    current = 100
                elif 0 < current % 100 == current:
                    current *= 100
                else:
                    break
            elif not _scaled(groups, current, power):
                break
            else:
                current, scale = None, max(scale, power)
        else:
            joined = True
            continue
        first = found.start() if first < 0 else first
        last, joined = found.end(), False
    total = int(sum(g[0] for g in groups)) + (current or 0)
    if first < 0 or not total:
        return None
    if first > start and scale_first(flat, first, end, piece, spelling):
        first = start
    exact = trimmed(Decimal(total * 5).scaleb(-1)) if half else Decimal(total)
    if half:
        # Half a billion is said as 500 million, half a million in digits.
        scale = scale - 3 if scale >= 9 else 0
    return Run(first, last, exact, scale if scale >= 5 else 0)


def scale_first(
    flat: str, first: int, end: int, piece: re.Pattern[str], spelling: Spelling
) -> bool:
    """Whether a number begins with a scale word, as "a million" does behind its article."""
    found = piece.match(flat, first, end)
    return found is not None and found.group(0).lower() in spelling.scales


def _article(flat: str, start: int, found: re.Match[str], spelling: Spelling) -> bool:
    return flat[start : found.start()].strip().lower() in spelling.articles


def _fits(current: int | None, value: int, joined: bool) -> bool:
    if current is None:
        return True
    rest = current % 100
    if value >= 100:
        return False
    if rest == 0:
        return current > 0
    if value < 10 and rest >= 20 and rest % 10 == 0:
        return True
    if rest in (60, 80) and 10 <= value < 20:
        return True
    return joined and rest < 10 and value >= 20 and value % 10 == 0


def _scaled(groups: list[tuple[Decimal, int]], current: int | None, power: int) -> bool:
    below = Decimal(0)
    merged = 0
    while groups and groups[-1][1] < power:
        below += groups.pop()[0]
        merged += 1
    if groups and groups[-1][1] == power:
        return False
    if current is None and not merged:
        if groups:
            return False
        current = 1
    groups.append(((below + (current or 0)).scaleb(power).quantize(Decimal(1)), power))
    return True


def _decimal(
    flat: str, first: int, end: int, piece: re.Pattern[str], position: int, whole: int,
    spelling: Spelling,
) -> Run:  # fmt: skip
    """ "ten point five million": digits are spoken one by one."""
    digits, scale, last = "", 0, position
    for found in piece.finditer(flat, position, end):
        word = found.group(0).lower()
        if word in ("zero", "oh"):
            digits += "0"
        elif spelling.small.get(word, 10) < 10 and not scale:
            digits += str(spelling.small[word])
        elif word in spelling.scales and digits and not scale:
            scale = spelling.scales[word]
        else:
            break
        last = found.end()
    value = Decimal(f"{whole}.{digits}" if digits else whole).scaleb(scale)
    value = Decimal(format(value, "f"))
    return Run(first, last, value, scale if scale >= 5 else 0)
