"""What models call languages: ISO 639-3 with a script, as FLORES has it, and OPUS's tokens."""

from collections.abc import Collection, Iterator
from typing import Final

#: FLORES-200 codes by BCP 47 language, as its table of languages has them; where a
#: language has two, the one of the greater number of its writers.
_FLORES: Final = {
    "ar": "arb_Arab", "bg": "bul_Cyrl", "bn": "ben_Beng", "ca": "cat_Latn", "cs": "ces_Latn",
    "da": "dan_Latn", "de": "deu_Latn", "el": "ell_Grek", "en": "eng_Latn", "eo": "epo_Latn",
    "es": "spa_Latn", "et": "est_Latn", "eu": "eus_Latn", "fa": "pes_Arab", "fi": "fin_Latn",
    "fr": "fra_Latn", "ga": "gle_Latn", "gl": "glg_Latn", "he": "heb_Hebr", "hi": "hin_Deva",
    "hr": "hrv_Latn", "hu": "hun_Latn", "id": "ind_Latn", "it": "ita_Latn", "ja": "jpn_Jpan",
    "ko": "kor_Hang", "lt": "lit_Latn", "lv": "lvs_Latn", "nb": "nob_Latn", "nl": "nld_Latn",
    "oc": "oci_Latn", "pl": "pol_Latn", "pt": "por_Latn", "ro": "ron_Latn", "ru": "rus_Cyrl",
    "sk": "slk_Latn", "sl": "slv_Latn", "sr": "srp_Cyrl", "sv": "swe_Latn", "th": "tha_Thai",
    "tl": "tgl_Latn", "tr": "tur_Latn", "uk": "ukr_Cyrl", "ur": "urd_Arab", "vi": "vie_Latn",
    "zh-CN": "zho_Hans", "zh-TW": "zho_Hant",
}  # fmt: skip
#: What OPUS writes where it is not the code of FLORES or its first half.
_OPUS: Final = {
    "zh-CN": ("cmn_Hans", "cmn", "zho", "zh_cn", "zh_CN"),
    "zh-TW": ("cmn_Hant", "zh_tw", "zh_TW"),
    "pt-BR": ("pob", "pt_br", "pt_BR"),
    "ar": ("ara",), "fa": ("fas",), "lv": ("lav",), "et": ("ekk", "est"),
}  # fmt: skip


def flores(tag: str) -> str:
    """The FLORES code of a locale's tag, "" where there is none.

    >>> flores("es"), flores("pt-BR"), flores("zh-TW")
    ('spa_Latn', 'por_Latn', 'zho_Hant')
    """
    return _FLORES.get(tag) or _FLORES.get(tag.partition("-")[0], "")


def opus_token(tag: str, known: Collection[str]) -> str:
    """The token that asks a multilingual OPUS-MT model for a language, "" if it has none.

    >>> opus_token("es", {">>fra<<", ">>spa<<"})
    '>>spa<<'
    """
    return next((f">>{c}<<" for c in _opus_codes(tag) if f">>{c}<<" in known), "")


def _opus_codes(tag: str) -> Iterator[str]:
    language = tag.partition("-")[0]
    yield from _OPUS.get(tag, ())
    code = flores(tag)
    if code:
        yield code
        # The script is left out where it goes without saying.
        yield code.partition("_")[0]
    yield tag.replace("-", "_")
    # Which script a bare "zh" means nobody can tell, so it is never asked for.
    if language != "zh":
        yield from _OPUS.get(language, ())
        yield language
