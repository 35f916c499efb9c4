"""What a person has to settle before deciding about cues: contradictions that are new."""

import re
from collections.abc import Iterator, Sequence

from speechsubs.glossary import Glossary, Policy, Term, target_entry
from speechsubs.glossary.keys import key_of
from speechsubs.glossary.lint import lint
from speechsubs.model import Finding, Severity
from speechsubs.review.model import Change, ChangeKind

_LINE = re.compile(r"\bline \d+")
_ORDER = list(Severity)


def conflicts(
    old: Glossary, new: Glossary, changes: Sequence[Change], tags: Sequence[str] = ()
) -> tuple[Finding, ...]:
    """Conflicts of the new version that the old one did not have, the gravest first.

    All of `glossary.lint` (nested and straddling terms, one source with two targets, two
    sources with one target, forbidden against required, a missing locale), and what only
    a comparison shows:

    - `review-was-required` (warning): a word that is forbidden now was asked for before.
    - `review-stale-form` (warning): a target changed and its forms did not.
    - `review-no-target` (warning): a fixed term has no target in a language of `tags`.
    - `review-old-spelling` (warning): the old source is no alias, and is not found any more.
    - `review-language` (error): the two versions are of different source languages.
    """
    if not changes and old.language == new.language:
        return ()
    found = lint(new)
    if found:
        known = {_key(finding) for finding in lint(old)}
        found = [finding for finding in found if _key(finding) not in known]
    # What the lint says of an entry's missing languages need not be said twice.
    told = {f.line: f.message for f in found if f.code == "glossary-missing-locale"}
    found += [
        finding
        for finding in _compared(old, new, changes, tags)
        if finding.code != "review-no-target" or finding.message not in told.get(finding.line, "")
    ]
    return tuple(sorted(found, key=lambda f: (-_ORDER.index(f.severity), f.line or 0, f.code)))


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.locale, _LINE.sub("line", finding.message)


def _compared(
    old: Glossary, new: Glossary, changes: Sequence[Change], tags: Sequence[str]
) -> Iterator[Finding]:
    file = str(new.path)
    if old.language != new.language:
        message = f"the sources were in {old.language} and are in {new.language} now"
        yield Finding("review-language", Severity.ERROR, message, file=file)
    before = {term.id: term for term in old.terms}
    after = {term.id: term for term in new.terms}
    asked = _asked(old)
    for change in changes:
        term = after.get(change.term)
        if term is None or term.status == "deprecated":
            continue
        was = before.get(change.term)
        for code, message, locale in _of(change, was, term, asked):
            yield Finding(
                f"review-{code}", Severity.WARNING, message, file=file, locale=locale,
                line=term.line or None,
            )  # fmt: skip
    changed = dict.fromkeys(change.term for change in changes)
    for term_id in changed:
        term = after.get(term_id)
        if term is None or term.policy is not Policy.FIXED or term.status == "deprecated":
            continue
        lacking = [tag for tag in tags if target_entry(term, tag) is None]
        if lacking:
            message = f"{term.source!r} has no target for {', '.join(lacking)}"
            yield Finding("review-no-target", Severity.WARNING, message, file=file,
                          locale=lacking[0] if len(lacking) == 1 else "",
                          line=term.line or None)  # fmt: skip


def _of(
    change: Change, was: Term | None, term: Term, asked: dict[tuple[str, str], str]
) -> Iterator[tuple[str, str, str]]:
    if change.kind is ChangeKind.SOURCE and was is not None:
        fold = term.case == "any"
        spellings = {key_of(s, fold=fold) for s in term.spellings}
        if key_of(was.source, fold=fold) not in spellings:
            message = f"{was.source!r} is no alias of {term.source!r}: it is not found any more"
            yield "old-spelling", message, ""
    if change.kind is ChangeKind.TARGET and was is not None:
        yield from _stale(change, was, term)
    for locale, word in _banned(change, was, term):
        owner = asked.get((locale, key_of(word)))
        if owner is not None:
            message = f"{word!r} is forbidden now; the old version asked for it ({owner})"
            yield "was-required", message, locale


def _stale(change: Change, was: Term, term: Term) -> Iterator[tuple[str, str, str]]:
    before, now = was.targets.get(change.locale), term.targets.get(change.locale)
    if before is None or now is None or before.term == now.term or not now.forms:
        return
    left = [form for form in now.forms if form in before.forms]
    if left:
        shown = ", ".join(map(repr, left[:3]))
        message = f"{term.source!r} is {now.term!r} now, but {shown} are forms of {before.term!r}"
        yield "stale-form", message, change.locale


def _asked(glossary: Glossary) -> dict[tuple[str, str], str]:
    """Every wording that a glossary asks for, by locale and key, with the entry's id."""
    found: dict[tuple[str, str], str] = {}
    for term in glossary.terms:
        if term.policy is Policy.FORBIDDEN or term.status == "deprecated":
            continue
        for tag, target in term.targets.items():
            for form in target.accepted:
                found.setdefault((tag, key_of(form)), term.id)
        if term.policy is Policy.KEEP:
            found.setdefault(("", key_of(term.source)), term.id)
    return found


def _banned(change: Change, was: Term | None, term: Term) -> Iterator[tuple[str, str]]:
    """Words that this change forbids, by locale."""
    if change.kind is ChangeKind.FORBIDDEN:
        target = term.targets.get(change.locale)
        before = was.targets.get(change.locale) if was else None
        known = before.forbidden if before else ()
        for word in target.forbidden if target else ():
            if word not in known:
                yield change.locale, word
    elif change.kind in (ChangeKind.ADDED, ChangeKind.POLICY):
        for tag, target in term.targets.items():
            words = target.accepted if term.policy is Policy.FORBIDDEN else target.forbidden
            for word in words:
                yield tag, word
        if term.policy is Policy.FORBIDDEN and not term.targets:
            for word in term.spellings:
                yield "", word
