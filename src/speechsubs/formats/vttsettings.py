"""Cue settings of WebVTT: where and how wide a cue is shown."""

import math
import re
from dataclasses import dataclass, replace
from typing import Literal

_PERCENTAGE = re.compile(r"([0-9]+(?:\.[0-9]+)?)%")
_LINE_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_ALIGN = frozenset({"start", "center", "end", "left", "right"})
_LINE_ALIGN = frozenset({"start", "center", "end"})
_POSITION_ALIGN = frozenset({"line-left", "center", "line-right"})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the settings of a cue mean.

    `line` is a line number, or a percentage of the height where `snap_to_lines` is
    false; `position` and `size` are percentages, 0 to 100.
    """

    vertical: str = ""
    snap_to_lines: bool = True
    line: float | Literal["auto"] = "auto"
    line_align: str = "start"
    position: float | Literal["auto"] = "auto"
    position_align: str = "auto"
    size: float = 100
    align: str = "center"
    region: str = ""


def parse(text: str) -> Settings:
    """Parse a settings string; whatever is not valid is passed over.

    Source: WebVTT, W3C Candidate Recommendation 2019-04-04, section 6.3.

    >>> parse("line:90% align:left size:x").line
    90.0
    """
    settings = Settings()
    for token in _tokens(text):
        settings = _apply(settings, token) or settings
    return settings


def valid(text: str) -> str:
    """The settings that a reader would follow, as they were written.

    A region is left out, because regions themselves are not written.

    >>> valid("align:left line:--1 region:top")
    'align:left'
    """
    kept = (
        token
        for token in _tokens(text)
        if not token.startswith("region:") and _apply(Settings(), token) is not None
    )
    return " ".join(kept)


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^ \t\n\f\r]+", text)


def _apply(settings: Settings, token: str) -> Settings | None:
    """The settings after one token, or None if the token says nothing."""
    name, _, value = token.partition(":")
    if not name or not value:
        return None
    match name:
        case "vertical":
            return replace(settings, vertical=value) if value in {"rl", "lr"} else None
        case "line":
            return _line(settings, value)
        case "position":
            return _position(settings, value)
        case "size":
            size = _percentage(value)
            return None if size is None else replace(settings, size=size)
        case "align":
            return replace(settings, align=value) if value in _ALIGN else None
        case "region":
            return replace(settings, region=value)
    return None


def _line(settings: Settings, value: str) -> Settings | None:
    place, comma, align = value.partition(",")
    if comma and align not in _LINE_ALIGN:
        return None
    number = _percentage(place)
    snap = number is None
    if number is None:
        if not _LINE_NUMBER.fullmatch(place):
            return None
        number = float(place)
        if math.isinf(number):
            return None
    aligned = align or settings.line_align
    return replace(settings, line=number, snap_to_lines=snap, line_align=aligned)


def _position(settings: Settings, value: str) -> Settings | None:
    place, comma, align = value.partition(",")
    number = _percentage(place)
    if number is None or (comma and align not in _POSITION_ALIGN):
        return None
    aligned = align or settings.position_align
    return replace(settings, position=number, position_align=aligned)


def _percentage(text: str) -> float | None:
    match = _PERCENTAGE.fullmatch(text)
    if match is None:
        return None
    number = float(match[1])
    return number if 0 <= number <= 100 else None
