"""Decode text files: Unicode by rule, other encodings by a guess with a finding.

Generic detectors count letters over a whole text and mistake Spanish in Windows-1252 for
Windows-1250 ("vendi\u00f3 la compa\u0148\u00eda"). The accented letters of a language are few
and known, so Latin code pages are chosen here by alphabet: the correct one is that under
which all accented letters belong to a single language.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from speechsubs.errors import InputError
from speechsubs.formats import code_pages
from speechsubs.model import Finding, Severity

_PUNCTUATION = "“”‘’‚„«»‹›–—…•·€£§°®©™\u00a0\u00ad"
#: Letters outside ASCII, in lower case. Source: the languages' alphabets, plus accents
#: that are common in loan words and names.
_ALPHABETS: Final[tuple[tuple[str, str], ...]] = (
    ("fr", "àâæçéèêëîïôœùûüÿ"),
    ("es gl", "áéíñóúü¿¡ªº"),
    ("de", "äöüßé"),
    ("it", "àèéìíîòóùú"),
    ("pt", "áâãàçéêíóôõúüªº"),
    ("ca", "àçéèíïóòúü·"),
    ("da nl nb no nn sv", "áàäåæéèöøëïü"),
    ("is", "áðéíóúýþæö"),
    ("pl", "ąćęłńóśźż"),
    ("cs", "áčďéěíňóřšťúůýž"),
    ("sk", "áäčďéíĺľňóôŕšťúýž"),
    ("hu", "áéíóöőúüű"),
    ("ro", "ăâîșțşţ"),
    ("hr sl bs", "čćđšž"),
    ("tr", "âçğıîöşüûİ"),
    ("lv", "āčēģīķļņšūž"),
    ("lt", "ąčęėįšųūž"),
    ("et fi", "äõöüšž"),
)
#: In order of preference where several fit equally well.
_CODE_PAGES: Final = ("cp1252", "mac_roman", "cp1250", "iso8859_2", "cp1254", "cp1257")


def guess_latin(sample: bytes, language: str = "") -> tuple[str, float]:
    """Guess the Latin code page and return it with its fit: 1 if every letter fits.

    The fit is 0 if non-ASCII bytes often come in pairs, as in Greek, Cyrillic and East
    Asian text. A `language` that the file's name says decides if all letters are its.

    >>> guess_latin("¿Cuántos coches vendió la compañía?".encode("cp1252"))
    ('cp1252', 1.0)
    """
    own = language.partition("-")[0]
    alphabets = [letters for names, letters in _ALPHABETS if own and own in names.split()]
    for encoding in _CODE_PAGES if alphabets else ():
        if _alphabet_share(sample, encoding, alphabets) == 1:
            return encoding, 1.0
    high = sum(byte > 127 for byte in sample)
    pairs = sum(a > 127 and b > 127 for a, b in pairwise(sample))
    if not high or pairs * 3 > high:
        return _CODE_PAGES[0], 0.0
    alphabets = [letters for _, letters in _ALPHABETS]
    best, best_share = _CODE_PAGES[0], 0.0
    for encoding in _CODE_PAGES:
        share = _alphabet_share(sample, encoding, alphabets)
        if share > best_share:
            best, best_share = encoding, share
    return best, best_share


def is_latin_language(language: str) -> bool:
    """Whether the alphabet of a language is known here."""
    own = language.partition("-")[0]
    return any(own in names.split() for names, _ in _ALPHABETS)


def is_latin(encoding: str) -> bool:
    """True for a single-byte encoding that a detector may confuse with these."""
    return encoding in _CODE_PAGES or encoding.startswith(
        ("iso8859", "mac_", "cp85", "cp125", "latin")
    )


def _alphabet_share(sample: bytes, encoding: str, alphabets: Sequence[str]) -> float:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    letters = [char for char in text if ord(char) > 127 and char not in _PUNCTUATION]
    if not letters:
        return 1.0
    counts = [sum(c in known or c.lower() in known for c in letters) for known in alphabets]
    return max(counts) / len(letters)


_SAVE_AS_UTF8 = "Save it as UTF-8"

#: Magic numbers of common binary files. Source: the formats' specifications; "ftyp" at
#: offset 4 is handled separately.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"ID3", "an MP3 recording"),
    (b"\xff\xfb", "an MP3 recording"),
    (b"\xff\xf3", "an MP3 recording"),
    (b"\xff\xf2", "an MP3 recording"),
    (b"RIFF", "a WAV or AVI recording"),
    (b"OggS", "an Ogg recording"),
    (b"fLaC", "a FLAC recording"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
)

#: Control characters that do not occur in text: all but tab, line ends, form feed and the
#: Ctrl-Z (0x1A) that DOS programs append. NUL is handled separately.
_CONTROL_BYTES = bytes(range(1, 9)) + bytes(range(0x0E, 0x1A)) + bytes(range(0x1C, 0x20))

#: Enough for a reliable guess, and cheap even for a huge file.
_SAMPLE_BYTES = 48 * 1024


@dataclass(frozen=True, slots=True)
class DecodedText:
    """Text with line feeds only and no byte order mark, with its encoding."""

    text: str
    encoding: str
    findings: tuple[Finding, ...] = ()


def decode(data: bytes, source: str, language: str = "", encoding: str = "") -> DecodedText:
    """Decode a text file: UTF-8, UTF-16 and UTF-32 by rule, anything else by a guess.

    A guess is reported as the finding "encoding-guessed", a few invalid bytes in UTF-8
    as "encoding-broken", text that was decoded wrongly before as "mojibake". Line ends become
    line feeds. `language`, the tag in the file's name, helps to guess; `encoding`, what the
    user says, replaces all of it.

    Raises `InputError` for an empty file and for binary data, naming its probable type.

    >>> decode("\\ufeffGrüße\\r\\n".encode(), "talk.txt").text
    'Grüße\\n'
    """
    if not data.strip(b" \t\r\n\x0c\xef\xbb\xbf"):
        raise InputError(source, "the file is empty")
    if encoding:
        return _finish(_decode_as(data, source, encoding), source)
    marked = _decode_by_bom(data, source)
    if marked is not None:
        return _finish(marked, source)
    if data.isascii() and (switched := _decode_by_switches(data, source)):
        return _finish(switched, source)
    _refuse_binary(data, source)
    try:
        return _finish(DecodedText(data.decode("utf-8"), "utf-8"), source)
    except UnicodeDecodeError:
        pass
    return _finish(_repair_utf8(data, source) or _decode_by_guess(data, source, language), source)


def _decode_as(data: bytes, source: str, encoding: str) -> DecodedText:
    try:
        return DecodedText(data.decode(encoding).removeprefix("\ufeff"), encoding)
    except LookupError:
        problem = f"{encoding!r} is not the name of an encoding"
        raise InputError(
            source, problem, "Names are utf-8, cp1252, shift_jis, gb18030 ..."
        ) from None
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not valid {encoding}"
        raise InputError(source, problem, "Omit --encoding to have it detected") from error


#: Encodings of seven bits that switch character sets, by what they switch with.
_SWITCHES: Final = (
    (re.compile(rb"\x1b\$[@AB]|\x1b\(J|\x1b\$\([DOQP]"), "iso2022_jp_3"),
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
    (re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}"), "hz"),
)


def _decode_by_switches(data: bytes, source: str) -> DecodedText | None:
    for pattern, encoding in _SWITCHES:
        if pattern.search(data):
            try:
                return _guessed(data.decode(encoding), encoding, source)
            except UnicodeDecodeError:
                continue
    return None


def _guessed(text: str, encoding: str, source: str) -> DecodedText:
    message = f"not UTF-8; decoded as {encoding} (guessed). If it is another: --encoding"
    finding = Finding("encoding-guessed", Severity.WARNING, message, file=source)
    return DecodedText(text, encoding, (finding,))


def _finish(decoded: DecodedText, source: str) -> DecodedText:
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\x1a")
    findings = decoded.findings
    if "\0" in text and not text.startswith("WEBVTT"):
        # WebVTT alone defines NUL: its reader replaces it by U+FFFD.
        line = text.count("\n", 0, text.index("\0")) + 1
        message = f"{text.count(chr(0))} NUL characters were left out"
        findings += (Finding("nul-removed", Severity.WARNING, message, file=source, line=line),)
        text = text.replace("\0", "")
    return DecodedText(text, decoded.encoding, findings + _find_mojibake(text, source))


#: UTF-8 read as Windows-1252: two to four characters that begin with one of these.
_MOJIBAKE = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u2122]{1,3}")


def _find_mojibake(text: str, source: str) -> tuple[Finding, ...]:
    """A finding if a text was decoded wrongly before, with the mended text of one line."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.isascii() or not _MOJIBAKE.search(line):
            continue
        # Imported here because it is needed for broken files only.
        import ftfy

        mended = ftfy.fix_encoding(line)
        if mended != line and any(c.isalpha() and not c.isascii() for c in mended):
            message = f"UTF-8 that was read as another encoding; mended it would be {mended[:60]!r}"
            return (Finding("mojibake", Severity.WARNING, message, file=source, line=number),)
    return ()


def _decode_by_bom(data: bytes, source: str) -> DecodedText | None:
    """Decode text with a byte order mark, or UTF-16 that is obvious from its NULs."""
    encoding = ""
    if data.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    elif data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        encoding = "utf-32"
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    if not encoding:
        return _decode_bare_utf16(data)
    try:
        return DecodedText(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8-sig":
            mended = _repair_utf8(data[3:], source)
            if mended is not None:
                return mended
        name = "UTF-8" if encoding == "utf-8-sig" else encoding.upper()
        raise InputError(
            source, f"declared as {name}, but byte {error.start} is not valid {name}", _SAVE_AS_UTF8
        ) from error


def _decode_bare_utf16(data: bytes) -> DecodedText | None:
    """Decode UTF-16 without a mark: NULs at every second position and nowhere else."""
    head = data[: 64 * 1024]
    if len(data) % 2 or b"\0" not in head:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) or max(even, odd) < len(head) // 32:
        return None
    encoding = "utf-16-le" if odd else "utf-16-be"
    try:
        return DecodedText(data.decode(encoding), encoding)
    except UnicodeDecodeError:
        return None


def _refuse_binary(data: bytes, source: str) -> None:
    kind = next((name for magic, name in _MAGIC if data.startswith(magic)), "")
    if data.startswith(b"PK\x03\x04"):
        kind = "a ZIP archive"
        if b"word/" in data[:65536] or b"[Content_Types].xml" in data[:65536]:
            kind = "an Office document (docx, xlsx, pptx)"
        elif b"opendocument" in data[:4096]:
            kind = "an OpenDocument text"
    elif data[4:8] == b"ftyp":
        kind = "an MP4 video or recording"
    if kind:
        raise InputError(source, f"looks like {kind}, not a text file", _advice(kind))
    # A few are damage, at the end padding; a program is full of them.
    if data.rstrip(b"\0").count(0) > len(data) // 50 and not data.startswith(b"WEBVTT"):
        raise InputError(source, "not a text file: it contains NUL bytes", _SAVE_AS_UTF8)
    controls = len(data) - len(data.translate(None, _CONTROL_BYTES))
    if controls > len(data) // 50:
        raise InputError(source, "looks like binary data, not a text file", _SAVE_AS_UTF8)


def _advice(kind: str) -> str:
    if "document" in kind.lower():
        return "Save it as plain text (UTF-8)"
    if "recording" in kind or "film" in kind:
        return "Specify its transcript instead"
    return "Specify a text file"


def _repair_utf8(data: bytes, source: str) -> DecodedText | None:
    """Decode UTF-8 with a few invalid bytes, as in a truncated file."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", errors="ignore")) - broken
    if good < 4 or broken * 20 > good + 20:
        return None
    line = text.count("\n", 0, text.index("\ufffd")) + 1
    message = f"{broken} invalid UTF-8 bytes were replaced with U+FFFD"
    finding = Finding("encoding-broken", Severity.WARNING, message, file=source, line=line)
    return DecodedText(text, "utf-8", (finding,))


def _decode_by_guess(data: bytes, source: str, language: str) -> DecodedText:
    encoding = _guess_encoding(data, language)
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        # cp1252 leaves five bytes undefined, latin-1 none: it decodes anything.
        encoding = "latin-1"
        text = data.decode(encoding)
    return _guessed(text, encoding, source)


#: A text in a script that is guessed takes fewer bits per byte than this.
_SURE_BITS: Final = 6.3


def _guess_encoding(data: bytes, language: str) -> str:
    # Only lines with non-ASCII bytes distinguish encodings. In East Asian encodings a line
    # feed is never the second byte of a character, so splitting into lines is safe.
    sample = bytearray()
    for line in data.split(b"\n"):
        if not line.isascii():
            sample += line[:_SAMPLE_BYTES] + b"\n"
        if len(sample) >= _SAMPLE_BYTES:
            break
    encoding, share = guess_latin(bytes(sample), language)
    if share == 1 and not code_pages.has_language(language):
        return encoding
    if is_latin_language(language) and share > 0.5:
        return encoding
    found = code_pages.guess(bytes(sample), language)
    if found is not None and found[1] < _SURE_BITS:
        return found[0]
    # Imported here because it is heavy and not needed for UTF-8.
    from charset_normalizer import from_bytes

    best = from_bytes(bytes(sample)).best()
    if best is None or (is_latin(best.encoding) and share > 0.8):
        return encoding
    return best.encoding
