"""Who speaks, as transcripts and subtitles write it. Better no speaker than a wrong one."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from speechsubs.formats.wording import is_cjk

_LABEL = re.compile(r"([^\W_][^:：\n]{0,39})[:：](?:\s+|(?<=：)|$)(.*)", re.DOTALL)
_QUOTED = re.compile(r"(?:>{1,3}|&gt;&gt;)(?=[\s\w\[\"'“])\s*")
_INITIAL = re.compile(r"(?:[A-ZÀ-Þ]\.)+|(?:Mr|Mrs|Ms|Dr)\.")


@dataclass(frozen=True, slots=True)
class Labels:
    """The speaker labels of one text, in upper and lower case as written."""

    names: frozenset[str]

    @classmethod
    def found_in(cls, lines: Iterable[str]) -> "Labels":
        """Find labels at the start of lines.

        A label in capitals is believed at once ("LEI JUN:"). One in title case must
        recur, and either another one recurs too (an interview) or it leads at least
        half of all lines: "Note:" in a speech is none.
        """
        counts: Counter[str] = Counter()
        total = 0
        for line in lines:
            total += 1
            found = _label(unquoted(line)[1])
            if found is not None:
                counts[found[0]] += 1
        shouted = {name for name in counts if _shouted(name)}
        recurring = {name for name, count in counts.items() if count > 1} - shouted
        several = len(recurring) + len(shouted) > 1
        led = sum(counts[name] for name in recurring)
        if not several and led * 2 < total:
            recurring = set()
        return cls(frozenset(shouted | recurring))

    def split(self, line: str) -> tuple[str, str]:
        """The speaker and the rest of a line; an empty speaker where it names none."""
        found = _label(line)
        if found is not None and found[0] in self.names:
            return found
        return "", line


def unquoted(line: str) -> tuple[bool, str]:
    """A line without the `>>` that marks a new speaker, and whether there was one.

    >>> unquoted(">> LEI JUN: Good evening.")
    (True, 'LEI JUN: Good evening.')
    """
    match = _QUOTED.match(line)
    if match is None or not line.startswith((">>", "&gt;&gt;")):
        return False, line
    return True, line[match.end() :]


def _label(line: str) -> tuple[str, str] | None:
    """A label by its looks: one to four words, each with a capital or a number."""
    match = _LABEL.match(line[:44])
    if match is None:
        return None
    name = match[1].strip()
    rest = line[match.start(2) :].strip()
    words = name.split()
    if not 1 <= len(words) <= 4 or name[0].isdigit():
        return None
    for word in words:
        capital = word[0].isupper() or word[0].isdigit() or word[0] in "(#"
        plain = word.strip("()#'’-").replace("-", "").replace("'", "").replace("’", "").isalnum()
        if not (plain or _INITIAL.fullmatch(word)):
            return None
        if not capital and not (is_cjk(word[0]) and len(name) <= 8):
            return None
    return name, rest


def _shouted(name: str) -> bool:
    letters = [char for char in name if char.isalpha()]
    return len(letters) > 1 and all(char.isupper() for char in letters)
