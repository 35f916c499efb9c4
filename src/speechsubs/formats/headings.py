"""Headings that lost their line end and stand glued to the front of a paragraph."""

import re
from collections.abc import Sequence

from speechsubs.model import Finding, Kind, Paragraph, Severity

#: Small words that titles write in lower case, and openers that tell where the
#: sentence begins. English only: other languages hardly use title case.
_SMALL = frozenset(
    re.findall(r"\w+", "a an and as at by for from in into of on or the to vs with without")
)
_OPENERS = frozenset(
    re.findall(
        r"\w+",
        "a after again all although and as at back because before behind but by during even every "
        "everyone finally first for from he here his how however i if in instead it its last "
        "later let many maybe most my next no now of on once one only our over people perhaps she "
        "since so some soon still suddenly that the their then there these they this those three "
        "through to today two under until we what when where while who why with without "
        "yesterday you your",
    )
)
_TITLE_WORD = re.compile(r"[A-Z][\w'’-]*|\d[\w'’-]*")


def glued_headings(paragraphs: Sequence[Paragraph], source: str) -> tuple[Finding, ...]:
    """One finding per paragraph that seems to begin with a heading. The text stays.

    It cannot be told with certainty: "From Novice to Racer Looking back, ..." is a
    heading and a sentence to a person who knows that people look back.
    """
    findings = []
    for paragraph in paragraphs:
        heading = glued_heading(paragraph.text) if paragraph.kind is Kind.TEXT else ""
        if heading:
            message = f"{heading!r} looks like a heading that runs into the sentence after it"
            findings.append(
                Finding(
                    "heading-glued", Severity.WARNING, message, file=source, line=paragraph.line
                )
            )
    return tuple(findings)


def in_title_case(text: str) -> bool:
    """True for a text of at least two words, all as titles have them, without a final mark.

    >>> in_title_case("Seventy Days of Questions"), in_title_case("So the work began")
    (True, False)
    """
    tokens = text.split()
    if len(tokens) < 2 or len(tokens) > 16 or text.rstrip()[-1:] in ".!?…,;:":
        return False
    bare = [token.strip(":,\"'“”‘’") or token for token in tokens]
    return all(_in_title(token, first=not n) for n, token in enumerate(bare))


def glued_heading(text: str) -> str:
    """The suspected heading at the front of a text, or nothing.

    At least three words in title case, then an opener of sentences with a capital
    (or a word in -ing), then a sentence that goes on in lower case.

    >>> glued_heading("From Novice to Racer Looking back, I was no driver.")
    'From Novice to Racer'
    >>> glued_heading("The New York Times wrote about it.")
    ''
    """
    tokens = text[:160].split()
    run = 0
    while run < len(tokens) and _in_title(tokens[run], first=run == 0):
        run += 1
    # The word that ends the run may carry a comma: "In 2021, ..."
    if run < len(tokens) and _TITLE_WORD.fullmatch(tokens[run].rstrip(",")):
        run += 1
    if run >= len(tokens):
        return ""
    for place in range(run - 1, 2, -1):
        title = tokens[:place]
        if not _opens(tokens[place]) or title[-1][0].islower():
            continue
        rest = tokens[place + 1 : run]
        if rest and all(word[0].isupper() for word in rest) and len(rest) > 3:
            continue
        if sum(word[0].isupper() for word in title) >= 3:
            return " ".join(title)
    return ""


def _in_title(word: str, *, first: bool) -> bool:
    return _TITLE_WORD.fullmatch(word) is not None or (not first and word in _SMALL)


def _opens(word: str) -> bool:
    bare = re.split(r"['’,]", word)[0]
    if not bare or not bare[0].isupper():
        return False
    return bare.lower() in _OPENERS or (bare.endswith("ing") and len(bare) > 5)
