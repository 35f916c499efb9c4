"""`speechsubs glossary`: look after a glossary, and exchange it with translators' tools."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli.options import GLOSSARY_FORMATS


@click.group()
def command() -> None:
    """Check a glossary, find candidates for it, import and export it.

    A GLOSSARY is a YAML file; the sample glossary.yml describes the format.
    """


@command.command("check")
@click.argument("glossary", type=click.Path(path_type=Path))
@click.option(
    "--with",
    "texts",
    multiple=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="A transcript or subtitles in the source language: what is unused, or an ordinary word there. May be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_context
def check(ctx: click.Context, /, glossary: Path, **given: Any) -> None:
    """Check a GLOSSARY for what will surprise its author.

    Contradictions, entries that share a spelling or a target, terms that are everyday
    words, locales without a target. Exit code 3 when there is something to mend.
    """
    # Here, because it is heavy and --help must not wait for it.
    from speechsubs.cli.jobs import glossary as job

    ctx.exit(job.check(glossary, **given))


@command.command("suggest")
@click.argument(
    "transcripts", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True)
)
@click.option(
    "-g",
    "--glossary",
    "known",
    type=click.Path(path_type=Path),
    help="Glossary whose terms are known already.",
)
@click.option(
    "--write",
    "output",
    type=click.Path(path_type=Path),
    help="Append the candidates to this glossary as entries to review (status: proposed). It is made if there is none; the rest of it stays as it is.",
)
@click.option(
    "--min-count",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Only what stands there at least so often.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the candidates as JSON.")
@click.pass_context
def suggest(ctx: click.Context, /, transcripts: tuple[Path, ...], **given: Any) -> None:
    """List names, codes and recurring phrases of TRANSCRIPTS that a glossary lacks.

    With counts and places. Capitals are the evidence, so it serves languages that
    write names with a capital and common nouns without.
    """
    # Here, because it is heavy and --help must not wait for it.
    from speechsubs.cli.jobs import glossary as job

    ctx.exit(job.suggest(transcripts, **given))


@command.command("import")
@click.argument("glossary", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--from-format",
    "kind",
    type=click.Choice(GLOSSARY_FORMATS),
    help="What FILE is. Default: what its suffix and its first row say.",
)
@click.option(
    "--source-language",
    metavar="TAG",
    default="",
    help="Language of the sources. Default: that of the GLOSSARY, or en for a new one.",
)
@click.option(
    "--target-language",
    metavar="TAG",
    default="",
    help="Language of the targets, for files that do not say it (DeepL, OmegaT).",
)
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    help="The glossary as it was when FILE was made: only what both sides changed is a conflict.",
)
@click.option(
    "--prefer",
    type=click.Choice(["ours", "theirs"]),
    default="ours",
    show_default=True,
    help="Who wins a conflict: the GLOSSARY or the FILE.",
)
@click.option(
    "--policy",
    type=click.Choice(["fixed", "translate", "keep"]),
    default="fixed",
    show_default=True,
    help="Policy of new entries with a target of their own, where FILE says none.",
)
@click.option("--dry-run", is_flag=True, help="Report what would change and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def import_(ctx: click.Context, /, glossary: Path, file: Path, **given: Any) -> None:
    """Merge a FILE of a translators' tool into a GLOSSARY.

    CSV, TSV, XLSX, TBX 2 and 3, DeepL, OmegaT. Entries are found by their id, else by
    their source. Nothing is removed; remarks, order and all other entries of the GLOSSARY
    stay as they are. Exit code 3 when there were conflicts.
    """
    # Here, because it is heavy and --help must not wait for it.
    from speechsubs.cli.jobs import glossary as job

    ctx.exit(job.import_(glossary, file, **given))


@command.command("export")
@click.argument("glossary", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="The file to write."
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(GLOSSARY_FORMATS),
    help="What to write (tbx is version 3, tbx2 is version 2). Default: what the suffix says.",
)
@click.option(
    "--to",
    "targets",
    metavar="TAG",
    multiple=True,
    help="Only this target language; one without targets gives an empty column. May be repeated.",
)
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def export(ctx: click.Context, /, glossary: Path, **given: Any) -> None:
    """Write a GLOSSARY for a translators' tool.

    CSV, TSV and XLSX hold everything; what another format has no place for is listed.
    Exit code 3 when an entry had to be left out.
    """
    # Here, because it is heavy and --help must not wait for it.
    from speechsubs.cli.jobs import glossary as job

    ctx.exit(job.export(glossary, **given))
