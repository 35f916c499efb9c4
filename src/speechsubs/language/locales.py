"""Load the rules of a locale: one YAML file per BCP 47 tag.

`locales/root.yml` has the defaults. A language's file overrides them key by key, and a
regional file (`es-MX.yml`) overrides its language's (`es.yml`) in the same way. Every
reading limit has its source and the date on which it was looked up.
"""

import difflib
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from speechsubs.adapters import strict_yaml
from speechsubs.errors import UnknownLocaleError, YamlError
from speechsubs.language import tags
from speechsubs.language.locale_reader import LocaleValueError, Node
from speechsubs.language.locale_rules import (
    BreakRules,
    MoneyRules,
    NumberRules,
    SpeechRules,
    Typography,
    UnitNames,
    read_breaks,
    read_limits,
    read_money,
    read_numbers,
    read_speech,
    read_typography,
    read_units,
)
from speechsubs.language.locale_words import (
    CardinalRules,
    DateRules,
    MentionRules,
    read_cardinals,
    read_dates,
    read_mentions,
)
from speechsubs.model import Limits

#: The environment variable with further folders of locale files.
VARIABLE = "SPEECHSUBS_LOCALES"
_ROOT = "root"

#: The part of BCP 47 that subtitles need: language, script, region.
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{4})?(?:[-_](?:[A-Za-z]{2}|[0-9]{3}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Locale:
    """The rules of one language, as returned by `load`.

    `words` is "spaces" if words are separated by spaces, else "phrases" (Chinese, Japanese,
    Thai). `narrow_width` is the width of a half-width character.
    """

    tag: str
    name: str
    own_name: str
    direction: str
    argos: str
    apertium: str
    words: str
    narrow_width: float
    limits: Limits
    breaks: BreakRules
    speech: SpeechRules
    numbers: NumberRules
    cardinals: CardinalRules
    mentions: MentionRules
    dates: DateRules
    money: MoneyRules
    units: Mapping[str, UnitNames]
    typography: Typography
    unverified: tuple[str, ...]
    path: Path

    @property
    def language(self) -> str:
        """The language subtag: "zh" for "zh-CN"."""
        return tags.primary(self.tag)

    def width(self, text: str) -> float:
        """Return the width of a text on a line, in this locale's line units.

        Combining and invisible characters have no width; half-width characters have
        `narrow_width` (0.5 in Chinese, Japanese and Korean).

        >>> load("en").width("Good evening.")
        13.0
        >>> load("zh-CN").width("小米SU7")
        3.5

        Source: Netflix, Timed Text Style Guide, "half-width characters count 0.5".
        """
        if self.narrow_width == 1 and text.isascii():
            return float(len(text))
        narrow = self.narrow_width
        return sum(_cell(character, narrow) for character in text)


@cache
def _cell(character: str, narrow: float) -> float:
    if unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc"):
        return 0.0
    if narrow == 1 or unicodedata.east_asian_width(character) in ("W", "F"):
        return 1.0
    # Curly quotes, dashes and the ellipsis are "ambiguous", but full width in Chinese.
    if unicodedata.east_asian_width(character) == "A" and character in "“”‘’…—":
        return 1.0
    return narrow


def folder() -> Path:
    """The folder of the built-in locale files: in the package, or in a checkout."""
    packaged = Path(__file__).parents[1] / "data" / "locales"
    if packaged.is_dir():
        return packaged
    return Path(__file__).parents[3] / "locales"


def folders() -> tuple[Path, ...]:
    """The folders with locale files, by descending precedence.

    Those in the environment variable SPEECHSUBS_LOCALES come before the built-in one, so
    that a file there adds a language or replaces one.
    """
    added = os.environ.get(VARIABLE, "")
    return (*(Path(name) for name in added.split(os.pathsep) if name), folder())


def known() -> tuple[str, ...]:
    """The tags with a locale file, sorted."""
    return _known(folders())


@cache
def _known(places: tuple[Path, ...]) -> tuple[str, ...]:
    found = {path.stem for place in places for path in place.glob("*.yml")}
    return tuple(sorted(found - {_ROOT}))


def canonical(tag: str) -> str:
    """Normalize a tag: "ZH_cn" becomes "zh-CN".

    Raises `UnknownLocaleError` for an invalid tag.
    """
    if not _TAG.fullmatch(tag.strip()):
        raise UnknownLocaleError(tag, _near(tag))
    return tags.normalize_case(tag.strip())


def resolve(tag: str) -> str:
    """Find the known tag that serves `tag` best: "es-MX" gives "es".

    >>> resolve("zh_hant"), resolve("es-419"), resolve("pt")
    ('zh-TW', 'es', 'pt-BR')

    Raises `UnknownLocaleError` with suggestions.
    """
    found = tags.nearest(canonical(tag), known())
    if not found:
        raise UnknownLocaleError(tag, _near(tag))
    return found


def _near(tag: str) -> tuple[str, ...]:
    wanted = tag.strip().replace("_", "-").casefold()
    if not wanted:
        return ()
    by_name: dict[str, str] = {}
    for known_tag in known():
        by_name[known_tag.casefold()] = known_tag
        locale = load(known_tag)
        by_name.setdefault(locale.name.casefold(), known_tag)
        by_name.setdefault(locale.own_name.casefold(), known_tag)
    if wanted in by_name:
        return (by_name[wanted],)
    near = difflib.get_close_matches(wanted, by_name, n=3, cutoff=0.5)
    starts = [name for name in by_name if name.startswith(wanted) or wanted.startswith(name)]
    found = dict.fromkeys(by_name[name] for name in [*starts, *near])
    return tuple(found)[:3]


def load(tag: str) -> Locale:
    """Load the rules for a tag from its own file or the closest one.

    Raises `UnknownLocaleError`, or `YamlError` for an invalid locale file.
    """
    return _load(resolve(tag), folders())


@cache
def _load(tag: str, places: tuple[Path, ...]) -> Locale:
    root = places[-1] / f"{_ROOT}.yml"
    files = [*_above(tag, places), _path(tag, places)]
    data: Mapping[str, Any] = _root(root)
    for file in files:
        data = _merged(data, _file(file))
    try:
        return _build(tag, data, files[-1])
    except LocaleValueError as error:
        raise _located(error, (*reversed(files), root)) from error


def _above(tag: str, places: tuple[Path, ...]) -> list[Path]:
    """The files that a tag's file overrides, most general first: es.yml for es-MX."""
    parts = tag.split("-")
    names = ("-".join(parts[:size]) for size in range(1, len(parts)))
    return [path for path in (_path(name, places) for name in names) if path.is_file()]


def _path(name: str, places: tuple[Path, ...]) -> Path:
    """Return the first file of this name, by default its path in the built-in folder."""
    paths = [place / f"{name}.yml" for place in places]
    return next((path for path in paths if path.is_file()), paths[-1])


@cache
def _root(path: Path) -> dict[str, Any]:
    return _file(path)


def _file(path: Path) -> dict[str, Any]:
    data = strict_yaml.plain(strict_yaml.load(path))
    assert isinstance(data, dict)
    return data


def _located(error: LocaleValueError, files: Sequence[Path]) -> YamlError:
    """Locate a problem in the language's own file, or in one that it overrides."""
    name = ".".join(error.keys)
    for file in files:
        node: Any = strict_yaml.load(file)
        line, column, depth = 1, 1, 0
        for key in error.keys:
            if not isinstance(node, Mapping):
                break
            own = next((own for own in node if str(own) == key), None)
            if own is None:
                break
            line, column = strict_yaml.line_of(node, own), strict_yaml.column_of(node, own)
            node, depth = node[own], depth + 1
        if depth:
            return YamlError(file, line, column, f"invalid locale file: {name} {error.problem}")
    return YamlError(files[0], 1, 1, f"invalid locale file: {name} {error.problem}")


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping) and "value" not in value:
            result[key] = _merged(below, value)
        else:
            result[key] = value
    return result


def _build(tag: str, data: Mapping[str, Any], path: Path) -> Locale:
    node = Node(data)
    if node.text("tag") != tag:
        raise node.error("tag", f"must be {tag!r}, like the file name")
    limits, unverified = node.section("reading", read_limits)
    locale = Locale(
        tag=tag,
        name=node.text("name"),
        own_name=node.text("own_name"),
        direction=node.choice("direction", "ltr", "rtl"),
        argos=node.text("argos"),
        apertium=node.text("apertium"),
        words=node.choice("words", "spaces", "phrases"),
        narrow_width=float(node.number("narrow_width", 0.1)),
        limits=limits,
        breaks=node.section("breaks", read_breaks),
        speech=node.section("speech", read_speech),
        numbers=node.section("numbers", read_numbers),
        cardinals=node.section("cardinals", read_cardinals),
        mentions=node.section("mentions", read_mentions),
        dates=node.section("dates", read_dates),
        money=node.section("money", read_money),
        units=node.section("units", read_units),
        typography=node.section("typography", read_typography),
        unverified=unverified,
        path=path,
    )
    node.finish()
    return locale
