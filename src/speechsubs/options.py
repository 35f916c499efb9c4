"""The options of a job: one type for command line, API, batches and projects.

Input files, target languages and output folders are not options: they belong to each job.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, Self

if TYPE_CHECKING:
    # For type checking only: options are built before anything heavy is loaded.
    from speechsubs.language.locales import Locale
    from speechsubs.model import Limits

#: How dates or units are written: by the locale's rules, or as the engine left them.
Writer = Literal["locale", "engine"]

#: Options that do not affect the output, or that a fingerprint covers by the hash of their
#: content (glossary, lexicon) or by the engine's signature.
_NOT_IN_FINGERPRINTS: Final = frozenset({"glossary", "lexicon", "engine", "overwrite"})
_LONGEST_RATE: Final = 30
_FASTEST_RATE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Options:
    """All choices about how outputs are made, as plain values.

    Paths and BCP 47 tags are as given, empty for none.
    """

    # Source. An empty `language` or `encoding` is detected in each file; `against` is the
    # track in the original language against which translations are checked.
    language: str = ""
    encoding: str = ""
    against: str = ""
    against_language: str = ""

    # Translation.
    glossary: str = ""
    engine: str = "auto"

    # Timing. `duration_ms` is the length of the speech if there is no recording, `fps` the
    # frame rate to which times snap.
    aligner: str = "auto"
    lexicon: str = ""
    duration_ms: int | None = None
    fps: Fraction | None = None

    # Limits that override the locale's own; the width is in the locale's units.
    max_lines: int | None = None
    line_width: float | None = None

    # Style. `currency_style` is "name", "symbol" or "code", empty for the locale's own;
    # `units` covers percentages, times of day and ordinals too.
    currency_style: str = ""
    default_dollar: str = "USD"
    headings: bool = True
    dates: Writer = "locale"
    units: Writer = "locale"

    # Output. With empty `kinds` each file keeps its own type.
    kinds: tuple[str, ...] = ()
    bilingual: bool = False
    keep_cues: bool = False
    crlf: bool = False
    bom: bool = False
    overwrite: bool = False

    def limits(self, locale: "Locale") -> "Limits":
        """The limits of a locale with these options' overrides."""
        limits = locale.limits
        if self.max_lines:
            limits = replace(limits, max_lines=self.max_lines)
        if self.line_width:
            limits = replace(limits, line_width=self.line_width)
        if self.fps is not None:
            limits = replace(limits, min_gap_ms=int(Fraction(2_000) / self.fps))
        return limits

    def limited(self, locale: "Locale") -> "Locale":
        """The locale with the overridden limits."""
        return replace(locale, limits=self.limits(locale))

    def fingerprint(self) -> dict[str, object]:
        """The JSON-ready options that are part of an output's fingerprint."""
        found = {f.name: getattr(self, f.name) for f in fields(self)}
        found["fps"] = str(self.fps) if self.fps else None
        if not self.encoding:
            del found["encoding"]  # as in the fingerprints from before it was an option
        return {name: value for name, value in found.items() if name not in _NOT_IN_FINGERPRINTS}

    def to_json(self) -> dict[str, object]:
        """The options that a project records so that its run can be repeated."""
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
        """Restore the options recorded by a project.

        Projects may be edited by hand or written by other versions: missing and invalid values
        fall back to the defaults.

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
