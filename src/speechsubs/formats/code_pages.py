"""Guess the encoding of a text that is not Unicode, from its bytes and perhaps its language.

Every candidate is decoded and asked how likely its letters are in the language it would be:
`decode` strictly, then the mean number of bits per byte under a model of the language's most
frequent characters. A wrong code page gives letters of the wrong script or rare ones, which
cost more. Bytes count, not characters, so that scripts with two bytes a character compare
with others. Latin code pages, whose texts are mostly ASCII, have a rule of their own in
`decode`.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import log2
from typing import Final

#: What a character costs that is not among the frequent ones of its language, in bits.
_RARE_BITS: Final = 14.0
#: What a byte may cost more if the file says that it is in that language.
_HINT_BITS: Final = 3.0
#: What a capital in the middle of a word costs: nobody writes "пРИВЕТ".
_CAPITAL_BITS: Final = 4.0


@dataclass(frozen=True, slots=True)
class Model:
    """A language: its code pages, and its characters from the most frequent one on.

    `flat` shifts the ranks: the larger it is, the more even are the frequencies.
    """

    language: str
    encodings: tuple[str, ...]
    characters: str
    flat: int = 4


_CYRILLIC = ("cp1251", "koi8_r", "cp866", "iso8859_5", "mac_cyrillic")
#: Frequencies by the usual counts of letters in running text, capitals as their small letters.
_MODELS: Final[tuple[Model, ...]] = (
    Model("ru", _CYRILLIC, "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"),
    Model("uk", ("cp1251", "koi8_u"), "оаинтівресклудмпязьбгйчхжцюшїщєфґ"),
    Model("bg", ("cp1251",), "аиоентрсвлкдпмзгбяучщжъхцшйюфь"),
    Model("el", ("cp1253", "iso8859_7"), "αοιετσνηυρπκμλςίόέάήγδωθχφώύβξζψϊϋ"),
    Model("he", ("cp1255", "iso8859_8"), "יוהלאתרבשמנכדפעחקםטגצןסזךףץ"),
    Model("ar", ("cp1256", "iso8859_6"), "اليمنوتربعدفهسكقحجصشطخةءأإىغذثزضئؤظآ،؟"),
    Model("fa", ("cp1256",), "ایردنهمتوسبشکلخزفقعگچجحپصطغثضذظژ،؟"),
    Model("th", ("cp874",), "านรกอเงมยลวดทส่้ตะปบคีหแจพชขใไิัโถุูผ์ืึำณธซศษญฟภฉ็"),
    Model("vi", ("cp1258",), "àáãạảâăđêôơưìíèéòóùúýÀÁÂĐÊÔƠƯ\u0300\u0301\u0303\u0309\u0323"),
    Model(
        "ja",
        ("cp932", "euc_jp"),
        "のいにたをとるしてはがなれでんうかもりっらこきまさす、。あくけよおどだえみそじちわせつめろー"
        "ンスルイトラリクアシドレタロマフムコテメ日人一年大私国車本時行今会中自話見出来語分何間気",
        20,
    ),
    Model(
        "zh",
        ("gb18030",),
        "的，一是。不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年"
        "过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心"
        "她本前开但因只从想实、？！：车很公司给被让把再第三百两万元新长问话头点关",
        24,
    ),
    Model(
        "zh-TW",
        ("big5", "cp950"),
        "的，一是。不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年"
        "過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心"
        "她本前開但因只從想實、？！：車很公司給被讓把再第三百兩萬元新長問話頭點關",
        24,
    ),
    Model(
        "ko",
        ("cp949",),
        "이다는의에을가고지하은기를도로한사리자어나인시대서아그있들해것수라만정게여부일보제원우장전"
        "주니스구과으면소상조공용비경안무오관학진문성선신동물러내차마연",
        24,
    ),
)


@cache
def _costs(model: Model) -> dict[str, float]:
    """Bits of each frequent character: frequencies fall as one over the rank."""
    weights = {c: 1 / (rank + model.flat) for rank, c in enumerate(model.characters)}
    # A tenth of all text is rare characters.
    total = sum(weights.values()) / 0.9
    return {c: -log2(weight / total) for c, weight in weights.items()}


def has_language(tag: str) -> bool:
    """Whether the language of a tag has code pages here."""
    return any(tag.partition("-")[0] == model.language.partition("-")[0] for model in _MODELS)


def guess(sample: bytes, language: str = "") -> tuple[str, float] | None:
    """The likeliest encoding of a text in a script other than Latin, and bits per byte.

    `language` is what the file's name says, as a tag. None if no candidate can decode it.

    >>> guess("שלום, מה שלומך היום?".encode("cp1255"))[0]
    'cp1255'
    """
    best: tuple[float, str] | None = None
    own = language.partition("-")[0]
    for model in _MODELS:
        hinted = own == model.language.partition("-")[0]
        for encoding in model.encodings:
            bits = _bits_per_byte(sample, encoding, model)
            if bits is None:
                continue
            bits -= _HINT_BITS if hinted else 0.0
            if best is None or bits < best[0]:
                best = bits, encoding
    return (best[1], best[0]) if best is not None else None


def _bits_per_byte(sample: bytes, encoding: str, model: Model) -> float | None:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return None
    costs = _costs(model)
    high = [c for c in text if ord(c) > 127]
    size = sum(byte > 127 for byte in sample)
    if not high or not size:
        return None
    # The second byte of two may be ASCII: it counts as well.
    size = max(size, sum(len(c.encode(encoding, "replace")) for c in high))
    bits = sum(costs.get(c) or costs.get(c.lower(), _RARE_BITS) for c in high)
    odd = sum(b.isupper() and a.islower() for a, b in pairwise(text))
    return (bits + odd * _CAPITAL_BITS) / size
