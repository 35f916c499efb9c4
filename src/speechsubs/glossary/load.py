"""Load and validate glossary.yml, strictly, so that a typo is an error, not a wrong subtitle.

The format is documented in the comments of the sample `glossary.yml`.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from speechsubs.errors import GlossaryError, UnknownLocaleError
from speechsubs.glossary.model import Boundary, Case, Glossary, Policy, Status, Target, Term
from speechsubs.language.normalize import key_of

#: A mapping with line numbers (ruamel's CommentedMap).
_Row = dict[Any, Any]

#: Longer than any term. It also limits the search time: see `match.Finder`.
MAX_TERM_CHARACTERS = 200

_TOP = ("version", "source", "terms")
_TERM = ("id", "source", "aliases", "policy", "targets", "case", "boundary", "status", "pos",
         "domain", "note")  # fmt: skip
_TARGET = ("term", "forms", "forbidden", "gender", "number")
_CASES = ("exact", "any")
_BOUNDARIES = ("word", "none")
_STATUSES = ("proposed", "approved", "deprecated")
_GENDERS = ("m", "f", "n", "c")
_NUMBERS = ("singular", "plural")
_ID = re.compile(r"[^\W_][\w.:-]*")


def load(path: Path) -> Glossary:
    """Read a glossary.

    Raises `GlossaryError` with the line of the first invalid entry, `YamlError` for
    invalid YAML, `InputError` if the file cannot be read.
    """
    # libyaml is slow to import, and `speechsubs --help` must not wait for it.
    from speechsubs.adapters import strict_yaml

    return _Reader(path).glossary(strict_yaml.load(path))


def parse(text: str, path: Path) -> Glossary:
    """Read a glossary from text; `path` is only used in errors. Raises the same as `load`."""
    from speechsubs.adapters import strict_yaml

    return _Reader(path).glossary(strict_yaml.parse(text, path))


def entry(row: Mapping[str, Any], path: Path, line: int = 0) -> Term:
    """Make an entry from plain data, with the same rules as for files.

    Raises `GlossaryError` with `path` and `line`.
    """
    try:
        return replace(_Reader(path)._term(dict(row), line), line=line)
    except GlossaryError as error:
        raise GlossaryError(path, line, error.problem) from error


class _Reader:
    """Converts parsed YAML into a glossary, or raises an error with a line."""

    def __init__(self, path: Path) -> None:
        from speechsubs.adapters import strict_yaml

        self._path = path
        self._line_of = strict_yaml.line_of
        self._tags: dict[str, str] = {}

    def glossary(self, top: _Row) -> Glossary:
        self._keys(top, _TOP, "the top level")
        if "version" not in top:
            raise self._error(1, "`version: 1` is missing at the top level")
        if type(top["version"]) is not int or top["version"] != 1:
            line = self._line_of(top, "version")
            raise self._error(line, "only `version: 1` is supported")
        language = "en"
        if "source" in top:
            language = self._tag(top["source"], self._line_of(top, "source"), "source")
        if "terms" not in top:
            raise self._error(1, "`terms:` is missing at the top level")
        rows = top["terms"]
        if not isinstance(rows, list):
            raise self._error(self._line_of(top, "terms"), "`terms` must be a list of entries")
        terms = tuple(self._term(row, self._line_of(rows, i)) for i, row in enumerate(rows))
        self._check_unique(terms)
        return Glossary(terms, language, self._path)

    def _term(self, row: Any, line: int) -> Term:
        if not isinstance(row, dict):
            raise self._error(
                line, "an entry must be `name: value` lines, at least id, source, policy"
            )
        self._keys(row, _TERM, "an entry")
        for name in ("id", "source", "policy"):
            if name not in row:
                raise self._error(line, f"an entry requires `{name}`")
        term_id = self._text(row, "id")
        if not _ID.fullmatch(term_id):
            raise self._error(
                self._line_of(row, "id"),
                f"id {term_id!r}: use letters, digits and - _ . : with a letter or digit first",
            )
        source = self._spelling(row, "source")
        policy = Policy(self._choice(row, "policy", tuple(Policy), ""))
        default = "exact" if source != source.lower() or source == source.upper() else "any"
        targets = self._targets(row)
        if policy is Policy.FIXED and not targets:
            raise self._error(
                self._line_of(row, "policy"),
                "policy fixed requires `targets` "
                "(policy keep uses the source form in every language)",
            )
        return Term(
            id=term_id,
            source=source,
            aliases=self._spellings(row, "aliases"),
            policy=policy,
            targets=targets,
            case=cast("Case", self._choice(row, "case", _CASES, default)),
            note=self._text(row, "note") if "note" in row else "",
            status=cast("Status", self._choice(row, "status", _STATUSES, "approved")),
            domain=self._text(row, "domain") if "domain" in row else "",
            pos=self._text(row, "pos") if "pos" in row else "",
            boundary=cast("Boundary", self._choice(row, "boundary", _BOUNDARIES, "word")),
            line=line,
        )

    def _targets(self, row: _Row) -> dict[str, Target]:
        if "targets" not in row:
            return {}
        rows = row["targets"]
        if not isinstance(rows, dict) or not rows:
            line = self._line_of(row, "targets")
            raise self._error(
                line, "`targets` must be `locale: term` lines, such as `ja: シャオミ`"
            )
        targets: dict[str, Target] = {}
        for key in rows:
            line = self._line_of(rows, key)
            tag = self._tag(key, line, "targets")
            if tag in targets:
                raise self._error(line, f"{key!r} and another key are both {tag}")
            targets[tag] = self._target(rows, key)
        return targets

    def _target(self, rows: _Row, key: str) -> Target:
        row = rows[key]
        if not isinstance(row, dict):
            return Target(self._spelling(rows, key))
        self._keys(row, _TARGET, "a target")
        if "term" not in row:
            raise self._error(self._line_of(rows, key), f"target {key} requires `term`")
        term = self._spelling(row, "term")
        forms = self._spellings(row, "forms")
        forbidden = self._spellings(row, "forbidden")
        both = {term, *forms} & set(forbidden)
        if both:
            raise self._error(
                self._line_of(row, "forbidden"),
                f"{min(both)!r} is both required and forbidden in {key}",
            )
        if term in forms:
            raise self._error(self._line_of(row, "forms"), f"{term!r} is already the `term`")
        gender = self._choice(row, "gender", _GENDERS, "")
        number = self._choice(row, "number", _NUMBERS, "")
        return Target(term, forms, forbidden, gender, number)

    def _check_unique(self, terms: Iterable[Term]) -> None:
        ids: dict[str, Term] = {}
        spellings: dict[tuple[str, str], tuple[Term, str]] = {}
        for term in terms:
            if term.id in ids:
                first = ids[term.id].line
                raise self._error(
                    term.line, f"duplicate id {term.id!r}: already used in line {first}"
                )
            ids[term.id] = term
            for spelling in term.spellings:
                key = (term.case, key_of(spelling, fold=term.case == "any"))
                other, written = spellings.setdefault(key, (term, spelling))
                if other is not term:
                    raise self._error(
                        term.line,
                        f"{spelling!r} of {term.id!r} has the same spelling as {written!r} "
                        f"of {other.id!r} in line {other.line}: they cannot be distinguished",
                    )

    def _tag(self, value: Any, line: int, name: str) -> str:
        from speechsubs.language import locales

        text = self._string(value, line, name)
        if text not in self._tags:
            try:
                locales.resolve(text)
                self._tags[text] = locales.canonical(text)
            except UnknownLocaleError as error:
                raise self._error(line, f"{name}: {error}") from error
        return self._tags[text]

    def _choice(self, row: _Row, name: str, known: tuple[str, ...], default: str) -> str:
        if name not in row:
            return default
        value = self._text(row, name)
        if value not in known:
            raise self._error(
                self._line_of(row, name),
                f"unknown {name} {value!r}{_hint(value, known)} (one of: {', '.join(known)})",
            )
        return str(value)

    def _keys(self, row: _Row, known: tuple[str, ...], where: str) -> None:
        for key in row:
            if key not in known:
                raise self._error(
                    self._line_of(row, key),
                    f"unknown key {key!r} in {where}{_hint(str(key), known)} "
                    f"(known: {', '.join(known)})",
                )

    def _spellings(self, row: _Row, name: str) -> tuple[str, ...]:
        if name not in row:
            return ()
        items = row[name]
        if not isinstance(items, list):
            raise self._error(self._line_of(row, name), f"`{name}` must be a list: [one, another]")
        texts: list[str] = []
        for index, item in enumerate(items):
            line = self._line_of(items, index)
            text = self._checked(self._string(item, line, name), line, name)
            if text in texts or (name == "aliases" and text == row.get("source")):
                raise self._error(line, f"{text!r} is listed twice")
            texts.append(text)
        return tuple(texts)

    def _spelling(self, row: _Row, name: str) -> str:
        line = self._line_of(row, name)
        return self._checked(self._string(row[name], line, name), line, name)

    def _checked(self, text: str, line: int, name: str) -> str:
        if len(text) > MAX_TERM_CHARACTERS:
            raise self._error(
                line,
                f"{name} has {len(text):,} characters; a term has at most {MAX_TERM_CHARACTERS}",
            )
        if text != text.strip():
            raise self._error(line, f"{name} {text!r} starts or ends with whitespace")
        if not key_of(text).strip():
            raise self._error(line, f"{name} {text!r} contains no visible character")
        return text

    def _text(self, row: _Row, name: str) -> str:
        return self._string(row[name], self._line_of(row, name), name)

    def _string(self, value: Any, line: int, name: str) -> str:
        if not isinstance(value, str):
            raise self._error(line, f"{name}: {_not_text(value)}")
        text = str(value)
        if not text.strip():
            raise self._error(line, f"{name} is empty")
        # Printable text has no control characters; this check is five times faster than a search.
        for character in text if not text.isprintable() else "":
            if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
                raise self._error(
                    line, f"{name} contains the control character U+{ord(character):04X}"
                )
        return text

    def _error(self, line: int, problem: str) -> GlossaryError:
        return GlossaryError(self._path, line, problem)


def _hint(value: str, known: tuple[str, ...]) -> str:
    lower = value.lower()
    near = difflib.get_close_matches(lower[:100], known, n=1, cutoff=0.5)
    near = near or [word for word in known if lower.startswith(word)]
    return f": did you mean '{near[0]}'?" if near else ""


def _not_text(value: Any) -> str:
    if isinstance(value, list | dict):
        return "must be text, not a list or a mapping"
    if value is None:
        return 'YAML reads this as null, not as text: quote it ("~", "null")'
    if isinstance(value, bool):
        return f"YAML reads this as {str(value).lower()}, not as text: quote it"
    kind = "a number" if isinstance(value, int | float) else "a date or a tagged value"
    return f"YAML reads this as {kind}, not as text: quote it"
