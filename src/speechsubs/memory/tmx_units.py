"""What a unit of a TMX file says, as segments."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from speechsubs import tags
from speechsubs.errors import InputError
from speechsubs.memory import rows
from speechsubs.memory.segments import Origin, Segment, State
from speechsubs.model import Finding, Severity, Slot
from speechsubs.spans import Span

#: Our own properties, which other tools keep and ignore.
PREFIX = "x-speechsubs-"
#: Name of the tool in the header, by which our own files are known.
TOOL = "speechsubs"

_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(?:\.\d+)?Z", re.ASCII)
_OWN = frozenset({"state", "slots", "places", "source", "target", "file", "sentence",
                  "glossary", "engine"})  # fmt: skip


@dataclass(slots=True)
class Variant:
    """A `tuv`: one language of a unit, as the file has it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    notes: list[str] = field(default_factory=list)
    props: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class RawUnit:
    """A `tu` as the file has it. `line` is 1-based."""

    line: int
    srclang: str
    tool: str
    attributes: dict[str, str]
    variants: list[Variant] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    props: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Unit:
    """The segments of a unit, and what could not be used of it. `line` is 1-based."""

    line: int
    segments: tuple[Segment, ...]
    findings: tuple[Finding, ...] = ()


def digest(text: str) -> str:
    """What binds offsets to a text that another tool may have changed."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def unit(raw: RawUnit, file: str, *, state: State, source: str) -> Unit:
    """One segment for each translation in the unit."""
    findings: list[Finding] = []

    def skip(problem: str) -> None:
        message = f"left out: {problem}"
        finding = Finding("tmx-skipped", Severity.WARNING, message, file=file, line=raw.line)
        findings.append(finding)

    usable: list[tuple[str, Variant]] = []
    for variant in raw.variants:
        if raw.tool != TOOL:
            # Indented by the program that wrote it; our own files are exact.
            variant.text = variant.text.strip()
        try:
            tag = tags.canonical(variant.tag)
        except InputError:
            skip(f"{variant.tag[:40]!r} is no language tag")
            continue
        if len(variant.text) > rows.MAX_TEXT:
            skip(f"a text of more than {rows.MAX_TEXT:,} characters ({tag})")
        elif not variant.text.strip():
            skip(f"no text ({tag})")
        else:
            usable.append((tag, variant))
    first = _source(usable, raw.srclang, source)
    if first is None:
        skip("no text in the source language")
        return Unit(raw.line, (), tuple(findings))
    others = [(tag, variant) for tag, variant in usable if tag != first[0]]
    if not others and not findings:
        skip("no translation")
    segments = [_segment(raw, first, other, state) for other in others]
    return Unit(raw.line, tuple(segments), tuple(findings))


def _source(
    usable: Sequence[tuple[str, Variant]], srclang: str, wanted: str
) -> tuple[str, Variant] | None:
    """The variant that was translated from."""
    try:
        tag = tags.canonical(srclang)
    except InputError:
        # "*all*": every language may be the source. So the person says, or the order.
        tag = tags.canonical(wanted) if wanted else ""
    if not tag:
        return usable[0] if usable else None
    for fits in (tag.__eq__, lambda held: tags.primary(held) == tags.primary(tag)):
        for item in usable:
            if fits(item[0]):
                return item
    return None


def _segment(
    raw: RawUnit, source: tuple[str, Variant], target: tuple[str, Variant], state: State
) -> Segment:
    tag, variant = target
    every = [*raw.props, *variant.props]
    own = {n.removeprefix(PREFIX): v for n, v in every if n.removeprefix(PREFIX) in _OWN
           and n.startswith(PREFIX)}  # fmt: skip
    foreign = tuple((n, v) for n, v in every if n.removeprefix(PREFIX) not in _OWN
                    or not n.startswith(PREFIX))  # fmt: skip
    untouched = own.get("target", "") == digest(variant.text)
    known = {s.word: s for s in State}.get(own.get("state", ""))
    if known is not None:
        # Somebody has changed what a machine had written.
        state = known if untouched or not own.get("target") else max(known, State.EDITED)
    slots, places = _spans(own, source[1].text, variant.text if untouched else None)
    return Segment(
        source_language=source[0],
        target_language=tag,
        source=source[1].text,
        target=variant.text,
        slots=slots,
        places=places,
        state=state,
        author=_attribute(raw, variant, "changeid", "creationid"),
        date=_date(_attribute(raw, variant, "changedate", "creationdate")),
        origin=Origin(own.get("file", ""), _number(own.get("sentence", ""))),
        glossary=own.get("glossary", ""),
        engine=own.get("engine", ""),
        note="\n".join([*raw.notes, *variant.notes]),
        props=foreign,
    )


def _spans(
    own: dict[str, str], source: str, target: str | None
) -> tuple[tuple[Slot, ...], tuple[Span, ...]]:
    """Slots and places, as far as their texts are what they were made for."""
    if "slots" not in own or own.get("source", "") != digest(source):
        return (), ()
    try:
        slots = rows.slots_of(own["slots"], source)
        places = rows.places_of(own.get("places", "[]")) if target is not None else ()
        # Segment has the rules for spans; a file that breaks them has no slots.
        Segment("en", "en", source, target or "", slots, places)
    except (ValueError, TypeError):
        return (), ()
    return slots, places


def _attribute(raw: RawUnit, variant: Variant, *names: str) -> str:
    for attributes in (variant.attributes, raw.attributes):
        for name in names:
            if attributes.get(name):
                return attributes[name]
    return ""


def _date(text: str) -> str:
    """The date as a segment writes it, empty for what is no UTC date.

    >>> _date("20260301T120000Z"), _date("yesterday")
    ('2026-03-01T12:00:00Z', '')
    """
    match = _DATE.fullmatch(text.strip())
    if not match:
        return ""
    year, month, day, hour, minute, second = match.groups()
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,9}", text, re.ASCII) else -1
