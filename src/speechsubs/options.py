"""What a person may choose about a job: one type for command line, batches and projects.

Which files are read, into which languages they go and where outputs are put are no
options: these belong to each job.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, Self

if TYPE_CHECKING:
    # Only named here: command lines build options before anything heavy is loaded.
    from speechsubs.language.locales import Locale
    from speechsubs.model import Limits

#: Who writes dates or units: the rules of the locale, or whatever the engine made of them.
Writer = Literal["locale", "engine"]

#: What changes no byte of an output, or is in a fingerprint by the hash of its content
#: (glossary, lexicon) or by the engine's signature.
_NOT_IN_FINGERPRINTS: Final = frozenset({"glossary", "lexicon", "engine", "overwrite"})
_LONGEST_RATE: Final = 30
_FASTEST_RATE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Options:
    """Every choice about how outputs are made, as plain values.

    Paths are as given, empty for none; so are BCP 47 tags.
    """

    # Source. An empty `language` is read from each file; `against` is a track in the
    # original language that translations are checked against.
    language: str = ""
    against: str = ""
    against_language: str = ""

    # Translation.
    glossary: str = ""
    engine: str = "auto"

    # Timing. `duration_ms` is the length of the speech where there is no recording, `fps`
    # the frame rate that times snap to.
    aligner: str = "auto"
    lexicon: str = ""
    duration_ms: int | None = None
    fps: Fraction | None = None

    # Limits instead of the locale's own; the width is in the locale's own units.
    max_lines: int | None = None
    line_width: float | None = None

    # Style. `currency_style` is "name", "symbol" or "code", empty for the locale's own;
    # `units` is about percentages, times of day and ordinals too.
    currency_style: str = ""
    default_dollar: str = "USD"
    headings: bool = True
    dates: Writer = "locale"
    units: Writer = "locale"

    # Output. Without `kinds` each file keeps its own type.
    kinds: tuple[str, ...] = ()
    bilingual: bool = False
    keep_cues: bool = False
    crlf: bool = False
    bom: bool = False
    overwrite: bool = False

    def limits(self, locale: "Locale") -> "Limits":
        """The limits of a locale with those that were chosen instead."""
        limits = locale.limits
        if self.max_lines:
            limits = replace(limits, max_lines=self.max_lines)
        if self.line_width:
            limits = replace(limits, line_width=self.line_width)
        if self.fps is not None:
            limits = replace(limits, min_gap_ms=int(Fraction(2_000) / self.fps))
        return limits

    def limited(self, locale: "Locale") -> "Locale":
        """The locale with these limits."""
        return replace(locale, limits=self.limits(locale))

    def fingerprint(self) -> dict[str, object]:
        """What a fingerprint of an output says of the options, JSON-ready."""
        found = {f.name: getattr(self, f.name) for f in fields(self)}
        found["fps"] = str(self.fps) if self.fps else None
        return {name: value for name, value in found.items() if name not in _NOT_IN_FINGERPRINTS}

    def to_json(self) -> dict[str, object]:
        """What a project remembers of the options, so that its run can be repeated."""
        return {
            "engine": self.engine,
            "currency_style": self.currency_style or None,
            "default_dollar": self.default_dollar,
            "headings": "keep" if self.headings else "drop",
            "dates": self.dates,
            "units": self.units,
            "max_lines": self.max_lines,
            "line_width": self.line_width,
            "fps": str(self.fps) if self.fps else None,
            "duration_ms": self.duration_ms,
            "aligner": self.aligner,
            "lexicon": self.lexicon or None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Self:
        """The options that a project remembers.

        Projects are edited by hand and written by other versions: what is missing or
        cannot be meant is as if it had not been chosen.

        >>> Options.from_json({"fps": "24000/1001", "max_lines": 0}).fps
        Fraction(24000, 1001)
        """
        return cls(
            engine=_text(data, "engine", "auto"),
            aligner=_text(data, "aligner", "auto"),
            lexicon=_text(data, "lexicon"),
            duration_ms=_count(data, "duration_ms"),
            fps=_rate(data),
            max_lines=_count(data, "max_lines"),
            line_width=_width(data),
            currency_style=_text(data, "currency_style"),
            default_dollar=_text(data, "default_dollar", "USD"),
            headings=data.get("headings") != "drop",
            dates="engine" if data.get("dates") == "engine" else "locale",
            units="engine" if data.get("units") == "engine" else "locale",
        )


def _text(data: Mapping[str, object], name: str, default: str = "") -> str:
    value = data.get(name)
    return value if isinstance(value, str) and value else default


def _count(data: Mapping[str, object], name: str) -> int | None:
    value = data.get(name)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and isinstance(value, int) and value > 0 else None


def _width(data: Mapping[str, object]) -> float | None:
    value = data.get("line_width")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 < value < math.inf else None


def _rate(data: Mapping[str, object]) -> Fraction | None:
    said = data.get("fps")
    if not isinstance(said, str) or len(said) >= _LONGEST_RATE:
        return None
    try:
        fps = Fraction(said)
    except (ValueError, ZeroDivisionError):
        return None
    return fps if 1 <= fps <= _FASTEST_RATE else None
