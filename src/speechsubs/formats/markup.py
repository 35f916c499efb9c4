"""The text of a cue: plain lines, and the same lines with markup.

SubRip and WebVTT markup are both converted to one canonical form: WebVTT cue text with
escaped `&`, `<` and `>`, known tags only, all tags closed and properly nested.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_VTT_TOKEN = re.compile(r"<([^<>]*)(?:>|$)|&#?[0-9A-Za-z]{1,40};?|[^<&]+|.", re.DOTALL)
_VTT_TAGS = frozenset({"b", "c", "i", "lang", "rt", "ruby", "u", "v"})
_VTT_STAMP = re.compile(r"(?:\d{2,4}:)?[0-5]\d:[0-5]\d\.\d{3}")
_SRT_TOKEN = re.compile(r"<(/?)([A-Za-z]{1,10})([^<>\n]{0,400})>|\{\\[^{}\n]{0,400}\}")
#: SRT tags for the three kinds of markup that players support.
_SRT_TAGS = {"i": "i", "b": "b", "u": "u", "em": "i", "strong": "b"}
#: Tags to be dropped. Anything else in <> is text.
_SRT_DROPPED = frozenset({"font", "span", "c", "v", "lang", "ruby", "rt", "p", "div", "s"})
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
#: An invisible character (INVISIBLE SEPARATOR) that marks text as text in SubRip, which has
#: no way to escape anything.
GUARD = "\u2063"
_AMBIGUOUS = re.compile(rf"(?={_ENTITY.pattern})&")
_OVERRIDE = re.compile(r"\\([ibu])([01])?(?=[\\}])")
_TAG = re.compile(r"<[^>]*>")
_STYLE_TAG = re.compile(r"</?([biu])(?:\.[^>]*)?>")
_BREAKS = "\t\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029"
#: Some programs split lines at these characters, so inside a line they become spaces.
_TO_SPACE = dict.fromkeys(map(ord, _BREAKS), " ")
_CLEAN = (
    dict.fromkeys([*range(9), *range(0x0E, 0x20), *range(0x7F, 0xA0)]) | {0: "\ufffd"} | _TO_SPACE
)
#: Terminal escape sequences, as found in program logs: removed.
_ESCAPE = re.compile(r"\x1b\[[0-9;?]{0,40}[@-~]")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: The lookbehind keeps a line of dashes linear: each run is tried once, from its start.
_ARROW = re.compile(r"(?<!-)-{2,}>")


def clean(text: str) -> str:
    """Clean a text so that every program reads it as one line of valid Unicode.

    Characters that some programs treat as line ends become spaces, lone surrogates and
    NUL become U+FFFD, and other control characters and terminal escape sequences are
    removed.

    >>> clean("one\\x85two\\x07")
    'one two'
    """
    if text.isprintable():
        return text
    if "\x1b" in text:
        text = _ESCAPE.sub("", text)
    return _SURROGATE.sub("\ufffd", text.translate(_CLEAN).replace("\n", " "))


def clean_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """Clean lines, strip outer spaces and drop empty lines."""
    cleaned = (clean(part).strip(" ") for line in lines for part in line.split("\n"))
    return tuple(line for line in cleaned if line.strip())


def escape(text: str) -> str:
    """Escape a text as WebVTT cue text.

    >>> escape("R&D --> <us>")
    'R&amp;D --&gt; &lt;us&gt;'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@dataclass(slots=True)
class _Builder:
    """Collects text and tags and closes open tags."""

    plain: list[str] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    tagged: bool = False

    def text(self, text: str) -> None:
        self.plain.append(text)
        self.marked.append(escape(text))

    def start(self, name: str, full: str) -> None:
        # Limits the output of a file that consists of opening tags only.
        if len(self.open) < 16:
            self.open.append(name)
            self.marked.append(f"<{full}>")
            self.tagged = True

    def end(self, name: str) -> None:
        if name not in self.open:
            return
        # <i><b></i></b>: inner tags are closed as well.
        while True:
            last = self.open.pop()
            self.marked.append(f"</{last}>")
            if last == name:
                return

    def finish(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        while self.open:
            self.marked.append(f"</{self.open.pop()}>")
        if not self.tagged:
            return clean_lines(["".join(self.plain)]), ()
        lines: list[str] = []
        markup: list[str] = []
        carried = ""
        pairs = zip("".join(self.plain).split("\n"), "".join(self.marked).split("\n"), strict=True)
        for plain, marked in pairs:
            line, marked = clean(plain).strip(" "), clean(marked).strip(" ")
            if line.strip():
                lines.append(line)
                markup.append(carried + marked)
                carried = ""
            else:
                # Drop the line but keep its tags.
                carried += "".join(_TAG.findall(marked))
        if carried and markup:
            markup[-1] += carried
        return tuple(lines), tuple(markup)


def from_vtt(raw: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Plain lines and canonical markup of a WebVTT cue; no markup if there are no tags.

    Source: WebVTT, W3C Candidate Recommendation 2019-04-04, section 6.4.

    >>> from_vtt("<v Ann>R&amp;D is <i>fun\\nand work")
    (('R&D is fun', 'and work'), ('<v Ann>R&amp;D is <i>fun', 'and work</i></v>'))
    """
    if "<" not in raw and "&" not in raw:
        return clean_lines([raw]), ()
    builder = _Builder()
    for token in _VTT_TOKEN.finditer(raw):
        text = token[0]
        if token[1] is not None and not _vtt_tag(builder, token[1], closed=text[-1] == ">"):
            builder.text(text)
        elif token[1] is not None:
            continue
        elif text[0] == "&":
            # int() refuses thousands of digits; the token has at most 43 characters.
            builder.text(html.unescape(text))
        else:
            builder.text(text)
    return builder.finish()


def _vtt_tag(builder: _Builder, content: str, *, closed: bool) -> bool:
    """Process a tag; False for unescaped text.

    The specification drops everything after a stray `<`; here "I <3 you" is kept.
    """
    if content.startswith("/"):
        builder.end(content[1:].strip())
        return True
    if _VTT_STAMP.fullmatch(content):
        builder.marked.append(f"<{content}>")
        builder.tagged = True
        return True
    head, _, annotation = content.replace("\n", " ").partition(" ")
    name = head.partition(".")[0]
    if name in _VTT_TAGS:
        note = clean(html.unescape(annotation) if len(annotation) < 200 else "").strip()
        full = f"{clean(head)} {escape(note)}" if note and name in {"v", "lang"} else clean(head)
        builder.start(name, full)
        return True
    return closed and content[:1].isalpha()


def from_srt(raw: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Plain lines and canonical markup of the text of an SRT cue.

    `<i>`, `<b>` and `<u>` are markup, as are `{\\i1}` and its kin; `<font>` and other ASS
    overrides are dropped, and any other `<` is text. Entities, which web tools leave behind,
    are decoded once.

    >>> from_srt("{\\\\an8}<I>1 < 2 &amp; 3</I>")
    (('1 < 2 & 3',), ('<i>1 &lt; 2 &amp; 3</i>',))
    """
    if "<" not in raw and "{" not in raw:
        return clean_lines([_srt_text(raw)]), ()
    builder = _Builder()
    position = 0
    for token in _SRT_TOKEN.finditer(raw):
        builder.text(_srt_text(raw[position : token.start()]))
        position = token.end()
        if token[2] is not None:
            _srt_tag(builder, token)
        else:
            _override(builder, token[0])
    builder.text(_srt_text(raw[position:]))
    return builder.finish()


def _srt_text(raw: str) -> str:
    """Text between tags: entities decoded, and what `to_srt` put in taken out."""
    if "&" in raw:
        raw = _ENTITY.sub(lambda match: html.unescape(match[0]), raw)
    return raw.replace(f"&{GUARD}", "&") if GUARD in raw else raw


def decode_entities(raw: str) -> str:
    """A SubRip text with its entities decoded, but for those that would become tags."""
    if "&" not in raw:
        return raw
    return _ENTITY.sub(lambda m: m[0] if html.unescape(m[0]) in "<>" else html.unescape(m[0]), raw)


def _guard(text: str) -> str:
    """Keep `&amp;` in a text from being read as an entity.

    A `<i>` is left alone: people type tags into subtitles on purpose.
    """
    return _AMBIGUOUS.sub(f"&{GUARD}", text) if "&" in text else text


def _override(builder: _Builder, token: str) -> None:
    """An override of Advanced SubStation Alpha: italics, bold and underlining are known."""
    for kind, state in _OVERRIDE.findall(token):
        if state == "0":
            builder.end(kind)
        else:
            builder.start(kind, kind)


def _srt_tag(builder: _Builder, token: re.Match[str]) -> None:
    name = token[2].lower()
    if name == "br":
        builder.text("\n")
    elif name in _SRT_TAGS and not token[3].strip(" /"):
        kind = _SRT_TAGS[name]
        if token[1]:
            builder.end(kind)
        else:
            builder.start(kind, kind)
    elif name not in _SRT_TAGS and name not in _SRT_DROPPED:
        builder.text(token[0])


def to_vtt(lines: tuple[str, ...], markup: tuple[str, ...]) -> tuple[str, ...]:
    """The lines of a cue as WebVTT cue text with canonical markup and no `-->`."""
    plain = clean_lines(lines)
    if markup:
        # Markup that does not match the lines is stale and must not restore old text.
        parsed, canonical = from_vtt("\n".join(markup))
        if parsed == plain:
            return canonical or tuple(map(escape, plain))
    return tuple(map(escape, plain))


def to_srt(lines: tuple[str, ...], markup: tuple[str, ...]) -> tuple[str, ...]:
    """The lines of a cue for SRT: literal text with balanced i, b and u tags.

    A `-->` in the text becomes an arrow, because readers look for it to find times.

    >>> to_srt(("a --> b",), ("<v Ann><i>a --&gt; b</i></v>",))
    ('<i>a → b</i>',)
    """
    plain = clean_lines(lines)
    canonical: tuple[str, ...] = ()
    if markup:
        parsed, canonical = from_vtt("\n".join(markup))
        if parsed != plain:
            canonical = ()
    pieces = ("".join(_srt_pieces(line)) for line in canonical) if canonical else map(_guard, plain)
    return tuple(_ARROW.sub("→", line) for line in pieces)


def _srt_pieces(line: str) -> Iterator[str]:
    position = 0
    for tag in _TAG.finditer(line):
        yield _guard(html.unescape(line[position : tag.start()]))
        position = tag.end()
        style = _STYLE_TAG.fullmatch(tag[0])
        if style:
            yield f"</{style[1]}>" if tag[0][1] == "/" else f"<{style[1]}>"
    yield _guard(html.unescape(line[position:]))
