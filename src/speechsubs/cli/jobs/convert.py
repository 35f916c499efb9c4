"""The implementation of `speechsubs convert`."""

from pathlib import Path

import click

from speechsubs import formats, outputs
from speechsubs.cli.arguments import CommandLine
from speechsubs.cli.jobs import batch, console, inputs
from speechsubs.cli.jobs.failures import Failures
from speechsubs.model import Finding, Severity, Track
from speechsubs.options import Options
from speechsubs.outputs import Planned


def run(line: CommandLine) -> int:
    """Convert the files and show the findings; returns the exit code."""
    if batch.wanted(line):
        return batch.run(line)
    files, options, output = line.sources, line.options, line.output
    (kind,) = options.kinds
    screen = console.stderr()
    failures = Failures(screen, len(set(files)), quiet=line.display.quiet)
    planned: dict[Path, Planned] = {}
    findings: list[Finding] = []
    for path in dict.fromkeys(files):
        try:
            track = inputs.track(path, options)
        except Exception as error:  # one broken file never stops the others
            failures.add(path, error)
            continue
        findings += track.findings
        findings += formats.find_losses(track, kind)
        if str(path) == inputs.STDIN and output is None:
            click.echo(_bytes(track, options), nl=False)
            continue
        folder = output or path.parent
        name = "stdin" if str(path) == inputs.STDIN else path.stem
        place = folder / f"{name}.{kind}"
        planned[path] = Planned(track, place, options.crlf, options.bom, path)
    places = [plan.path for plan in planned.values()]
    outputs.refuse_collisions(places, inputs.files(files))
    outputs.refuse_places(places)
    written: list[Path] = []
    done = outputs.write_each([[plan] for plan in planned.values()], overwrite=options.overwrite)
    for path, one in zip(planned, done, strict=True):
        if isinstance(one, Exception):
            failures.add(path, one)
        else:
            written += one.paths
            findings += one.findings
    if not line.display.quiet:
        console.findings(screen, findings)
        console.show_paths(written)
    failures.summary()
    bad = any(item.severity is not Severity.INFO for item in findings)
    return 1 if failures else 3 if bad else 0


def _bytes(track: Track, options: Options) -> bytes:
    (kind,) = options.kinds
    text = formats.render(track, kind)
    if options.crlf:
        text = text.replace("\n", "\r\n")
    return text.encode("utf-8-sig" if options.bom else "utf-8")
