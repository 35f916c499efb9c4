"""Language tags as translators' files write them, and which of them serve which."""

import re

from speechsubs.errors import InputError

_TAG = re.compile(r"[A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8}){0,6}", re.ASCII)
#: Old and foreign codes (ISO 639 changes; Argos, Windows and hand-written files).
_ALIASES = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "jp": "ja",
    "cmn": "zh",
    "pb": "pt-BR",
    "zt": "zh-TW",
}
#: Chinese without a script is written in that of its region (CLDR, likely subtags).
_TRADITIONAL = {"TW", "HK", "MO"}


def canonical(tag: str) -> str:
    """A tag in the spelling of BCP 47: language, Script, REGION, the rest in small letters.

    Unlike `locales.canonical` it accepts every well-formed tag, because a memory also
    keeps languages that speechsubs has no rules for.

    >>> canonical("EN_us"), canonical("zh-hant-tw"), canonical("CA-valencia"), canonical("iw")
    ('en-US', 'zh-Hant-TW', 'ca-valencia', 'he')

    Raises `InputError` for what is no tag.
    """
    if len(tag) > 60 or not _TAG.fullmatch(tag.strip()):
        raise InputError("language", f"{tag[:60]!r} is no language tag", "Write it as es or pt-BR")
    first, *rest = re.split("[-_]", tag.strip())
    parts = _ALIASES.get(first.lower(), first.lower()).split("-")
    for number, part in enumerate(rest):
        private = any(len(before) == 1 for before in rest[:number])
        if len(part) == 4 and part.isalpha() and not private:
            parts.append(part.title())
        elif len(part) == 2 and part.isalpha() and not private:
            parts.append(part.upper())
        else:
            parts.append(part.lower())
    return "-".join(parts)


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


def _full(tag: str) -> list[str]:
    parts = tag.split("-")
    if parts[0] == "zh" and (len(parts) < 2 or len(parts[1]) != 4):
        script = "Hant" if set(parts[1:]) & _TRADITIONAL else "Hans"
        parts.insert(1, script)
    return parts
