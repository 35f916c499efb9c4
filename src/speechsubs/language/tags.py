"""Language tags of BCP 47, what others write instead, and which of them serve which.

Not `langcodes`, by trial: of our aliases it knows neither Argos's (pb, zt) nor "jp", and
its nearest language for Basque or Galician is Spanish, which is no help to a viewer.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from speechsubs.errors import InputError

_TAG = re.compile(r"[A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8}){0,6}", re.ASCII)
#: Old and foreign codes (ISO 639 changes; Argos, Windows and hand-written files).
_ALIASES: Final = {
    "iw": "he", "in": "id", "ji": "yi", "jp": "ja", "cmn": "zh", "pb": "pt-BR", "zt": "zh-TW",
}  # fmt: skip
#: Chinese without a script is written in that of its region (CLDR, likely subtags).
_TRADITIONAL: Final = {"TW", "HK", "MO"}
#: Argos's codes where they are not the language's own or a locale file says them. The
#: second code serves where the first is not to be had.
_ARGOS: Final = {
    "pt": ("pt", "pb"), "pt-PT": ("pt", "pb"), "pt-BR": ("pb", "pt"), "no": ("nb",),
    "nn": ("nb",), "nb": ("nb",), "fil": ("tl",), "tl": ("tl",),
}  # fmt: skip
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


def spelled(tag: str) -> str:
    """A well-formed tag as BCP 47 spells it: language, Script, REGION, the rest small.

    >>> spelled("ZH_hant_tw"), spelled("CA-valencia"), spelled("iw")
    ('zh-Hant-TW', 'ca-valencia', 'iw')
    """
    return "-".join(_parts(tag))


def canonical(tag: str) -> str:
    """A tag as BCP 47 spells it, and today's code for an old or a foreign one.

    Unlike `locales.canonical` it accepts every well-formed tag, because a memory also
    keeps languages that speechsubs has no rules for.

    >>> canonical("EN_us"), canonical("zh-hant-tw"), canonical("CA-valencia"), canonical("iw")
    ('en-US', 'zh-Hant-TW', 'ca-valencia', 'he')

    Raises `InputError` for what is no tag.
    """
    if len(tag) > 60 or not _TAG.fullmatch(tag.strip()):
        raise InputError("language", f"{tag[:60]!r} is no language tag", "Write it as es or pt-BR")
    first, *rest = _parts(tag.strip())
    return "-".join([_ALIASES.get(first, first), *rest])


def _parts(tag: str) -> list[str]:
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
    """The language alone: "zh" of "zh-TW"."""
    return tag.partition("-")[0]


def serves(held: str, wanted: str) -> bool:
    """Whether a translation into `held` may stand in a text in `wanted`.

    A variety serves its language and the language its varieties; two varieties never
    serve each other, nor does one script of Chinese the other. Tags are canonical.

    >>> serves("es-ES", "es"), serves("es", "es-MX"), serves("es-ES", "es-MX")
    (True, True, False)
    >>> serves("zh", "zh-CN"), serves("zh", "zh-TW"), serves("zh-Hant", "zh-HK")
    (True, False, True)
    """
    one, other = _full(held), _full(wanted)
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def nearest(tag: str, known: Sequence[str]) -> str:
    """The tag among those `known` that serves `tag` best, "" where none does.

    >>> nearest("zh-Hant", ["zh-CN", "zh-TW"]), nearest("es-419", ["es"]), nearest("pt", ["pt-BR"])
    ('zh-TW', 'es', 'pt-BR')
    """
    parts = canonical(tag).split("-")
    for length in range(len(parts), 0, -1):
        attempt = "-".join(parts[:length])
        if attempt not in known and parts[0] == "zh":
            attempt = "zh-TW" if _full(attempt)[1] == "Hant" else "zh-CN"
        if attempt in known:
            return attempt
    return next((held for held in known if primary(held) == parts[0]), "")


def _full(tag: str) -> list[str]:
    """The parts of a tag, of Chinese with its script."""
    parts = tag.split("-")
    if parts[0] == "zh" and (len(parts) < 2 or len(parts[1]) != 4):
        script = "Hant" if set(parts[1:]) & _TRADITIONAL else "Hans"
        parts.insert(1, script)
    return parts


def argos(tag: str) -> tuple[str, ...]:
    """Argos's codes for a canonical tag that it names in its own way, best first, or nothing.

    >>> argos("pt-BR"), argos("nl")
    (('pb', 'pt'), ())
    """
    return _ARGOS.get(tag, ())


def flores(tag: str) -> str:
    """The FLORES code of a locale's tag, "" where there is none.

    >>> flores("es"), flores("pt-BR"), flores("zh-TW")
    ('spa_Latn', 'por_Latn', 'zho_Hant')
    """
    return _FLORES.get(tag) or _FLORES.get(primary(tag), "")


def opus_token(tag: str, known: Collection[str]) -> str:
    """The token that asks a multilingual OPUS-MT model for a language, "" if it has none.

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
        # The script is left out where it goes without saying.
        yield code.partition("_")[0]
    yield tag.replace("-", "_")
    # Which script a bare "zh" means nobody can tell, so it is never asked for.
    if language != "zh":
        yield from _OPUS.get(language, ())
        yield language
