"""Glossary types, and the selection of the target for a locale."""

import hashlib
import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Literal

from speechsubs.errors import UnknownLocaleError

Case = Literal["exact", "any"]
Boundary = Literal["word", "none"]
Status = Literal["proposed", "approved", "deprecated"]


class Policy(StrEnum):
    """How a term must be translated."""

    KEEP = "keep"
    """Written as in `source` in every language, unless the locale has a target."""
    FIXED = "fixed"
    """Always written as the locale's target."""
    TRANSLATE = "translate"
    """The engine translates; the target or one of its forms is preferred. Advisory."""
    FORBIDDEN = "forbidden"
    """A word that must not occur in the output."""


@dataclass(frozen=True, slots=True)
class Target:
    """How a term is written in one locale.

    `forms` are other accepted spellings and inflections, `forbidden` are wrong
    renderings of this term ("Li Cubo") that must not occur in a translation. `gender`
    is "", "m", "f", "n" or "c" (common), `number` is "", "singular" or "plural";
    both are for grammatical agreement with the term.
    """

    term: str
    forms: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    gender: str = ""
    number: str = ""

    @property
    def accepted(self) -> tuple[str, ...]:
        """The target term followed by its forms."""
        return (self.term, *self.forms)


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a glossary. Treat `targets` as read-only: it is part of a frozen value.

    `aliases` are other spellings of the term in the source language. `case` defines
    whether matching is case-sensitive, `boundary` whether the term must be a whole word
    ("word") or may be part of one ("none"). `line` is 1-based in the file, 0 for a term
    that was not read from a file.
    """

    id: str
    source: str
    aliases: tuple[str, ...] = ()
    policy: Policy = Policy.KEEP
    targets: Mapping[str, Target] = field(default_factory=dict)
    case: Case = "exact"
    note: str = ""
    status: Status = "approved"
    domain: str = ""
    pos: str = ""
    boundary: Boundary = "word"
    line: int = 0

    def __hash__(self) -> int:
        return hash((self.id, self.source))

    @property
    def identity(self) -> Hashable:
        """The id: an entry stays the same when it is edited."""
        return self.id

    @property
    def spellings(self) -> tuple[str, ...]:
        """The source followed by its aliases."""
        return (self.source, *self.aliases)


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms in the order of their file. `language` is the tag of the source language.

    `digest` is the SHA-256 of all data that can affect translations (not of notes,
    domains, order or line numbers): glossaries with equal digests give equal
    translations. It is computed if not given.
    """

    terms: tuple[Term, ...]
    language: str = "en"
    path: Path = field(default=Path("glossary.yml"), compare=False)
    digest: str = ""

    def __post_init__(self) -> None:
        if not self.digest:
            object.__setattr__(self, "digest", _digest(self.terms, self.language))

    def __hash__(self) -> int:
        return hash(self.digest)

    def term(self, term_id: str) -> Term | None:
        """The entry with this id, or None."""
        return next((term for term in self.terms if term.id == term_id), None)


def empty() -> Glossary:
    """A glossary without terms.

    >>> empty().terms
    ()
    """
    return Glossary(())


def target_entry(term: Term, tag: str) -> Target | None:
    """The target for a locale, or None if the glossary has none.

    Looks for the tag itself, then for its BCP 47 parents (es-MX, es), then for another
    variety with the same writing rules (zh-HK, zh-TW). Targets in simplified and
    traditional Chinese are never used for each other.

    >>> term = Term("lei", "Lei Jun", targets={"zh-TW": Target("雷軍"), "es": Target("Lei")})
    >>> target_entry(term, "zh-HK").term, target_entry(term, "es-MX").term
    ('雷軍', 'Lei')
    >>> target_entry(term, "zh-CN") is None
    True

    Raises `UnknownLocaleError` for an invalid language tag.
    """
    # Locales import the YAML reader, which `import speechsubs.cli` must not load.
    from speechsubs.language import locales

    if not term.targets:
        return None
    if tag in term.targets:
        return term.targets[tag]
    wanted = locales.canonical(tag)
    parts = wanted.split("-")
    # "zh" alone is Simplified Chinese, so it is the parent of zh-CN only: see `resolve`.
    shortest = len(parts) if parts[0] == "zh" else 1
    for length in range(len(parts), shortest - 1, -1):
        attempt = "-".join(parts[:length])
        if attempt in term.targets:
            return term.targets[attempt]
    rules = _rules(wanted)
    for key, target in term.targets.items():
        if rules is not None and _rules(key) == rules:
            return target
    return None


def target_for(term: Term, tag: str) -> tuple[str, bool]:
    """The text of a term in a locale, and whether the glossary defines it.

    False means that the target is missing and the source is used instead. A kept term
    without a target is True, because its source is the required text.

    >>> target_for(Term("su7", "SU7"), "es")
    ('SU7', True)
    >>> target_for(Term("b", "board", policy=Policy.FIXED, targets={"fr": Target("CA")}), "es")
    ('board', False)
    """
    target = target_entry(term, tag)
    if target is not None:
        return target.term, True
    return term.source, term.policy is Policy.KEEP


@lru_cache(maxsize=256)
def _rules(tag: str) -> str | None:
    from speechsubs.language import locales

    try:
        return locales.resolve(tag)
    except UnknownLocaleError:
        return None


def _digest(terms: tuple[Term, ...], language: str) -> str:
    content = [
        [
            term.id,
            term.source,
            sorted(term.aliases),
            term.policy.value,
            [
                [tag, target.term, sorted(target.forms), sorted(target.forbidden),
                 target.gender, target.number]
                for tag, target in sorted(term.targets.items())
            ],
            term.case,
            term.status,
            term.boundary,
        ]
        for term in sorted(terms, key=lambda term: term.id)
    ]  # fmt: skip
    # Escapes instead of UTF-8, so that a lone surrogate does not break hashing.
    data = json.dumps([1, language, content], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(data.encode("ascii")).hexdigest()
