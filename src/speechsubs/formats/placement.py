"""Where a cue stands on the screen: SubRip's `{\\an8}` and WebVTT's settings.

SubRip knows nine places, numbered as the keys of a number pad (an override of Advanced
SubStation Alpha that players of SubRip understand as well); WebVTT has lines, positions and
alignments. `{\\an2}`, the bottom center, is the default of both.
"""

import re
from typing import Final

_OVERRIDE = re.compile(r"\{[^{}\n]{0,200}?\\an([1-9])[^{}\n]{0,200}\}")
#: The older numbers of SubStation Alpha: 1 to 3 below, 5 to 7 above, 9 to 11 in the middle.
_OLD_OVERRIDE = re.compile(r"\{[^{}\n]{0,200}?\\a([1-9]|1[01])(?![\d])[^{}\n]{0,200}\}")
_SIDES: Final = ("align:left position:0%", "", "align:right position:100%")


def settings_of(text: str) -> str:
    """WebVTT settings for the place that a SubRip text asks for; empty for the default.

    >>> settings_of(r"{\\an8}Above"), settings_of(r"{\\a1}Left"), settings_of("Plain")
    ('line:0', 'align:left position:0%', '')
    """
    if "{\\" not in text:
        return ""
    key = 2
    if found := _OVERRIDE.search(text):
        key = int(found[1])
    elif found := _OLD_OVERRIDE.search(text):
        old = int(found[1])
        key = (old - 1) % 4 + 1 + (0, 6, 3)[(old - 1) // 4]
        if (old - 1) % 4 == 3:  # 4 and 8 mean nothing
            key = 2
    row, side = divmod(key - 1, 3)
    parts = (("", "line:50%", "line:0")[row], _SIDES[side])
    return " ".join(part for part in parts if part)


def override_of(settings: str) -> str:
    """The SubRip override for WebVTT settings; empty for the default place.

    >>> override_of("line:0"), override_of("line:90% align:left"), override_of("align:center")
    ('{\\\\an8}', '{\\\\an1}', '')
    """
    row, side = 0, 1
    for token in settings.split():
        name, _, value = token.partition(":")
        if name == "line":
            row = _row(value.partition(",")[0])
        elif name == "align":
            # `start` is what programs write that know nothing of alignment.
            side = {"left": 0, "right": 2}.get(value, 1)
    key = row * 3 + side + 1
    return "" if key == 2 else f"{{\\an{key}}}"


def _row(value: str) -> int:
    """0 for the lower third of the screen, 1 for the middle, 2 for the upper third."""
    try:
        number = float(value.removesuffix("%"))
    except ValueError:
        return 0
    if value.endswith("%"):
        return 2 if number < 34 else 1 if number < 67 else 0
    # Lines from the top are counted from 0, from the bottom from -1; a screen has about 15.
    return 2 if 0 <= number < 5 else 1 if 5 <= number < 10 else 0


def mend_settings(settings: str) -> str:
    """WebVTT settings with the values of older drafts in today's words.

    >>> mend_settings("align:middle position:20%,middle line:10%,start")
    'align:center position:20%,center line:10%,start'
    """
    return re.sub(r"(?<=align:)middle(?!\S)|(?<=,)middle(?!\S)", "center", settings)
