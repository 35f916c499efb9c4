"""What the recipe knows about each language: small words, scripts, words for money."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ]")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_JAPANESE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the corpus.

    `small` are words that hardly any sentence of some length lacks and that English
    does not have; `script` finds a letter of its script; `spaced` says whether words
    are parted by spaces; `currencies` are words that follow a number and mean money;
    `point` and `group` write a number's fraction and its thousands.
    `ratio` is the usual length in characters over that of the English.
    """

    code: str
    name: str
    small: frozenset[str]
    script: re.Pattern[str]
    spaced: bool
    currencies: tuple[str, ...]
    point: str = ","
    group: str = "."
    ratio: float = 1.12


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Small words of English, to find text that was left in English.
ENGLISH: Final = Language(
    "en", "English",
    _words("the of and to is in that it for you with are this be was on as have not by from or"),
    _LATIN, True, ("dollars", "dollar", "euros", "euro", "yuan", "pounds", "yen", "cents"),
    ".", ",", 1.0,
)  # fmt: skip

LANGUAGES: Final[Mapping[str, Language]] = {
    language.code: language
    for language in (
        Language(
            "es", "Spanish",
            _words("el la los las de que en y es un una por con para se del al su lo más no"),
            _LATIN, True, ("dólares", "dólar", "euros", "euro", "yuanes", "yuan", "yenes"),
        ),
        Language(
            "fr", "French",
            _words("le la les de des du et en un une que est pour pas dans il qui vous ce je ne"),
            _LATIN, True, ("dollars", "dollar", "euros", "euro", "yuans", "yuan", "livres", "yens"),
            ",", "\u202f", 1.18,
        ),
        Language(
            "de", "German",
            _words("der die das und ist ein eine nicht sie ich zu den mit von es auf für im dem"),
            _LATIN, True, ("Dollar", "Euro", "Yuan", "Pfund", "Yen"), ",", ".", 1.16,
        ),
        Language(
            "pt", "Portuguese",
            _words("o a os as de que e em um uma para com não do da no na se por mais é ao"),
            _LATIN, True, ("dólares", "dólar", "reais", "euros", "euro", "yuans", "ienes"),
            ",", ".", 1.08,
        ),
        Language(
            "it", "Italian",
            _words("il la i le di che e un una per con non del della è si in lo gli da come"),
            _LATIN, True, ("dollari", "dollaro", "euro", "yuan", "sterline", "yen"), ",", ".", 1.1,
        ),
        Language(
            "zh", "Chinese", frozenset(), _HAN, False, ("元", "美元", "欧元", "日元"),
            ".", ",", 0.34,
        ),
        Language(
            "ja", "Japanese", frozenset(), _JAPANESE, False,
            ("ドル", "ユーロ", "元", "円"), ".", ",", 0.46,
        ),
    )
}  # fmt: skip
