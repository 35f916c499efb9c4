"""Read and write glossaries as tables: CSV, TSV, XLSX, and DeepL and OmegaT glossaries.

Our own table is the same in CSV, TSV and XLSX: a header, then one row per entry.

Columns: id, source:LANGUAGE, the fields in `fields.ENTRY`, then for each locale the target
term ("es") and its attributes ("es:forms", "es:forbidden", "es:gender", "es:number"), and
finally `revision`, which lets an import detect changes since the export. Lists in a cell are
separated by " | "; a literal | or \\ is escaped with a \\. All cells are text.

DeepL uses two or four columns, OmegaT three.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from speechsubs.adapters import xlsx
from speechsubs.errors import InputError
from speechsubs.glossary import fields
from speechsubs.glossary.fields import (
    ENTRY,
    LISTS,
    PARTS,
    Entry,
    Incoming,
    Value,
    empty,
    finding,
    flat,
    known_tag,
    name_of,
    revision,
    split,
)
from speechsubs.glossary.model import Glossary, Policy, Term, target_for
from speechsubs.model import Finding, Severity

_FIRST = ("id", *ENTRY)
_LAST = "revision"
# The last alternative matches a final \, which would otherwise cause repeated searches.
_PIECE = re.compile(r"((?:\\.|[^\\|]|\\\Z)*)(\||\Z)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
#: Enough columns for eighty locales.
MAX_COLUMNS = 512


def to_rows(glossary: Glossary, tags: Sequence[str]) -> Iterator[list[str]]:
    """The rows of a glossary with the targets of these locales, starting with the header."""
    flats = [flat(term) for term in glossary.terms]
    used = {name for fields in flats for name in fields}
    parts = [
        name_of(tag, part)
        for tag in tags
        for part in ("", *PARTS)
        if part in ("", "forms") or name_of(tag, part) in used
    ]
    names = [*ENTRY, *parts]
    titles = [f"source:{glossary.language}" if name == "source" else name for name in names]
    yield ["id", *titles, _LAST]
    for term, row in zip(glossary.terms, flats, strict=True):
        values = {name: row.get(name, empty(name)) for name in names}
        yield [term.id, *map(_dump_cell, values.values()), revision(values)]


def _dump_cell(value: Value) -> str:
    if isinstance(value, str):
        return value
    return " | ".join(re.sub(r"[\\|]", r"\\\g<0>", item) for item in value)


def _parse_cell(cell: str) -> tuple[str, ...]:
    """Split a cell into its list of texts.

    >>> _parse_cell("one | two" + chr(92) + "|three")
    ('one', 'two|three')
    """
    found: dict[str, None] = {}
    for match in _PIECE.finditer(cell):
        text = _ESCAPED.sub(r"\1", match[1]).strip()
        if text:
            found[text] = None
        if not match[2]:
            break
    return tuple(found)


def is_header(cells: Iterable[str]) -> bool:
    """True for a row with a `source` column, which only headers have."""
    return any(_split_title(cell)[0] == "source" for cell in cells)


def _split_title(cell: str) -> tuple[str, str]:
    name, _, rest = cell.strip().partition(":")
    return (name.casefold(), rest.strip()) if name.casefold() == "source" else (cell.strip(), "")


def read_rows(table: Iterable[tuple[int, Sequence[str]]], where: str) -> Incoming:
    """Read entries from (line, cells) rows, starting with the header. Raises `InputError`."""
    lines = iter(table)
    line, header = next(lines, (1, []))
    columns, language, findings = _columns(header, f"{where}:{line}")
    entries: list[Entry] = []
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        given = {
            name: cells[at] if at < len(cells) else ""
            for name, at in columns.items()
        }  # fmt: skip
        extra = [cell for cell in cells[len(header) :] if cell.strip()]
        if extra:
            problem = f"{len(cells)} cells under {len(header)} columns"
            raise InputError(
                f"{where}:{line}", problem, "Does a cell contain an unquoted separator?"
            )
        term_id = given.pop("id", "").strip()
        mark = given.pop(_LAST, "").strip()
        fields = {name: _parse_value(name, cell) for name, cell in given.items()}
        if fields["source"]:
            entries.append(Entry(fields, term_id, line, mark))
        else:
            findings.append(_no_source(where, line))
    return Incoming(tuple(entries), where, language, tuple(findings))


def _no_source(where: str, line: int) -> Finding:
    return finding("left-out", Severity.WARNING, "the row has no source term", where, line)


def _parse_value(name: str, cell: str) -> Value:
    if name.rpartition(":")[2] in LISTS:
        return _parse_cell(cell)
    # Keep line breaks in notes; strip spaces around all other texts.
    return cell if name == "note" else cell.strip()


def _columns(header: Sequence[str], where: str) -> tuple[dict[str, int], str, list[Finding]]:
    """The column of each field, the source language, and findings about unknown columns."""
    if len(header) > MAX_COLUMNS:
        raise InputError(where, f"{len(header):,} columns (maximum {MAX_COLUMNS})")
    columns: dict[str, int] = {}
    findings: list[Finding] = []
    language = ""
    for at, cell in enumerate(header):
        if not cell.strip():
            continue
        name, rest = _split_title(cell)
        if name == "source":
            language = rest
        known = _canonical_column(name)
        if known is None:
            message = f"column {name[:80]!r} is unknown: skipped"
            findings.append(finding("column", Severity.INFO, message, where.rpartition(":")[0]))
        elif known in columns:
            raise InputError(where, f"duplicate column {known!r}", "Remove one of them")
        else:
            columns[known] = at
    if "source" not in columns:
        raise InputError(
            where,
            "there is no `source` column",
            "Name the columns in the first row: id, source, es",
        )
    return columns, language, findings


def _canonical_column(name: str) -> str | None:
    lower = name.casefold()
    if lower in _FIRST or lower == _LAST:
        return lower
    tag, part = split(name)
    canonical = known_tag(tag)
    if canonical is None or part.strip().casefold() not in ("", *PARTS):
        return None
    return name_of(canonical, part.strip().casefold())


# Spreadsheets interpret cells that start with these as formulas. Source: OWASP, CSV Injection.
_FORMULA = re.compile(r"[=+\-@]")
_GUARDED = re.compile(r"'(?=[=+\-@'])")
_BROKEN = "a tab or a line break would break its row"


def decode(data: bytes, where: str) -> str:
    """Decode text from spreadsheets and terminology tools: UTF-8, or UTF-16 with a BOM."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    encoding = "utf-16" if wide else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        advice = "Save it as UTF-8"
        name = "UTF-16" if wide else "UTF-8"
        raise InputError(where, f"not {name} text", advice) from error


def read_cells(text: str, where: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Iterate over line numbers and cells of a quoted table. Raises `InputError`."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for row in reader:
            yield before + 1, [c.replace("\r\n", "\n").replace("\r", "\n") for c in row]
            before = reader.line_num
    except csv.Error as error:
        advice = 'Enclose a cell that contains a quote in quotes and double its quotes: "say ""a"""'
        raise InputError(f"{where}:{before + 1}", f"invalid row ({error})", advice) from error


def detect_separator(text: str, preferred: str) -> str:
    """Detect the separator in the first line: spreadsheets use ; if , is the decimal mark.

    >>> detect_separator("id;source;es", ",")
    ';'
    """
    first = text.partition("\n")[0]
    counts = {mark: first.count(mark) for mark in (preferred, ",", ";", "\t")}
    return max(counts, key=counts.__getitem__)


def has_own_header(data: bytes, where: str, separator: str) -> bool:
    """True if the first row is the header of our own table."""
    text = decode(data, where)
    first = next(read_cells(text[:100_000], where, detect_separator(text, separator)), (1, [""]))
    return is_header(first[1])


def read_own(data: bytes, where: str, separator: str) -> Incoming:
    """Read our own table."""
    text = decode(data, where)
    found = read_cells(text, where, detect_separator(text, separator))
    return read_rows(((line, [c[1:] if _GUARDED.match(c) else c for c in row])
                        for line, row in found), where)  # fmt: skip


def write_own(
    glossary: Glossary, tags: Sequence[str], separator: str
) -> tuple[bytes, list[Finding]]:
    """Write our own table. Formulas are escaped with an apostrophe, which reading removes."""
    guarded = ([f"'{c}" if _FORMULA.match(c) or _GUARDED.match(c) else c for c in row]
               for row in to_rows(glossary, tags))  # fmt: skip
    return _dump_rows(guarded, separator), []


def _dump_rows(rows: Iterator[list[str]], separator: str) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, lineterminator="\n")
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8")


def read_deepl(data: bytes, where: str, separator: str, source: str, target: str) -> Incoming:
    """Read source,target[,source language,target language].

    Rows in another source language are skipped with a finding.
    """
    rows: list[tuple[int, str, str, str, str]] = []
    findings: list[Finding] = []
    other = 0
    for line, row in read_cells(decode(data, where), where, separator):
        texts = [cell.strip() for cell in row]
        if not any(texts):
            continue
        if len(texts) not in (2, 4) or not texts[0]:
            problem = (
                f"{len(texts)} cells; DeepL files have 2 (source, target) or 4 (with languages)"
            )
            raise InputError(f"{where}:{line}", problem)
        spoken, tag = (texts[2], texts[3]) if len(texts) == 4 else (source, target)
        if _language(spoken) != _language(source):
            other += 1
            continue
        if not tag:
            raise _no_target(where)
        rows.append((line, texts[0], texts[1], tag, ""))
    if other:
        message = f"rows whose source is not {source} were skipped: {other}"
        findings.append(finding("left-out", Severity.INFO, message, where))
    return Incoming(_group_rows(rows), where, source, tuple(findings))


def read_omegat(data: bytes, where: str, source: str, target: str) -> Incoming:
    """Read source TAB target TAB comment, without quotes; lines starting with # are comments."""
    if not target:
        raise _no_target(where)
    rows = []
    for line, text in enumerate(re.split(r"\r\n|\n|\r", decode(data, where)), 1):
        parts = [part.strip() for part in text.split("\t")]
        if text.startswith("#") or not any(parts):
            continue
        if not parts[0]:
            raise InputError(f"{where}:{line}", "no source term before the tab")
        rows.append((line, parts[0], parts[1] if len(parts) > 1 else "", target,
                     " ".join(p for p in parts[2:] if p)))  # fmt: skip
    return Incoming(_group_rows(rows), where, source)


def _no_target(where: str) -> InputError:
    problem = "the file does not specify the target language"
    return InputError(where, problem, "Specify it: --target-language es")


def _language(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].casefold()


@dataclass(slots=True)
class _Group:
    """The rows of one source term: unique texts by language and unique notes, in order."""

    line: int
    texts: dict[str, dict[str, None]] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)

    def entry(self, source: str) -> Entry:
        fields: dict[str, Value] = {"source": source}
        for tag, found in self.texts.items():
            fields[tag], *forms = found or [""]
            if forms:
                fields[name_of(tag, "forms")] = tuple(forms)
        if self.notes:
            fields["note"] = "\n".join(self.notes)
        return Entry(fields, line=self.line)


def _group_rows(rows: Sequence[tuple[int, str, str, str, str]]) -> tuple[Entry, ...]:
    """Make one entry per source; further targets in a language become its forms."""
    groups: dict[str, _Group] = {}
    for line, source, text, tag, note in rows:
        group = groups.setdefault(source, _Group(line))
        found = group.texts.setdefault(tag, {})
        if text:
            found[text] = None
        if note:
            group.notes[note] = None
    return tuple(group.entry(source) for source, group in groups.items())


def write_deepl(
    glossary: Glossary, tags: Sequence[str], separator: str
) -> tuple[bytes, list[Finding]]:
    """Write DeepL's rows, with language columns if there is more than one target language."""
    file = str(glossary.path)
    findings = _formula_findings(glossary, file)
    rows: list[list[str]] = []
    for tag in tags:
        for term in _active_terms(glossary):
            text = _target_text(term, tag)
            if not text:
                continue
            if "\n" in term.source + text or "\t" in term.source + text:
                findings.append(fields.without(term, _BROKEN, file, tag))
                continue
            languages = [glossary.language, tag] if len(tags) > 1 else []
            rows.append([term.source, text, *languages])
    findings += _loss_findings(glossary, tags, {"source", "target"}, "DeepL")
    return _dump_rows(iter(rows), separator), findings


def write_omegat(glossary: Glossary, tags: Sequence[str]) -> tuple[bytes, list[Finding]]:
    """Write OmegaT's lines: one for the target term and one for each form."""
    file = str(glossary.path)
    findings: list[Finding] = []
    lines: list[str] = []
    for term in _active_terms(glossary):
        text = _target_text(term, tags[0])
        if not text:
            continue
        target = term.targets.get(tags[0])
        texts = [text, *(target.forms if target else ())]
        if any(re.search(r"[\t\n]", t) for t in (term.source, *texts)):
            findings.append(fields.without(term, _BROKEN, file, tags[0]))
        elif term.source.startswith("#"):
            findings.append(fields.without(term, "OmegaT reads # as a comment", file, tags[0]))
        else:
            note = " ".join(term.note.split())
            lines += ["\t".join((term.source, t, note)).rstrip("\t") for t in texts]
    findings += _loss_findings(glossary, tags[:1], {"source", "target", "note", "forms"}, "OmegaT")
    text = "".join(f"{line}\n" for line in lines)
    return text.encode("utf-8"), findings


def _active_terms(glossary: Glossary) -> Iterator[Term]:
    return (
        term
        for term in glossary.terms
        if term.policy is not Policy.FORBIDDEN and term.status != "deprecated"
    )


def _target_text(term: Term, tag: str) -> str:
    """The target term for a locale, or the source of a kept term; empty if undefined."""
    text, said = target_for(term, tag)
    return text if said else ""


def _formula_findings(glossary: Glossary, file: str) -> list[Finding]:
    risky = [
        term.id
        for term in _active_terms(glossary)
        if any(_FORMULA.match(t) for t in (term.source, *(g.term for g in term.targets.values())))
    ]
    if not risky:
        return []
    message = (
        f"texts that start with = + - or @, as in {risky[0]!r}: do not open this file in a "
        "spreadsheet, which treats them as formulas"
    )
    return [finding("formula", Severity.INFO, message, file)]


def _loss_findings(
    glossary: Glossary, tags: Sequence[str], held: set[str], name: str
) -> list[Finding]:
    usable = list(_active_terms(glossary))
    file = str(glossary.path)
    gone = fields.off(len(glossary.terms) - len(usable), name, file)
    return [*gone, *fields.of(usable, tags, held, name, file)]


_SHEET = "glossary"
_SHORT = ("id", "policy", "case", "boundary", "status", "pos", "revision")


def read_xlsx(data: bytes, where: str) -> Incoming:
    """Read the first sheet with our own header, else the first sheet. Raises `InputError`."""
    rows = xlsx.read(data, where, is_header, MAX_COLUMNS)
    return read_rows(rows, where)


def write_xlsx(glossary: Glossary, tags: Sequence[str]) -> tuple[bytes, list[Finding]]:
    """Write a workbook of text cells; also returns findings about data that does not fit."""
    why = "a cell cannot hold one of its characters or its length"
    kept = tuple(term for term in glossary.terms if _fits_cells(term))
    findings = [
        fields.without(term, why, str(glossary.path))
        for term in glossary.terms
        if not _fits_cells(term)
    ]
    table = to_rows(Glossary(kept, glossary.language, glossary.path), tags)
    header = next(table)
    columns = [
        xlsx.Column(title, xlsx.NARROW if title in _SHORT else xlsx.WIDE) for title in header
    ]
    return xlsx.write(columns, table, sheet=_SHEET, frozen="C2"), findings


def _fits_cells(term: Term) -> bool:
    return all(
        xlsx.fits_cell(value if isinstance(value, str) else " | ".join(value))
        for value in flat(term).values()
    )
