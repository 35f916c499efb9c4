"""Write glossaries as readable YAML, and update files without touching the rest.

`update` rewrites only the entries that differ: the lines of all others stay as they
are, byte for byte, with every comment. An entry that differs goes through ruamel.yaml's
round trip, so its own comments, quotes and order stay too. The result is parsed again
and compared before it is given back.
"""

import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from speechsubs.errors import GlossaryError, YamlError
from speechsubs.glossary.fields import flat, row
from speechsubs.glossary.load import parse
from speechsubs.glossary.model import Glossary, Term

#: Flow-style lists and mappings are wrapped after this column.
WIDTH = 98
# Text that is an unambiguous plain scalar, inside brackets or not.
_PLAIN = re.compile(r"(?:[^\W\d_]|\d+[A-DF-WYZa-df-wyz])[\w .’'&+/()·・-]*")
_SPECIAL = re.compile(r"(?i:true|false|null|yes|no|on|off|y|n)|0[xob].*|.* |.*  .*", re.DOTALL)
_MUST_ESCAPE = re.compile("[\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
                          "\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff0-\uffff]")  # fmt: skip
_DASH = re.compile(r"( *)-(?: +|$)")


def render(glossary: Glossary) -> str:
    """Render a whole glossary as a new file."""
    head = f"version: 1\nsource: {_scalar(glossary.language)}\n"
    if not glossary.terms:
        return head + "terms: []\n"
    return head + "terms:\n" + "\n".join(render_entry(term) for term in glossary.terms)


def render_entry(term: Term, indent: int = 2) -> str:
    """Render an entry of a file's `terms`, its dash indented by `indent` spaces."""
    pad = " " * indent
    lines: list[str] = []
    for name, value in row(term.id, flat(term)).items():
        lines += _field(name, value, pad + "  ")
    lines[0] = f"{pad}- {lines[0].lstrip()}"
    return "".join(f"{line}\n" if line else "\n" for line in lines)


def _field(name: str, value: Any, pad: str) -> list[str]:
    start = f"{pad}{name}:"
    if isinstance(value, Mapping):
        inner = [line for key, item in value.items() for line in _target(str(key), item, pad)]
        return [start, *inner]
    if isinstance(value, list):
        return _flow_list(start, value, pad)
    if name == "note" and "\n" in value and _fits_block(value):
        mark = "|" if value.endswith("\n") else "|-"
        body = [f"{pad}  {line}" if line else "" for line in value.rstrip("\n").split("\n")]
        return [f"{start} {mark}", *body]
    return [f"{start} {_scalar(value)}"]


def _target(tag: str, value: Any, pad: str) -> list[str]:
    start = f"{pad}  {_scalar(tag)}:"
    if isinstance(value, str):
        return [f"{start} {_scalar(value)}"]
    parts = [f"{k}: {_flow(v)}" for k, v in value.items()]
    short = f"{start} {{{', '.join(parts)}}}"
    if len(short) <= WIDTH:
        return [short]
    return [start, *(line for k, v in value.items() for line in _field(k, v, pad + "    "))]


def _flow(value: Any) -> str:
    return f"[{', '.join(map(_scalar, value))}]" if isinstance(value, list) else _scalar(value)


def _flow_list(start: str, values: Sequence[str], pad: str) -> list[str]:
    short = f"{start} {_flow(values)}"
    if len(short) <= WIDTH:
        return [short]
    return [start, *(f"{pad}  - {_scalar(value)}" for value in values)]


def _scalar(value: str) -> str:
    """Render a text as YAML: plain if that is unambiguous, otherwise quoted.

    >>> _scalar("Lei Jun"), _scalar("NO"), _scalar("3.10"), _scalar("a: b")
    ('Lei Jun', '"NO"', '"3.10"', '"a: b"')
    """
    if _PLAIN.fullmatch(value) and not _SPECIAL.fullmatch(value):
        return value
    if '"' in value and value.isprintable() and not _MUST_ESCAPE.search(value):
        return "'" + value.replace("'", "''") + "'"
    quoted = json.dumps(value, ensure_ascii=False)
    return _MUST_ESCAPE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def _fits_block(value: str) -> bool:
    """True for text that a literal block preserves."""
    lines = value.removesuffix("\n").split("\n")
    clean = not any(line != line.rstrip() or "\t" in line for line in lines)
    strange = _MUST_ESCAPE.search(value) or value[0] in "# -"
    return bool(clean and lines[0] and lines[-1] and not strange)


def update(old: str, before: Glossary, after: Glossary) -> str:
    """Update the file `old`, whose content is `before`, so that its content is `after`.

    The lines of removed entries are deleted, new entries are appended. Raises
    `GlossaryError` if `after` is not a valid glossary.
    """
    crlf = old.count("\r\n") > 0 and old.count("\r\n") == old.count("\n")
    lines = old.replace("\r\n", "\n") if crlf else old
    for attempt in (_by_lines, _by_round_trip):
        made = attempt(lines, before, after)
        if made is not None and _reads_as(made, after):
            return made.replace("\n", "\r\n") if crlf else made
    # Neither way of preserving the layout worked: the content matters most.
    made = render(after)
    if not _reads_as(made, after):
        raise GlossaryError(after.path, 1, "these entries cannot be written as YAML")
    return made


def _reads_as(made: str, after: Glossary) -> bool:
    try:
        again = parse(made, after.path)
    except (YamlError, GlossaryError):
        return False
    same = {term.id: flat(term) for term in again.terms} == {t.id: flat(t) for t in after.terms}
    return same and again.digest == after.digest


def _by_lines(old: str, before: Glossary, after: Glossary) -> str | None:
    """Replace the lines of entries that differ. None if entries share lines."""
    lines = old.splitlines(keepends=True) if "\x85" not in old else []
    if "\r" in old or any(mark in old for mark in "\x0b\x0c\x1c\x1d\x1e\u2028\u2029"):
        return None  # Python and YAML count these lines differently
    starts = [term.line - 1 for term in before.terms]
    columns = [_DASH.match(lines[at]) if at < len(lines) else None for at in starts]
    if not starts or starts != sorted(set(starts)) or not all(columns):
        return None
    indents = {len(match[1]) for match in columns if match}
    if len(indents) != 1:
        return None
    indent = indents.pop()
    new = {term.id: term for term in after.terms}
    parts = ["".join(lines[: starts[0]])]
    for term, start, end in zip(before.terms, starts, [*starts[1:], len(lines)], strict=True):
        own_end = _end_of_entry(lines, start, end, indent)
        own, rest = "".join(lines[start:own_end]), "".join(lines[own_end:end])
        later = new.pop(term.id, None)
        if later is None:
            own = ""
        elif flat(later) != flat(term):
            own = _update_entry(own, later, indent)
        parts.append(own + rest)
    whole = "".join(parts)
    for term in new.values():
        whole = whole if whole.endswith("\n") else whole + "\n"
        gap = "" if whole.endswith("\n\n") else "\n"
        whole += gap + render_entry(term, indent)
    return whole


def _end_of_entry(lines: Sequence[str], start: int, end: int, indent: int) -> int:
    """The end of an entry's own lines, without trailing blank lines and comments."""
    while end > start + 1:
        line = lines[end - 1]
        spaces = len(line) - len(line.lstrip(" "))
        if line.strip() and not (line.lstrip().startswith("#") and spaces <= indent):
            break
        end -= 1
    return end


def _update_entry(own: str, term: Term, indent: int) -> str:
    """Update the lines of one entry, keeping its comments and quotes."""
    yaml = _round_trip(indent)
    data = yaml.load(own)
    _update(data[0], row(term.id, flat(term)))
    stream = io.StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()


def _by_round_trip(old: str, before: Glossary, after: Glossary) -> str | None:
    """Round-trip the whole file with ruamel: for flow-style lists and other rare layouts."""
    yaml = _round_trip(2)
    data = yaml.load(old)
    if not isinstance(data.get("terms"), list):
        return None
    new = {term.id: term for term in after.terms}
    known = {term.id for term in before.terms}
    rows = data["terms"]
    if not rows:
        rows.fa.set_block_style()  # "terms: []" is about to be a list of many lines
    for at in range(len(rows) - 1, -1, -1):
        if rows[at]["id"] not in new:
            del rows[at]
        else:
            term = new[rows[at]["id"]]
            _update(rows[at], row(term.id, flat(term)))
    rows.extend(_to_yaml(row(t.id, flat(t))) for t in after.terms if t.id not in known)
    stream = io.StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()


def _round_trip(indent: int) -> Any:
    # Imported here because it is slow to import and rarely needed.
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096  # lines stay as long as they are
    # ruamel counts the list's indent with its dash: entries at 2 have their text at 4.
    yaml.indent(mapping=2, sequence=indent + 2, offset=indent)
    return yaml


def _update(old: Any, new: Mapping[str, Any]) -> None:
    """Update a round-trip mapping to `new`, touching only what differs."""
    for name in [name for name in old if name not in new and not _is_default(name, old[name], new)]:
        del old[name]
    for name, value in new.items():
        there = old.get(name)
        if isinstance(value, Mapping) and isinstance(there, Mapping):
            _update(there, value)
        elif isinstance(value, str) and isinstance(there, Mapping) and _only_term(there) == value:
            continue
        elif there != value:
            old[name] = _to_yaml(value)


def _only_term(there: Mapping[str, Any]) -> Any:
    """The term of a target written as a mapping with no other key."""
    return there.get("term") if len(there) == 1 else None


def _is_default(name: str, there: Any, new: Mapping[str, Any]) -> bool:
    """True for an explicit default value, which may stay."""
    from speechsubs.glossary.fields import DEFAULTS, default_case

    if name == "case":
        return bool(there == default_case(str(new.get("source", ""))))
    return bool(DEFAULTS.get(name) == there)


def _to_yaml(value: Any) -> Any:
    """Plain data for ruamel, in brackets where people write brackets, quoted where needed."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, Mapping):
        made = CommentedMap({key: _to_yaml(item) for key, item in value.items()})
        if "term" in value:
            made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        listed = CommentedSeq(_to_yaml(item) for item in value)
        listed.fa.set_flow_style()
        return listed
    return value if _scalar(value) == value else DoubleQuotedScalarString(value)
