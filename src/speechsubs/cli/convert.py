"""`speechsubs convert`: subtitle files into SRT or WebVTT."""

import sys
from pathlib import Path

import click

from speechsubs import formats, outputs
from speechsubs.cli import shown
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.model import Finding, Severity, Track
from speechsubs.outputs import Planned


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--to", "kind", required=True, type=click.Choice(["srt", "vtt"]), help="File type to write."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder for the files. Default: beside each input. Standard input goes to standard output without it.",
)
@click.option("--crlf", is_flag=True, help="End lines as Windows does.")
@click.option(
    "--bom", is_flag=True, help="Begin files with a byte order mark, which some TVs need."
)
@click.option(
    "--overwrite", is_flag=True, help="Replace output files even if somebody edited them."
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    files: tuple[Path, ...],
    kind: str,
    output: Path | None,
    crlf: bool,
    bom: bool,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Convert subtitle files to SRT or WebVTT.

    FILES are SRT or WebVTT, however broken; - is standard input. Texts, times and
    italics stay; what SRT cannot hold (positions, regions, voices) is left out.
    """
    screen = shown.console()
    failed = False
    planned: list[Planned] = []
    findings: list[Finding] = []
    for path in dict.fromkeys(files):
        try:
            track = _track(path)
        except SpeechsubsError as error:
            screen.print(f"[red]error[/] {shown.escape(str(error))}")
            failed = True
            continue
        findings += track.findings
        if str(path) == "-" and output is None:
            click.echo(formats.render(track, kind), nl=False)
            continue
        folder = output or path.parent
        name = "stdin" if str(path) == "-" else path.stem
        planned.append(Planned(track, folder / f"{name}.{kind}", crlf, bom))
    outputs.refuse_collisions([p.path for p in planned], [p for p in files if str(p) != "-"])
    written, kept = outputs.write(planned, overwrite=overwrite)
    findings += kept
    if not quiet:
        shown.findings(screen, findings)
        for path in written:
            click.echo(path)
    bad = any(f.severity is not Severity.INFO for f in findings)
    ctx.exit(1 if failed else 3 if bad else 0)


def _track(path: Path) -> Track:
    if str(path) == "-":
        item = formats.read_bytes(sys.stdin.buffer.read(), "-")
    else:
        item = formats.read(path)
    if not isinstance(item, Track):
        raise InputError(
            str(path), "has no cues to convert", "Use `speechsubs subtitle` to make some"
        )
    return item
