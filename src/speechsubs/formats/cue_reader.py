"""From the blocks of a subtitle file to its cues: times settled, nothing lost silently.

Shared by the readers of SubRip and WebVTT. A cue with text is always kept; if its own times
cannot be right, it gets times from its neighbors, and a finding.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from speechsubs.errors import InputError
from speechsubs.formats import timing_lines
from speechsubs.formats.timing_lines import TimingLine
from speechsubs.model import Cue, Finding, Severity


class Block(NamedTuple):
    """A cue as found in a file. `line` is the 1-based line of its times.

    `text` are its plain lines and `markup` the same with markup, if there is any.
    """

    line: int
    timing: TimingLine
    text: tuple[str, ...]
    markup: tuple[str, ...] = ()
    name: str = ""
    settings: str = ""
    source_text: str = ""


def make_cues(
    blocks: Sequence[Block], source: str, mark: str, fps: Fraction | None
) -> tuple[tuple[Cue, ...], list[Finding]]:
    """The cues in order of time, and what was mended. `mark` is the format's decimal mark.

    Raises `InputError` for times in frames without `fps`, and if no block has text.
    """
    findings: list[Finding] = []

    def report(code: str, block: Block, message: str, start_ms: int | None = None) -> None:
        findings.append(
            Finding(
                code, Severity.WARNING, message, file=source, line=block.line, start_ms=start_ms
            )
        )

    timings = [block.timing for block in blocks]
    if fps is None and timing_lines.in_frames(timings):
        raise InputError(
            source,
            "the times count frames (HH:MM:SS:FF), and the frame rate is not known",
            "Specify it (--fps 25), or convert the file first: "
            "speechsubs convert FILE --fps 25 --to srt",
        )
    all_times = timing_lines.resolve(timings, fps)
    _report_spelling(blocks, source, mark, findings)
    kept = []
    for block, times in zip(blocks, all_times, strict=True):
        if block.text:
            kept.append((block, times))
        else:
            report("cue-empty", block, "a cue without text was skipped", times.start_ms)
    if not kept:
        raise InputError(source, "contains no cue with text")
    repaired = timing_lines.repair(
        [times for _, times in kept], lambda place: sum(map(len, kept[place][0].text))
    )
    cues = []
    for place, (block, times) in enumerate(kept):
        start, end = times.start_ms, times.end_ms
        if place in repaired:
            why = _why(start, end)
            start, end = repaired[place]
            seconds = f"{start / 1000:.3f} to {end / 1000:.3f} s"
            report("time-repaired", block, f"{why}; now {seconds}: {block.text[0][:40]!r}", start)
        elif block.timing.is_float:
            report("time-repaired", block, "digits after the milliseconds were ignored", start)
        assert start is not None  # those without were repaired
        assert end is not None
        cues.append(
            Cue(start, end, block.text, markup=block.markup, name=block.name,
                settings=block.settings, source_text=block.source_text)
        )  # fmt: skip
    ordered = sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))
    if ordered != cues:
        message = "the cues were out of order and have been sorted by time"
        findings.append(Finding("cues-unsorted", Severity.INFO, message, file=source))
    return tuple(ordered), findings


def _why(start: int | None, end: int | None) -> str:
    if start is None or end is None:
        missing = "times" if start is end else "start" if start is None else "end"
        return f"the {missing} could not be read"
    if start < 0 or end < 0:
        return "a time was negative"
    return "it ended at its start" if start == end else "it ended before it started"


def _report_spelling(
    blocks: Sequence[Block], source: str, mark: str, findings: list[Finding]
) -> None:
    """Count the timing lines that a strict reader of the format would not accept."""
    odd = [block for block in blocks if block.timing.mark != mark]
    if odd:
        one = "a timing line is malformed: other programs may reject it"
        many = f"{len(odd)} timing lines are malformed: other programs may reject them"
        findings.append(
            Finding(
                "times-mended",
                Severity.INFO,
                many if len(odd) > 1 else one,
                file=source,
                line=odd[0].line,
            )
        )
