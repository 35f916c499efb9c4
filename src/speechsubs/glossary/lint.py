"""Glossary QA: find conflicts and likely mistakes in a glossary."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from speechsubs.errors import UnknownLocaleError
from speechsubs.glossary.match import Finder, Matcher
from speechsubs.glossary.model import Glossary, Policy, Target, Term, target_entry
from speechsubs.language.normalize import bounded, key_of
from speechsubs.model import Finding, Severity

#: Maximum number of entries listed in a finding about a group.
_MAX_NAMED = 3
#: An entry should have a target in a locale if this share of similar entries has one.
_USUAL_SHARE = 0.5
#: Minimum number of similar entries for this check.
_MIN_ENTRIES = 4


def lint(glossary: Glossary, texts: Iterable[str] = ()) -> list[Finding]:
    """Check a glossary and return findings in line order.

    `texts` are source texts for the glossary. If given, unused terms and terms that occur
    as ordinary words or with different capitalization are reported too. Deprecated entries
    are skipped. Finding codes:

    - `glossary-forbidden-required` (error): one entry requires what another forbids.
    - `glossary-two-targets` (warning): two entries for one spelling have different targets.
    - `glossary-shared-target` (warning): two entries have the same target term in a locale.
    - `glossary-ordinary-word` (warning, info if capitalization distinguishes them): the
      term is also an ordinary word.
    - `glossary-missing-locale` (warning for fixed terms, else info): similar entries have
      a target in this locale.
    - `glossary-nested`, `glossary-straddling` (info): terms overlap, and which takes
      precedence.
    - `glossary-unused`, `glossary-other-capitals` (info): usage in the texts.
    """
    file = str(glossary.path)
    terms = [term for term in glossary.terms if term.status != "deprecated"]
    found = [
        *_two_targets(terms, file),
        *_shared_targets(terms, file),
        *_forbidden_required(terms, file),
        *_nested(terms, file),
        *_straddling(terms, file),
        *_missing_locales(terms, file),
        *_function_words(terms, glossary.language, file),
        *_corpus_findings(glossary, terms, texts, file),
    ]
    return sorted(found, key=lambda finding: (finding.line or 0, finding.code, finding.locale))


def _finding(
    code: str, severity: Severity, term: Term, message: str, file: str, locale: str = ""
) -> Finding:
    return Finding(
        f"glossary-{code}", severity, message, file=file, locale=locale, line=term.line or None
    )


def _list_names(names: Iterable[str]) -> str:
    listed = list(dict.fromkeys(names))
    rest = len(listed) - _MAX_NAMED
    return ", ".join(map(repr, listed[:_MAX_NAMED])) + (f" and {rest} more" if rest > 0 else "")


def _two_targets(terms: list[Term], file: str) -> Iterator[Finding]:
    """Spellings that differ only in case, if at least one entry is case-insensitive.

    Equal spellings with the same case rule are rejected on loading, but a glossary merged
    in memory may contain them.
    """
    groups: dict[str, dict[str, tuple[Term, str]]] = defaultdict(dict)
    for term in _allowed(terms):
        for spelling in term.spellings:
            groups[key_of(spelling, fold=True)].setdefault(term.id, (term, spelling))
    for group in groups.values():
        # Compare the members of a group with the first one only, which is linear and enough.
        members = list(group.values())
        first, written = members[0]
        for other, spelling in members[1:]:
            apart = first.case == other.case == "exact" and key_of(written) != key_of(spelling)
            if apart or _meaning(first) == _meaning(other):
                continue
            yield _finding(
                "two-targets",
                Severity.WARNING,
                other,
                f"{spelling!r} is also {written!r} of {first.id!r} (line {first.line}), "
                "with another policy or other targets",
                file,
            )


def _meaning(term: Term) -> tuple[object, ...]:
    source = term.source if term.policy is Policy.KEEP else ""
    return term.policy, source, sorted((tag, t.term) for tag, t in term.targets.items())


def _allowed(terms: Iterable[Term]) -> Iterator[Term]:
    return (term for term in terms if term.policy is not Policy.FORBIDDEN)


def _shared_targets(terms: list[Term], file: str) -> Iterator[Finding]:
    owners: dict[tuple[str, str], Term] = {}
    for term in _allowed(terms):
        for tag, target in term.targets.items():
            for form in dict.fromkeys(map(key_of, target.accepted)):
                first = owners.setdefault((tag, form), term)
                if first is not term:
                    yield _finding(
                        "shared-target",
                        Severity.WARNING,
                        term,
                        f"{term.source!r} and {first.source!r} (line {first.line}) both become "
                        f"{form!r}: checks cannot distinguish them",
                        file,
                        tag,
                    )


def _forbidden_required(terms: list[Term], file: str) -> Iterator[Finding]:
    tags = sorted({tag for term in terms for tag in term.targets})
    clashes: dict[tuple[str, str], tuple[Term, Term, list[str]]] = {}
    for tag in tags or [""]:
        banned = [(term, word) for term in terms for word in _forbidden_words(term, tag)]
        if not banned:
            continue  # skip slow checks: most languages have no forbidden terms
        required: dict[str, Term] = {}
        for term in _allowed(terms):
            for form in _required_forms(term, tag):
                required.setdefault(key_of(form), term)
                required.setdefault("any " + key_of(form, fold=True), term)
        for term, word in banned:
            loose = term.case == "any"
            owner = required.get("any " + key_of(word, fold=True) if loose else key_of(word))
            if owner is not None:
                clashes.setdefault((term.id, word), (term, owner, []))[2].append(tag)
    for (_, word), (term, owner, where) in clashes.items():
        yield _finding(
            "forbidden-required",
            Severity.ERROR,
            term,
            f"{word!r} is forbidden here and required by {owner.id!r} (line {owner.line})",
            file,
            where[0] if len(where) == 1 else "",
        )


def _required_forms(term: Term, tag: str) -> tuple[str, ...]:
    target = _target(term, tag)
    if target is not None:
        return target.accepted
    return () if term.policy is Policy.TRANSLATE else (term.source,)


def _target(term: Term, tag: str) -> Target | None:
    return target_entry(term, tag) if tag else None


def _forbidden_words(term: Term, tag: str) -> tuple[str, ...]:
    if term.policy is not Policy.FORBIDDEN and not any(t.forbidden for t in term.targets.values()):
        return ()
    target = _target(term, tag)
    if term.policy is not Policy.FORBIDDEN:
        return target.forbidden if target else ()
    if target is not None:
        return target.accepted
    return () if term.targets else term.spellings


def _nested(terms: list[Term], file: str) -> Iterator[Finding]:
    owners = [(term, spelling) for term in _allowed(terms) for spelling in term.spellings]
    finder = Finder([(spelling, term.case) for term, spelling in owners])
    inside: dict[str, dict[str, str]] = defaultdict(dict)
    shorter: dict[str, Term] = {}
    for longer, text in owners:
        for index, start, end in finder.spans(text):
            term = owners[index][0]
            if term is not longer and end - start < len(text) and bounded(text, start, end):
                inside[term.id][text] = longer.id
                shorter[term.id] = term
    for term_id, longer_ones in inside.items():
        yield _finding(
            "nested",
            Severity.INFO,
            shorter[term_id],
            f"{shorter[term_id].source!r} is part of {_list_names(longer_ones)}: "
            "the longer term takes precedence",
            file,
        )


def _straddling(terms: list[Term], file: str) -> Iterator[Finding]:
    """Terms whose end overlaps the start of another: the left one takes precedence."""
    ending: dict[str, list[tuple[Term, str]]] = defaultdict(list)
    starting: dict[str, list[str]] = defaultdict(list)
    for term in _allowed(terms):
        for spelling in term.spellings:
            key = key_of(spelling, fold=True)
            for at in range(1, len(key)):
                if not bounded(key, at, len(key)) or key[at].isspace():
                    continue
                if key[at].isalnum():
                    ending[key[at:]].append((term, spelling))
                if key[:at].strip():
                    starting[key[:at].strip()].append(spelling)
    for overlap in sorted(ending.keys() & starting.keys()):
        left = ending[overlap]
        lefts = {spelling for _, spelling in left}
        right = [spelling for spelling in starting[overlap] if spelling not in lefts]
        if right:
            yield _finding(
                "straddling",
                Severity.INFO,
                left[0][0],
                f"{_list_names(s for _, s in left)} may overlap {_list_names(right)}: "
                "the left one takes precedence",
                file,
            )


def _missing_locales(terms: list[Term], file: str) -> Iterator[Finding]:
    for policy in (Policy.FIXED, Policy.KEEP, Policy.TRANSLATE):
        entries = [term for term in terms if term.policy is policy and term.targets]
        has = Counter(tag for term in entries for tag in term.targets)
        for term in entries:
            lacking = [
                tag
                for tag, number in has.items()
                if (
                    policy is Policy.FIXED
                    or number >= max(_MIN_ENTRIES, _USUAL_SHARE * len(entries))
                )
                and target_entry(term, tag) is None
            ]
            if lacking:
                hard = policy is Policy.FIXED
                what = "the source form will be used" if hard else "other entries have one"
                yield _finding(
                    "missing-locale",
                    Severity.WARNING if hard else Severity.INFO,
                    term,
                    f"{term.source!r} has no target for {', '.join(sorted(lacking))}: {what}",
                    file,
                )


def _function_words(terms: list[Term], language: str, file: str) -> Iterator[Finding]:
    """Single-word terms that are also function words of the language ("He")."""
    from speechsubs.language import locales

    try:
        breaks = locales.load(language).breaks
    except UnknownLocaleError:
        return
    words = {
        word
        for group in (
            breaks.articles,
            breaks.prepositions,
            breaks.conjunctions,
            breaks.pronouns,
            breaks.auxiliaries,
            breaks.negations,
        )
        for word in group
    }
    for term in _allowed(terms):
        for spelling in term.spellings:
            if spelling.lower() in words:
                yield _finding(
                    "ordinary-word",
                    Severity.WARNING,
                    term,
                    f"{spelling!r} is also an everyday word, capitalized at sentence starts",
                    file,
                )


@dataclass(slots=True)
class _Usage:
    """Counts how often a term occurs in the texts with different capitalization."""

    lower: int = 0
    other: Counter[str] = field(default_factory=Counter)


def _corpus_findings(
    glossary: Glossary, terms: list[Term], texts: Iterable[str], file: str
) -> Iterator[Finding]:
    """Findings from the texts, if there are any."""
    if isinstance(texts, Collection) and not texts:
        return
    used: set[str] = set()
    seen: dict[str, _Usage] = defaultdict(_Usage)
    matcher = Matcher(glossary)
    owners = [(term, s) for term in _allowed(terms) for s in term.spellings if s != s.lower()]
    finder = Finder([(spelling, "any") for _, spelling in owners])
    empty = True
    for text in texts:
        empty = False
        matches = matcher.find(text)
        used.update(match.term.id for match in matches)
        taken = {(m.start, m.end) for m in matches}
        for index, start, end in finder.spans(text):
            term = owners[index][0]
            written = text[start:end]
            if not bounded(text, start, end):
                continue
            if written == written.lower():
                seen[term.id].lower += 1
            elif (start, end) not in taken and key_of(written) not in map(key_of, term.spellings):
                seen[term.id].other[written] += 1
    if empty:
        return
    for term in _allowed(terms):
        if term.id not in used:
            message = f"{term.source!r} does not occur in the texts"
            yield _finding("unused", Severity.INFO, term, message, file)
        yield from _usage_findings(term, seen.get(term.id, _Usage()), file)


def _usage_findings(term: Term, seen: _Usage, file: str) -> Iterator[Finding]:
    if seen.lower:
        loose = term.case == "any"
        what = "`case: any` would match it" if loose else "capitalization distinguishes them"
        yield _finding(
            "ordinary-word",
            Severity.WARNING if loose else Severity.INFO,
            term,
            f"{term.source!r} occurs in lower case {seen.lower} times: {what}",
            file,
        )
    if seen.other:
        yield _finding(
            "other-capitals",
            Severity.INFO,
            term,
            f"{term.source!r} also occurs as {_list_names(seen.other)}, which is not matched: "
            "add an alias or `case: any`?",
            file,
        )
