"""What a language asks of its subtitles: one YAML file per BCP 47 tag.

`locales/root.yml` holds what is common; a language's file overrides it key by
key, and a regional file (`es-MX.yml`) overrides its language. Every number is
written with its source and the date it was read, so that a doubt can be checked.
"""

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from speechsubs import yamlfile
from speechsubs.errors import UnknownLocaleError, YamlError
from speechsubs.model import Limits

#: BCP 47 as far as subtitles need it: language, script, region.
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|[0-9]{3}))?", re.ASCII)

#: Tags that say the same as one we have a file for.
_SAME = {
    "zh": "zh-CN", "zh-hans": "zh-CN", "zh-sg": "zh-CN", "cmn": "zh-CN", "zh-hans-cn": "zh-CN",
    "zh-hans-sg": "zh-CN", "zt": "zh-TW", "zh-hant": "zh-TW", "zh-hk": "zh-TW", "zh-mo": "zh-TW",
    "zh-hant-tw": "zh-TW", "zh-hant-hk": "zh-TW", "pb": "pt-BR", "iw": "he", "jp": "ja",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BreakRules:
    """Words that tell where a line may end, lower-cased. See `linebreaks`.

    `bound` words cling to both neighbours ("more than ten"), `trailing` ones to the
    word before them ("ten years ago", "n'a pas"), `genitives` are prepositions that tie
    two nouns more tightly than the others do ("fines de semana"). Elided words stand
    with their apostrophe ("d'", "qu'"). For languages without blanks `trailing` are
    beginnings and `tight` are endings after which a phrase goes on.
    """

    articles: frozenset[str]
    prepositions: frozenset[str]
    conjunctions: frozenset[str]
    pronouns: frozenset[str]
    auxiliaries: frozenset[str]
    negations: frozenset[str]
    titles: frozenset[str]
    magnitudes: frozenset[str]
    bound: frozenset[str]
    trailing: frozenset[str]
    genitives: frozenset[str]
    tight: frozenset[str]


@dataclass(frozen=True, slots=True)
class SpeechRules:
    """How long a language takes to say, for times without a recording.

    `unit` is "syllable" (groups of vowels) or "character" (one per CJK character).
    """

    unit: str
    ms_per_unit: int
    ms_per_word: int
    comma_pause_ms: int
    sentence_pause_ms: int
    paragraph_pause_ms: int


@dataclass(frozen=True, slots=True)
class Locale:
    """One language's rules. Get it from `load`, never build it from the environment.

    `words` is "spaces" where words are written apart and "phrases" where they are
    not (Chinese, Japanese, Thai). `narrow_width` is what a half-width character
    counts. `sections` holds the parts that other modules own (money, typography).
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
    unverified: tuple[str, ...]
    sections: Mapping[str, Any]
    path: Path

    @property
    def language(self) -> str:
        """The language part of the tag: "zh" of "zh-CN"."""
        return self.tag.partition("-")[0]

    def width(self, text: str) -> float:
        """How much room a text takes on a line, in this locale's characters.

        Marks that stand on another character and invisible characters count
        nothing; half-width characters count `narrow_width` (0.5 in Chinese,
        Japanese and Korean).

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
    # Curly quotes, dashes and the ellipsis are "ambiguous": full width in Chinese type.
    if unicodedata.east_asian_width(character) == "A" and character in "“”‘’…—":
        return 1.0
    return narrow


def folder() -> Path:
    """Where the locale files are: in the package, or beside it in a checkout."""
    packaged = Path(__file__).parent / "data" / "locales"
    if packaged.is_dir():
        return packaged
    return Path(__file__).parents[2] / "locales"


@cache
def known() -> tuple[str, ...]:
    """The tags that have a file, sorted."""
    return tuple(sorted(p.stem for p in folder().glob("*.yml") if p.stem != "root"))


def canonical(tag: str) -> str:
    """A tag in the spelling of BCP 47: "ZH_cn" becomes "zh-CN".

    Raises `UnknownLocaleError` for what is no tag at all.
    """
    match = _TAG.fullmatch(tag.strip())
    if not match:
        raise UnknownLocaleError(tag, _near(tag))
    language, script, region = match.groups()
    parts = [language.lower()]
    if script:
        parts.append(script.title())
    if region:
        parts.append(region.upper())
    return "-".join(parts)


def resolve(tag: str) -> str:
    """The known tag whose file serves `tag`: "es-MX" gives "es".

    >>> resolve("zh_hant"), resolve("es-419"), resolve("pt")
    ('zh-TW', 'es', 'pt-BR')

    Raises `UnknownLocaleError` with suggestions.
    """
    wanted = canonical(tag)
    parts = wanted.split("-")
    for length in range(len(parts), 0, -1):
        attempt = "-".join(parts[:length])
        attempt = _SAME.get(attempt.lower(), attempt)
        if attempt in known():
            return attempt
    regional = [k for k in known() if k.partition("-")[0] == parts[0]]
    if regional:
        return regional[0]
    raise UnknownLocaleError(tag, _near(tag))


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
    """The rules for a tag, by its own file or the nearest one above it.

    Raises `UnknownLocaleError`, or `YamlError` where a locale file is broken.
    """
    return _load(resolve(tag))


@cache
def _load(tag: str) -> Locale:
    path = folder() / f"{tag}.yml"
    data = _merged(_file(folder() / "root.yml"), _file(path))
    try:
        return _build(tag, data, path)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise YamlError(path, 1, 1, f"broken locale file: {error!r}") from error


def _file(path: Path) -> dict[str, Any]:
    data = yamlfile.plain(yamlfile.load(path))
    assert isinstance(data, dict)
    return data


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
    reading = data["reading"]
    for name, entry in reading.items():
        if not {"value", "source", "date"} <= set(entry):
            raise ValueError(f"reading.{name} needs value, source and date")
    number = {name: entry["value"] for name, entry in reading.items()}
    for name in ("line_width", "max_lines", "chars_per_second", "min_duration_ms"):
        if not number[name] > 0:
            raise ValueError(f"reading.{name} must be more than 0")
    if number["max_duration_ms"] < number["min_duration_ms"]:
        raise ValueError("reading.max_duration_ms is less than min_duration_ms")
    breaks = data["breaks"]
    own = {"tag", "name", "own_name", "direction", "argos", "apertium", "words", "narrow_width",
           "reading", "breaks", "speech"}  # fmt: skip
    speech = dict(data["speech"])
    speech.pop("source", None)
    return Locale(
        tag=tag,
        name=data["name"],
        own_name=data["own_name"],
        direction=data["direction"],
        argos=data["argos"],
        apertium=data["apertium"],
        words=data["words"],
        narrow_width=float(data["narrow_width"]),
        limits=Limits(
            line_width=float(number["line_width"]),
            max_lines=int(number["max_lines"]),
            chars_per_second=float(number["chars_per_second"]),
            min_duration_ms=int(number["min_duration_ms"]),
            max_duration_ms=int(number["max_duration_ms"]),
            min_gap_ms=int(number["min_gap_ms"]),
            chain_gap_ms=int(number["chain_gap_ms"]),
            tail_ms=int(number["tail_ms"]),
        ),
        breaks=BreakRules(
            **{name: frozenset(str(breaks.get(name, "")).split()) for name in BreakRules.__slots__}
        ),
        speech=SpeechRules(**speech),
        unverified=tuple(
            name for name, entry in reading.items() if not entry.get("verified", True)
        ),
        sections={key: value for key, value in data.items() if key not in own},
        path=path,
    )
