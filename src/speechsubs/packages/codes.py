"""Language tags as Argos writes them."""

from speechsubs import locales, tags
from speechsubs.errors import UnknownLocaleError


def codes(tag: str) -> tuple[str, ...]:
    """Argos codes that serve a BCP 47 tag or are one already, best first.

    >>> codes("zh-Hant"), codes("pt-BR"), codes("nl"), codes("es-419")
    (('zt',), ('pb', 'pt'), ('nl',), ('es',))

    Raises `UnknownLocaleError` for what is no tag.
    """
    wanted = locales.canonical(tag)
    today = tags.canonical(wanted)
    if special := tags.argos(today):
        return special
    language = tags.primary(today)
    try:
        found = locales.load(wanted)
    except UnknownLocaleError:
        # Argos knows more languages than we have rules for.
        return tags.argos(language) or (language,)
    return (found.argos or language,)


def code_pairs(source: str, target: str) -> tuple[tuple[str, str], ...]:
    """All pairs of Argos codes that serve two tags, best first."""
    return tuple((a, b) for a in codes(source) for b in codes(target))
