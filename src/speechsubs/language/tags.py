"""BCP 47 language tags: normalization, matching, and the codes of other systems.

`langcodes` was tried and not adopted: it knows neither Argos's codes (pb, zt) nor "jp", and
its closest match for Basque or Galician is Spanish, which does not help the viewer.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from speechsubs.errors import InputError

_TAG = re.compile(r"[A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8}){0,6}", re.ASCII)
#: Deprecated and non-standard codes (ISO 639 changes; Argos, Windows, hand-written files).
_ALIASES: Final = {
    "iw": "he", "in": "id", "ji": "yi", "jp": "ja", "cmn": "zh", "pb": "pt-BR", "zt": "zh-TW",
}  # fmt: skip
#: Regions whose Chinese is in the traditional script (CLDR, likely subtags).
_TRADITIONAL: Final = {"TW", "HK", "MO"}
#: Argos's codes that differ from the language's own and are in no locale file. The second
#: code is used if the first is not available.
_ARGOS: Final = {
    "pt": ("pt", "pb"), "pt-PT": ("pt", "pb"), "pt-BR": ("pb", "pt"), "no": ("nb",),
    "nn": ("nb",), "nb": ("nb",), "fil": ("tl",), "tl": ("tl",),
}  # fmt: skip
#: FLORES-200 codes by BCP 47 language, from its table of languages; for languages with two,
#: the one with more writers.
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
#: Codes of OPUS that are neither the FLORES code nor its first half.
_OPUS: Final = {
    "zh-CN": ("cmn_Hans", "cmn", "zho", "zh_cn", "zh_CN"),
    "zh-TW": ("cmn_Hant", "zh_tw", "zh_TW"),
    "pt-BR": ("pob", "pt_br", "pt_BR"),
    "ar": ("ara",), "fa": ("fas",), "lv": ("lav",), "et": ("ekk", "est"),
}  # fmt: skip


def normalize_case(tag: str) -> str:
    """Normalize the case of a well-formed tag: language, Script, REGION, the rest lower.

    >>> normalize_case("ZH_hant_tw"), normalize_case("CA-valencia"), normalize_case("iw")
    ('zh-Hant-TW', 'ca-valencia', 'iw')
    """
    return "-".join(_subtags(tag))


def canonical(tag: str) -> str:
    """Normalize a tag's case and replace deprecated and non-standard codes.

    Unlike `locales.canonical` it accepts every well-formed tag, because a translation
    memory may contain languages without a locale file.

    >>> canonical("EN_us"), canonical("zh-hant-tw"), canonical("CA-valencia"), canonical("iw")
    ('en-US', 'zh-Hant-TW', 'ca-valencia', 'he')

    Raises `InputError` for an invalid tag.
    """
    if len(tag) > 60 or not _TAG.fullmatch(tag.strip()):
        raise InputError(
            "language", f"{tag[:60]!r} is not a language tag", "Write it as es or pt-BR"
        )
    first, *rest = _subtags(tag.strip())
    return "-".join([_ALIASES.get(first, first), *rest])


def _subtags(tag: str) -> list[str]:
    first, *rest = re.split("[-_]", tag)
    parts = [first.lower()]
    for number, part in enumerate(rest):
        private = any(len(before) == 1 for before in rest[:number])
        if len(part) == 4 and part.isalpha() and not private:
            parts.append(part.title())
        elif len(part) == 2 and part.isalpha() and not private:
            parts.append(part.upper())
        else:
            parts.append(part.lower())
    return parts


def primary(tag: str) -> str:
    """Return the language subtag: "zh" for "zh-TW"."""
    return tag.partition("-")[0]


def serves(held: str, wanted: str) -> bool:
    """True if a translation into `held` may be used in a text in `wanted`.

    A variety serves its language and the language its varieties. Two varieties never
    serve each other, nor do the two scripts of Chinese. Tags are canonical.

    >>> serves("es-ES", "es"), serves("es", "es-MX"), serves("es-ES", "es-MX")
    (True, True, False)
    >>> serves("zh", "zh-CN"), serves("zh", "zh-TW"), serves("zh-Hant", "zh-HK")
    (True, False, True)
    """
    one, other = _with_script(held), _with_script(wanted)
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def nearest(tag: str, known: Sequence[str]) -> str:
    """Find the known tag that serves `tag` best, "" if none does.

    >>> nearest("zh-Hant", ["zh-CN", "zh-TW"]), nearest("es-419", ["es"]), nearest("pt", ["pt-BR"])
    ('zh-TW', 'es', 'pt-BR')
    """
    parts = canonical(tag).split("-")
    for length in range(len(parts), 0, -1):
        attempt = "-".join(parts[:length])
        if attempt not in known and parts[0] == "zh":
            attempt = "zh-TW" if _with_script(attempt)[1] == "Hant" else "zh-CN"
        if attempt in known:
            return attempt
    return next((held for held in known if primary(held) == parts[0]), "")


def _with_script(tag: str) -> list[str]:
    """Split a tag into subtags; for Chinese the script is added if it is missing."""
    parts = tag.split("-")
    if parts[0] == "zh" and (len(parts) < 2 or len(parts[1]) != 4):
        script = "Hant" if set(parts[1:]) & _TRADITIONAL else "Hans"
        parts.insert(1, script)
    return parts


def argos(tag: str) -> tuple[str, ...]:
    """Return Argos's own codes for a canonical tag, best first; empty if it has none.

    >>> argos("pt-BR"), argos("nl")
    (('pb', 'pt'), ())
    """
    return _ARGOS.get(tag, ())


def flores(tag: str) -> str:
    """Return the FLORES code of a locale's tag, "" if there is none.

    >>> flores("es"), flores("pt-BR"), flores("zh-TW")
    ('spa_Latn', 'por_Latn', 'zho_Hant')
    """
    return _FLORES.get(tag) or _FLORES.get(primary(tag), "")


def opus_token(tag: str, known: Collection[str]) -> str:
    """Find the token that selects a target language in a multilingual OPUS-MT model, or "".

    >>> opus_token("es", {">>fra<<", ">>spa<<"})
    '>>spa<<'
    """
    return next((f">>{c}<<" for c in _opus_codes(tag) if f">>{c}<<" in known), "")


def _opus_codes(tag: str) -> Iterator[str]:
    language = primary(tag)
    yield from _OPUS.get(tag, ())
    code = flores(tag)
    if code:
        yield code
        # The script is omitted where it is the usual one.
        yield code.partition("_")[0]
    yield tag.replace("-", "_")
    # The script of a bare "zh" is ambiguous, so it is never requested.
    if language != "zh":
        yield from _OPUS.get(language, ())
        yield language
