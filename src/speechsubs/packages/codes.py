"""Language tags as Argos writes them."""

from typing import Final

from speechsubs import locales
from speechsubs.errors import UnknownLocaleError

#: Tags that Argos names otherwise and that have no locale file, or another one. The
#: second code serves where the first is not to be had.
_OWN: Final = {
    "pt": ("pt", "pb"), "pt-PT": ("pt", "pb"), "pt-BR": ("pb", "pt"), "pb": ("pb", "pt"),
    "zt": ("zt",), "no": ("nb",), "nn": ("nb",), "nb": ("nb",), "fil": ("tl",), "tl": ("tl",),
    "iw": ("he",), "jp": ("ja",), "cmn": ("zh",),
}  # fmt: skip


def codes(tag: str) -> tuple[str, ...]:
    """Argos codes that serve a BCP 47 tag or are one already, best first.

    >>> codes("zh-Hant"), codes("pt-BR"), codes("nl"), codes("es-419")
    (('zt',), ('pb', 'pt'), ('nl',), ('es',))

    Raises `UnknownLocaleError` for what is no tag.
    """
    wanted = locales.canonical(tag)
    if wanted in _OWN:
        return _OWN[wanted]
    language = wanted.partition("-")[0]
    try:
        found = locales.load(wanted)
    except UnknownLocaleError:
        # Argos knows more languages than we have rules for.
        return _OWN.get(language, (language,))
    return (found.argos or language,)


def code_pairs(source: str, target: str) -> tuple[tuple[str, str], ...]:
    """All pairs of Argos codes that serve two tags, best first."""
    return tuple((a, b) for a in codes(source) for b in codes(target))
