"""The work of `speechsubs convert`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from speechsubs import formats, outputs
from speechsubs.cli import shown
from speechsubs.cli.jobs import batch, inputs
from speechsubs.errors import SpeechsubsError
from speechsubs.model import Finding, Severity, Track
from speechsubs.outputs import Planned


def run(files: Sequence[Path], given: Mapping[str, Any]) -> int:
    """Convert the files and show the findings; the exit code. `given` are the options."""
    if batch.wanted("convert", files, given):
        return batch.run("convert", files, given)
    kind, crlf, bom = given["kind"], given["crlf"], given["bom"]
    output: Path | None = given["output"]
    screen = shown.console()
    failed = False
    planned: list[Planned] = []
    findings: list[Finding] = []
    for path in dict.fromkeys(files):
        try:
            track = inputs.track(path)
        except SpeechsubsError as error:
            shown.error(screen, error)
            failed = True
            continue
        findings += track.findings
        if str(path) == inputs.STDIN and output is None:
            click.echo(_bytes(track, kind, crlf, bom), nl=False)
            continue
        folder = output or path.parent
        name = "stdin" if str(path) == inputs.STDIN else path.stem
        planned.append(Planned(track, folder / f"{name}.{kind}", crlf, bom))
    places = [plan.path for plan in planned]
    outputs.refuse_collisions(places, inputs.files(files))
    outputs.refuse_places(places)
    written, kept = outputs.write(planned, overwrite=given["overwrite"])
    findings += kept
    if not given["quiet"]:
        shown.findings(screen, findings)
        shown.paths(written)
    bad = any(item.severity is not Severity.INFO for item in findings)
    return 1 if failed else 3 if bad else 0


def _bytes(track: Track, kind: str, crlf: bool, bom: bool) -> bytes:
    text = formats.render(track, kind)
    if crlf:
        text = text.replace("\n", "\r\n")
    return text.encode("utf-8-sig" if bom else "utf-8")
