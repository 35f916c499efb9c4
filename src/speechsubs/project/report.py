"""The report of a run as plain data that can be saved and compared.

It holds every sentence with its words and placeables, its translation in each language
with the method used, every cue and every finding. The format is described in
docs/report.md and docs/report.schema.json; `SCHEMA` changes with every incompatible
change.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from speechsubs.adapters.files import write_atomic
from speechsubs.model import Finding, Placeable, Sentence, Severity, Track, Translation
from speechsubs.pipeline import Output, Result
from speechsubs.qa import chars_per_second
from speechsubs.translation.keys import write_key

SCHEMA = "speechsubs-report/1"


def report(results: Sequence[Result], written: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Convert all results of a run to JSON-ready data.

    `written` maps each source's name to the files made from it.
    """
    return {
        "schema": SCHEMA,
        "signature": dict(results[0].signature) if results else {},
        "files": [_result(result, written.get(result.name, ())) for result in results],
    }


def save(data: Mapping[str, Any], path: Path) -> None:
    """Write a report as readable JSON, in one step. Raises `OutputError`."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    # A lone surrogate cannot be encoded as UTF-8; escaping it is better than no report.
    write_atomic(path, (text + "\n").encode("utf-8", "backslashreplace"))


def _result(result: Result, written: Sequence[str]) -> dict[str, Any]:
    return {
        "source": result.name,
        "times": result.aligner,
        "written": list(written),
        "exit_code": result.exit_code,
        "sentences": [
            _sentence(sentence, placeables)
            for sentence, placeables in zip(result.sentences, result.placeables, strict=True)
        ],
        "tracks": [_output(output) for output in result.outputs],
        "findings": [finding(f) for f in result.findings],
    }


def _sentence(sentence: Sentence, placeables: Sequence[Placeable]) -> dict[str, Any]:
    return {
        "index": sentence.index,
        "paragraph": sentence.paragraph,
        "kind": sentence.kind.value,
        "line": sentence.line,
        "speaker": sentence.speaker,
        "text": sentence.text,
        "start_ms": sentence.words[0].start_ms if sentence.words else None,
        "end_ms": sentence.words[-1].end_ms if sentence.words else None,
        "words": [[w.text, w.offset, w.start_ms, w.end_ms, w.confidence] for w in sentence.words],
        "slots": [
            {
                "kind": placeable.kind.value,
                "start": placeable.start,
                "end": placeable.end,
                "text": placeable.text,
                "key": write_key(placeable.value),
                "suffix": placeable.suffix,
            }
            for placeable in placeables
        ],
    }


def _output(output: Output) -> dict[str, Any]:
    data: dict[str, Any] = {
        "locale": output.locale.tag,
        "limits": asdict(output.locale.limits),
        "engine": output.engine,
        "quality": output.quality,
        "rungs": output.method_counts,
        "sentences": [_translation(translation) for translation in output.translations],
        "cues": _cues(output.track),
        "summary": summary(output),
        "findings": [finding(f) for f in output.findings],
    }
    if output.stacked:
        data["stacked"] = _cues(output.stacked)
        data["stacked_findings"] = [finding(f) for f in output.stacked_findings]
    return data


def _translation(translation: Translation) -> dict[str, Any]:
    return {
        "index": translation.sentence,
        "text": translation.finished.text,
        "places": [[p.slot, p.start, p.end] for p in translation.finished.spans],
        "rung": str(translation.method),
        "raw": translation.raw,
        "tries": translation.tries,
        "problems": [str(problem) for problem in translation.problems],
    }


def _cues(track: Track) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "start_ms": cue.start_ms,
            "end_ms": cue.end_ms,
            "lines": list(cue.lines),
            "sentences": list(cue.sentences),
            "confidence": cue.confidence,
        }
        for number, cue in enumerate(track.cues, start=1)
    ]


def finding(item: Finding) -> dict[str, Any]:
    """Convert a finding, omitting the fields that do not apply."""
    data: dict[str, Any] = {
        "code": item.code,
        "severity": item.severity.value,
        "message": item.message,
    }
    for name in ("file", "locale", "cue", "start_ms", "sentence", "line", "value", "limit"):
        value = getattr(item, name)
        if value not in (None, ""):
            data[name] = value
    return data


def summary(output: Output) -> dict[str, Any]:
    """The key figures of one language."""
    speeds = [chars_per_second(cue, output.locale) for cue in output.track.cues]
    limit = output.locale.limits.chars_per_second
    by_severity = {
        severity.value: sum(f.severity is severity for f in output.findings)
        for severity in Severity
    }
    return {
        "cues": len(output.track.cues),
        "sentences": len(output.translations),
        "end_ms": output.track.cues[-1].end_ms if output.track.cues else 0,
        "median_chars_per_second": round(sorted(speeds)[len(speeds) // 2], 1) if speeds else 0.0,
        "too_fast": sum(speed > limit + 0.05 for speed in speeds),
        **by_severity,
    }
